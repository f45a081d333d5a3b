/**
 * Bytes of a body as text, in the charset that they are in: as a rule the one that is named, but not where the bytes
 * show that it is another. UTF-8 is hardly ever met by chance (RFC 3629 §3), so text that calls itself Latin-1 and is
 * valid UTF-8 is UTF-8. UTF-7 is never decoded.
 */
import libmime from 'libmime';

const MAX_NAME_CHARACTERS = 60;
/** A charset that HTML names is looked for so far. */
const MAX_META_BYTES = 4_096;
/** Browsers read these so as well (Encoding Standard §4.2): some write quotes and dashes into them. */
const WINDOWS_LATIN =
  /^(?:us-ascii|ascii|ansi|latin-?1|l1|iso[-_]?8859-?1|iso_8859-1:1987|cp-?1252|win(?:dows)?-?1252|7-?bit|8-?bit|unknown-8bit|x-unknown|default|none)$/i;
const UTF_8 = /^(?:unicode-1-1-)?utf[-_]?8$/i;
const WIDE = /^(?:utf[-_]?(?:16|32)|ucs-?[24]|unicode$)/i;
const UTF_32 = /^(?:utf[-_]?32|ucs-?4)/i;
const DOUBLE_BYTE =
  /^(?:gb|big5|cn-?big5|euc|shift|s-?jis|x-sjis|ms_?kanji|ks_?c|cp?9(?:32|36|49|50)$|windows-(?:31j|9)|hz)/i;
/** RFC 1468: the escape to two-byte characters, which stands in no other text. */
const JAPANESE_ESCAPE = /\x1b\$[@B]/;
/** Their code points 80 to 9F are controls, which nobody writes: such bytes are letters and quotes of Windows' sibling. */
const WINDOWS_SIBLINGS: ReadonlyMap<string, string> = new Map([
  ['2', 'windows-1250'],
  ['7', 'windows-1253'],
  ['8', 'windows-1255'],
  ['9', 'windows-1254'],
  ['13', 'windows-1257'],
  ['15', 'windows-1252'],
]);
const ISO_8859 = /^iso[-_]?8859-?(\d{1,2})/i;
/** Of text without a byte order mark this much tells its byte order. */
const MAX_ORDER_BYTES = 2_000;
const FALLBACK = 'windows-1252';

export interface Named {
  /** As the message names it; '' or null for none. */
  readonly charset: string | null;
  readonly isHtml: boolean;
}

/** Never rejects; what no charset explains becomes U+FFFD. */
export async function decodeCharset(bytes: Buffer, named: Named): Promise<string> {
  const stream = libmime.createDecodeStream(chooseCharset(bytes, named));
  stream.end(bytes);
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
  return text;
}

/** A name that libmime knows. */
function chooseCharset(bytes: Buffer, { charset, isHtml }: Named): string {
  const named = (charset ?? '').replace(/[^A-Za-z0-9_.:+-]/g, '').slice(0, MAX_NAME_CHARACTERS);
  const shown = shownByBytes(bytes, named);
  if (shown !== null) return shown;
  if (UTF_8.test(named)) return mostlyUtf8(bytes) ? 'utf-8' : FALLBACK;
  const text = strictly(bytes, 'utf-8');
  if (WIDE.test(named)) return bytes.includes(0) || text === null ? wide(bytes, named) : 'utf-8';
  if (text !== null && beyondAscii(text) > 0 && isMeant(text, { bytes, named })) return 'utf-8';
  return DOUBLE_BYTE.test(named) ? named : singleByte(bytes, { charset: named, isHtml });
}

/** Valid UTF-8 is meant so, but for what is valid in a charset of two bytes a character as well. */
function isMeant(
  text: string,
  { bytes, named }: { readonly bytes: Buffer; readonly named: string },
): boolean {
  return !DOUBLE_BYTE.test(named) || isLong(text) || strictly(bytes, named) === null;
}

function singleByte(bytes: Buffer, { charset, isHtml }: { charset: string; isHtml: boolean }): string {
  if (charset === '' && isHtml) return metaCharset(bytes) ?? FALLBACK;
  if (charset === '' || WINDOWS_LATIN.test(charset)) return FALLBACK;
  const sibling = WINDOWS_SIBLINGS.get(ISO_8859.exec(charset)?.[1] ?? '');
  if (sibling !== undefined && bytes.some((byte) => byte >= 0x80 && byte < 0xa0)) return sibling;
  return isKnown(charset) ? charset : FALLBACK;
}

/** What says more than any name: a byte order mark (Encoding Standard §6.1), and the shifts of Japanese in mere ASCII. */
function shownByBytes(bytes: Buffer, named: string): string | null {
  if (!UTF_32.test(named) && bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return isJapanese(bytes) ? 'iso-2022-jp' : null;
}

/** UTF-16 without a mark: where text has more zeros at even places, the first byte is the high one. */
function wide(bytes: Buffer, named: string): string {
  if (/le|be|32|ucs-?4/i.test(named)) return named;
  const some = [...bytes.subarray(0, MAX_ORDER_BYTES)];
  const high = some.filter((byte, at) => byte === 0 && at % 2 === 0).length;
  const low = some.filter((byte, at) => byte === 0 && at % 2 === 1).length;
  return low > high ? 'utf-16le' : 'utf-16be';
}

function isJapanese(bytes: Buffer): boolean {
  return (
    bytes.includes(0x1b) &&
    bytes.every((byte) => byte < 0x80) &&
    JAPANESE_ESCAPE.test(bytes.toString('latin1'))
  );
}

/** What it says in a charset, perhaps cut inside its last character; null if it is not in that. */
function strictly(bytes: Buffer, charset: string): string | null {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return null;
  }
}

/** A character that a gateway has broken makes no other charset of a text. */
function mostlyUtf8(bytes: Buffer): boolean {
  const text = new TextDecoder('utf-8').decode(bytes, { stream: true });
  const broken = text.split('\ufffd').length - 1;
  return broken <= beyondAscii(text) - broken;
}

/**
 * Most characters have three bytes or more, as Chinese, Japanese and Korean ones do in UTF-8: text of two bytes a
 * character is never that by chance, though it often is valid the other way round.
 */
function isLong(text: string): boolean {
  return text.replace(/[\0-\u07ff]+/g, '').length * 2 > beyondAscii(text);
}

function beyondAscii(text: string): number {
  return text.replace(/[\0-\x7f]+/g, '').length;
}

function isKnown(charset: string): boolean {
  const stream = libmime.createDecodeStream(charset);
  stream.destroy();
  return stream.supported;
}

function metaCharset(bytes: Buffer): string | null {
  const head = bytes.toString('latin1', 0, MAX_META_BYTES);
  const named = /<meta[^>]{0,200}charset\s{0,9}=\s{0,9}["']?([\w.:+-]{1,60})/i.exec(head)?.[1] ?? '';
  return named !== '' && !UTF_8.test(named) && !WIDE.test(named) && isKnown(named) ? named : null;
}
