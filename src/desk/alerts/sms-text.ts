/**
 * A text that goes into one SMS (3GPP TS 23.038 §6.2): 160 characters of the GSM alphabet, some of which count twice, or 70
 * UTF-16 units where a character is not among them. It is cut between characters as people see them.
 */

const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Each is sent as two. */
const EXTENDED = new Set('\f^{}\\[~]|€');
const MAX_GSM = 160;
const MAX_UCS2 = 70;
/** What has the same meaning there, so that one dash does not cost more than half of the text. */
const PLAIN: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '‚': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '–': '-',
  '—': '-',
  '…': '...',
  '\u00a0': ' ',
};
const CUT = '...';

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** White space becomes single spaces; what is cut ends with `...`. */
export function smsText(written: string): string {
  const text = Array.from(written.normalize('NFC').replaceAll(/\s+/g, ' ').trim())
    .map((character) => PLAIN[character] ?? character)
    .join('');
  const isGsm = Array.from(text).every((character) => BASIC.has(character) || EXTENDED.has(character));
  const most = isGsm ? MAX_GSM : MAX_UCS2;
  const size = isGsm ? gsmSize : (piece: string): number => piece.length;
  return size(text) <= most ? text : cut(text, size, most - CUT.length);
}

function cut(text: string, size: (piece: string) => number, most: number): string {
  let kept = '';
  let used = 0;
  for (const { segment } of characters.segment(text)) {
    used += size(segment);
    if (used > most) break;
    kept += segment;
  }
  return `${kept.trimEnd()}${CUT}`;
}

function gsmSize(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + (EXTENDED.has(character) ? 2 : 1), 0);
}
