/**
 * What a drain makes of refusals: what a server refuses says something about the server until it is shown to be about
 * one message. Pure; the drain tells it each answer, in order, and asks when nothing more is sent.
 *
 * - A refusal that says by itself that it is about its recipient or its message never comes here.
 * - Refusals with one reason for three people or more, in this drain and within the last hour, are the server's trouble,
 *   whatever it has taken between: a host that limits mail to the outside goes on taking what is for the staff.
 * - Any other is believed if the server has taken another letter after it; one of a recipient (RCPT) also if it had
 *   taken one before, for then the refusal did not end all taking.
 * - A run of three with one reason, over two people or more, stops the drain: the server refuses all mail. So does
 *   an end at which two people or more were refused and nothing was taken since. Nothing of that is believed.
 * - A single person's refusal that there is nothing to compare with is one failed attempt.
 * - Letters put off (4xx) wait by themselves; where the server has put off all of them, it is told.
 *
 * Before a third refusal would stop the drain, a letter for somebody else is tried: for one whose mail was taken before, or
 * another one each minute: so letters that nobody ever takes do not hold up all mail behind them for good.
 *
 * Letters that were in hand together may have been answered in any order. What was taken of them is told first, so that
 * it proves nothing of a refusal that came at the same time; and their refusals alone stop nothing.
 */
import type { MailRefusal } from '../../delivery/refusal.js';
import { Problem } from '../../problem/problem.js';
import { rotated } from './letter-order.js';

const MAX_RUN = 3;
/** This many people are not refused one by one for one reason. */
const MANY_PEOPLE = 3;

/** A letter that was not taken. */
export interface Doubt<L> {
  readonly letter: L;
  readonly to: string;
  readonly refusal: MailRefusal;
}

/** Somebody's letter was refused earlier, for this reason; see `reasonOf`. */
export interface Earlier {
  readonly to: string;
  readonly reason: string;
}

export interface Verdict<L> {
  /** About their letters, and for good. */
  readonly believed: readonly Doubt<L>[];
  /** Refused to many people alike: they stay in the outbox. */
  readonly held: readonly Doubt<L>[];
  /** Nothing to compare with: a failed attempt each. */
  readonly alone: readonly Doubt<L>[];
  /** Put off, while other mail goes. */
  readonly late: readonly Doubt<L>[];
  /** What is wrong with the server; null if nothing is. */
  readonly problem: Problem | null;
}

export class Brake<L> {
  #taken = 0;
  /** Refused, and nothing was taken since. */
  #doubts: Doubt<L>[] = [];
  /** Refused, and another letter was taken after it. */
  #compared: Doubt<L>[] = [];
  #deferred: Doubt<L>[] = [];
  #run: Doubt<L>[] = [];
  readonly #takenFor = new Set<string>();

  /** Another letter was taken, for that recipient. */
  taken(to: string | null = null): void {
    this.#taken += 1;
    if (to !== null) this.#takenFor.add(to.toLowerCase());
    this.#compared.push(...this.#doubts);
    this.#doubts = [];
    this.#run = [];
  }

  refused(doubt: Doubt<L>): void {
    this.#doubts.push(doubt);
    this.#goOn(doubt);
  }

  deferred(doubt: Doubt<L>): void {
    this.#deferred.push(doubt);
    this.#goOn(doubt);
  }

  /** What was refused since another was taken was in hand at the same time. */
  wereTogether(): void {
    if (this.#run.length >= MAX_RUN) this.#run = this.#run.slice(1 - MAX_RUN);
  }

  #goOn(doubt: Doubt<L>): void {
    const same = this.#run.at(-1)?.refusal.sameness === doubt.refusal.sameness;
    this.#run = same ? [...this.#run, doubt] : [doubt];
  }

  get stops(): boolean {
    const [first] = this.#run;
    if (first === undefined || this.#run.length < MAX_RUN || people(this.#run).size < 2) return false;
    return !first.refusal.temporary || this.#taken === 0;
  }

  /** Which of the letters still to be sent goes next: the first one, unless it could stop the drain. */
  next(waiting: readonly L[], to: (letter: L) => string | null, now: Date): number {
    if (this.#run.length < MAX_RUN - 1) return 0;
    const refused = people([...this.#compared, ...this.#doubts, ...this.#deferred]);
    const met = new Set<string>();
    const others = waiting.flatMap((letter, index) => {
      const who = to(letter)?.toLowerCase() ?? '';
      // Letters to one person stay in order.
      const isFirst = !met.has(who);
      met.add(who);
      return isFirst && who !== '' && !refused.has(who) ? [{ index, who }] : [];
    });
    // Whose mail was taken in this drain shows best whether any still is.
    const known = others.find(({ who }) => this.#takenFor.has(who));
    return (known ?? rotated(others, now)[0])?.index ?? 0;
  }

  get hasTaken(): boolean {
    return this.#taken > 0;
  }

  /** Whether a verdict may depend on what was refused earlier. */
  get asksForEarlier(): boolean {
    return this.#compared.length + this.#doubts.length > 0;
  }

  /** When nothing more is sent. `earlier` is what was refused within the last hour. */
  verdict(earlier: readonly Earlier[] = []): Verdict<L> {
    const held = this.#refusedToMany(earlier);
    const isHeld = (doubt: Doubt<L>): boolean => held.includes(doubt);
    const compared = this.#compared.filter((doubt) => !isHeld(doubt));
    const all = this.#stopped();
    if (all !== null) return { believed: compared, held, alone: [], late: [], problem: all };
    const open = this.#doubts.filter((doubt) => !isHeld(doubt));
    const ofRecipients = this.#taken === 0 ? [] : open.filter(isOfRecipient);
    const alone = open.filter((doubt) => !ofRecipients.includes(doubt));
    return {
      believed: [...compared, ...ofRecipients],
      held,
      alone,
      late: this.#deferred,
      problem: problemOf(held, alone, earlier),
    };
  }

  #refusedToMany(earlier: readonly Earlier[]): readonly Doubt<L>[] {
    const doubts = [...this.#compared, ...this.#doubts];
    return doubts.filter((doubt) => peopleRefusedAs(doubt, doubts, earlier).size >= MANY_PEOPLE);
  }

  #stopped(): Problem | null {
    const last = this.#doubts.at(-1) ?? this.#run.at(-1);
    if (this.stops && last !== undefined)
      return this.#run[0]?.refusal.temporary === true ? defersAll(last.refusal) : refusesAll(last.refusal);
    const open = this.#taken === 0 ? this.#doubts : this.#doubts.filter((doubt) => !isOfRecipient(doubt));
    const [refused] = open;
    if (refused !== undefined && people(open).size >= 2) return refusesAll(refused.refusal);
    const [deferred] = this.#deferred;
    return deferred !== undefined && this.#taken === 0 && people(this.#deferred).size >= 2
      ? defersAll(deferred.refusal)
      : null;
  }
}

function people(doubts: readonly Doubt<unknown>[]): ReadonlySet<string> {
  return new Set(doubts.map(({ to }) => to.toLowerCase()));
}

function isOfRecipient({ refusal }: Doubt<unknown>): boolean {
  return refusal.sameness.startsWith('RCPT TO');
}

/** Everybody who was refused for the reason of this refusal. */
function peopleRefusedAs(
  { refusal }: Doubt<unknown>,
  doubts: readonly Doubt<unknown>[],
  earlier: readonly Earlier[],
): ReadonlySet<string> {
  const reason = reasonOf(refusal.message);
  const before = earlier.filter((one) => one.reason === reason).map(({ to }) => to.toLowerCase());
  return new Set([
    ...people(doubts.filter((one) => one.refusal.sameness === refusal.sameness)),
    ...(reason === null ? [] : before),
  ]);
}

/** The codes of the answer that a refusal's message, or a note of it in the register, quotes: `550 5.7.1`. */
export function reasonOf(message: string): string | null {
  const [, status, enhanced = ''] =
    /: ([45]\d\d)(?:[ -]([45]\.\d{1,3}\.\d{1,3}))?(?=[\s-]|$)/.exec(message) ?? [];
  return status === undefined ? null : `${status} ${enhanced}`.trim();
}

function problemOf(
  held: readonly Doubt<unknown>[],
  alone: readonly Doubt<unknown>[],
  earlier: readonly Earlier[],
): Problem | null {
  const [first] = held;
  const [single] = alone;
  if (first !== undefined) {
    const { size } = peopleRefusedAs(first, held, earlier);
    const text = `the mail server refuses mail to ${size} people for the same reason: ${answerOf(first.refusal)}`;
    return new Problem('smtp-refuses-many', text);
  }
  if (single === undefined) return null;
  const text = `the mail server refused a message, and took no other to compare: ${answerOf(single.refusal)}`;
  return new Problem('smtp-refused', text, { temporary: true });
}

/** What the server said, in its words. */
export function answerOf({ because, message }: MailRefusal): string {
  return because.kind === 'answer' ? because.answer : message;
}

function refusesAll(refusal: MailRefusal): Problem {
  return new Problem('smtp-refuses-all', `the mail server refuses all mail: ${answerOf(refusal)}`);
}

function defersAll(refusal: MailRefusal): Problem {
  return new Problem('smtp-defers-all', `the mail server takes no mail now: ${answerOf(refusal)}`, {
    temporary: true,
  });
}
