/** What a letter passes on of its cause, and how of a large one the outbox holds no second copy. */
import { type Original, originalSha256 } from '../../message/compose/original.js';

/** What of its cause a letter passes on, by what it is known again when the letter is sent. */
export interface StagedOriginal {
  /** Of the fields that describe it, an empty line and its body (`originalSha256`). */
  readonly sha256: string;
  /** Of the cause, in bytes, as the server tells it. */
  readonly size: number;
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

export function passedOn(original: Original, size: number): PassedOn {
  return size <= MAX_STAGED_BYTES ? original : { sha256: originalSha256(original), size };
}
