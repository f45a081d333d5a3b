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
