/**
 * What is pending in a pass, in windows of UIDs: what lies in memory does not grow with what has come. Only the window in
 * hand is held. Who asks for more than that, because a dead worker or a person has left something behind, has all of it read
 * once, window by window, and only its names are kept.
 *
 * Within a window mail is decided in order of arrival, and what another message names before that one (`inOrder`). Between
 * windows the order is that of UIDs. What is named comes later only where mail has overtaken mail, and then it joins the
 * ticket that its answer has opened, as it does when both come in different passes.
 */
import { chunksOf } from '../workplace/batches.js';
import type { Desk } from '../workplace/desk.js';
import { type Pending, type PendingPlaces, readPending } from './pending.js';

/** At most this many are read and decided at a time: twice a batch. */
export const WINDOW_MESSAGES = 400;

/** What is asked of mail that this pass has still to file. */
export type Awaited = Pick<PendingMail, 'identities' | 'all'>;

export class PendingMail {
  readonly places: PendingPlaces;
  readonly size: number;
  readonly #desk: Desk;
  readonly #windows: readonly (readonly number[])[];
  /** What was read already, by UID. */
  #held: ReadonlyMap<number, Pending>;
  #identities: ReadonlySet<string> | null = null;

  /** `held` is what is known of the same folder already. */
  constructor(
    desk: Desk,
    places: PendingPlaces,
    { size, held = [] }: { readonly size: number; readonly held?: readonly Pending[] },
  ) {
    this.places = places;
    this.size = size;
    this.#desk = desk;
    this.#windows = chunksOf(places.uids, size);
    this.#held = new Map(held.map((one) => [one.uid, one]));
  }

  get windows(): number {
    return this.#windows.length;
  }

  /** In order of UID. It is held until another one is asked for. */
  async window(index: number): Promise<readonly Pending[]> {
    const messages = await this.#read(this.#windows[index] ?? []);
    this.#held = new Map(messages.map((one) => [one.uid, one]));
    return messages;
  }

  /** All of it, a window at a time. */
  async *all(): AsyncGenerator<readonly Pending[], void> {
    for (const uids of this.#windows) yield await this.#read(uids);
  }

  /** Of all of it. */
  async identities(): Promise<ReadonlySet<string>> {
    if (this.#identities !== null) return this.#identities;
    const identities = new Set<string>();
    for await (const messages of this.all()) for (const { facts } of messages) identities.add(facts.identity);
    this.#identities = identities;
    return identities;
  }

  async count(): Promise<number> {
    let count = 0;
    for await (const messages of this.all()) count += messages.length;
    return count;
  }

  async #read(uids: readonly number[]): Promise<readonly Pending[]> {
    const held = this.#held;
    const unread = uids.filter((uid) => !held.has(uid));
    const read = unread.length === 0 ? [] : await readPending(this.#desk, this.places, unread);
    const known = uids.flatMap((uid) => held.get(uid) ?? []);
    return known.length === 0 ? read : [...known, ...read].sort((a, b) => a.uid - b.uid);
  }
}
