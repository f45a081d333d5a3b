/**
 * Hands letters to the mail server, several at once while all goes well, and works on the mailbox meanwhile.
 *
 * - One at a time until the first is taken in this drain; from then on as many as the courier allows. As soon as there is
 *   any doubt (a refusal, a deferral) nothing new is begun until what is in hand has answered, and it goes on one at a
 *   time until another is taken after that. At a break of the line, at trouble with the mailbox and where the worker is
 *   told to stop, nothing new is begun any more, and what is in hand is finished.
 * - Letters to one person, and letters of one ticket, keep their order: they are never sent at the same time. While all
 *   goes well one of them may go behind the one before it, which saves a round trip: it is in hand as well, but begun only
 *   once that one is taken. If that one isn't, it was never handed over, and is back at its place.
 * - A letter at which the server has broken off before is alone in hand, so that what happens is about no other.
 * - What is taken is marked by a STORE for several letters. In flight is what is handed over and not yet marked: a worker
 *   that dies sends it again, under the same Message-ID. That is at most `MARKED_TOGETHER` letters and as many as the
 *   courier allows; nothing new is handed over beyond it, behind another one or not.
 * - The mailbox does one thing at a time, in this order: marking, putting away, getting the next batch ready.
 */
import { NotBegun } from '../../delivery/courier.js';
import { BrokenAtLetter, MailRefusal } from '../../delivery/refusal.js';
import { Problem } from '../../problem/problem.js';
import type { Letter } from '../workplace/outbox-copy.js';
import { deferralOf } from './broken-line.js';
import { dispatch, envelopeOf, openLetter, type Sending } from './dispatch.js';
import { type Draining, mark, putGroupAway } from './draining.js';
import { type Choice, InHand } from './in-hand.js';
import { LetterBatches } from './letter-batches.js';
import type { ReadyLetter } from './originals.js';
import { flagSent } from './put-away.js';
import { putAside, tellBrake } from './refusals.js';

/**
 * So many letters are marked as sent by one command: no more may be sent again for it, and no fewer, or 60 letters would
 * take more than 12 commands in the outbox.
 */
export const MARKED_TOGETHER = 10;
/** So many that are marked are put away by one command. */
const PUT_AWAY_TOGETHER = 100;

export interface HandedOver {
  /** What of the mail server ended it. */
  readonly stopped: Problem | null;
  /** The letters that were in hand when it broke off. */
  readonly broken: readonly { readonly letter: Letter; readonly broken: BrokenAtLetter }[];
}

/** Throws the Problem where the mailbox can't be used, once what is in hand is finished. */
export async function handOver(draining: Draining): Promise<HandedOver> {
  return new Hand(draining).run();
}

interface Next {
  readonly letter: Letter;
  /** In hand. */
  readonly behind: Letter | null;
}

class Hand {
  readonly #draining: Draining;
  readonly #batches: LetterBatches;
  readonly #inHand = new InHand((letter) => this.#keysOf(letter));
  readonly #order: ReadonlyMap<Letter, number>;
  /** Refused, and told to nobody yet: what was in hand at the same time has not answered. */
  #doubts: { readonly letter: Letter; readonly refusal: MailRefusal }[] = [];
  /** Another letter was taken since the last doubt. */
  #allIsWell = false;
  #wanted: Letter | null = null;
  #atMailbox = false;
  #stopped: Problem | null = null;
  readonly #broken: { readonly letter: Letter; readonly broken: BrokenAtLetter }[] = [];
  #failure: { readonly error: unknown } | null = null;
  #wake: () => void = () => undefined;

  constructor(draining: Draining) {
    this.#draining = draining;
    this.#batches = new LetterBatches(draining);
    this.#order = new Map(draining.waiting.map((letter, index) => [letter, index]));
  }

  async run(): Promise<HandedOver> {
    this.#report();
    for (;;) {
      this.#settleDoubts();
      for (let next = this.#next(); next !== null; next = this.#next()) this.#begin(next);
      this.#workAtMailbox();
      if (this.#inHand.size === 0 && !this.#atMailbox) break;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== null) await this.#giveUp(this.#failure);
    return { stopped: this.#stopped, broken: this.#broken };
  }

  #report(): void {
    const { desk, sent: done } = this.#draining;
    if (!desk.hold) desk.progress?.({ work: 'sending', done, total: this.#order.size });
  }

  /** What was taken is marked if that can be done at all. */
  async #giveUp(failure: { readonly error: unknown }): Promise<never> {
    const { desk, survey, unmarked } = this.#draining;
    try {
      await flagSent(desk, survey, unmarked);
    } catch {
      // It is remembered otherwise, which is logged, and is no news beside what came first.
    }
    throw failure.error;
  }

  get #isOver(): boolean {
    const { desk, brake } = this.#draining;
    return this.#failure !== null || this.#stopped !== null || desk.signal.aborted || brake.stops;
  }

  /** So many may be sent at once. */
  get #most(): number {
    return this.#allIsWell ? this.#draining.desk.courier.connections : 1;
  }

  get #hasRoom(): boolean {
    const { size } = this.#inHand;
    if (size + this.#draining.unmarked.length >= MARKED_TOGETHER + this.#most) return false;
    return size === 0 || (this.#allIsWell && !this.#inHand.has((letter) => this.#isBroken(letter)));
  }

  #isBroken({ messageId }: Letter): boolean {
    return messageId !== null && this.#draining.broken.has(messageId);
  }

  /** The letter that may be handed over now; null where none may, or none is ready. */
  #next(): Next | null {
    this.#wanted = null;
    const choice = this.#isOver || !this.#hasRoom ? null : this.#choose();
    if (choice === null) return null;
    const { waiting } = this.#draining;
    const letter = waiting[choice.index];
    if (letter === undefined) return null;
    if (this.#batches.isReady(letter)) {
      waiting.splice(choice.index, 1);
      return { letter, behind: choice.behind };
    }
    this.#wanted = letter;
    return null;
  }

  #choose(): Choice | null {
    const { waiting, brake, desk } = this.#draining;
    if (!this.#allIsWell)
      return { index: brake.next(waiting, ({ stage }) => stage.to, desk.now()), behind: null };
    return this.#inHand.choose(waiting, {
      begin: this.#inHand.lines < this.#most,
      goWithOthers: (letter) => !this.#isBroken(letter),
      beLookedBeyond: (letter) => this.#batches.isReady(letter),
    });
  }

  /** What it may not share with another one in hand. */
  #keysOf({ stage: { to, ticket } }: Letter): readonly string[] {
    const keys: string[] = [];
    if (ticket !== null) keys.push(`ticket ${this.#draining.survey.ledger.endOf(ticket)}`);
    if (to !== null) keys.push(`to ${to.toLowerCase()}`);
    return keys;
  }

  #begin({ letter, behind }: Next): void {
    const { desk, unmarked, group } = this.#draining;
    const ready = this.#batches.take(letter);
    const opened = ready.isTaken ? 'taken' : openLetter(desk, letter, ready);
    if (Buffer.isBuffer(opened)) {
      const envelope = envelopeOf(desk, letter);
      const before = behind === null ? undefined : this.#inHand.envelopeOf(behind);
      this.#inHand.add(letter, { envelope, behind });
      const { hasTaken } = this.#draining.brake;
      void this.#send(letter, ready, { envelope, raw: opened, behind: before, hasTaken });
      return;
    }
    this.#batches.giveBack(letter);
    if (opened === 'taken') unmarked.push({ copy: letter, outcome: opened });
    else if (opened === 'filed' || opened === 'unsigned') group.push({ copy: letter, outcome: opened });
    if (opened === 'unsigned') this.#draining.refused += 1;
    if (opened === 'original-gone') putAside(this.#draining, letter);
  }

  /** Never rejects. */
  async #send(letter: Letter, ready: ReadyLetter, sending: Sending): Promise<void> {
    const { desk, survey, brake } = this.#draining;
    try {
      const answer = await dispatch(desk, sending).catch((error: unknown) =>
        deferralOf(survey, letter, { error, hasTaken: brake.hasTaken }),
      );
      if (answer === 'sent') this.#taken(letter);
      else this.#doubts.push({ letter, refusal: answer });
    } catch (error) {
      if (error instanceof NotBegun) this.#putBack(letter, ready);
      else this.#failed(letter, error);
    }
    if (this.#doubts.length > 0) this.#allIsWell = false;
    this.#inHand.delete(letter);
    if (!this.#batches.isReady(letter)) this.#batches.giveBack(letter);
    this.#wake();
  }

  /** As if it had never been handed over. */
  #putBack(letter: Letter, ready: ReadyLetter): void {
    const { waiting } = this.#draining;
    const placeOf = (one: Letter): number => this.#order.get(one) ?? 0;
    const at = waiting.findIndex((one) => placeOf(one) > placeOf(letter));
    waiting.splice(at === -1 ? waiting.length : at, 0, letter);
    // The one before it was not taken, though that may not be told yet: else it would go behind that one again, at once.
    this.#allIsWell = false;
    this.#batches.putBack(letter, ready);
  }

  #failed(letter: Letter, error: unknown): void {
    if (error instanceof BrokenAtLetter) this.#broken.push({ letter, broken: error });
    if (error instanceof Problem && error.code.startsWith('smtp-')) this.#stopped ??= error;
    else this.#failure ??= { error };
  }

  #taken(letter: Letter): void {
    this.#draining.unmarked.push({ copy: letter, outcome: 'sent' });
    this.#draining.sent += 1;
    this.#draining.brake.taken(letter.stage.to);
    this.#allIsWell = true;
    this.#report();
  }

  /** Once nothing else is in hand, all of which that was taken counts as taken before. */
  #settleDoubts(): void {
    if (this.#inHand.size > 0 || this.#doubts.length === 0) return;
    tellBrake(this.#draining, this.#doubts);
    this.#doubts = [];
  }

  #workAtMailbox(): void {
    const work = this.#atMailbox || this.#failure !== null ? null : this.#due();
    if (work === null) return;
    this.#atMailbox = true;
    void this.#work(work);
  }

  /** Never rejects. */
  async #work(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#atMailbox = false;
    this.#wake();
  }

  #due(): (() => Promise<void>) | null {
    const { unmarked, group } = this.#draining;
    if (unmarked.length >= MARKED_TOGETHER) return () => mark(this.#draining);
    if (group.length >= PUT_AWAY_TOGETHER) return () => putGroupAway(this.#draining);
    const batch = this.#isOver ? [] : this.#batch();
    return batch.length === 0 ? null : () => this.#batches.prepare(batch);
  }

  #batch(): readonly Letter[] {
    const ahead = this.#allIsWell ? this.#batches.ahead() : [];
    if (ahead.length > 0 || this.#wanted === null || this.#inHand.size > 0) return ahead;
    // Nothing that is in hand will make room: it is read whatever lies in memory.
    return this.#batches.beginningWith(this.#wanted);
  }
}
