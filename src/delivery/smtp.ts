/**
 * The Courier port over SMTP, by connections that are kept while they last (`smtp-lines.ts`).
 *
 * One recipient per transaction, so that one refusal never touches another's mail, and one message at a time over each
 * line. A message goes out as it is, but for what the server cannot carry (`carriage.ts`). What a failure means:
 * `responses.ts`.
 */
import type { Problem } from '../problem/problem.js';
import { checkEnvelope, parcelFor } from './carriage.js';
import type { Courier, Envelope } from './courier.js';
import { BrokenAtLetter } from './refusal.js';
import { SendFailure, SmtpLine, type SmtpOptions } from './smtp-line.js';
import { type Held, type LinesOptions, SmtpLines } from './smtp-lines.js';
import { problemAtLetter, smtpProblem } from './smtp-problems.js';

export type { SmtpOptions } from './smtp-line.js';

const CLOSE_MS = 5000;

class SmtpCourier implements Courier {
  readonly #lines: SmtpLines;
  readonly #inHand = new Set<Promise<void>>();

  constructor(options: LinesOptions) {
    this.#lines = new SmtpLines(options);
  }

  get connections(): number {
    return this.#lines.connections;
  }

  async send(envelope: Envelope, raw: Buffer): Promise<void> {
    checkEnvelope(envelope);
    const sending = this.#deliver(envelope, raw);
    this.#inHand.add(sending);
    try {
      await sending;
    } finally {
      this.#inHand.delete(sending);
    }
  }

  async close(): Promise<void> {
    this.#lines.close();
    // What is being handed over is finished, unless the server takes too long.
    const late = setTimeout(() => this.#lines.cut(), CLOSE_MS);
    await Promise.allSettled(this.#inHand);
    clearTimeout(late);
    await this.#lines.quit(CLOSE_MS);
  }

  async #deliver(envelope: Envelope, raw: Buffer): Promise<void> {
    for (;;) {
      const held = await this.#lines.take();
      const kept = held.line.used;
      try {
        await held.line.send(parcelFor(held.line.abilities, envelope, raw));
        this.#lines.succeeded();
        return;
      } catch (error) {
        // Only for a connection that the server has closed while it was idle. Other retries are the outbox's.
        if (error instanceof SendFailure && error.untouched && kept) continue;
        const problem = told(error, held, raw);
        if (kept || !isUnwanted(problem) || !this.#lines.isOneTooMany(held)) throw problem;
      } finally {
        this.#lines.giveBack(held);
      }
    }
  }
}

/** The server says that it closes before it has looked at any message. */
function isUnwanted(problem: Problem): boolean {
  return problem.code === 'smtp-unusable-connection' && !(problem instanceof BrokenAtLetter);
}

function told(error: unknown, { options }: Held, raw: Buffer): Problem {
  return error instanceof SendFailure
    ? problemAtLetter(error.cause, options, raw.length)
    : smtpProblem(error, options, raw.length);
}

/**
 * Opens no connection before the first `send`. `options` may be asked for anew before each connection; one connection at
 * a time if nothing else is said.
 */
export function createCourier(
  options: SmtpOptions | (() => Promise<SmtpOptions>),
  { connections = 1, tried = (): void => undefined, mayRenew }: Partial<Omit<LinesOptions, 'source'>> = {},
): Courier {
  const source = typeof options === 'function' ? options : () => Promise.resolve(options);
  return new SmtpCourier({ source, connections, tried, mayRenew });
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
