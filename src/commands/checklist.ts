/** What `check` has found so far: told to people as it comes, and to programs at the end. */
import { EXIT } from '../problem/problem.js';
import type { Output } from './context.js';
import { worst } from './failure.js';

type Result = 'ok' | 'note' | 'failed';

interface Item {
  readonly check: string;
  readonly result: Result;
  readonly text: string;
}

const LABEL: Readonly<Record<Result, string>> = { ok: 'ok', note: '-', failed: 'FAILED' };

export class Checklist {
  readonly #desk: string;
  readonly #out: Output | null;
  readonly #items: Item[] = [];
  readonly #codes: number[] = [];
  #roundTrip: Readonly<Record<string, unknown>> | null = null;

  /** Nothing is written without `out`. */
  constructor(desk: string, out: Output | null) {
    this.#desk = desk;
    this.#out = out;
  }

  get exitCode(): number {
    return this.#codes.length === 0 ? EXIT.done : worst(this.#codes);
  }

  pass(check: string, text: string): void {
    this.#add({ check, result: 'ok', text });
  }

  note(check: string, text: string): void {
    this.#add({ check, result: 'note', text });
  }

  fail(check: string, text: string, exitCode: number): void {
    this.#codes.push(exitCode);
    this.#add({ check, result: 'failed', text });
  }

  /** What the test message has shown, for programs. */
  tell(roundTrip: Readonly<Record<string, unknown>>): void {
    this.#roundTrip = roundTrip;
  }

  fields(): Record<string, unknown> {
    return {
      desk: this.#desk,
      ok: this.#codes.length === 0,
      checks: this.#items,
      roundTrip: this.#roundTrip,
    };
  }

  #add(item: Item): void {
    this.#items.push(item);
    const [first = '', ...rest] = item.text.split('\n');
    this.#out?.write(`${LABEL[item.result].padEnd(8)}${item.check.padEnd(18)}  ${first}\n`);
    for (const line of rest) this.#out?.write(`${' '.repeat(28)}${line}\n`);
  }
}
