/**
 * What the desk has answered lately, told by the mailbox: the register's entries say who was acknowledged, the
 * outbox keeps what was sent until the longest window is over.
 */
import { readStaging, rowOf, type Staging } from '../../desk/letters/staging.js';
import { longestWindowMs } from '../../desk/limits/limits.js';
import type { Ledger } from '../../desk/ticket/ledger.js';
import { isUnderWay } from '../../desk/ticket/ticket.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import { arbitrate } from '../../mailbox/register/view.js';
import { parseHeaderBlock } from '../../message/header/header-block.js';
import type { Desk } from '../workplace/desk.js';
import type { Survey } from './survey.js';

/** Reads it once in a survey's life: what the pass itself answers is noted as it is decided. */
export async function rememberAnswers(desk: Desk, survey: Survey): Promise<void> {
  if (survey.remembered.answers) return;
  survey.remembered.answers = true;
  const { store, folders, policy } = desk;
  const since = new Date(desk.now().getTime() - longestWindowMs(policy));
  const opened = await store.search(folders.register, {
    and: [{ header: 'X-Imapdesk-Entry', contains: 'ticket' }, { since }],
  });
  const entries = await readEntries(store, folders.register, opened);
  const written = new Map(entries.map(({ uid, receivedAt }) => [uid, receivedAt]));
  for (const record of arbitrate(entries).tickets) {
    const { uid, answerable, requester, rootIdentity, subject } = record;
    const at = written.get(uid);
    // Its acknowledgement is still held: nobody has got it.
    if (isUnderWay(record)) continue;
    if (!answerable || requester === null || at === undefined) continue;
    survey.ledger.answers.note({
      purpose: 'acknowledgement',
      to: requester,
      cause: rootIdentity,
      at,
      subject,
    });
  }
  const copies = await store.search(folders.outbox, { since });
  for (const { uid, header, flags, receivedAt } of await store.fetch(folders.outbox, copies)) {
    const read = readStaging(parseHeaderBlock(header));
    // What was sent counts against its own cause too: somebody has put that back into the inbox.
    const stage = read === null || flags.has('\\Flagged') ? read : { ...read, cause: `sent ${uid}` };
    if (stage !== null)
      noteSent(survey.ledger, stage, { at: receivedAt, windowMs: policy.limits.noticesPerMember.withinMs });
  }
}

function noteSent(ledger: Ledger, stage: Staging, sent: { at: Date; windowMs: number }): void {
  const { to, cause } = stage;
  const { countsAs: purpose } = rowOf(stage);
  if (to === null) return;
  const { at, windowMs } = sent;
  if (purpose === 'error-report') ledger.answers.note({ purpose, to, cause, at, subject: '' });
  if (purpose === 'notice' || purpose === 'not-relayed') ledger.notices.note({ purpose, to, cause, at });
  if (purpose === 'digest') ledger.notices.noteDigest({ to, window: Math.floor(at.getTime() / windowMs) });
}
