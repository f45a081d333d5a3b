/**
 * The SMTP side of the model: it records what it has accepted, from whichever worker. An outage is a stretch of
 * attempts, so that it is part of the plan and shrinks with it. What it answers is SMTP, told as the product tells it;
 * `courier-contract.ts` shows that a real server comes out the same.
 */
import { type Courier, type Envelope, NotBegun } from '../../src/delivery/courier.js';
import { problemAtLetter, smtpProblem } from '../../src/delivery/smtp-problems.js';
import type { Problem } from '../../src/problem/problem.js';
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

/** What is answered instead of taking a letter: a step and a reply such as `550 5.1.1 No such user`, or a cut. */
export interface Answer {
  /** `text` is the middle of a message, which can only be cut; `message` is the dot after it. */
  readonly step: 'greeting' | 'AUTH' | 'MAIL FROM' | 'RCPT TO' | 'DATA' | 'text' | 'message';
  /** null for a cut. */
  readonly reply: string | null;
  /** The server has the message all the same: only its answer is lost. */
  readonly taken?: true;
}

/** Asked at every attempt; null takes it. */
export type Rule = (attempt: {
  readonly to: string;
  readonly raw: Buffer;
  readonly count: number;
}) => Answer | null;

export interface PostOfficeOptions {
  readonly outages?: readonly Outage[];
  /** Recipients whom the server refuses for good. */
  readonly refuses?: (address: string) => boolean;
  /** How many messages each worker may have in hand at once; as many as by default if left out. */
  readonly connections?: number;
}

const SERVER = { host: 'smtp.example.com', port: 465 };

export class PostOffice {
  readonly sent: SentMail[] = [];
  /** Every attempt, taken or not, by recipient. */
  readonly attempts: string[] = [];
  readonly #outages: readonly Outage[];
  readonly connections: number;
  rule: Rule;

  constructor(options: PostOfficeOptions = {}) {
    this.#outages = options.outages ?? [];
    this.connections = options.connections ?? 4;
    const refuses = options.refuses ?? (() => false);
    this.rule = ({ to }) => (refuses(to) ? { step: 'RCPT TO', reply: '550 5.1.1 No such user' } : null);
  }

  /** One worker's way to it. The gate should be one that reconnects, as the real transport does. */
  connect(gate: Gate): Courier {
    const taken = new WeakMap<Envelope, Promise<boolean>>();
    const followed = new WeakSet<Envelope>();
    const hand = (envelope: Envelope, raw: Buffer): Promise<void> =>
      through(gate, `send ${envelope.to} ${field(raw, 'Subject') ?? ''}`, async (passage) => {
        this.#accept(gate.actor, envelope, raw);
        // It is taken, and others may be before that is heard.
        await passage.between();
      });
    const handBehind = async (first: Envelope, envelope: Envelope, raw: Buffer): Promise<void> => {
      const isTaken = followed.has(first) ? undefined : taken.get(first);
      if (isTaken !== undefined) followed.add(first);
      if ((await isTaken) !== true) throw new NotBegun();
      await hand(envelope, raw);
    };
    return {
      connections: this.connections,
      send: (envelope, raw, behind) => {
        const sending = behind === undefined ? hand(envelope, raw) : handBehind(behind, envelope, raw);
        const isTaken = sending.then(
          () => true,
          () => false,
        );
        taken.set(envelope, isTaken);
        return sending;
      },
      close: () => Promise.resolve(),
    };
  }

  #accept(actor: string, envelope: Envelope, raw: Buffer): void {
    const count = this.attempts.push(envelope.to) - 1;
    if (this.#outages.some(({ from, attempts }) => count >= from && count < from + attempts)) {
      throw failure({ step: 'greeting', reply: null }, raw);
    }
    const answer = this.rule({ to: envelope.to, raw, count });
    if (answer === null || answer.taken === true) {
      this.sent.push({
        actor,
        envelope: { ...envelope },
        raw: Buffer.from(raw),
        messageId: field(raw, 'Message-ID') ?? '',
      });
    }
    if (answer !== null) throw failure(answer, raw);
  }
}

/** As nodemailer tells a reply, by what was answered. */
const TOLD = {
  greeting: { code: 'EPROTOCOL', command: 'CONN' },
  AUTH: { code: 'EAUTH', command: 'AUTH PLAIN' },
  'MAIL FROM': { code: 'EENVELOPE', command: 'MAIL FROM' },
  'RCPT TO': { code: 'EENVELOPE', command: 'RCPT TO' },
  DATA: { code: 'EENVELOPE', command: 'DATA' },
  text: { code: 'EMESSAGE', command: 'DATA' },
  message: { code: 'EMESSAGE', command: 'DATA' },
} as const;

/** What the real port throws then. */
export function failure({ step, reply }: Pick<Answer, 'step' | 'reply'>, raw: Buffer): Problem {
  const problemOf = step === 'greeting' || step === 'AUTH' ? smtpProblem : problemAtLetter;
  if (reply === null)
    return problemOf({ code: 'ECONNECTION', command: 'CONN', message: 'Connection closed' }, SERVER);
  return problemOf({ ...TOLD[step], response: reply, message: 'Refused' }, SERVER, raw.length);
}
