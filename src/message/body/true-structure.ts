/**
 * The shape of a message by its own header where the server tells another. Courier-IMAP 5.0 reads no Content-Type
 * without a MIME-Version field: its BODYSTRUCTURE says text/plain for HTML and multipart alike (measured). A server may
 * also tell nothing at all.
 */
import { parseHeaderBlock } from '../header/header-block.js';
import { partFields } from './part-fields.js';
import type { MessagePart } from './structure.js';

const KNOWN_MAIN_TYPE = /^(?:application|audio|font|image|message|model|multipart|text|video|x-[^/]*)\//;

/** The structure to read a message by: as the server tells it, or as the message's own header says. */
export function trueStructure(message: {
  readonly header: Buffer;
  readonly size: number;
  readonly structure: MessagePart | null;
}): MessagePart {
  const { header, structure } = message;
  const own = partFields(parseHeaderBlock(header));
  if (structure?.type.startsWith('multipart/') === true && !isHollow(structure)) return structure;
  const size = Math.max(0, message.size - header.length);
  if (own.type.startsWith('multipart/'))
    return { path: 'TEXT', ...own, size, children: [], header: Buffer.from(header) };
  if (structure === null) return { path: 'TEXT', ...textIfUnknown(own), size, children: [] };
  const { path, children, about } = structure;
  const { size: told } = structure;
  return { path, ...textIfUnknown(own), size: told, children, ...(about === undefined ? {} : { about }) };
}

/** Where Dovecot 2.3 and Cyrus 3.6 find no part, they tell one empty text (measured), and the words are lost. */
function isHollow({ children }: MessagePart): boolean {
  return children.length === 1 && children.every(({ type, size }) => type === 'text/plain' && size === 0);
}

/** A message that is all of one kind which nobody knows is meant to be read, if it is not named like a file. */
export function textIfUnknown<Fields extends Pick<MessagePart, 'type' | 'fileName'>>(own: Fields): Fields {
  return KNOWN_MAIN_TYPE.test(own.type) || own.fileName !== null ? own : { ...own, type: 'text/plain' };
}
