/**
 * Failures of a desk's passes in a row: how long to wait after each, and one line in the log for what has changed.
 *
 * What may pass is tried again soon, then less and less often. A refused sign-in is tried again after minutes, at last
 * once an hour, so that no account is locked. Anything else that needs a person is looked at again within a minute.
 */
import type { Logger } from 'pino';
import { EXIT, Problem } from '../../problem/problem.js';
import { backoffDelay, NEEDS_PERSON, PASSING, type Pace, SIGN_IN } from './backoff.js';

type FailureLog = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export class Failures {
  readonly #log: FailureLog;
  /** How often each pace was gone by since a pass went well: what fails in another way between does not begin it anew. */
  readonly #counts = new Map<Pace, number>();
  #total = 0;
  /** The code of the problem that a person was told of. */
  #told: string | null = null;

  constructor(log: FailureLog) {
    this.#log = log;
  }

  /** A pass went well. */
  end(): void {
    if (this.#total > 0) this.#log.info({ failures: this.#total }, 'The desk works again.');
    this.#counts.clear();
    this.#total = 0;
    this.#told = null;
  }

  /** A pass failed; the pause before the next attempt, in milliseconds. */
  add(error: unknown, random: () => number): number {
    // What is not a Problem was not foreseen: it is taken as temporary, and tried again.
    const problem = needsPerson(error) ? error : null;
    const pace = paceFor(problem);
    const count = (this.#counts.get(pace) ?? 0) + 1;
    this.#counts.set(pace, count);
    this.#total += 1;
    const pauseMs = backoffDelay(count, random, pace);
    const details = { err: error, failures: this.#total, pauseMs };
    if (problem === null) {
      const seconds = Math.ceil(pauseMs / 1000);
      this.#log.warn(details, `A pass failed and is tried again in ${seconds} s.`);
    } else if (problem.code !== this.#told)
      this.#log.error(details, 'The desk is unhealthy, and needs a person.');
    else this.#log.debug(details, 'The desk is still unhealthy.');
    this.#told = problem?.code ?? null;
    return pauseMs;
  }
}

function paceFor(problem: Problem | null): Pace {
  if (problem === null) return PASSING;
  // The SMTP side counts its own refusals: filing does not wait for it.
  const signIn = problem.exitCode === EXIT.signInRefused && !problem.code.startsWith('smtp-');
  return signIn ? SIGN_IN : NEEDS_PERSON;
}

export function needsPerson(error: unknown): error is Problem {
  return error instanceof Problem && !error.temporary;
}
