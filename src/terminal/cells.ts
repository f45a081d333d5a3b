/** What a terminal shows of a text: how many cells it fills, and what of it must never get there. */

/** Characters that fill two cells (Unicode Standard Annex 11), as far as mail is likely to hold them. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Marks that stand on the character before them, and what joins or parts two characters. */
const MARK = /[\p{M}\u200c\u200d]/u;
/** What orders a terminal about, ends a line, turns the direction of what follows, or cannot be seen. */
const UNSHOWN = /(?:(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}])+/gu;

/** How many cells of a terminal a cleaned text fills. */
export function cellsOf(text: string): number {
  let cells = 0;
  for (const character of text) cells += MARK.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return cells;
}

/** At most `atMost` cells, ended by an ellipsis where it is cut. */
export function fit(text: string, atMost: number): string {
  if (cellsOf(text) <= atMost) return text;
  let kept = '';
  let cells = 1;
  for (const character of text) {
    cells += cellsOf(character);
    if (cells > atMost) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** Somebody else's text in one line that gives the terminal no orders, wherever it was read. */
export function inOneLine(text: string): string {
  return text.replaceAll(UNSHOWN, ' ');
}
