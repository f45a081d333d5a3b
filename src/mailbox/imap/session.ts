/**
 * One signed-in connection as the store's parts use it: one piece of work at a time, every look at a folder fresh,
 * every error a Problem.
 *
 * Some servers show nothing new to a session that does not ask: the first SEARCH after another session's APPEND
 * misses it. So each piece of work begins with SELECT, or with NOOP where the folder is selected already.
 */
import type { ImapFlow, MailboxObject } from 'imapflow';
import type { Problem } from '../../problem/problem.js';
import type { FolderNames } from './names.js';
import { commandProblem, lostProblem } from './problems.js';
import type { Wire } from './wire.js';

/** What to do with an odd thing that stops nothing. The text holds no part of a message. */
export type Warn = (text: string) => void;

export interface SessionParts {
  readonly client: ImapFlow;
  readonly wire: Wire;
  readonly names: FolderNames;
  readonly warn: Warn;
  /** The password, which a server may echo. */
  readonly secret: string;
}

export class Session {
  readonly client: ImapFlow;
  readonly wire: Wire;
  readonly names: FolderNames;
  readonly warn: Warn;
  /** Set for as long as the connection waits in IDLE: ends it. */
  interruptIdle: (() => void) | null = null;
  /** The server does not tell where MOVE has put messages, though it could. */
  movesUntold = false;
  /** Why the connection is of no more use. */
  lost: Problem | null = null;
  #tail: Promise<unknown> = Promise.resolve();
  #queued = 0;
  readonly #secret: string;
  readonly #warnedOf = new Set<string>();
  readonly #nextUids = new Map<string, number>();
  readonly #grown = new Set<string>();

  constructor(parts: SessionParts) {
    this.client = parts.client;
    this.wire = parts.wire;
    this.names = parts.names;
    this.warn = parts.warn;
    this.#secret = parts.secret;
    this.client.on('exists', (event) => {
      if (event.count > event.prevCount) this.#grown.add(event.path);
    });
  }

  /** Whether other work waits for the present one to end. */
  get wanted(): boolean {
    return this.#queued > 1;
  }

  /** The selected folder, for telling people. */
  get folder(): string {
    const { mailbox } = this.client;
    return mailbox === false ? 'no folder' : (this.names.toName(mailbox.path) ?? mailbox.path);
  }

  /** Warns of what will show again at every look. */
  warnOnce(text: string): void {
    if (this.#warnedOf.has(text)) return;
    this.#warnedOf.add(text);
    this.warn(text);
  }

  /**
   * Runs a piece of work alone on the connection. `doing` completes "cannot …" for its Problem.
   * Anything but a Problem that it throws is turned into one.
   */
  async run<T>(doing: string, work: () => Promise<T>): Promise<T> {
    this.#queued += 1;
    this.interruptIdle?.();
    const turn = this.#tail.then(() => this.#attempt(doing, work));
    this.#tail = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#queued -= 1;
    }
  }

  async #attempt<T>(doing: string, work: () => Promise<T>): Promise<T> {
    if (this.lost !== null) throw this.lost;
    try {
      return await work();
    } catch (error) {
      // A command that the end of the connection cut short tells less than the end itself.
      throw this.lost ?? commandProblem(error, doing, this.#secret);
    }
  }

  /** The same in a folder, which is selected and up to date when the work begins. */
  async runIn<T>(folder: string, doing: string, work: () => Promise<T>): Promise<T> {
    return await this.run(`${doing} in ${folder}`, async () => {
      await this.select(folder);
      return await work();
    });
  }

  /** Selects a folder, or brings the selected one up to date. */
  async select(folder: string): Promise<MailboxObject> {
    const path = this.names.toPath(folder);
    const selected = this.client.mailbox;
    if (selected !== false && selected.path === path) {
      await this.wire.command('NOOP', false);
      return selected;
    }
    return await this.reselect(folder);
  }

  /** Selects a folder anew even if it is selected: only SELECT tells UIDNEXT as it is now. */
  async reselect(folder: string): Promise<MailboxObject> {
    const path = this.names.toPath(folder);
    const mailbox = await this.client.mailboxOpen(path);
    if (typeof mailbox !== 'object') throw lostProblem('signed out');
    const before = this.#nextUids.get(path);
    if (before !== undefined && mailbox.uidNext > before) this.#grown.add(path);
    this.#nextUids.set(path, mailbox.uidNext);
    return mailbox;
  }

  /** Marks what has arrived in a folder as looked at. To be called after `select` and before the look. */
  looked(folder: string): void {
    this.#grown.delete(this.names.toPath(folder));
  }

  /** Whether something may have arrived since the last look. */
  hasGrown(folder: string): boolean {
    return this.#grown.has(this.names.toPath(folder));
  }
}
