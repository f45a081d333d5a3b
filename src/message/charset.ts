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
const DOUBLE_BYTE =
  /^(?:gb|big5|cn-?big5|euc|shift|s-?jis|x-sjis|ms_?kanji|ks_?c|cp?9(?:32|36|49|50)$|windows-(?:31j|9)|hz)/i;
/** RFC 1468: the escape to two-byte characters, which stands in no other text. */
const JAPANESE_ESCAPE = /\x1b\$[@B]/;
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
  if (UTF_8.test(named)) return mostlyUtf8(bytes) ? 'utf-8' : FALLBACK;
  const utf8 = utf8Characters(bytes);
  if (WIDE.test(named)) return bytes.includes(0) || utf8 === null ? named : 'utf-8';
  const isUtf8 = (utf8 ?? 0) > 0;
  if (DOUBLE_BYTE.test(named)) return isUtf8 && !isValid(bytes, named) ? 'utf-8' : named;
  return isUtf8 ? 'utf-8' : singleByte(bytes, { charset: named, isHtml });
}

function singleByte(bytes: Buffer, { charset, isHtml }: { charset: string; isHtml: boolean }): string {
  if (charset === '' || WINDOWS_LATIN.test(charset)) return unnamed(bytes, charset === '' && isHtml);
  return isKnown(charset) ? charset : FALLBACK;
}

function unnamed(bytes: Buffer, hasMeta: boolean): string {
  if (JAPANESE_ESCAPE.test(bytes.toString('latin1'))) return 'iso-2022-jp';
  return (hasMeta ? metaCharset(bytes) : null) ?? FALLBACK;
}

/** How many characters beyond ASCII it has as UTF-8 that may be cut inside its last one; null if it is none. */
function utf8Characters(bytes: Buffer): number | null {
  try {
    return beyondAscii(new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }));
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

function beyondAscii(text: string): number {
  return text.replace(/[\0-\x7f]+/g, '').length;
}

function isValid(bytes: Buffer, charset: string): boolean {
  try {
    new TextDecoder(charset, { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
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
