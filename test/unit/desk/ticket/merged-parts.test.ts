/** What is left of a ticket that was merged into another one. */
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../../src/desk/ticket/ledger.js';
import { isRootOf, joinedEntries, numbersOf, partOf, pathFrom } from '../../../../src/desk/ticket/merged.js';
import type { Ticket } from '../../../../src/desk/ticket/ticket.js';
import { deskPolicy, message, ticket } from '../desk.js';

const policy = deskPolicy();
const roots = [1, 2, 3, 4].map((number) => message({ id: `root-${number}@example.com` }));
const entryOf = (number: number) => ticket(number, roots[number - 1] ?? message()).entry;
const merged = (number: number, into: number, joinPeople: boolean) => ({
  entry: entryOf(number),
  into,
  joinPeople,
});
const messageVia = (via?: number) => ({
  facts: message(),
  folder: 'open' as const,
  uid: 1,
  ...(via === undefined ? {} : { via }),
});

/** Ticket 3 was merged into 2, with its people; that into 1, and so was 4, both without. */
const whole: Ticket = {
  entry: entryOf(1),
  state: 'open',
  underWay: false,
  messages: [1, 2, 3, 4, undefined].map(messageVia),
  merged: [merged(3, 2, true), merged(2, 1, false), merged(4, 1, false)],
};
const alone: Ticket = { entry: entryOf(1), state: 'open', underWay: false, messages: whole.messages };

const numbers = (entries: readonly { number: number }[]) => entries.map(({ number }) => number);

describe('a part', () => {
  it('has its own messages and what had been merged into it, and no more', () => {
    const part = partOf(whole, 2);
    expect(part).toEqual({
      ...whole,
      entry: entryOf(2),
      messages: whole.messages.slice(1, 3),
      merged: [merged(3, 2, true)],
    });
    expect(partOf(whole, 4)).toMatchObject({ messages: [whole.messages[3]], merged: [] });
  });

  it('is the ticket itself under its own number, and nothing under any other', () => {
    expect(partOf(whole, 1)).toBe(whole);
    expect(partOf(alone, 1)).toBe(alone);
    expect([partOf(whole, 5), partOf(alone, 2)]).toEqual([null, null]);
  });
});

describe('the numbers of a ticket', () => {
  it('are those of all that is in it', () => {
    expect([1, 2, 3, 4, 9].map((number) => [...numbersOf(whole, number)])).toEqual([
      [1, 2, 4, 3],
      [2, 3],
      [3],
      [4],
      [9],
    ]);
    expect([...numbersOf(alone, 1)]).toEqual([1]);
  });

  it('lead from a part to the whole', () => {
    expect([1, 2, 3, 4].map((number) => pathFrom(whole, number))).toEqual([[1], [2, 1], [3, 2, 1], [4, 1]]);
    expect(pathFrom(alone, 2)).toEqual([2]);
  });
});

describe('the entries whose people are those of a ticket', () => {
  it('are only those that joined all the way', () => {
    expect(numbers(joinedEntries(whole))).toEqual([1]);
    expect(numbers(joinedEntries({ ...whole, entry: entryOf(2) }))).toEqual([2, 3]);
    expect(numbers(joinedEntries(alone))).toEqual([1]);
    const all = whole.merged?.map((one) => ({ ...one, joinPeople: true }));
    expect(numbers(joinedEntries({ ...whole, ...(all && { merged: all }) }))).toEqual([1, 2, 4, 3]);
  });

  it('tell what has opened it', () => {
    const opening = (about: Ticket) => roots.map((facts) => isRootOf(about, facts));
    expect(opening(whole)).toEqual([true, false, false, false]);
    expect(opening({ ...whole, entry: entryOf(2) })).toEqual([false, true, true, false]);
  });
});

describe('a merge that is met in the middle of a pass', () => {
  const early = message({ id: 'early@example.com', at: 1_000 });
  const late = message({ id: 'late@example.com', at: 3_000 });
  const between = message({ id: 'between@example.com', at: 2_000 });
  const known = () => {
    const ledger = new Ledger(policy, { highest: 0, tickets: [ticket(1, early, 'open', [late])] });
    ledger.add(ticket(2, between));
    return ledger;
  };
  const shown = (ledger: Ledger) =>
    ledger.ticket(1)?.messages.map(({ facts, via }) => [facts.messageId, via]);

  it('brings the messages that were read for the other ticket, in order of arrival', () => {
    const ledger = known();
    ledger.merges.add([{ uid: 1, from: 2, into: 1, joinPeople: false }]);
    expect(shown(ledger)).toEqual([
      ['early@example.com', 1],
      ['between@example.com', 2],
      ['late@example.com', 1],
    ]);
    expect(numbers(ledger.ticket(1)?.merged?.map(({ entry }) => entry) ?? [])).toEqual([2]);
  });

  it('leaves the order as it was where nothing comes along, or the other ticket is not known', () => {
    const ledger = new Ledger(policy, { highest: 0, tickets: [ticket(1, late, 'open', [early])] });
    ledger.merges.add([{ uid: 1, from: 9, into: 1, joinPeople: true }]);
    expect(shown(ledger)).toEqual([
      ['late@example.com', 1],
      ['early@example.com', 1],
    ]);
    expect(ledger.ticket(1)?.merged).toEqual([]);
  });
});
