/** What a failure is worth: an exit code of sysexits, and one line for people. */
import { EXIT, INTERNAL_ERROR, Problem } from '../problem/problem.js';

export interface Failure {
  readonly exitCode: number;
  readonly message: string;
}

/** EX_SOFTWARE: an error of ours. */
const EXIT_INTERNAL = 70;

export function failureOf(error: unknown): Failure {
  if (error instanceof Problem) return { exitCode: error.exitCode, message: error.message };
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exitCode: EXIT_INTERNAL, message: `${INTERNAL_ERROR}${detail}` };
}

/** Of several desks' outcomes the one that most needs somebody's attention. */
export function worst(codes: readonly number[]): number {
  const order: readonly number[] = [
    EXIT.configuration,
    EXIT.signInRefused,
    EXIT_INTERNAL,
    EXIT.unavailable,
    EXIT.tryLater,
    EXIT.someToReview,
  ];
  return order.find((code) => codes.includes(code)) ?? EXIT.done;
}
