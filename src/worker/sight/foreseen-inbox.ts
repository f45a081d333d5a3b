/**
 * The inbox, read in the same round trips as the survey. Where new mail lies is told by how the desk began, and that is known from
 * the look before; if it has changed since, what was read so counts for nothing.
 */
import type { AdoptionRecord } from '../../mailbox/register/entry.js';
import type { Desk } from '../workplace/desk.js';
import { findPlaces, type Pending, type PendingPlaces, readPending } from './pending.js';
import type { ReadBeside } from './survey.js';

export interface InboxSight {
  readonly places: PendingPlaces;
  /** The first window of it; null where nobody has read it. */
  readonly first: readonly Pending[] | null;
}

export class ForeseenInbox implements ReadBeside {
  readonly #desk: Desk;
  readonly #size: number;
  readonly #adoption: AdoptionRecord | null;
  #places: PendingPlaces | null = null;
  #first: readonly Pending[] | null = null;

  /** `size` is that of the window that is read; 0 for none. */
  constructor(desk: Desk, size: number) {
    this.#desk = desk;
    this.#size = size;
    // Where each look at the folder is a command of its own, there is nothing to be won.
    this.#adoption = desk.cache.statusesTell === true ? desk.cache.adoption : null;
  }

  async find(): Promise<void> {
    if (this.#adoption !== null) this.#places = await findPlaces(this.#desk, this.#adoption);
  }

  async read(): Promise<void> {
    const uids = this.#places?.uids.slice(0, this.#size) ?? [];
    if (this.#places !== null && uids.length > 0)
      this.#first = await readPending(this.#desk, this.#places, uids);
  }

  discard(): void {
    this.#places = null;
    this.#first = null;
  }

  /** By how the desk began as the survey has seen it. */
  async seenWith(adoption: AdoptionRecord): Promise<InboxSight> {
    if (this.#places !== null && JSON.stringify(adoption) === JSON.stringify(this.#adoption))
      return { places: this.#places, first: this.#first };
    return { places: await findPlaces(this.#desk, adoption), first: null };
  }
}
