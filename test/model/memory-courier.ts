/**
 * The SMTP side of the model: it records what it has accepted, from whichever worker. An outage is a stretch of
 * attempts, so that it is part of the plan and shrinks with it.
 */
import type { Courier, Envelope } from '../../src/delivery/courier.js';
import { Problem } from '../../src/desk/problem.js';
import { field } from './message-text.js';
import { type Gate, through } from './scheduler.js';

export interface SentMail {
  readonly actor: string;
  readonly envelope: Envelope;
  readonly raw: Buffer;
  readonly messageId: string;
}

export interface Outage {
  /** The first attempt, counted over all workers from 0, that fails. */
  readonly from: number;
  readonly attempts: number;
}

export interface PostOfficeOptions {
  readonly outages?: readonly Outage[];
  /** Recipients whom the server refuses for good. */
  readonly refuses?: (address: string) => boolean;
}

export class PostOffice {
  readonly sent: SentMail[] = [];
  readonly #outages: readonly Outage[];
  readonly #refuses: (address: string) => boolean;
  #attempts = 0;

  constructor(options: PostOfficeOptions = {}) {
    this.#outages = options.outages ?? [];
    this.#refuses = options.refuses ?? (() => false);
  }

  /** One worker's way to it. The gate should be one that reconnects, as the real transport does. */
  connect(gate: Gate): Courier {
    return {
      send: (envelope, raw) =>
        through(gate, `send ${envelope.to} ${field(raw, 'Subject') ?? ''}`, () =>
          this.#accept(gate.actor, envelope, raw),
        ),
      close: () => Promise.resolve(),
    };
  }

  #accept(actor: string, envelope: Envelope, raw: Buffer): void {
    const attempt = this.#attempts++;
    if (this.#outages.some(({ from, attempts }) => attempt >= from && attempt < from + attempts)) {
      throw new Problem('smtp-unavailable', 'The SMTP server is not there.', { temporary: true });
    }
    if (this.#refuses(envelope.to))
      throw new Problem('smtp-refused', 'The SMTP server refuses the recipient.');
    this.sent.push({
      actor,
      envelope: { ...envelope },
      raw: Buffer.from(raw),
      messageId: field(raw, 'Message-ID') ?? '',
    });
  }
}
