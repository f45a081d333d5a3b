/**
 * What a desk asks of its ports, as text that a person can read and that is the same in every run. Message-IDs and
 * identities of what the desk has written depend on keys and clocks, so each is told by the message that bears it. All
 * that a call is given is told, whatever it is, so that a port may change its form and still be recorded here.
 */
import { KEPT_IN_TICKET } from '../../src/desk/letters/staging.js';
import type { MailStore } from '../../src/mailbox/store.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import type { DeskWorld } from './desk-world.js';
import { Names } from './message-names.js';

interface Call {
  readonly method: string;
  readonly given: readonly unknown[];
  /** The code of what it threw. */
  failure: string;
}

const WRITES: ReadonlySet<string> = new Set<keyof MailStore>([
  'append',
  'setFlags',
  'move',
  'copy',
  'remove',
]);

/** Told by its meaning, so that a new purpose among them is no other call. */
const ANY_KEPT = `(${KEPT_IN_TICKET.map((purpose) => `X-Imapdesk-Stage ~ ${purpose}`).join(' or ')})`;

export class CallRecord {
  readonly #world: DeskWorld;
  readonly #lines: (string | Call)[] = [];

  constructor(world: DeskWorld) {
    this.#world = world;
  }

  /** What follows belongs to this. */
  begin(what: string): void {
    this.#lines.push(`${this.#lines.length === 0 ? '' : '\n'}# ${what}`);
  }

  /** The same desk, whose every call is written down. */
  watch(desk: WorkingDesk): WorkingDesk {
    return { ...desk, store: this.#watch(desk.store), courier: this.#watch(desk.courier) };
  }

  /** To be asked for once all is over: only then every message is known. */
  text(): string {
    const names = new Names(this.#world);
    const lines = this.#lines.map((line) => (typeof line === 'string' ? line : lineOf(line, names)));
    return `${lines.join('\n')}\n`;
  }

  #watch<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown => {
          // It asks nothing of the server by itself; nor is nothing to write anything asked of it (`MailStore`).
          if (name === 'readsTogether') return Reflect.apply(value, target, given);
          if (WRITES.has(String(name)) && Array.isArray(given[1]) && given[1].length === 0)
            return Reflect.apply(value, target, given);
          const call: Call = { method: String(name), given: given.map(frozen), failure: '' };
          this.#lines.push(call);
          const answer: unknown = Reflect.apply(value, target, given);
          if (answer instanceof Promise) answer.catch((error: unknown) => (call.failure = codeOf(error)));
          return answer;
        };
      },
    });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** As it is now: whoever calls may go on filling it. */
function frozen(value: unknown): unknown {
  return Array.isArray(value) ? [...(value as unknown[])] : value;
}

function lineOf({ method, given, failure }: Call, names: Names): string {
  const said = given.map((value) => say(value, names)).filter((text) => text !== '');
  if (method === 'send' && said.length > 2) said.splice(2, 0, 'behind the one');
  return [method, ...said, ...(failure === '' ? [] : [`=> ${failure}`])].join(' ');
}

function say(value: unknown, names: Names): string {
  if (Buffer.isBuffer(value)) return names.of(value);
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  if (value instanceof Set || value instanceof Map) return say([...(value as Iterable<unknown>)], names);
  if (Array.isArray(value)) return sayList(value, names);
  if (typeof value === 'object' && value !== null) return sayObject(value as Record<string, unknown>, names);
  if (value === undefined) return '';
  return names.in(typeof value === 'string' ? value : JSON.stringify(value));
}

function sayList(values: readonly unknown[], names: Names): string {
  if (values.length === 0) return 'nothing';
  const numbers = values.every((value) => typeof value === 'number');
  return values.map((value) => say(value, names)).join(numbers ? ',' : ' ');
}

function sayObject(value: Record<string, unknown>, names: Names): string {
  const { flag, set, header, contains, or, and, ...rest } = value;
  if (flag !== undefined) return `${set === true ? '' : 'not '}${say(flag, names)}`;
  if (header !== undefined) return `${say(header, names)} ~ ${say(contains, names)}`;
  if (Array.isArray(or)) return junction(or, 'or', names);
  if (Array.isArray(and)) return and.length === 0 ? 'all' : junction(and, 'and', names);
  const told = set === undefined ? rest : { set, ...rest };
  return Object.entries(told)
    .map(([name, one]) => `${name} ${say(one, names)}`)
    .join(' ');
}

function junction(values: readonly unknown[], word: string, names: Names): string {
  const text = `(${values.map((value) => say(value, names)).join(` ${word} `)})`;
  return text === ANY_KEPT ? 'X-Imapdesk-Stage ~ any that a ticket keeps' : text;
}
