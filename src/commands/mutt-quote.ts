/**
 * Words for mutt's configuration. mutt reads a word much as a shell does: backquotes run commands and `$` names a
 * variable, but between single quotes everything stands for itself.
 */

/** Read by mutt as one word that is `text`. */
export function muttWord(text: string): string {
  if (/^[\w@%+=:.,/-]+$/.test(text)) return text;
  if (text.includes("'") && !/["\\$`]/.test(text)) return `"${text}"`;
  return text
    .split("'")
    .map((piece) => (piece === '' ? '' : `'${piece}'`))
    .join(String.raw`\'`);
}

/** The rest of a my_hdr line, where quotes are part of the value. */
export function muttHeaderValue(text: string): string {
  return text.replaceAll(/[\\$`'"#;]/g, String.raw`\$&`);
}

/** An extended regular expression that fits `text` alone. */
export function muttPattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** Keys of a macro that type `text`: there a caret makes a control character of what follows. */
export function muttKeys(text: string): string {
  return text.replaceAll('^', '^^');
}
