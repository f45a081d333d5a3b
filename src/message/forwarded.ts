/**
 * What an attached message says of its author: a strict From and the Message-ID, and nothing else. Whoever attaches a
 * message can write all of it, so this is the word of the one who attached it, and worth as much.
 */
import { mailboxesOf, strictFrom } from './addresses.js';
import type { Facts } from './facts.js';
import { parseHeaderBlock, splitMessage } from './header-block.js';
import { ownMessageId } from './message-ids.js';

/** Of an attached message so much is read; a longer header block is not believed, as more may stand below. */
export const MAX_ATTACHED_HEADER_BYTES = 65_536;

/** null where there is no single well-formed From. */
export function readForwarded(attached: Buffer): Facts['forwarded'] {
  const { header } = splitMessage(attached.subarray(0, MAX_ATTACHED_HEADER_BYTES));
  if (header.length >= MAX_ATTACHED_HEADER_BYTES) return null;
  const block = parseHeaderBlock(header);
  const address = strictFrom(block);
  if (address === null) return null;
  const [first] = mailboxesOf(block, ['from'], 1);
  return { from: { name: first?.name ?? '', address }, messageId: ownMessageId(block) };
}
