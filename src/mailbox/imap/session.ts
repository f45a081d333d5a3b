/**
 * One signed-in connection as the store's parts use it: one piece of work at a time, every look at a folder fresh,
 * every error a Problem.
 *
 * Some servers show nothing new to a session that does not ask: the first SEARCH after another session's APPEND
 * misses it, and a STORE on a message that a session has not been shown is an OK that did nothing (Dovecot, Courier; on
 * Courier also if that session has appended it itself). So each piece of work begins with SELECT, or with NOOP where the
 * folder is selected already. The NOOP is left out before work on messages that the selected folder is known to show, if
 * it does not matter to that work what has become of them since.
 *
 * What is read in the same turn of the event loop in which the answer before came is one look with it (a search, and a FETCH
 * of what it has found): nobody who works here can know of anything that has happened in between.
 *
 * The answer to NOOP is waited for. Sent together with the next command it would cost no round trip, but then Dovecot
 * 2.3 carries that command out first, and brings the folder up to date after it: the SEARCH misses what it should show.
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

/** In which folder a piece of work is done. */
export interface Place {
  readonly folder: string;
  /** Only these are worked on, and nothing depends on what others have done to them: what is gone is no error. */
  readonly uids?: readonly number[];
  /** It changes nothing: what is read next in the same turn of the event loop is part of the same look. */
  readonly reads?: boolean;
}

interface Look {
  readonly path: string;
  readonly readsLeft: number;
}

/** How many reads may follow the first one of a look without asking for news. */
const MORE_READS_A_LOOK = 3;

export class Session {
  readonly client: ImapFlow;
  readonly wire: Wire;
  readonly names: FolderNames;
  readonly warn: Warn;
  /** Set for as long as the connection waits in IDLE: ends it. */
  interruptIdle: (() => void) | null = null;
  /** The server does not tell where MOVE has put messages, though it could. */
  movesUntold = false;
  /** Paths of folders of which it has told where MOVE has put messages there (a folder may differ: UIDNOTSTICKY, RFC 4315 §2). */
  readonly tellsMovesTo = new Set<string>();
  /** Whether one APPEND may carry several messages (RFC 3502). */
  takesMany: boolean;
  /** Why the connection is of no more use. */
  lost: Problem | null = null;
  #tail: Promise<unknown> = Promise.resolve();
  #queued = 0;
  readonly #secret: string;
  readonly #warnedOf = new Set<string>();
  readonly #nextUids = new Map<string, number>();
  readonly #grown = new Set<string>();
  /** Of the selected folder: messages up to this UID are shown, as far as they are there. */
  #shownUpTo = 0;
  /** Of the selected folder: the highest UID that this session has appended there. The next NOOP shows it. */
  #appendedUpTo = 0;
  /** The look that is going on, until this turn of the event loop is over. */
  #look: Look | null = null;

  constructor(parts: SessionParts) {
    this.client = parts.client;
    this.wire = parts.wire;
    this.names = parts.names;
    this.warn = parts.warn;
    this.takesMany = parts.client.capabilities.has('MULTIAPPEND');
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
    return await this.#inTurn(doing, () => {
      this.#look = null;
      return work();
    });
  }

  async #inTurn<T>(doing: string, work: () => Promise<T>): Promise<T> {
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

  /** The same in a folder, which is selected and, unless the place says that it need not be, up to date when the work begins. */
  async runIn<T>({ folder, uids, reads = false }: Place, doing: string, work: () => Promise<T>): Promise<T> {
    return await this.#inTurn(`${doing} in ${folder}`, async () => {
      const goesOn = reads && this.#isLookingAt(folder);
      const readsLeft = goesOn ? (this.#look?.readsLeft ?? 0) - 1 : MORE_READS_A_LOOK;
      this.#look = null;
      if (!goesOn && (uids === undefined || !this.#shows(folder, uids))) await this.select(folder);
      const done = await work();
      if (reads) this.#lookOn({ path: this.names.toPath(folder), readsLeft });
      return done;
    });
  }

  /** Work that selects the folder anew by itself: what is read next in the same turn is part of the same look. */
  async runOpening<T>(folder: string, doing: string, work: () => Promise<T>): Promise<T> {
    return await this.#inTurn(`${doing} ${folder}`, async () => {
      this.#look = null;
      const done = await work();
      this.#lookOn({ path: this.names.toPath(folder), readsLeft: MORE_READS_A_LOOK });
      return done;
    });
  }

  #isLookingAt(folder: string): boolean {
    const { mailbox } = this.client;
    const path = this.names.toPath(folder);
    return (
      this.#look?.path === path && this.#look.readsLeft > 0 && mailbox !== false && mailbox.path === path
    );
  }

  #lookOn(look: Look): void {
    this.#look = look;
    setImmediate(() => {
      if (this.#look === look) this.#look = null;
    });
  }

  #shows(folder: string, uids: readonly number[]): boolean {
    const { mailbox } = this.client;
    if (mailbox === false || mailbox.path !== this.names.toPath(folder)) return false;
    return uids.every((uid) => uid <= this.#shownUpTo);
  }

  /** Selects a folder, or brings the selected one up to date. */
  async select(folder: string): Promise<MailboxObject> {
    const path = this.names.toPath(folder);
    const selected = this.client.mailbox;
    if (selected !== false && selected.path === path) {
      await this.refresh();
      return selected;
    }
    return await this.reselect(folder);
  }

  /** Brings the selected folder up to date. */
  async refresh(): Promise<void> {
    const appended = this.#appendedUpTo;
    await this.wire.command('NOOP', false);
    this.shown([appended]);
  }

  /** The server has told of these messages of the selected folder: it shows them, and all below them. */
  shown(uids: Iterable<number>): void {
    for (const uid of uids) this.#shownUpTo = Math.max(this.#shownUpTo, uid);
  }

  /** This session has appended messages to a folder. */
  appended(path: string, uids: readonly number[]): void {
    const { mailbox } = this.client;
    if (mailbox !== false && mailbox.path === path)
      this.#appendedUpTo = Math.max(this.#appendedUpTo, ...uids);
  }

  /** Selects a folder anew even if it is selected: only SELECT tells UIDNEXT as it is now. */
  async reselect(folder: string): Promise<MailboxObject> {
    const path = this.names.toPath(folder);
    const mailbox = await this.client.mailboxOpen(path);
    if (typeof mailbox !== 'object') throw lostProblem('signed out');
    // Not every server tells UIDNEXT.
    const uidNext: number | undefined = mailbox.uidNext;
    this.#shownUpTo = (uidNext ?? 1) - 1;
    this.#appendedUpTo = 0;
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
