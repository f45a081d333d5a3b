/** Quoted-printable (RFC 2045 §6.7): of the encodings for text that is not ASCII, the one that people can read. */

/** RFC 2045 §6.7 (5), with the `=` of a soft line break. */
export const MAX_ENCODED_LINE_CHARACTERS = 76;
/** Longer lines of plain ASCII are encoded as well: well below what RFC 5322 §2.1.1 allows, so that nothing rewraps them. */
export const MAX_BODY_LINE_BYTES = 990;

/** Encodes one line of text, without its end, as UTF-8; the result may be several lines, parted by soft breaks. */
export function encodeQuotedPrintable(line: string): string {
  return encodeLine(Buffer.from(line, 'utf8'));
}

function encodeLine(line: Buffer): string {
  const pieces = [...line].map(encodeByte);
  const last = pieces.at(-1);
  if (last === ' ' || last === '\t') pieces[pieces.length - 1] = last === ' ' ? '=20' : '=09';
  // What mbox files and SMTP treat as theirs at the start of a line (RFC 5321 §4.5.2).
  if (line.subarray(0, 5).toString('latin1') === 'From ') pieces[0] = '=46';
  const lines: string[] = [];
  let current = '';
  for (const [index, piece] of pieces.entries()) {
    const room = index === pieces.length - 1 ? MAX_ENCODED_LINE_CHARACTERS : MAX_ENCODED_LINE_CHARACTERS - 1;
    if (current.length + piece.length > room) {
      lines.push(`${current}=`);
      current = '';
    }
    current += current === '' ? lineStart(piece, lines.length) : piece;
  }
  return [...lines, current].join('\r\n');
}

/** A lone dot is SMTP's, and what a soft break brings to the start of a line must not look like a delimiter of parts. */
function lineStart(piece: string, linesBefore: number): string {
  if (piece === '.') return '=2E';
  return piece === '-' && linesBefore > 0 ? '=2D' : piece;
}

/** Encodes text in any charset: CRLF stays a line end, every other byte that is no plain ASCII is written by its number. */
export function encodeBinaryText(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .split('\r\n')
    .map((line) => encodeLine(Buffer.from(line, 'latin1')))
    .join('\r\n');
}

function encodeByte(byte: number): string {
  const isPlain = (byte >= 0x20 && byte <= 0x7e && byte !== 0x3d) || byte === 0x09;
  return isPlain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/**
 * Decodes whatever is well formed and leaves the rest as it is: the text may be cut off, or quoted-printable only in
 * parts. So no line is joined to the next after `?=` or `==`, which end encoded words and base64.
 */
export function decodeQuotedPrintable(text: string): Buffer {
  return decodeNumbers(text.replace(/(?<![?=])=[ \t]{0,8}\r?\n/g, ''));
}

/** The bytes of text in which line ends mean themselves; what is no number of a byte stays as it is. */
export function decodeNumbers(text: string): Buffer {
  const decoded = text.replace(/=([0-9A-F]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return Buffer.from(decoded, 'latin1');
}
