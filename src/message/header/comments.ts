/** Comments of structured fields (RFC 5322 §3.2.2). */

/** Deeper ones are left as they stand: nobody nests them so to be understood. */
export const MAX_COMMENT_DEPTH = 10;

/** The value with a space in the place of each comment, in bounded work; quotation marks mean nothing here. */
export function withoutComments(value: string): string {
  let text = value;
  for (let depth = 0; depth < MAX_COMMENT_DEPTH && text.includes('('); depth += 1) {
    const bare = text.replace(/\([^()]*\)/g, ' ');
    if (bare === text) break;
    text = bare;
  }
  return text;
}

/** The place of the parenthesis that closes a comment; null if none does, or if it holds others deeper than that. */
export function commentEnd(
  value: string,
  start: number,
  maxDepth: number = Number.POSITIVE_INFINITY,
): number | null {
  let depth = 0;
  for (let at = start; at < value.length; at += 1) {
    const character = value.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    if (depth > maxDepth) return null;
    if (depth === 0) return at;
  }
  return null;
}
