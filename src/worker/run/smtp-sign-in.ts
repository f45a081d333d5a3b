/**
 * How a desk signs in at its mail server. What it signs in with is read anew for each connection, so that a password may
 * change while the worker runs. After a refused sign-in no other is tried until a wait is over, which grows from a minute
 * to an hour: tried at every pass, it would get the account locked. Another password than the refused one is tried at
 * once; but a source that gives another one each time (a token, say) has a few tries before it waits like any.
 * Meanwhile mail is filed, and waits in the outbox.
 */
import { ConfigProblem } from '../../config/problem.js';
import type { Courier } from '../../delivery/courier.js';
import { createCourier, type SmtpOptions } from '../../delivery/smtp.js';
import { Problem } from '../../problem/problem.js';

const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 3_600_000;
const MAX_OTHERS = 3;

/** What the server says of a sign-in; that it takes none just now may be the beginning of a lock. */
const OF_SIGN_IN: ReadonlySet<string> = new Set(['smtp-sign-in-refused', 'smtp-unusable-sign-in']);

interface Refused {
  readonly options: SmtpOptions;
  readonly problem: Problem;
  readonly failures: number;
  /** Other passwords that were tried before their time, one after the other. */
  readonly others: number;
  readonly until: Date;
}

export interface SignInOptions {
  readonly read: () => Promise<SmtpOptions>;
  /** Told of a token that is refused although it looked good: whether there may be another one. Never, if left out. */
  readonly mayRenew?: (used: SmtpOptions) => boolean;
  readonly now: () => Date;
  /** How many connections a courier may have at once. */
  readonly connections: number;
}

/** One for each desk; it outlives the desk's connections. */
export class SmtpSignIn {
  readonly #options: SignInOptions;
  #refused: Refused | null = null;
  #last: SmtpOptions | null = null;
  /** A line was opened since the last refusal: what goes over an older one says nothing of the password. */
  #openedSince = false;

  constructor(options: SignInOptions) {
    this.#options = options;
  }

  /** A courier that signs in so. */
  open(): Courier {
    const courier = createCourier(() => this.#allowed(), {
      connections: this.#options.connections,
      mayRenew: this.#options.mayRenew,
      tried: (problem) => {
        if (problem === null) this.#openedSince = true;
        else this.#note(problem);
      },
    });
    return {
      get connections() {
        return courier.connections;
      },
      send: async (envelope, raw, behind) => {
        try {
          await courier.send(envelope, raw, behind);
          if (this.#openedSince) this.#refused = null;
        } catch (error) {
          this.#note(error);
          throw error;
        }
      },
      close: () => courier.close(),
    };
  }

  /** Somebody asks for a try now. */
  forget(): void {
    this.#refused = null;
  }

  async #allowed(): Promise<SmtpOptions> {
    const options = await this.#read();
    const refused = this.#refused;
    if (refused !== null && this.#options.now() < refused.until) {
      if (isSame(options, refused.options) || refused.others >= MAX_OTHERS) throw waiting(refused);
    }
    this.#last = options;
    return options;
  }

  async #read(): Promise<SmtpOptions> {
    try {
      return await this.#options.read();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const { message, temporary, exitCode } = error;
      const code = error instanceof ConfigProblem ? 'smtp-unusable-secret' : 'smtp-unusable-token';
      throw new Problem(code, message, { temporary, scope: 'account', exitCode, cause: error });
    }
  }

  #note(error: unknown): void {
    const options = this.#last;
    if (!(error instanceof Problem) || !OF_SIGN_IN.has(error.code) || options === null) return;
    // What was not tried failed no more than before.
    if (error instanceof Waiting) return;
    // Everybody who waited for a line is told of its one refusal.
    if (this.#refused?.problem !== error) this.#wait(error, options);
  }

  #wait(problem: Problem, options: SmtpOptions): void {
    this.#openedSince = false;
    const before = this.#refused;
    const now = this.#options.now();
    const failures = (before?.failures ?? 0) + 1;
    const early = before !== null && now < before.until;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
    const until = new Date(now.getTime() + wait);
    this.#refused = {
      options,
      problem,
      failures,
      others: (before?.others ?? 0) + (early ? 1 : 0),
      until,
    };
  }
}

function isSame(one: SmtpOptions, other: SmtpOptions): boolean {
  return one.user === other.user && one.password === other.password && one.accessToken === other.accessToken;
}

/** Its cause is the refusal that is waited for. */
class Waiting extends Problem {}

function waiting({ problem, until, options }: Refused): Problem {
  const secret = options.accessToken === undefined ? 'password' : 'token';
  const { code, message, temporary, scope, exitCode } = problem;
  return new Waiting(
    code,
    `${message} The next try is at ${until.toISOString()}, or as soon as the ${secret} is another one.`,
    { temporary, scope, exitCode, cause: problem },
  );
}
