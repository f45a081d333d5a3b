/**
 * What a worker that runs for long remembers from pass to pass. Most of it are the facts of messages that stay where they
 * are: a message under a UID never changes, so each header block is read once. A worker that has forgotten everything takes
 * longer for its next pass, tells the log once more what it told, and leaves for later what wants two passes. Only
 * `takenLetters` guards against harm, and only where the register refused to remember the same.
 */
import { readMessage } from '../../desk/decide/as-seen.js';
import type { DeskPolicy } from '../../desk/policy.js';
import type { AdoptionRecord } from '../../mailbox/register/entry.js';
import type { ReadStore } from '../../mailbox/store.js';
import type { Facts } from '../../message/facts/facts.js';
import type { FactsInput } from '../../message/read-facts.js';
import { type LocalCache, noCache } from './local-cache.js';
import { SentRecord } from './sent-record.js';
import { WholeTickets } from './whole-tickets.js';

export interface FiledMessage {
  readonly uid: number;
  readonly facts: Facts;
}

export class FactsCache {
  /** When identical copies were first met together, by a name for just these copies. */
  readonly twinsMet = new Map<string, Date>();
  /** Of what the log was told that it seems to feed the desk: a list, a forwarder, a form. */
  readonly feedingTold = new Set<'list' | 'route' | 'form'>();
  /** The log was told that the configured folder of sent mail is not there. */
  sentFolderMissed = false;
  /** Below which UID nothing in the inbox was found to be old, by UIDVALIDITY; see `copied-inbox.ts`. */
  readonly inboxJudged = new Map<string, number>();

  /** How the desk began, as the last look has seen it: it tells where new mail will lie before the next look has read that. */
  adoption: AdoptionRecord | null = null;
  /** Message-IDs of letters that the mail server has taken, and that could not be marked so. */
  readonly takenLetters = new Set<string>();
  /** UIDs of unsent mail in the outbox of which the server could not even read the header, when it was last looked at. */
  unreadableOutbox: readonly number[] = [];
  /** UIDs in the outbox of letters of which the log was told that the server cannot read them. */
  readonly unreadLettersTold = new Set<number>();
  /** Whether no message in a ticket has the flags of a copy that is under way, as far as this process knows. */
  copiesWiped = false;
  /** UIDs in the archive of such messages, as the look of the pass has found them; null where it has not looked for them. */
  markedInArchive: readonly number[] | null = null;
  /** Whether the status of a folder shows every change in it: where the server keeps mod-sequences. null until one was asked for. */
  statusesTell: boolean | null = null;
  /** The first moment (milliseconds since 1970) at which a pass may find work though nothing in the mailbox has changed. */
  waitsUntil: number | null = null;
  /** What the limits count of what was sent before. */
  readonly sent: SentRecord;
  /** Open tickets of which no message is in the archive. */
  readonly whole: WholeTickets;
  readonly #policy: DeskPolicy;
  readonly #unreadable = new Map<string, ReadonlySet<number>>();
  readonly #folders = new Map<string, { uidValidity: string; messages: Map<number, FiledMessage> }>();

  constructor(policy: DeskPolicy, local: LocalCache = noCache) {
    this.#policy = policy;
    this.sent = new SentRecord(policy, local);
    this.whole = new WholeTickets(local);
  }

  /**
   * The facts of these messages of a folder, in order of UID; those that are gone are left out, and those that the server
   * cannot read: see `hasUnreadable`.
   */
  async read(store: ReadStore, folder: string, uids: readonly number[]): Promise<readonly FiledMessage[]> {
    if (uids.length === 0) return [];
    const known = await this.#folder(store, folder);
    const unread = uids.filter((uid) => !known.has(uid));
    for (const message of await store.fetch(folder, unread))
      known.set(message.uid, { uid: message.uid, facts: this.factsOf(message) });
    const missing = unread.filter((uid) => !known.has(uid));
    const still = missing.length === 0 ? [] : await store.search(folder, { uids: missing });
    this.#noteUnreadable(folder, uids, still);
    return uids.map((uid) => known.get(uid)).filter((message) => message !== undefined);
  }

  #noteUnreadable(folder: string, read: readonly number[], still: readonly number[]): void {
    const before = this.#unreadable.get(folder);
    if (still.length === 0 && before === undefined) return;
    const unreadable = new Set(before);
    for (const uid of read) unreadable.delete(uid);
    for (const uid of still) unreadable.add(uid);
    this.#unreadable.set(folder, unreadable);
  }

  /** All messages of a folder; what has left it is forgotten. */
  async readAll(store: ReadStore, folder: string): Promise<readonly FiledMessage[]> {
    return this.readWhole(store, folder, await store.search(folder, { and: [] }));
  }

  /** The same where all UIDs of the folder are known. */
  async readWhole(
    store: ReadStore,
    folder: string,
    uids: readonly number[],
  ): Promise<readonly FiledMessage[]> {
    const known = await this.#folder(store, folder);
    const here = new Set(uids);
    for (const uid of known.keys()) if (!here.has(uid)) known.delete(uid);
    this.#unreadable.delete(folder);
    return this.read(store, folder, uids);
  }

  /**
   * What has moved from folder to folder is the same message there: what is known of it goes with it, and its header is not
   * read once more. `went` has the new UIDs by the old ones, null where the server did not tell.
   */
  moved(went: ReadonlyMap<number, number | null>, { from, to }: { from: string; to: string }): void {
    const [left, reached] = [this.#folders.get(from)?.messages, this.#folders.get(to)?.messages];
    for (const [uid, now] of went) {
      const message = left?.get(uid);
      left?.delete(uid);
      if (message !== undefined && now !== null) reached?.set(now, { uid: now, facts: message.facts });
    }
  }

  /** Something is put off until then; a pass begins by forgetting it. */
  waitFor(moment: number): void {
    this.waitsUntil = Math.min(moment, this.waitsUntil ?? moment);
  }

  /** Whether the last look at a folder met messages that are there, and that the server could not read. */
  hasUnreadable(folder: string): boolean {
    return (this.#unreadable.get(folder)?.size ?? 0) > 0;
  }

  factsOf(message: FactsInput): Facts {
    return readMessage(this.#policy, message);
  }

  async #folder(store: ReadStore, folder: string): Promise<Map<number, FiledMessage>> {
    const { uidValidity } = await store.state(folder);
    const known = this.#folders.get(folder);
    if (known?.uidValidity === uidValidity) return known.messages;
    const fresh = { uidValidity, messages: new Map<number, FiledMessage>() };
    this.#folders.set(folder, fresh);
    return fresh.messages;
  }
}
