/** What a failed attempt to connect says about the server, and when it is tried again. */
import { fieldsOf, textOf } from '../../problem/failure.js';
import { Problem } from '../../problem/problem.js';

/** A server that cannot be reached is tried by another desk after so long, then after twice as long, and so on. */
const FIRST_TRY_MS = 1000;
const LONGEST_TRY_MS = 30_000;

/** Courier closes a connection beyond its `MAXPERIP` without a word (measured on 5.0). */
export function brokeOff({ cause }: Problem): boolean {
  return textOf(fieldsOf<{ code: unknown }>(cause).code).startsWith('ClosedAfterConnect');
}

export function crowded({ message }: Problem, open: number): Problem {
  return new Problem(
    'imap-too-many-connections',
    `The IMAP server takes no more connections beside the ${open} that are open: ${message}`,
    { temporary: true },
  );
}

export function triedAfterMs(tries: number): number {
  return Math.min(FIRST_TRY_MS * 2 ** Math.min(tries - 1, 30), LONGEST_TRY_MS);
}
