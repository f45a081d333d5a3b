/** The register's entries on single messages: which ticket one belongs to, and that it was written in the desk's account. */
import type { Facts } from '../../message/facts/facts.js';
import type { NewEntry } from '../effects/effects.js';
import type { Survey } from '../sight/survey.js';

interface Member {
  readonly number: number;
  readonly facts: Facts;
}

/** `via` is the number by which the message belongs to ticket `number`; they differ where one was merged. */
export function linkEntry(
  survey: Survey,
  { number, via, facts }: Member & { readonly via: number },
): NewEntry {
  const { identity, messageId } = facts;
  return { record: { kind: 'link', ticket: via, identity, messageId }, flags: flagsFor(survey, number) };
}

/** A person who is signed in to the desk's account wrote a message of a ticket; nothing where that is known. */
export function fromAccountEntry(survey: Survey, { number, facts }: Member): readonly NewEntry[] {
  const { identity, messageId } = facts;
  if (survey.ledger.fromAccount.has(identity)) return [];
  const record = { kind: 'written' as const, ticket: number, identity, messageId };
  return [{ record, flags: flagsFor(survey, number) }];
}

/** Of an archived ticket no entry is live. */
function flagsFor({ ledger }: Survey, number: number): readonly string[] {
  return ledger.ticket(number)?.state === 'archived' ? ['\\Answered'] : [];
}
