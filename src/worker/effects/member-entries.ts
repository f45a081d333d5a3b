/** The register's entries on single messages: which ticket one belongs to, and that it was written in the desk's account. */
import type { Facts } from '../../message/facts/facts.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { appendRecord } from './register-writing.js';

/** `via` is the number by which the message belongs to ticket `number`; they differ where one was merged. */
export async function appendLink(
  desk: Desk,
  survey: Survey,
  about: { number: number; via: number; facts: Facts },
): Promise<void> {
  const { number, via, facts } = about;
  const { identity, messageId } = facts;
  const record = { kind: 'link' as const, ticket: via, identity, messageId };
  const { uid, flags } = await appendFor(desk, survey, { number, record });
  survey.links.set(identity, { ...record, uid, flags });
}

/** Writes down that a person who is signed in to the desk's account wrote a message of a ticket. */
export async function noteWritten(
  desk: Desk,
  survey: Survey,
  about: { number: number; facts: Facts },
): Promise<'filed' | 'nothing'> {
  const { number, facts } = about;
  const { identity, messageId } = facts;
  if (survey.written.has(identity)) return 'nothing';
  const record = { kind: 'written' as const, ticket: number, identity, messageId };
  const { uid, flags } = await appendFor(desk, survey, { number, record });
  survey.written.set(identity, { ...record, uid, flags });
  survey.ledger.noteWritten(identity);
  return 'filed';
}

/** Of an archived ticket no entry is live. */
async function appendFor(
  desk: Desk,
  survey: Survey,
  about: { number: number; record: Parameters<typeof appendRecord>[1] },
): Promise<{ readonly uid: number; readonly flags: ReadonlySet<string> }> {
  const archived = survey.ledger.ticket(about.number)?.state === 'archived';
  const flags = archived ? ['\\Answered'] : [];
  const uid = await appendRecord(desk, about.record, { highest: survey.ledger.highest, flags });
  return { uid, flags: new Set(['\\Seen', ...flags]) };
}
