/**
 * What an attached message says of its author: the one address of its From and the Message-ID, and nothing else. Whoever attaches a
 * message can write all of it, so this is the word of the one who attached it, and worth as much.
 */
import type { Facts } from '../facts/facts.js';
import { readFrom } from '../header/from-field.js';
import { parseHeaderBlock, splitMessage } from '../header/header-block.js';
import { ownMessageId } from '../header/message-ids.js';

/** Of an attached message no more is read; a longer header block is not believed, as more may stand below. */
export const MAX_ATTACHED_HEADER_BYTES = 65_536;

/** null where no From names just one address. */
export function readForwarded(attached: Buffer): Facts['forwarded'] {
  const { header } = splitMessage(attached.subarray(0, MAX_ATTACHED_HEADER_BYTES));
  if (header.length >= MAX_ATTACHED_HEADER_BYTES) return null;
  const block = parseHeaderBlock(header);
  const { answerTo: address, name } = readFrom(block);
  return address === null ? null : { from: { name, address }, messageId: ownMessageId(block) };
}
