/**
 * HTML so that its words stay as they are written: html-to-text, as mailparser calls it, wraps lines at 80 characters, in
 * the middle of what somebody may search for, writes headings in capitals, and joins the cells and rows of a table.
 */

/** What parts rows and cells of a table. */
const BEFORE: ReadonlyMap<string, string> = new Map([
  ['tr', '<br>'],
  ['td', ' '],
  ['th', ' '],
]);
const TAG = /(<[^>]*>)/;
const TAG_NAME = /^<(\/?[a-z][^\s>]*)/;
const HEADING = /^<(\/?)h[1-6]\b/;
const INLINE =
  /^\/?(?:a|abbr|b|bdi|bdo|big|cite|code|del|em|font|i|img|ins|kbd|mark|q|s|small|span|strike|strong|sub|sup|tt|u|wbr)$/;

/** A space at which no line is wrapped. No text keeps such a character: all controls are taken out of it. */
const KEPT_SPACE = '\x1f';
const SPACES = /[\t\n\f\r\x1f ]+/g;
const LATER_SPACES = /(?<=[^\t\n\f\r\x1f ])[\t\n\f\r\x1f ]+/g;
const KEPT_SPACES = /\n?\x1f+\n?/g;
/** Empty lines between tables in tables. */
const GAPS = /\n(?:[ \t]*\n){2,}/g;

/** For HTML in which every `<` begins a whole tag in lower case; linear. */
export function laidOut(html: string): string {
  let inPre = false;
  // The last tag begins no line.
  let inLine = false;
  return html
    .split(TAG)
    .map((piece) => {
      if (!piece.startsWith('<')) return inPre ? piece : withKeptSpaces(piece, inLine);
      const name = TAG_NAME.exec(piece)?.[1] ?? '';
      if (name === 'pre' || name === '/pre') inPre = name === 'pre';
      inLine = INLINE.test(name);
      return (BEFORE.get(name) ?? '') + piece.replace(HEADING, '<$1p');
    })
    .join('');
}

/** The text that html-to-text has made of it. */
export function withPlainSpaces(text: string): string {
  return text.replace(KEPT_SPACES, spaceOf).replace(GAPS, '\n\n').trimEnd();
}

/** Where a line may begin, the first space stays one that html-to-text leaves out, and so does what is only space. */
function withKeptSpaces(text: string, inLine: boolean): string {
  if (text.trim() === '') return inLine && !text.includes('\n') ? text.replace(SPACES, KEPT_SPACE) : text;
  return text.replace(inLine ? SPACES : LATER_SPACES, KEPT_SPACE);
}

/** At either end of a line no space is seen. */
function spaceOf(spaces: string): string {
  return spaces.includes('\n') ? spaces.replaceAll(KEPT_SPACE, '') : ' ';
}
