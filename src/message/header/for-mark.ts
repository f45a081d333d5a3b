/** `[for jane@example.org]` in a subject: by it a staff member says whose matter a new ticket is. */
import { canonicalAddress, sameAddress } from './addresses.js';

const MARK = /\[for[ \t]+([^[\]]{1,400})\]/giu;

export interface ForMark {
  /** Canonical; null where there is no plain address in it, or where two marks name different ones. */
  readonly address: string | null;
}

/** null where the subject has no such mark. Names, angle brackets and lists are no plain address. */
export function readForMark(subject: string): ForMark | null {
  const marks = [...subject.matchAll(MARK)].map(([, inside = '']) => canonicalAddress(inside.trim()));
  const [first] = marks;
  if (first === undefined) return null;
  const agree = marks.every((other) => first !== null && other !== null && sameAddress(first, other));
  return { address: agree ? first : null };
}

/** The subject without marks that hold anything like an address: what is left is for the requester to read. */
export function withoutForMarks(subject: string): string {
  const rest = subject.replace(MARK, (mark) => (mark.includes('@') ? ' ' : mark));
  return rest === subject ? subject : rest.replace(/ {2,}/g, ' ').trim();
}
