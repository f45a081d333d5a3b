/** A line that a mail client has marked as quoted (RFC 3676 §4.5; some put spaces in front). */
const QUOTED = /^[ \t]{0,3}>/;

export function isQuoted(line: string): boolean {
  return QUOTED.test(line);
}
