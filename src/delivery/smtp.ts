/**
 * The Courier port over SMTP, by connections that are kept while they last (`smtp-lines.ts`).
 *
 * One recipient per transaction, so that one refusal never touches another's mail, and one message at a time over each
 * line, or with the next one's envelope behind it (`smtp-line.ts`). A message goes out as it is, but for what the server
 * cannot carry (`carriage.ts`). What a failure means: `responses.ts`.
 */
import { Problem } from '../problem/problem.js';
import { checkEnvelope, parcelFor } from './carriage.js';
import { type Courier, type Envelope, NotBegun } from './courier.js';
import { Delivery } from './delivery.js';
import { BrokenAtLetter, MailRefusal } from './refusal.js';
import {
  type Abilities,
  type Parcel,
  SendFailure,
  SmtpLine,
  type SmtpOptions,
  saysGoodbye,
} from './smtp-line.js';
import { type Held, type LinesOptions, SmtpLines } from './smtp-lines.js';
import { problemAtLetter, smtpProblem } from './smtp-problems.js';

export type { Abilities, SmtpOptions } from './smtp-line.js';

const CLOSE_MS = 5000;
/** Where a server did not answer what was sent ahead, nothing is sent ahead for so long. */
const NOTHING_AHEAD_MS = 10 * 60_000;

class SmtpCourier implements Courier {
  readonly #lines: SmtpLines;
  readonly #inHand = new Set<Promise<void>>();
  readonly #deliveries = new WeakMap<Envelope, Delivery>();
  #aheadFrom = 0;

  constructor(options: LinesOptions) {
    this.#lines = new SmtpLines(options);
  }

  get connections(): number {
    return this.#lines.connections;
  }

  async send(envelope: Envelope, raw: Buffer, behind?: Envelope): Promise<void> {
    const delivery = new Delivery(envelope, raw);
    this.#deliveries.set(envelope, delivery);
    const sending = this.#settle(delivery, behind);
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

  async #settle(delivery: Delivery, behind: Envelope | undefined): Promise<void> {
    try {
      if (behind === undefined || !(await this.#deliverBehind(delivery, this.#deliveries.get(behind))))
        await this.#deliver(delivery);
      delivery.end(true);
    } catch (error) {
      delivery.isBroken = error instanceof BrokenAtLetter;
      delivery.end(false);
      throw error;
    }
  }

  /** Once the first one is taken: whether this one is sent, or nothing of its text was, so that it takes a line of its own. */
  async #deliverBehind(delivery: Delivery, first: Delivery | undefined): Promise<boolean> {
    if (first?.isFollowed !== false) throw new NotBegun();
    first.isFollowed = true;
    const held = await first.takesAhead();
    const outcome = held === null ? 'untouched' : await this.#sendAhead(delivery, first, held);
    if (!(await first.isTaken)) throw new NotBegun();
    if (outcome instanceof Problem) throw outcome;
    return outcome === 'sent';
  }

  /** While the first one's answer is still to come. */
  async #sendAhead(delivery: Delivery, first: Delivery, held: Held): Promise<'sent' | 'untouched' | Problem> {
    const parcel = performance.now() < this.#aheadFrom ? null : parcelAhead(delivery, held);
    if (parcel === null) return 'untouched';
    first.hasLeftLine = true;
    try {
      await held.line.send(parcel, () => delivery.written(held));
      this.#lines.succeeded();
      return 'sent';
    } catch (error) {
      if (!(error instanceof SendFailure) || !error.untouched) return told(error, held, delivery.raw);
      // Where the first one has met no answer, what came behind it may be why: else each would be sent twice.
      if (!saysGoodbye(error.cause) && ((await first.isTaken) || first.isBroken))
        this.#aheadFrom = performance.now() + NOTHING_AHEAD_MS;
      return 'untouched';
    } finally {
      // nodemailer may refuse it by itself, before that answer.
      await first.isTaken;
      if (!delivery.hasLeftLine) this.#lines.giveBack(held);
    }
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { envelope, raw } = delivery;
    checkEnvelope(envelope);
    for (;;) {
      const held = await this.#lines.take();
      const kept = held.line.used;
      try {
        await held.line.send(parcelFor(held.line.abilities, envelope, raw), () => delivery.written(held));
        this.#lines.succeeded();
        return;
      } catch (error) {
        // Only for a connection that the server has closed while it was idle. Other retries are the outbox's.
        if (error instanceof SendFailure && error.untouched && kept) continue;
        const problem = told(error, held, raw);
        if (kept || !isUnwanted(problem) || !this.#lines.isOneTooMany(held)) throw problem;
      } finally {
        if (!delivery.hasLeftLine) this.#lines.giveBack(held);
      }
    }
  }
}

/** Null for what can't go over that line: it is told when its turn comes. */
function parcelAhead({ envelope, raw }: Delivery, { line }: Held): Parcel | null {
  try {
    checkEnvelope(envelope);
    return parcelFor(line.abilities, envelope, raw);
  } catch (error) {
    if (error instanceof MailRefusal) return null;
    throw error;
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

/**
 * Connects, says EHLO, starts TLS and signs in as configured, and leaves. Answers what the server has said of itself. Throws
 * the same Problems as `send`.
 */
export async function verifyCourier(options: SmtpOptions): Promise<Abilities> {
  try {
    const line = await SmtpLine.open(options);
    await line.quit(CLOSE_MS);
    return line.abilities;
  } catch (error) {
    throw smtpProblem(error, options);
  }
}
