/**
 * Which trials are made of the commands that a pass takes. With DEEP=1 each kind of command gets every answer, for ten
 * minutes of passes, and once at its first, its last and one command between; else they take turns, one trial for each
 * kind of command, a quarter of them for as long as a message is tried.
 */
import { DEEP } from '../servers/start.js';
import type { AnsweredTrial } from './answered-end.js';
import { type Answer, nameOfAnswer } from './answers.js';
import { verbOf } from './imap-session.js';

/** Without DEEP, one more than the attempts that a message has. */
const PASSES = DEEP ? 10 : 4;

export class Sample {
  readonly #server: 'imap' | 'smtp';
  readonly #answersTo: (verb: string) => readonly Answer[];
  readonly #verbs = new Set<string>();
  readonly #keys = new Set<string>();
  readonly #answers = new Set<string>();
  readonly #tried = new Map<string, number>();
  #turn = 0;
  #trials = 0;
  #passes = 0;

  constructor(server: 'imap' | 'smtp', answersTo: (verb: string) => readonly Answer[]) {
    this.#server = server;
    this.#answersTo = answersTo;
  }

  trialsOf(keys: readonly string[]): readonly AnsweredTrial[] {
    const kinds = new Map<string, number>();
    for (const key of keys) kinds.set(key, (kinds.get(key) ?? 0) + 1);
    const trials = [...kinds].flatMap(([key, count]) => {
      this.#turn += 1;
      const answers = this.#leastTried(this.#answersTo(verbOf(key)));
      const lasting = answers.map((answer) => this.#trial({ key, from: 0, lasting: true, answer }, PASSES));
      const once = answers.flatMap((answer) =>
        this.#choose([...new Set([0, Math.floor(count / 2), count - 1])]).map((from) =>
          this.#trial({ key, from, lasting: false, answer }, 1),
        ),
      );
      return DEEP ? [...lasting, ...once] : Math.floor(this.#turn / 3) % 4 === 0 ? lasting : once;
    });
    this.#note(trials);
    return trials;
  }

  /** In one line, for docs/reliability.md. */
  get counts(): string {
    const commands =
      this.#keys.size > this.#verbs.size ? ` on ${this.#keys.size} folders and ways between two` : '';
    return `${this.#trials} trials, ${this.#passes} disturbed passes, ${this.#verbs.size} commands${commands}, ${this.#answers.size} answers`;
  }

  #trial(rule: AnsweredTrial['rule'], passes: number): AnsweredTrial {
    return { server: this.#server, rule, passes };
  }

  #note(trials: readonly AnsweredTrial[]): void {
    this.#trials += trials.length;
    for (const { rule, passes } of trials) {
      this.#passes += passes;
      this.#verbs.add(verbOf(rule.key));
      this.#keys.add(rule.key);
      this.#answers.add(nameOfAnswer(rule.answer));
    }
  }

  /** All, or of those that were tried the fewest times the one whose turn it is: each is tried somewhere. */
  #leastTried(answers: readonly Answer[]): readonly Answer[] {
    if (DEEP) return answers;
    const tried = (answer: Answer): number => this.#tried.get(nameOfAnswer(answer)) ?? 0;
    const fewest = Math.min(...answers.map(tried));
    const chosen = this.#choose(answers.filter((answer) => tried(answer) === fewest));
    for (const answer of chosen) this.#tried.set(nameOfAnswer(answer), fewest + 1);
    return chosen;
  }

  /** All, or the one whose turn it is. */
  #choose<T>(all: readonly T[]): readonly T[] {
    if (DEEP) return all;
    const one = all[this.#turn % all.length];
    return one === undefined ? [] : [one];
  }
}
