/** What a letter passes on of its cause, and how of a large one the outbox holds no second copy. */
import { type Cut, type Original, originalSha256 } from '../../message/compose/original.js';

/** What of its cause a letter passes on, by what it is known again when the letter is sent. */
export interface StagedOriginal {
  /** Of the fields that describe it, an empty line and its body (`originalSha256`). */
  readonly sha256: string;
  /** Of the cause, in bytes, as the server tells it. */
  readonly size: number;
  /** Of the cause's body, what is left out; missing where nothing is. */
  readonly cuts?: readonly Cut[];
}

/** It, or by what it is known. */
export type PassedOn = Original | StagedOriginal;

/**
 * Of a message up to this size a letter is staged whole. To read it once more when the letter is sent costs two commands or
 * three, and an APPEND of so many bytes less than one.
 */
export const MAX_STAGED_BYTES = 32_768;

export function isLater(passed: PassedOn): passed is StagedOriginal {
  return 'sha256' in passed;
}

/** `size` is that of the whole cause; `cuts` is what was left out of `original`. */
export function passedOn(original: Original, size: number, cuts: readonly Cut[] = []): PassedOn {
  if (size <= MAX_STAGED_BYTES) return original;
  return { sha256: originalSha256(original), size, ...(cuts.length === 0 ? {} : { cuts }) };
}
