/** The outer Content-Type field, read with tolerance (RFC 2045 §5.1, RFC 2231). */
import libmime from 'libmime';
import { fieldValues, type HeaderBlock } from './header-block.js';

export const MAX_CONTENT_TYPE_CHARACTERS = 4_096;

export interface ContentType {
  /** In lower case; `text/plain` where the message names none. */
  readonly type: string;
  /** Values by lower-case name. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** The first Content-Type field of a header block; never throws. */
export function readContentType(block: HeaderBlock): ContentType {
  const value = (fieldValues(block, 'content-type')[0] ?? '').slice(0, MAX_CONTENT_TYPE_CHARACTERS);
  try {
    const parsed = libmime.parseHeaderValue(value, { stripComments: true });
    const type = parsed.value.toLowerCase().replace(/\s+/g, '');
    return { type: type === '' ? 'text/plain' : type, parameters: new Map(Object.entries(parsed.params)) };
  } catch {
    return { type: 'text/plain', parameters: new Map() };
  }
}
