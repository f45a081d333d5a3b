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
 * What only reads is sent without waiting for the answers to what others read (`read`). The answer to NOOP is waited for:
 * sent together with the next command it would cost no round trip, but then Dovecot 2.3 carries that command out first, and
 * brings the folder up to date after it: the SEARCH misses what it should show.
 */
import type { ImapFlow, MailboxObject } from 'imapflow';
import type { Problem } from '../../problem/problem.js';
import { Arrivals } from './arrivals.js';
import { Flight } from './flight.js';
import type { KnownFolders } from './known-folders.js';
import { Looks, MORE_READS_A_LOOK } from './looks.js';
import type { FolderNames } from './names.js';
import type { Place } from './place.js';
import { commandProblem, lostProblem } from './problems.js';
import { Turns } from './turns.js';
import { View } from './view.js';
import type { Wire } from './wire.js';

/** What to do with an odd thing that stops nothing. The text holds no part of a message. */
export type Warn = (text: string) => void;

export interface SessionParts {
  readonly client: ImapFlow;
  readonly wire: Wire;
  readonly names: FolderNames;
  readonly warn: Warn;
  /** The password or token, which a server may echo. */
  readonly secret: string;
  readonly known: KnownFolders;
  /** By EXAMINE. */
  readonly readOnly: boolean;
}

const NO_FOLDER = new View('');

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
  readonly #turns = new Turns();
  readonly #flight: Flight;
  readonly known: KnownFolders;
  readonly looks = new Looks();
  readonly #parts: SessionParts;
  readonly #warnedOf = new Set<string>();
  readonly #arrivals: Arrivals;
  /** Of the folder that is selected once all that was sent has been carried out. */
  view: View = NO_FOLDER;

  constructor(parts: SessionParts) {
    this.client = parts.client;
    this.wire = parts.wire;
    this.names = parts.names;
    this.warn = parts.warn;
    this.known = parts.known;
    this.takesMany = parts.client.capabilities.has('MULTIAPPEND');
    this.#parts = parts;
    this.#arrivals = new Arrivals(parts.client);
    this.#flight = new Flight(parts.wire, String(parts.client.serverInfo?.['name'] ?? ''));
  }

  /** Whether other work waits for the present one to end. */
  get wanted(): boolean {
    return this.#turns.wanted;
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
      this.looks.begin();
      return work();
    });
  }

  #inTurn<T>(doing: string, work: () => Promise<T>): Promise<T> {
    this.interruptIdle?.();
    return this.#turns.alone(() => this.#attempt(doing, work));
  }

  async #attempt<T>(doing: string, work: () => Promise<T>): Promise<T> {
    if (this.lost !== null) throw this.lost;
    this.wire.mayBeSent = null;
    try {
      return await work();
    } catch (error) {
      // A command that the end of the connection cut short tells less than the end itself.
      throw this.lost ?? commandProblem(error, doing, this.#parts.secret);
    } finally {
      this.wire.mayBeSent = [];
    }
  }

  /** The same in a folder, which is selected and, unless the place says that it need not be, up to date when the work begins. */
  async runIn<T>(place: Place, doing: string, work: () => Promise<T>): Promise<T> {
    const { folder, reads = false } = place;
    return await this.#inTurn(`${doing} in ${folder}`, async () => {
      const { isShown, readsLeft } = this.#enter(place);
      if (!isShown) await this.select(folder);
      if (place.looks === true) this.looked(folder);
      const done = await work();
      if (reads) this.looks.goOn({ path: this.names.toPath(folder), readsLeft });
      return done;
    });
  }

  /** Whether a place need not be selected, nor asked for news; and how many reads there may follow. */
  #enter({ folder, uids, reads = false }: Place): { readonly isShown: boolean; readonly readsLeft: number } {
    const left = this.looks.begin(this.names.toPath(folder));
    const goesOn = reads && left > 0 && !this.looks.areTogether && this.#isSelected(folder);
    const isShown = goesOn || (uids !== undefined && this.#isSelected(folder) && this.view.shows(uids));
    return { isShown, readsLeft: goesOn ? left - 1 : MORE_READS_A_LOOK };
  }

  /**
   * A piece of work of one command that reads. It is sent behind the SELECT of its folder, and waits for no answer that others of
   * its kind wait for, so all that is asked for at once costs one round trip. What fails, or answers null, is done once more
   * by itself (`otherwise`), and tells then what was the matter.
   */
  async read<T>(
    place: Place,
    doing: string,
    { ask, otherwise }: { readonly ask: () => Promise<T | null>; readonly otherwise: () => Promise<T> },
  ): Promise<T> {
    const read = this.#flight.isWorthIt ? await this.#readAhead(place, ask) : null;
    if (read !== null && read !== undefined) return read;
    const alone = await this.runIn(place, doing, otherwise);
    // It has failed with others, and has not alone.
    if (read === undefined) this.#flight.judge(false);
    return alone;
  }

  /** undefined where it has failed. */
  async #readAhead<T>(place: Place, ask: () => Promise<T | null>): Promise<T | null | undefined> {
    this.interruptIdle?.();
    try {
      const read = await this.#turns.ahead((sent) => this.#sendRead(place, ask, sent));
      this.#flight.judge(true);
      return read;
    } catch {
      return undefined;
    }
  }

  async #sendRead<T>(place: Place, ask: () => Promise<T | null>, sent: () => void): Promise<T | null> {
    if (this.lost !== null) return null;
    const { isShown, readsLeft } = this.#enter(place);
    const { piece } = this.looks;
    const selected = await this.#selectAhead(place.folder, isShown);
    const { answer } = await this.#flight.send('read', ask);
    sent();
    const opened = this.#openedAhead(place, selected?.answer);
    // Only what has no command on its way any more is over.
    await Promise.allSettled([opened, answer]);
    await opened;
    const found = await answer;
    if (place.reads === true && !this.looks.areTogether)
      this.looks.goOn({ path: this.names.toPath(place.folder), readsLeft }, piece);
    return found;
  }

  async #openedAhead(
    { folder, looks = false }: Place,
    selected: Promise<unknown> | undefined,
  ): Promise<void> {
    await selected;
    if (looks) this.looked(folder);
  }

  /**
   * Sends SELECT where that is needed; the answer settles when it is answered. Dovecot 2.3 carries out several commands in one
   * folder side by side, and ends them in any order, but SELECT it carries out alone. That of a large folder may take
   * longer than a round trip (50,000 messages in a maildir: 70 to 100 ms), so there the commands wait for each other.
   */
  async #selectAhead(
    folder: string,
    isShown: boolean,
  ): Promise<{ readonly answer: Promise<unknown> } | null> {
    if (this.view.isLarge && this.#isSelected(folder)) {
      await this.#flight.landed();
      // Unless it could not be selected after all.
      if (this.#isSelected(folder)) {
        if (!isShown) await (await this.#flight.send('news', () => this.refresh())).answer;
        return null;
      }
    } else if (isShown && this.#flight.unanswered === 0) return null;
    return await this.#flight.send('select', () => this.reselect(folder));
  }

  /** Work that selects the folder anew by itself: what is read next in the same turn is part of the same look. */
  async runOpening<T>(folder: string, doing: string, work: () => Promise<T>): Promise<T> {
    return await this.#inTurn(`${doing} ${folder}`, async () => {
      this.looks.begin();
      const done = await work();
      this.looks.goOn({ path: this.names.toPath(folder), readsLeft: MORE_READS_A_LOOK });
      return done;
    });
  }

  /** Once all that was sent has been carried out. */
  #isSelected(folder: string): boolean {
    return this.view.path === this.names.toPath(folder);
  }

  /** Selects a folder, or brings the selected one up to date. */
  async select(folder: string): Promise<MailboxObject> {
    const path = this.names.toPath(folder);
    const selected = this.client.mailbox;
    if (selected !== false && selected.path === path && this.view.path === path) {
      await this.refresh();
      return selected;
    }
    return await this.reselect(folder);
  }

  /** Brings the selected folder up to date. */
  async refresh(): Promise<void> {
    const { view } = this;
    const { appendedUpTo } = view;
    await this.wire.command('NOOP', false);
    view.shown([appendedUpTo]);
  }

  /** This session has appended messages to a folder. */
  appended(path: string, uids: readonly number[]): void {
    if (this.view.path === path) this.view.appended(uids);
  }

  /** Selects a folder anew even if it is selected: only SELECT tells UIDNEXT as it is now. */
  async reselect(folder: string): Promise<MailboxObject> {
    const path = this.names.toPath(folder);
    const view = new View(path, this.known.messages.get(path));
    this.view = view;
    try {
      const mailbox = await this.client.mailboxOpen(path, { readOnly: this.#parts.readOnly });
      if (typeof mailbox !== 'object') throw lostProblem('signed out');
      // Not every server tells UIDNEXT.
      const uidNext: number | undefined = mailbox.uidNext;
      view.shown([(uidNext ?? 1) - 1]);
      view.messages = mailbox.exists;
      this.known.messages.set(path, mailbox.exists);
      if (mailbox.noModseq === true) this.known.withoutModseq.add(path);
      this.#arrivals.opened(path, mailbox.uidNext);
      return mailbox;
    } catch (error) {
      // Then none is selected (RFC 9051 §6.3.2).
      if (this.view === view) this.view = NO_FOLDER;
      throw error;
    }
  }

  /** Marks what has arrived in a folder as looked at. To be called after `select` and before the look. */
  looked(folder: string): void {
    this.#arrivals.looked(this.names.toPath(folder));
  }

  /** Whether something may have arrived since the last look. */
  hasGrown(folder: string): boolean {
    return this.#arrivals.since(this.names.toPath(folder));
  }
}
