/** RFC 2045 §6.8. */
const LINE_CHARACTERS = 76;
const LINES = new RegExp(`.{1,${LINE_CHARACTERS}}`, 'g');

/** In base64, with CRLF between the lines and none at the end. */
export function base64Lines(bytes: Buffer): string {
  return (bytes.toString('base64').match(LINES) ?? []).join('\r\n');
}
