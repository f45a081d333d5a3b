/**
 * Whose letters the mail server has refused within the last hour, told by the mailbox: the register notes each refusal,
 * and the letter lies in the outbox or in Review. So one letter a minute is compared with those before, by `once` too.
 */
import { parseRecord } from '../../mailbox/register/parse.js';
import { LETTER } from '../sight/letter-history.js';
import { bearing } from '../sight/search-archive.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { isLetter, outboxCopyOf } from '../workplace/outbox-copy.js';
import { type Earlier, reasonOf } from './brake.js';

const WITHIN_MS = 3_600_000;

export async function recentRefusals(desk: Desk, survey: Survey): Promise<readonly Earlier[]> {
  const reasons = await recentReasons(desk);
  if (reasons.size === 0) return [];
  const { store, folders } = desk;
  const uids = await store.search(folders.review, { or: bearing([...reasons.keys()]) });
  const copies = [...(await store.fetch(folders.review, uids)).map(outboxCopyOf), ...survey.outbox];
  const people = new Map(copies.filter(isLetter).map(({ messageId, stage }) => [messageId, stage.to]));
  return [...reasons].flatMap(([id, reason]): Earlier[] => {
    const to = people.get(id) ?? null;
    return to === null ? [] : [{ to, reason }];
  });
}

/** By Message-ID. */
async function recentReasons({ store, folders, now }: Desk): Promise<ReadonlyMap<string, string>> {
  const from = now().getTime() - WITHIN_MS;
  const uids = await store.search(folders.register, {
    // The server compares days.
    and: [{ header: 'X-Imapdesk-Identity', contains: LETTER }, { since: new Date(from) }],
  });
  const reasons = new Map<string, string>();
  for (const message of await store.fetch(folders.register, uids)) {
    const record = parseRecord(message);
    if (record?.kind !== 'attempt' || !record.identity.startsWith(LETTER)) continue;
    const reason = record.at.getTime() >= from ? reasonOf(record.why) : null;
    if (reason !== null) reasons.set(record.identity.slice(LETTER.length), reason);
  }
  return reasons;
}
