/**
 * Text out of header fields: decoded (RFC 2047), and made safe to show. Everything decoded that reaches a person,
 * a log line, a file name or an outgoing field goes through `cleanText` (one line) or `cleanLines` (several).
 */
import libmime from 'libmime';

/** Longer values are decoded only as far as this. */
export const MAX_DECODED_CHARACTERS = 16_384;

/** They part what stands around them: taken out without a trace they would make words that nobody has seen. */
const BREAKS_AND_TURNS = /[\t-\r\u0085\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
/**
 * Controls (C0, C1), what changes the direction of text, what has no width (soft hyphen, joiners, word joiners,
 * byte order marks), annotation marks and language tags.
 */
const UNSAFE =
  /[\0-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;
/** Clients leave out of a reply what stands below it (RFC 3676 §4.3); the space at its end belongs to it. */
const SIGNATURE_MARK = '-- ';
/** Most text: nothing of it is unsafe. */
const PRINTABLE = /^[ -~]*$/;
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** Decodes RFC 2047 encoded words, once; what cannot be decoded stays as it is. Never throws. */
export function decodeText(value: string): string {
  const text = value.slice(0, MAX_DECODED_CHARACTERS).replaceAll('\0', '');
  if (!text.includes('=?')) return text;
  try {
    return libmime.decodeWords(text);
  } catch {
    return text;
  }
}

/** One line of at most `max` UTF-16 units, without anything that moves, hides or breaks text; cut with an ellipsis. */
export function cleanText(value: string, max: number): string {
  const some = value.slice(0, Math.max(MAX_DECODED_CHARACTERS, max));
  const safe = PRINTABLE.test(some)
    ? some
    : some.replace(BREAKS_AND_TURNS, ' ').replace(UNSAFE, '').replace(LONE_SURROGATE, '\ufffd');
  return cutText(safe.replace(/\s+/g, ' ').trim(), max);
}

/** The same for several lines: line ends become LF, tabs stay, lines keep their inner white space. */
export function cleanLines(value: string): string {
  return value
    .replace(/\r\n?|[\u0085\u2028\u2029\v\f]/g, '\n')
    .split('\n')
    .map((line) => (line === SIGNATURE_MARK ? line : line.split('\t').map(cleanRun).join('\t').trimEnd()))
    .join('\n');
}

function cleanRun(run: string): string {
  if (PRINTABLE.test(run)) return run;
  return run.replace(UNSAFE, '').replace(LONE_SURROGATE, '\ufffd');
}

/** At most `max` UTF-16 units, never half a character. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const head = text.slice(0, Math.max(0, max - 1)).replace(/[\ud800-\udbff]$/, '');
  return max < 1 ? '' : `${head.trimEnd()}…`;
}
