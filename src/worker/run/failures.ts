/**
 * Failures of a desk's passes in a row: how long to wait after each, and one line in the log for what has changed. However
 * long an outage lasts, it is one line when it begins, and one when it is over; each further attempt is told in detail only.
 *
 * What may pass is tried again soon, then less and less often. A refused sign-in is tried again after minutes, at last
 * once an hour, so that no account is locked. Anything else that needs a person is looked at again within a minute.
 */
import type { Logger } from 'pino';
import { EXIT, Problem } from '../../problem/problem.js';
import { spanInWords } from '../../terminal/span.js';
import { backoffDelay, CROWDED, NEEDS_PERSON, PASSING, type Pace, SIGN_IN } from './backoff.js';

/** No fault of anybody's: its pauses are shorter, and the log is told in passing. */
const TOO_MANY = 'imap-too-many-connections';

type FailureLog = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export class Failures {
  readonly #log: FailureLog;
  /** How often each pace was gone by since a pass went well: what fails in another way between does not begin it anew. */
  readonly #counts = new Map<Pace, number>();
  readonly #clock: () => number;
  #total = 0;
  #beganMs = 0;
  /** What the log was told of since then: the codes of problems that need a person, and what passes as one. */
  readonly #told = new Set<string>();

  /** `clock` is in milliseconds, and never set. */
  constructor(log: FailureLog, clock: () => number = () => performance.now()) {
    this.#log = log;
    this.#clock = clock;
  }

  /** A pass went well. */
  end(): void {
    if (this.#total > 0) {
      const lastedMs = Math.round(this.#clock() - this.#beganMs);
      const details = { failures: this.#total, lastedMs };
      this.#log.info(details, `The desk works again, after ${spanInWords(lastedMs)}.`);
    }
    this.#counts.clear();
    this.#total = 0;
    this.#told.clear();
  }

  /** A pass failed; the pause before the next attempt, in milliseconds. */
  add(error: unknown, random: () => number): number {
    // What is not a Problem was not foreseen: it is taken as temporary, and tried again.
    const problem = needsPerson(error) ? error : null;
    const isCrowded = error instanceof Problem && error.code === TOO_MANY;
    const pace = isCrowded ? CROWDED : paceFor(problem);
    const count = (this.#counts.get(pace) ?? 0) + 1;
    this.#counts.set(pace, count);
    if (this.#total === 0) this.#beganMs = this.#clock();
    this.#total += 1;
    const pauseMs = backoffDelay(count, random, pace);
    const details = { err: error, failures: this.#total, pauseMs };
    const what = nameOf(error);
    if (this.#told.has(what)) {
      const seconds = Math.ceil(pauseMs / 1000);
      this.#log.debug(details, `The desk still does not work, and tries again in ${seconds} s.`);
    } else if (isCrowded)
      this.#log.info(details, 'The server takes no more connections: the desk waits until it does.');
    else if (problem === null)
      this.#log.warn(details, 'The desk does not work, and tries again until it does.');
    else this.#log.error(details, 'The desk is unhealthy, and needs a person.');
    this.#told.add(what);
    return pauseMs;
  }
}

/** A server that is away is one outage, by whatever it shows: the connection breaks, then there is none. */
function nameOf(error: unknown): string {
  if (error instanceof Problem) return error.temporary && error.code !== TOO_MANY ? 'passing' : error.code;
  return `unforeseen ${String(error)}`;
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
