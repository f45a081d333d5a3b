/** An SMTP server that tells how much is in hand at once, answers when it is told to, and may want few connections. */
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { listenAt } from '../../src/demo/listening.js';

interface HeldMail {
  readonly to: string;
  readonly raw: Buffer;
}

export interface HoldingOptions {
  /** More than these are refused, at this step. */
  readonly most?: { readonly connections: number; readonly step: 'greeting' | 'AUTH' | 'MAIL FROM' };
  /** Before each answer to a message. */
  readonly delayMs?: number;
  /** Holds by itself once it has taken so many messages. */
  readonly holdAfter?: number;
}

export interface HoldingServer {
  readonly port: number;
  /** Taken, though it may not be answered yet. */
  readonly taken: readonly HeldMail[];
  /** At each connection: how many were open then, itself among them, and how many messages had been answered. */
  readonly opened: readonly { readonly open: number; readonly answered: number }[];
  /** The most messages that ever were in hand at once. */
  readonly peak: () => number;
  readonly refusals: () => number;
  /** Answers no message from now on, until `release`. */
  hold(): void;
  release(): void;
  /** Resolves once so many messages are in hand that it holds. */
  inHand(count: number): Promise<void>;
  close(): Promise<void>;
}

class Holding {
  readonly taken: HeldMail[] = [];
  readonly opened: { open: number; answered: number }[] = [];
  peak = 0;
  refusals = 0;
  readonly #open = new Set<string>();
  #answered = 0;
  #inHand = 0;
  #stalled = 0;
  #holds = false;
  #held: Promise<void> = Promise.resolve();
  #release = (): void => undefined;
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  connected({ id }: SMTPServerSession): void {
    this.#open.add(id);
    this.opened.push({ open: this.#open.size, answered: this.#answered });
  }

  left({ id }: SMTPServerSession): void {
    this.#open.delete(id);
  }

  isTooMany({ most }: HoldingOptions, step: string, { id }: SMTPServerSession): boolean {
    if (most?.step !== step || [...this.#open].indexOf(id) < most.connections) return false;
    this.refusals += 1;
    return true;
  }

  async take(mail: HeldMail, { delayMs = 0, holdAfter }: HoldingOptions): Promise<void> {
    if (this.taken.length === holdAfter) this.hold();
    this.taken.push(mail);
    this.#inHand += 1;
    this.peak = Math.max(this.peak, this.#inHand);
    if (this.#holds) {
      this.#stalled += 1;
      for (const { count, resolve } of this.#waiting) if (this.#stalled >= count) resolve();
      await this.#held;
      this.#stalled -= 1;
    }
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    this.#inHand -= 1;
    this.#answered += 1;
  }

  hold(): void {
    this.#holds = true;
    this.#held = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  release(): void {
    this.#holds = false;
    this.#release();
  }

  async inHand(count: number): Promise<void> {
    if (this.#stalled >= count) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push({ count, resolve });
    });
  }
}

function tooMany(responseCode: number): Error {
  return Object.assign(new Error('4.7.0 Too many connections from your host'), { responseCode });
}

export async function serveHolding(options: HoldingOptions = {}): Promise<HoldingServer> {
  const state = new Holding();
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    disableReverseLookup: true,
    allowInsecureAuth: true,
    closeTimeout: 1,
    onConnect(session, callback) {
      state.connected(session);
      callback(state.isTooMany(options, 'greeting', session) ? tooMany(421) : null);
    },
    onClose: (session) => state.left(session),
    onAuth(auth, session, callback) {
      if (state.isTooMany(options, 'AUTH', session)) callback(tooMany(454));
      else callback(null, { user: auth.username ?? '' });
    },
    onMailFrom(_address, session, callback) {
      callback(state.isTooMany(options, 'MAIL FROM', session) ? tooMany(421) : null);
    },
    onData(stream, session, callback) {
      const to = session.envelope.rcptTo[0]?.address ?? '';
      // A line that is closed in the middle of a message ends the stream with an error, and nothing is taken.
      const answer = (failure: Error | null): void => callback(failure);
      const taken = buffer(stream).then((raw) => state.take({ to, raw }, options));
      taken.then(() => answer(null), answer);
    },
  });
  const port = await listenAt(server);
  server.on('error', () => undefined);
  return {
    port,
    taken: state.taken,
    opened: state.opened,
    peak: () => state.peak,
    refusals: () => state.refusals,
    hold: () => state.hold(),
    release: () => state.release(),
    inHand: (count) => state.inHand(count),
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}
