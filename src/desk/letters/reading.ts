import type { Note } from '../../message/body/word-parts.js';
import type { LeftOut } from '../../message/quotes/shown-words.js';
import type { PassedOn } from './passed-on.js';

/** What was read of the body of a letter's cause. */
export interface Reading {
  /** Its words as far as they are shown; '' if it has no text. */
  readonly excerpt: string;
  readonly left: LeftOut | null;
  /** Its text is longer than what was read of it. */
  readonly cut: boolean;
  readonly attachments: readonly {
    readonly fileName: string;
    readonly type: string;
    readonly size: number;
  }[];
  /** What a reader should know of the message besides. */
  readonly notes?: readonly Note[];
  /** What a relay passes on; null where no letter does. */
  readonly body: PassedOn | null;
  /** What a notice shows of the message itself; null where none may, or where it could not go along. */
  readonly part: PassedOn | null;
}
