import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REQUESTER, signedTicketAddress } from '../../../../src/desk/sign/ticket-address.js';
import { Ledger } from '../../../../src/desk/ticket/ledger.js';
import { type Merge, Merges } from '../../../../src/desk/ticket/merges.js';
import { deskPolicy, message, ticket } from '../desk.js';

function chain(...pairs: readonly (readonly [from: number, into: number, join?: 'join'])[]): Merge[] {
  return pairs.map(([from, into, join], index) => ({
    uid: index + 1,
    from,
    into,
    joinPeople: join === 'join',
  }));
}

function merges(...given: readonly Merge[]): Merges {
  const known = new Merges();
  known.add(given);
  return known;
}

describe('a chain of merges', () => {
  it('is followed to its end', () => {
    const known = merges(...chain([1, 2], [2, 3], [5, 3]));
    expect([1, 2, 3, 4, 5].map((number) => known.endOf(number))).toEqual([3, 3, 3, 4, 3]);
    expect(known.path(1)).toEqual([1, 2, 3]);
    expect(known.into(3).map(({ from }) => from)).toEqual([1, 2, 5]);
    expect(known.into(2).map(({ from }) => from)).toEqual([1]);
    expect(known.into(1)).toEqual([]);
  });

  it('keeps the earlier of two merges of one ticket, whichever was met first', () => {
    const [earlier, later] = chain([1, 2], [1, 3]) as [Merge, Merge];
    const known = merges(later);
    expect(known.endOf(1)).toBe(3);
    known.add([earlier]);
    expect(known.endOf(1)).toBe(2);
    expect(known.of(1)).toBe(earlier);
  });

  it.each([
    ['a circle of one', chain([1, 1])],
    ['a circle of two', chain([1, 2], [2, 1])],
    ['a circle of three', chain([1, 2], [2, 3], [3, 1])],
  ])('has no part that would close %s', (_, given) => {
    const known = merges(...given);
    expect(known.endOf(1)).toBe(given.at(-1)?.from);
    expect(known.of(given.at(-1)?.from ?? 0)).toBeNull();
  });

  it('lets a later merge stand where an earlier one is void', () => {
    expect(merges(...chain([1, 2], [2, 1], [2, 3])).endOf(1)).toBe(3);
  });

  it('joins people only where every part of it does', () => {
    const known = merges(...chain([1, 2, 'join'], [2, 3, 'join'], [4, 1, 'join'], [5, 1], [3, 9, 'join']));
    expect([1, 2, 3, 4, 5, 9].map((number) => known.joins(number))).toEqual([
      true,
      true,
      true,
      true,
      false,
      true,
    ]);
  });

  it('is the same in whatever order and portions its parts are met, and always ends', () => {
    const number = fc.integer({ min: 1, max: 6 });
    const given = fc
      .array(fc.record({ from: number, into: number, joinPeople: fc.boolean() }), { maxLength: 10 })
      .map((all) => all.map((one, index) => ({ ...one, uid: index + 1 })));
    const shuffled = given.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), fc.nat(10)),
    );
    fc.assert(
      fc.property(shuffled, ([all, mixed, cut]) => {
        const known = merges(...mixed.slice(0, cut));
        known.add(mixed.slice(cut));
        const straight = merges(...all);
        for (const one of [1, 2, 3, 4, 5, 6]) expect(known.path(one)).toEqual(straight.path(one));
      }),
    );
  });
});

describe('a ledger with a merge', () => {
  const policy = deskPolicy();
  const kept = message();
  const gone = message({ id: 'gone@example.com' });
  const linked = message({ id: 'linked@example.com' });
  const both = message({
    to: [1, 2].map((number) => signedTicketAddress(policy, number, REQUESTER)).join(', '),
  });

  function ledger(): Ledger {
    const known = new Ledger(policy, { highest: 0, tickets: [ticket(1, kept, 'open', [gone, linked])] });
    known.add({ ...ticket(2, gone, 'archived'), messages: [] });
    known.addLink({ identity: linked.identity, messageId: linked.messageId, ticket: 2 });
    return known;
  }

  it('answers the end of the chain wherever a message becomes a number', () => {
    const known = ledger();
    expect(known.membership(gone)).toBe(2);
    expect(known.membership(both)).toBeNull();
    known.merges.add(chain([2, 1]));
    for (const facts of [kept, gone, linked, both]) expect(known.membership(facts)).toBe(1);
    expect([kept, gone, linked, both].map((facts) => known.namedBy(facts))).toEqual([1, 2, 2, 1]);
    expect(known.ticketsHolding('gone@example.com')).toEqual([1]);
    expect(known.registeredTicket(linked.identity)).toBe(1);
    expect(known.exists(2)).toBe(true);
    expect(known.openedBy(gone.identity)).toBe(2);
  });

  it('has one ticket under both numbers, with what was merged into it', () => {
    const known = ledger();
    known.merges.add(chain([2, 1, 'join']));
    const found = known.ticket(2);
    expect(found).toEqual(known.ticket(1));
    expect(found?.entry.number).toBe(1);
    expect(found?.state).toBe('open');
    expect(found?.merged).toMatchObject([{ entry: { number: 2 }, into: 1, joinPeople: true }]);
    expect(found?.messages.map(({ via }) => via)).toEqual([1, 2, 2]);
    expect(known.tickets.map(({ entry }) => entry.number)).toEqual([1]);
    expect(known.isFiled(gone.identity, 1)).toBe(true);
  });
});
