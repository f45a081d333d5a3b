import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Pages } from '../../../../src/desk/ticket/pages.js';
import { Shelf } from '../../../../src/desk/ticket/shelf.js';
import type { StoredTicket, Ticket, TicketMessage } from '../../../../src/desk/ticket/ticket.js';
import { splitMessage } from '../../../../src/message/header/header-block.js';
import { readFacts } from '../../../../src/message/read-facts.js';
import { message, ticket } from '../desk.js';

const CORPUS = new URL('../../../corpus/', import.meta.url);

interface Opened extends Ticket {
  readonly entry: StoredTicket;
  readonly messages: TicketMessage[];
}

function opened(number: number, uid: number | null = null): Opened {
  const { entry, ...rest } = ticket(number, message());
  return {
    ...rest,
    entry: { ...entry, uid: number, flags: new Set<string>() },
    messages: [{ facts: message(), folder: 'open', uid }],
  };
}

function shelved(...tickets: readonly Opened[]): Shelf {
  const entries = new Map(tickets.map((one) => [one.entry.number, one.entry]));
  const shelf = new Shelf((number) => entries.get(number));
  for (const one of tickets) shelf.put(one);
  return shelf;
}

describe('a page', () => {
  it('gives back facts as they were', () => {
    const all = readdirSync(CORPUS)
      .filter((name) => name.endsWith('.eml'))
      .map((name) => {
        const raw = readFileSync(new URL(name, CORPUS));
        const { header } = splitMessage(raw);
        return readFacts({ header, size: raw.length, receivedAt: new Date(raw.length), structure: null });
      });
    const pages = new Pages<(typeof all)[number]>();
    const places = [...pages.add(all.slice(0, 100)), ...pages.add(all.slice(100))];
    expect(all.length).toBeGreaterThan(200);
    expect(places.map((place) => pages.get(place))).toStrictEqual(all);
    expect(places.toReversed().map((place) => pages.get(place))).toStrictEqual(all.toReversed());
  });
});

describe('a ticket that was packed', () => {
  it('is the same, and messages can be added to it', () => {
    const tickets = Array.from({ length: 150 }, (_, index) => opened(index + 1));
    const shelf = shelved(...tickets);
    expect(shelf.pack().map(([number]) => number)).toEqual(tickets.map(({ entry }) => entry.number));
    const [, second] = tickets;
    expect(shelf.numbers()).toEqual(tickets.map(({ entry }) => entry.number));
    expect([shelf.has(2), shelf.has(151), shelf.get(151)]).toEqual([true, false, null]);
    expect(shelf.get(2)).toStrictEqual(second);
    const more: TicketMessage = { facts: message(), folder: 'open', uid: null };
    shelf.addMessage(2, more);
    shelf.addMessage(3, more);
    expect(shelf.pack().map(([number]) => number)).toEqual([2, 2, 3, 3]);
    const longer = (one?: Ticket): object => ({ ...one, messages: [...(one?.messages ?? []), more] });
    expect([shelf.get(3), shelf.get(2)]).toStrictEqual([longer(tickets[2]), longer(second)]);
    expect(shelf.get(3)).toBe(shelf.get(3));
  });

  it('has its newest entry', () => {
    const one = opened(1);
    const entries = new Map([[1, one.entry]]);
    const shelf = new Shelf((number) => entries.get(number));
    shelf.put(one);
    shelf.pack();
    const newest = { ...one.entry, subject: 'Printer' };
    entries.set(1, newest);
    expect(shelf.get(1)?.entry).toBe(newest);
  });
});

it('packs nothing that was there before the pass, and nothing without an entry in the register', () => {
  const shelf = shelved(opened(1, 7));
  shelf.put(opened(2));
  expect(shelf.pack()).toEqual([]);
});
