/**
 * The tickets of a pass, by number. A backlog opens thousands, and few of them are asked for again in the pass: what was filed
 * is packed once its window is over, and unpacked as soon as somebody asks for its ticket.
 */
import { Pages } from './pages.js';
import {
  isUnderWay,
  type StoredTicket,
  stateOf,
  type Ticket,
  type TicketMessage,
  type TicketState,
} from './ticket.js';

/** Messages can be added. */
interface Growing extends Ticket {
  readonly messages: TicketMessage[];
}

export class Shelf {
  readonly #entryOf: (number: number) => StoredTicket | undefined;
  readonly #tickets = new Map<number, Growing>();
  readonly #packed = new Map<number, number>();
  readonly #pages = new Pages<readonly TicketMessage[]>();

  /** `entryOf` tells the entry of a packed ticket, which is not packed with it: it is asked for by itself. */
  constructor(entryOf: (number: number) => StoredTicket | undefined) {
    this.#entryOf = entryOf;
  }

  numbers(): readonly number[] {
    return [...this.#tickets.keys(), ...this.#packed.keys()].sort((a, b) => a - b);
  }

  has(number: number): boolean {
    return this.#tickets.has(number) || this.#packed.has(number);
  }

  get(number: number): Ticket | null {
    return this.#at(number) ?? null;
  }

  /** Unpacks nothing. */
  stateOf(number: number): TicketState | null {
    const entry = this.#packed.has(number) ? this.#entryOf(number) : undefined;
    return this.#tickets.get(number)?.state ?? (entry === undefined ? null : stateOf(entry));
  }

  put(ticket: Growing): void {
    this.#tickets.set(ticket.entry.number, ticket);
    this.#packed.delete(ticket.entry.number);
  }

  addMessage(number: number, message: TicketMessage): void {
    this.#at(number)?.messages.push(message);
  }

  /** Answers the messages that were packed, with their tickets. */
  pack(): readonly (readonly [number, TicketMessage])[] {
    const done = [...this.#tickets.values()].filter((ticket) => this.#isDone(ticket));
    const places = this.#pages.add(done.map(({ messages }) => messages));
    for (const [index, { entry }] of done.entries()) {
      this.#packed.set(entry.number, places[index] ?? 0);
      this.#tickets.delete(entry.number);
    }
    return done.flatMap(({ entry, messages }) => messages.map((message) => [entry.number, message] as const));
  }

  /** The pass has filed something to it, and its entry tells all the rest. */
  #isDone({ entry, state, underWay, messages }: Growing): boolean {
    const stored = this.#entryOf(entry.number);
    if (stored !== entry || state !== stateOf(stored) || underWay !== isUnderWay(stored)) return false;
    return messages.some(({ uid }) => uid === null);
  }

  #at(number: number): Growing | undefined {
    const place = this.#packed.get(number);
    const entry = place === undefined ? undefined : this.#entryOf(number);
    if (place === undefined || entry === undefined) return this.#tickets.get(number);
    const messages = [...(this.#pages.get(place) ?? [])];
    const ticket = { entry, state: stateOf(entry), underWay: isUnderWay(entry), messages };
    this.put(ticket);
    return ticket;
  }
}
