/**
 * The lines of one courier to its SMTP server: as many as are needed, and never opened all at once.
 *
 * - The first is opened for the first message. There may be another once the server has taken a message, and one more
 *   after each further one, up to what is configured: a server that takes nothing is bothered by one line alone.
 * - One is opened at a time. Where there is no other line, all who wait for it fail with it: a refused sign-in is tried
 *   once, not once a message.
 * - A server may take fewer lines than it is offered (421, "too many connections from your host"): that is no failure of
 *   a message, which goes over a line that there is. For some minutes no further one is tried.
 */
import { Problem } from '../problem/problem.js';
import { SmtpLine, type SmtpOptions } from './smtp-line.js';
import { smtpProblem } from './smtp-problems.js';

const NO_FURTHER_MS = 10 * 60_000;

/** One line, and what it was opened with. */
export interface Held {
  readonly line: SmtpLine;
  readonly options: SmtpOptions;
}

export interface LinesOptions {
  /** Asked each time, so that a password is never older than its connection. */
  readonly source: () => Promise<SmtpOptions>;
  /** At most so many lines. */
  readonly connections: number;
  /** Told how each attempt to open a line went: null where it is open and signed in. */
  readonly tried: (problem: Problem | null) => void;
  /** Told of a token that is refused although it looked good: whether there may be another one. */
  readonly mayRenew?: ((used: SmtpOptions) => boolean) | undefined;
}

interface Waiting {
  readonly goOn: () => void;
  readonly fail: (problem: unknown) => void;
}

export class SmtpLines {
  readonly #options: LinesOptions;
  readonly #open = new Set<Held>();
  readonly #idle: Held[] = [];
  #waiting: Waiting[] = [];
  #taken = 0;
  #opening = false;
  /** The server takes no more lines than these. */
  #enough: { readonly lines: number; readonly until: number } | null = null;
  #closed = false;

  constructor(options: LinesOptions) {
    this.#options = options;
  }

  /** How many messages may be in hand now: at least one. */
  get connections(): number {
    const enough =
      this.#enough !== null && performance.now() < this.#enough.until ? this.#enough.lines : null;
    return Math.min(this.#options.connections, 1 + this.#taken, enough ?? Number.POSITIVE_INFINITY);
  }

  /** A line for one message, to be given back. Throws where none can be had. */
  async take(): Promise<Held> {
    for (;;) {
      const idle = this.#idle.pop();
      if (idle?.line.isOpen === true) return idle;
      this.#forgetClosed();
      if (idle !== undefined) continue;
      const opened = this.#mayOpen() ? await this.#openOne() : await this.#wait();
      if (opened !== null) return opened;
    }
  }

  giveBack(held: Held): void {
    if (held.line.isOpen) this.#idle.push(held);
    this.#forgetClosed();
    this.#goOn();
  }

  /** A message was taken. */
  succeeded(): void {
    this.#taken += 1;
  }

  /** The server closes this line before it has looked at anything, while others go on: it wants no more than those. */
  isOneTooMany(held: Held): boolean {
    const others = [...this.#open].filter((one) => one !== held && one.line.isOpen).length;
    if (others === 0) return false;
    this.#keepTo(others);
    return true;
  }

  /** No further line is opened. */
  close(): void {
    this.#closed = true;
  }

  /** Breaks off whatever is under way. */
  cut(): void {
    for (const { line } of this.#open) line.close();
  }

  async quit(withinMs: number): Promise<void> {
    await Promise.all([...this.#open].map(({ line }) => line.quit(withinMs)));
    this.#idle.length = 0;
    this.#open.clear();
  }

  #mayOpen(): boolean {
    if (this.#opening) return false;
    return this.#open.size === 0 || (!this.#closed && this.#open.size < this.connections);
  }

  async #openOne(): Promise<Held | null> {
    if (this.#closed) throw smtpProblem(new Error('This worker has closed its connection'), NOWHERE);
    this.#opening = true;
    try {
      const held = await this.#connect();
      this.#open.add(held);
      this.#options.tried(null);
      return held;
    } catch (error) {
      if (error instanceof Problem) this.#options.tried(error);
      this.#forgetClosed();
      if (this.#open.size > 0) {
        this.#keepTo(this.#open.size);
        return null;
      }
      for (const { fail } of this.#waiting.splice(0)) fail(error);
      throw error;
    } finally {
      this.#opening = false;
      this.#goOn();
    }
  }

  async #connect(): Promise<Held> {
    for (let again = false; ; again = true) {
      const options = await this.#options.source();
      try {
        return { line: await SmtpLine.open(options), options };
      } catch (error) {
        const problem = smtpProblem(error, options);
        const isRefused = problem.code === 'smtp-sign-in-refused';
        if (again || !isRefused || this.#options.mayRenew?.(options) !== true) throw problem;
      }
    }
  }

  #keepTo(lines: number): void {
    this.#enough = { lines, until: performance.now() + NO_FURTHER_MS };
  }

  #forgetClosed(): void {
    for (const held of this.#open) if (!held.line.isOpen) this.#open.delete(held);
  }

  async #wait(): Promise<null> {
    await new Promise<void>((goOn, fail) => {
      this.#waiting.push({ goOn, fail });
    });
    return null;
  }

  #goOn(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { goOn } of waiting) goOn();
  }
}

const NOWHERE = { host: 'of this desk', port: 0 };
