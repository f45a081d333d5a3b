/** What `check` has found so far: told to people as it comes, and to programs at the end. */
import { fieldAt } from '../config/place.js';
import { EXIT } from '../problem/problem.js';
import type { Output } from './context.js';
import { worst } from './failure.js';
import { lineOf, type Proposal } from './proposal.js';

type Result = 'ok' | 'note' | 'failed';

interface Item {
  readonly check: string;
  readonly result: Result;
  readonly text: string;
}

/** One thing that was found, and what the configuration should say because of it. */
export interface Finding extends Item {
  /** Only of what has failed. */
  readonly exitCode?: number;
  readonly proposal?: Proposal;
}

export function well(check: string, text: string): Finding {
  return { check, result: 'ok', text };
}

export function worthKnowing(check: string, text: string): Finding {
  return { check, result: 'note', text };
}

/** All but the line feeds that are ours; also what turns text around. */
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g;

const LABEL: Readonly<Record<Result, string>> = { ok: 'ok', note: '-', failed: 'FAILED' };

export class Checklist {
  readonly #desk: string;
  /** Where the desk is in the file, such as `desks[0]`. */
  readonly path: string;
  readonly #out: Output | null;
  readonly #items: Item[] = [];
  readonly #codes: number[] = [];
  readonly #proposals: Proposal[] = [];
  readonly #facts: Record<string, unknown> = {};
  #isWritten = false;

  /** Nothing is written without `out`. */
  constructor({ name, path }: { readonly name: string; readonly path: string }, out: Output | null) {
    this.#desk = name;
    this.path = path;
    this.#out = out;
  }

  get exitCode(): number {
    return this.#codes.length === 0 ? EXIT.done : worst(this.#codes);
  }

  /** What the desk's configuration should say, each key once. */
  get proposals(): readonly Proposal[] {
    return this.#proposals;
  }

  pass(check: string, text: string): void {
    this.add({ check, result: 'ok', text });
  }

  note(check: string, text: string): void {
    this.add({ check, result: 'note', text });
  }

  fail(check: string, text: string, exitCode: number): void {
    this.add({ check, result: 'failed', text, exitCode });
  }

  /** The line of a proposal follows its text. */
  add({ check, result, text, exitCode, proposal }: Finding): void {
    if (exitCode !== undefined) this.#codes.push(exitCode);
    if (proposal !== undefined && !this.#proposals.some(({ key }) => key === proposal.key))
      this.#proposals.push(proposal);
    const line = proposal === undefined ? '' : `\n  ${lineOf(proposal)}`;
    this.#add({ check, result, text: `${text}${line}` });
  }

  /** Further fields for programs. */
  tell(facts: Readonly<Record<string, unknown>>): void {
    Object.assign(this.#facts, facts);
  }

  /** The proposals are in the configuration now. */
  written(): void {
    this.#isWritten = true;
  }

  fields(): Record<string, unknown> {
    return {
      desk: this.#desk,
      ok: this.#codes.length === 0,
      checks: this.#items,
      proposals: this.#proposals.map((proposal) => ({
        path: fieldAt(this.path, proposal.key),
        ...proposal,
        line: lineOf(proposal),
        written: this.#isWritten,
      })),
      roundTrip: null,
      ...this.#facts,
    };
  }

  /** A server names its folders, and a host gives ids, as they like: no such name writes more to the terminal than a space. */
  #add({ text, ...named }: Item): void {
    const item = { ...named, text: text.replaceAll(CONTROL, ' ') };
    this.#items.push(item);
    const [first = '', ...rest] = item.text.split('\n');
    this.#out?.write(`${LABEL[item.result].padEnd(8)}${item.check.padEnd(18)}  ${first}\n`);
    for (const line of rest) this.#out?.write(`${' '.repeat(28)}${line}\n`);
  }
}
