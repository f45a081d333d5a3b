/** The words of a message for a notice: what its sender wrote, within limits, and what of it is left out. */
import { excerpt } from './excerpt.js';

/** At most so much of a text is shown. */
export interface WordLimits {
  readonly maxChars: number;
  readonly maxLines: number;
}

/** What is known of the mail that a message may quote. */
export interface Thread {
  /** The message opens its ticket: what it holds of other mail is the matter itself. */
  readonly first: boolean;
  /** Addresses and names of the desk, its staff and the ticket's people, in any case. */
  readonly known: readonly string[];
  /** The ticket's subject. */
  readonly subject: string;
}

export interface ShownWords {
  readonly text: string;
  /** Lines that are not shown, and how many of them are quoted; empty lines do not count. */
  readonly left: { readonly lines: number; readonly quoted: number } | null;
}

export function shownWords(text: string, limits: WordLimits, _thread: Thread): ShownWords {
  return { text: excerpt(text, limits.maxChars, limits.maxLines), left: null };
}
