/** Puts mail that came through a pipe into the inbox: once, however often it is tried. */
import type { Query } from '../../mailbox/store.js';
import { parseHeaderBlock, splitMessage } from '../../message/header/header-block.js';
import { identityOf } from '../../message/header/identity.js';
import { ownMessageId } from '../../message/header/message-ids.js';
import { carryOut } from '../carry-out/carry-out.js';
import { nothingSeen } from '../sight/survey.js';
import type { WorkingDesk } from '../workplace/desk.js';

/**
 * An earlier try may have stored the message and died before anybody heard of it: so it is looked for first. One that was
 * filed meanwhile is not looked for: it comes twice, and the desk files the second as what it is, the same mail again.
 * Answers whether it was there.
 */
export async function deliverToInbox(desk: WorkingDesk, raw: Buffer): Promise<boolean> {
  if (await liesInInbox(desk, raw)) return true;
  await carryOut(desk, nothingSeen(desk), { handedIn: [raw] });
  return false;
}

async function liesInInbox({ store, folders }: WorkingDesk, raw: Buffer): Promise<boolean> {
  const { header, body } = splitMessage(raw);
  const messageId = ownMessageId(parseHeaderBlock(header));
  const query: Query =
    messageId === null ? { size: raw.length } : { header: 'Message-ID', contains: messageId };
  const found = await store.fetch(folders.inbox, await store.search(folders.inbox, query));
  const identity = identityOf(header, raw.length);
  const same = found.filter((stored) => identityOf(stored.header, stored.size) === identity);
  for (const { uid } of same) {
    const stored = (await store.fetchSource(folders.inbox, [uid])).get(uid);
    // A program that pipes its reports without a date may write two that differ in their text alone.
    if (stored !== undefined && splitMessage(stored).body.equals(body)) return true;
  }
  return false;
}
