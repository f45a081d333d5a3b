/**
 * The worker of `run` on one desk: its loop, its session, how it is, and the socket by which it is asked and woken. It
 * begins again after it has broken, and keeps its counts.
 */
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { accountKey } from '../../config/account.js';
import type { DeskConfig } from '../../config/complete.js';
import { NotMoved } from '../../mailbox/not-moved.js';
import type { Problem } from '../../problem/problem.js';
import { spanInWords } from '../../terminal/span.js';
import { total } from '../pass/pass.js';
import { Allowance, HURRIES } from './allowance.js';
import { answerOnSocket } from './desk-socket.js';
import type { DeskLoop } from './desks.js';
import { runLoop } from './loop.js';
import type { PollSchedule } from './poll.js';
import type { DeskSession } from './session.js';
import { Vitals } from './vitals.js';
import { Wakeup } from './wakeup.js';

/** What is left of the time that a process has to stop. */
const ALERTS_WITHIN_MS = 3_000;

const PLACES = 2 ** 32;

export interface DeskWorkerOptions {
  readonly desk: DeskConfig;
  readonly session: DeskSession;
  readonly log: Logger;
}

export class DeskWorker implements DeskLoop {
  readonly name: string;
  readonly vitals: Vitals;
  readonly #options: DeskWorkerOptions;
  readonly #schedule: PollSchedule;
  readonly #wakeup = new Wakeup();
  readonly #hurries = new Allowance(HURRIES);
  readonly #waitingMail: WaitingMail;
  #secretsAreOld = false;
  #stuckTold = false;
  /** For which message a pass was followed by another at once. */
  #arrived: number | null = null;

  constructor(options: DeskWorkerOptions) {
    const { desk, session, log } = options;
    this.#waitingMail = new WaitingMail(log);
    this.name = desk.name;
    this.#options = options;
    this.#schedule = { expression: desk.poll, timezone: desk.timezone, place: placeOf(desk) };
    session.onAlertAnswered(() => this.#work());
    session.turn.onBack = () => this.#wakeup.hurry();
    const { traffic } = session;
    this.vitals = new Vitals({
      desk: desk.name,
      schedule: this.#schedule,
      traffic,
      hold: desk.mail === 'hold',
    });
  }

  /** Reads every secret anew, and tries again at once, whatever it waits for. */
  refresh(): void {
    this.#secretsAreOld = true;
    this.#wakeup.hurry();
  }

  readonly run = async (signal: AbortSignal): Promise<void> => {
    const { session, log } = this.#options;
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    const answering = this.#answer(either);
    try {
      await runLoop({
        pass: (passSignal) => this.#pass(passSignal),
        waitForMail: (waitSignal) => session.waitForMail(waitSignal),
        schedule: this.#schedule,
        signal,
        log,
        wakeup: this.#wakeup,
        witness: this.vitals,
      });
    } finally {
      stop.abort();
      await answering;
      await session.close(ALERTS_WITHIN_MS);
    }
  };

  async #pass(signal: AbortSignal): Promise<void> {
    const { session, log } = this.#options;
    if (this.#secretsAreOld) {
      this.#secretsAreOld = false;
      await session.forgetSecrets();
    }
    const outcome = await session.pass(signal);
    this.vitals.passed(outcome);
    const { stopped, delivery, decided, sent, arrived = null } = outcome;
    // The server has told of it already, and will not again. Once for each, whatever the next pass makes of it.
    if (arrived !== null && arrived !== this.#arrived) this.#work();
    this.#arrived = arrived ?? this.#arrived;
    // SMTP that is down is no reason to stop filing: mail waits, and the next poll tries again.
    this.#waitingMail.passed(delivery);
    log.debug({ decided: total(decided), sent }, 'the pass is done');
    // The loop waits longer each time, and says so. What is stuck in the inbox keeps nothing else from being done.
    if (stopped !== null && !(stopped instanceof NotMoved)) throw stopped;
    if (stopped !== null && !this.#stuckTold) log.error({ code: stopped.code }, stopped.message);
    this.#stuckTold = stopped !== null;
  }

  /** A desk works without a socket too: it is only not seen. */
  async #answer(signal: AbortSignal): Promise<void> {
    const { desk, log } = this.#options;
    const answers = { state: () => this.vitals.state(), onWake: () => this.wake(), signal };
    try {
      await answerOnSocket(desk, answers);
    } catch (error) {
      log.warn({ err: error }, 'no socket for this desk: status and other commands do not see this worker');
    }
  }

  /** There is something to do: others that only look may wait. */
  #work(): void {
    this.#options.session.turn.hasWork = true;
    this.#wakeup.wake();
  }

  /** Somebody says that there is work. In trouble it tries again at once, but not without end. */
  wake(): void {
    this.#options.session.turn.hasWork = true;
    const troubled = this.vitals.trouble !== null;
    if (!troubled || this.#hurries.take()) this.#wakeup.hurry();
    else this.#wakeup.wake();
  }
}

/** The same whenever the desk runs, and another one for each desk. */
function placeOf({ imap, address }: DeskConfig): number {
  const digest = createHash('sha256')
    .update(`${accountKey(imap)} ${address}`)
    .digest();
  return digest.readUInt32BE() / PLACES;
}

type Level = 'debug' | 'info' | 'error';
type Log = Readonly<Record<Level, (fields: object, message: string) => void>>;

/** Tells the log that mail waits in the outbox: once for each trouble, however many passes meet it, and that it is over. */
export class WaitingMail {
  readonly #log: Log;
  readonly #clock: () => number;
  /** Codes of which the log was told since mail began to wait. Some take turns, such as what is refused and what is waited for. */
  readonly #told = new Set<string>();
  #beganMs = 0;

  /** `clock` is in milliseconds, and never set. */
  constructor(log: Log, clock: () => number = () => performance.now()) {
    this.#log = log;
    this.#clock = clock;
  }

  /** What keeps mail waiting after a pass; null if nothing does. */
  passed(delivery: Problem | null): void {
    if (delivery === null) {
      if (this.#told.size > 0) {
        const lastedMs = Math.round(this.#clock() - this.#beganMs);
        this.#log.info({ lastedMs }, `mail leaves the outbox again, after ${spanInWords(lastedMs)}`);
      }
      this.#told.clear();
      return;
    }
    const { code, message } = delivery;
    if (this.#told.size === 0) this.#beganMs = this.#clock();
    const level = this.#told.has(code) ? 'debug' : 'error';
    this.#told.add(code);
    this.#log[level]({ code }, `mail waits in the outbox: ${message}`);
  }
}
