/**
 * The Courier port over SMTP, by one connection that is kept while it lasts.
 *
 * One recipient per transaction, so that one refusal never touches another's mail, and one message at a time, so that
 * what one answer says of the server counts for the next. A message goes out as it is, but for what the server cannot
 * carry (`carriage.ts`). What a failure means: `responses.ts`.
 */
import type { Problem } from '../problem/problem.js';
import { checkEnvelope, parcelFor } from './carriage.js';
import type { Courier, Envelope } from './courier.js';
import { SendFailure, SmtpLine, type SmtpOptions } from './smtp-line.js';
import { problemAtLetter, smtpProblem } from './smtp-problems.js';

export type { SmtpOptions } from './smtp-line.js';

const CLOSE_MS = 5000;

class SmtpCourier implements Courier {
  readonly #source: () => Promise<SmtpOptions>;
  #line: { readonly line: SmtpLine; readonly options: SmtpOptions } | null = null;
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(source: () => Promise<SmtpOptions>) {
    this.#source = source;
  }

  async send(envelope: Envelope, raw: Buffer): Promise<void> {
    checkEnvelope(envelope);
    const sending = this.#turn.then(() => this.#deliver(envelope, raw));
    this.#turn = sending.catch(() => undefined);
    await sending;
  }

  async close(): Promise<void> {
    this.#closed = true;
    // What is being handed over is finished, unless the server takes too long.
    const late = setTimeout(() => this.#line?.line.close(), CLOSE_MS);
    await this.#turn;
    clearTimeout(late);
    await this.#line?.line.quit(CLOSE_MS);
    this.#line = null;
  }

  async #deliver(envelope: Envelope, raw: Buffer): Promise<void> {
    const first = await this.#connect();
    const kept = first.line.used;
    try {
      return await this.#hand(first, envelope, raw);
    } catch (error) {
      // Only for a connection that the server has closed while it was idle. Other retries are the outbox's.
      if (!(error instanceof SendFailure && error.untouched && kept)) throw told(error, first.options, raw);
    }
    const second = await this.#connect();
    try {
      await this.#hand(second, envelope, raw);
    } catch (error) {
      throw told(error, second.options, raw);
    }
  }

  #hand({ line }: { readonly line: SmtpLine }, envelope: Envelope, raw: Buffer): Promise<void> {
    return line.send(parcelFor(line.abilities, envelope, raw));
  }

  /** What to connect with is asked for each time, so that a password is never older than its connection. */
  async #connect(): Promise<{ readonly line: SmtpLine; readonly options: SmtpOptions }> {
    if (this.#line?.line.isOpen === true) return this.#line;
    this.#line = null;
    if (this.#closed) throw smtpProblem(new Error('This worker has closed its connection'), NOWHERE);
    const options = await this.#source();
    try {
      this.#line = { line: await SmtpLine.open(options), options };
    } catch (error) {
      throw smtpProblem(error, options);
    }
    return this.#line;
  }
}

const NOWHERE = { host: 'of this desk', port: 0 };

function told(error: unknown, options: SmtpOptions, raw: Buffer): Problem {
  return error instanceof SendFailure
    ? problemAtLetter(error.cause, options, raw.length)
    : smtpProblem(error, options, raw.length);
}

/** Opens no connection before the first `send`. `options` may be asked for anew before each connection. */
export function createCourier(options: SmtpOptions | (() => Promise<SmtpOptions>)): Courier {
  return new SmtpCourier(typeof options === 'function' ? options : () => Promise.resolve(options));
}

/** Connects, says EHLO, starts TLS and signs in as configured, and leaves. Throws the same Problems as `send`. */
export async function verifyCourier(options: SmtpOptions): Promise<void> {
  try {
    const line = await SmtpLine.open(options);
    await line.quit(CLOSE_MS);
  } catch (error) {
    throw smtpProblem(error, options);
  }
}
