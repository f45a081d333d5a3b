/** The outer Content-Type field, read with tolerance (RFC 2045 §5.1, RFC 2231). */
import libmime from 'libmime';
import { fieldValues, type HeaderBlock } from './header-block.js';

export const MAX_CONTENT_TYPE_CHARACTERS = 4_096;

/** What programs write for text, and what it is meant to be (RFC 2045 §5.2 takes what it cannot read for text/plain). */
const MISTAKEN_TYPES = new Map([
  ['text', 'text/plain'],
  ['plain', 'text/plain'],
  ['plain/text', 'text/plain'],
  ['html', 'text/html'],
  ['html/text', 'text/html'],
  ['text/htm', 'text/html'],
  ['text/xhtml', 'text/html'],
  ['application/xhtml+xml', 'text/html'],
  ['multipart', 'multipart/mixed'],
]);

const MAIN_TYPES_OF_FILES = /^(?:application|audio|font|image|message|model|video)$/;

export interface ContentType {
  /** In lower case; `text/plain` where the message names none. */
  readonly type: string;
  /** Values by lower-case name. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** The first Content-Type field of a header block; never throws. */
export function readContentType(block: HeaderBlock): ContentType {
  const value = fieldValues(block, 'content-type')[0] ?? '';
  const parsed = parseField(value);
  return { type: meantType(parsed.value), parameters: new Map(Object.entries(parsed.params)) };
}

/** A media type in lower case, or the one that is meant: `text`, `plain/text`, `text/plain/x` and no type at all are text. */
export function meantType(written: string): string {
  const type = written.toLowerCase().replace(/[\s"]+/g, '');
  const [main = '', sub = ''] = type.split('/', 2);
  const plain = sub === '' ? main : `${main}/${sub}`;
  const meant = MISTAKEN_TYPES.get(plain);
  if (meant !== undefined) return meant;
  if (sub !== '') return plain;
  return MAIN_TYPES_OF_FILES.test(plain) ? 'application/octet-stream' : 'text/plain';
}

/** A field such as Content-Disposition: its value, and its parameters by lower-case name, RFC 2231 decoded. Never throws. */
export function parseField(value: string): { value: string; params: Readonly<Record<string, string>> } {
  try {
    const parsed = libmime.parseHeaderValue(value.slice(0, MAX_CONTENT_TYPE_CHARACTERS), {
      stripComments: true,
    });
    return { value: parsed.value, params: parsed.params };
  } catch {
    return { value: '', params: {} };
  }
}
