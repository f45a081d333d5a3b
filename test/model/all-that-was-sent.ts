/** What the limits count, by reading every ticket entry and every copy in the outbox: what a memory of it is compared with. */
import { readStaging, rowOf } from '../../src/desk/letters/staging.js';
import { longestWindowMs, SentAutomaticAnswers } from '../../src/desk/limits/limits.js';
import { SentNotices } from '../../src/desk/limits/sent-notices.js';
import { isUnderWay } from '../../src/desk/ticket/ticket.js';
import { readEntries } from '../../src/mailbox/register/read-entries.js';
import { arbitrate } from '../../src/mailbox/register/view.js';
import { parseHeaderBlock } from '../../src/message/header/header-block.js';
import type { Desk } from '../../src/worker/workplace/desk.js';

export interface Sent {
  readonly answers: SentAutomaticAnswers;
  readonly notices: SentNotices;
}

export async function allThatWasSent({ store, folders, policy, now }: Desk): Promise<Sent> {
  const sent = { answers: new SentAutomaticAnswers(), notices: new SentNotices() };
  const since = new Date(now().getTime() - longestWindowMs(policy));
  const query = { and: [{ header: 'X-Imapdesk-Entry', contains: 'ticket' }, { since }] };
  const entries = await readEntries(store, folders.register, await store.search(folders.register, query));
  for (const record of arbitrate(entries).tickets) {
    const { answerable, requester, rootIdentity: cause, subject } = record;
    const at = entries.find(({ uid }) => uid === record.uid)?.receivedAt;
    if (isUnderWay(record) || !answerable || requester === null || at === undefined) continue;
    sent.answers.note({ purpose: 'acknowledgement', to: requester, cause, at, subject });
  }
  const copies = await store.search(folders.outbox, { since });
  for (const { uid, header, flags, receivedAt: at } of await store.fetch(folders.outbox, copies)) {
    const stage = readStaging(parseHeaderBlock(header));
    if (stage === null || stage.to === null) continue;
    const { to } = stage;
    const cause = flags.has('\\Flagged') ? stage.cause : `sent ${uid}`;
    const { countsAs: purpose } = rowOf(stage);
    if (purpose === 'error-report') sent.answers.note({ purpose, to, cause, at, subject: '' });
    if (purpose === 'notice' || purpose === 'not-relayed') sent.notices.note({ purpose, to, cause, at });
    const window = Math.floor(at.getTime() / policy.limits.noticesPerMember.withinMs);
    if (purpose === 'digest') sent.notices.noteDigest({ to, window });
  }
  return sent;
}
