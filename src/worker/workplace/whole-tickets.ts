/**
 * Open tickets of which no message lies in the archive (`plan/astray.ts`), with the UID of the newest hint that was known
 * when that was looked for: only a newer one may tell otherwise. Kept in the process, and in the local cache for the next
 * one, which believes it if it has read all entries since.
 */
import type { HintRecord, Registered } from '../../mailbox/register/entry.js';
import type { LocalCache } from './local-cache.js';

/** What a survey has read of the register. */
interface Sight {
  readonly uidValidity: string;
  readonly uidNext: number;
  /** All entries from this UID on have been read. */
  readonly newestFrom: number;
  /** Of what was read, done or not. */
  readonly hints: readonly Registered<HintRecord>[];
}

/** In the cache's file; another form is not read. */
interface Kept {
  readonly form: typeof FORM;
  readonly uidValidity: string;
  /** The register's UIDNEXT: of hints below it all were known. */
  readonly asOf: number;
  /** A ticket's number and a UID each. */
  readonly rows: readonly (readonly [number, number])[];
}

const FORM = 1;
const NAME = 'whole';

export class WholeTickets {
  readonly #local: LocalCache;
  readonly #newest = new Map<number, number>();
  #sight: Sight = { uidValidity: '', uidNext: 1, newestFrom: 1, hints: [] };
  #loaded = false;
  #saved = false;
  #asOf: number | null = null;

  constructor(local: LocalCache) {
    this.#local = local;
  }

  see(sight: Sight): void {
    this.#sight = sight;
  }

  /** Forgets all but these, which are open now. What another process has left is read once in the life of this one. */
  async keep(open: ReadonlySet<number>): Promise<void> {
    if (!this.#loaded) await this.#load();
    this.#asOf = this.#sight.uidNext;
    for (const number of this.#newest.keys()) if (!open.has(number)) this.#newest.delete(number);
  }

  /** Whether nothing was written since that may tell otherwise; `isOf` says whether a ticket's hints are of this one. */
  isKnown(number: number, isOf: (ticket: number) => boolean): boolean {
    const newest = this.#newest.get(number);
    if (newest === undefined) return false;
    return !this.#sight.hints.some(({ ticket, uid }) => ticket !== null && uid > newest && isOf(ticket));
  }

  note(number: number, hints: readonly Registered<HintRecord>[]): void {
    this.#newest.set(number, Math.max(0, ...hints.map(({ uid }) => uid)));
  }

  /** Some of it lies in the archive. */
  forget(number: number): void {
    this.#newest.delete(number);
  }

  /** Once in the life of a process: one that goes on leaves its successor to ask. */
  async save(): Promise<void> {
    if (this.#saved || this.#asOf === null) return;
    this.#saved = true;
    const { uidValidity } = this.#sight;
    const kept: Kept = { form: FORM, uidValidity, asOf: this.#asOf, rows: [...this.#newest] };
    await this.#local.write(NAME, kept);
  }

  async #load(): Promise<void> {
    this.#loaded = true;
    const kept = await this.#local.read(NAME);
    const { uidValidity, uidNext, newestFrom } = this.#sight;
    if (!isKept(kept) || kept.uidValidity !== uidValidity) return;
    if (kept.asOf < newestFrom || kept.asOf > uidNext) return;
    for (const [number, uid] of kept.rows) if (!this.#newest.has(number)) this.#newest.set(number, uid);
  }
}

/** It is signed: what has this form is what `save` wrote. */
function isKept(value: unknown): value is Kept {
  return typeof value === 'object' && value !== null && 'form' in value && value.form === FORM;
}
