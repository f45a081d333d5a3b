/**
 * Letters are got ready in batches: one FETCH reads a batch, one STORE marks it as under way. The next batch is read while
 * this one is sent, and a large letter comes alone, so that little lies in memory at once.
 */
import { carryOut } from '../carry-out/carry-out.js';
import { historyIn, knownOf, retryEntry } from '../sight/letter-history.js';
import { type Letter, weightOf } from '../workplace/outbox-copy.js';
import { isToBeSent } from './dispatch.js';
import type { Draining } from './draining.js';
import { type ReadyLetter, readOriginals } from './originals.js';
import { flagUnderWay } from './put-away.js';

const MAX_LETTERS = 50;
const MAX_BATCH_BYTES = 8 * 1024 * 1024;
/** Of a server that has not taken anything yet, nobody knows whether it will. */
const MAX_FIRST_BYTES = 256 * 1024;
/** What is read and not answered yet; one larger letter may lie there alone. */
const MAX_HELD_BYTES = 2 * MAX_BATCH_BYTES;

export class LetterBatches {
  readonly #draining: Draining;
  readonly #ready = new Map<number, ReadyLetter>();
  /** By UID, of what is ready and of what is in hand. */
  readonly #held = new Map<number, number>();

  constructor(draining: Draining) {
    this.#draining = draining;
  }

  isReady({ uid }: Letter): boolean {
    return this.#ready.has(uid);
  }

  /** Throws for what is not ready. Its bytes count until it is given back. */
  take({ uid }: Letter): ReadyLetter {
    const ready = this.#ready.get(uid);
    if (ready === undefined) throw new Error('a letter was taken before it was ready');
    this.#ready.delete(uid);
    return ready;
  }

  /** It was taken, and not used. */
  putBack({ uid }: Letter, ready: ReadyLetter): void {
    this.#ready.set(uid, ready);
  }

  giveBack({ uid }: Letter): void {
    this.#held.delete(uid);
  }

  /** While all goes well. Empty where enough is ready, or too much lies in memory. */
  ahead(): readonly Letter[] {
    if (this.#ready.size >= MAX_LETTERS) return [];
    const from = this.#draining.waiting.findIndex((letter) => !this.isReady(letter));
    const batch = from === -1 ? [] : this.#fitting(from, MAX_BATCH_BYTES);
    return this.#hasRoomFor(batch) ? batch : [];
  }

  /** That letter at least; those behind it only if it is the next in order. */
  beginningWith(letter: Letter): readonly Letter[] {
    const batch = this.#draining.waiting[0] === letter ? this.#fitting(0, MAX_FIRST_BYTES) : [letter];
    return this.#hasRoomFor(batch) ? batch : [letter];
  }

  async prepare(letters: readonly Letter[]): Promise<void> {
    const { desk, survey, texts, underWay } = this.#draining;
    const taken = new Set<Letter>();
    for (const letter of letters) if (await this.#isTaken(letter)) taken.add(letter);
    const toBeSent = letters.filter((letter) => !taken.has(letter) && isToBeSent(desk, letter));
    // What this worker has just written is known until the mailbox changes: it is read before the mark.
    const read = await texts.readAll(desk, toBeSent);
    const originals = await readOriginals(desk, toBeSent);
    for (const letter of toBeSent)
      if (originals.get(letter.stage.cause) === 'unread') texts.cannotRead(desk, letter, null);
    // Nothing is sent that cannot be marked: it would be sent again, at every pass.
    const unmarked = toBeSent.filter(({ uid }) => !underWay.has(uid));
    await flagUnderWay(desk, survey, unmarked);
    for (const { uid } of unmarked) underWay.add(uid);
    for (const letter of letters) {
      const text = read.get(letter.uid);
      const original = letter.stage.original === undefined ? undefined : originals.get(letter.stage.cause);
      this.#ready.set(letter.uid, { isTaken: taken.has(letter), text, original });
      if (Buffer.isBuffer(text)) this.#held.set(letter.uid, weightOf(letter));
    }
  }

  async #isTaken({ messageId }: Letter): Promise<boolean> {
    const { desk, survey, taken, histories } = this.#draining;
    const known = await knownOf(desk, survey, { messageId, taken, histories });
    if (known === 'came-back' && messageId !== null) {
      // A person has put it back into the outbox.
      await carryOut(desk, survey, { entries: [retryEntry(desk, messageId)] });
      histories.set(messageId, { ...historyIn(histories, messageId), retriedAt: desk.now() });
    }
    return known === 'taken';
  }

  #fitting(from: number, maxBytes: number): readonly Letter[] {
    const batch: Letter[] = [];
    let bytes = 0;
    for (const letter of this.#draining.waiting.slice(from)) {
      if (this.isReady(letter)) continue;
      bytes += weightOf(letter);
      if (batch.length >= MAX_LETTERS || (batch.length > 0 && bytes > maxBytes)) break;
      batch.push(letter);
    }
    return batch;
  }

  #hasRoomFor(batch: readonly Letter[]): boolean {
    const held = [...this.#held.values()].reduce((sum, size) => sum + size, 0);
    const bytes = batch.reduce((sum, letter) => sum + weightOf(letter), 0);
    return held === 0 || held + bytes <= MAX_HELD_BYTES;
  }
}
