/** How many desks a host takes and gives back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostState } from '../../../src/fleet/leases.js';
import { PATIENCE_MS, planShare, type Situation, sharesOf } from '../../../src/fleet/planner.js';

function host(id: string, held: number, more: Partial<HostState> = {}): HostState {
  return { id, host: id, pid: 1, capacity: null, held, failing: 0, wants: 0, ...more };
}

/** As host "a" sees it, which is the first of `hosts`. */
function situation(hosts: readonly HostState[], more: Partial<Situation> = {}): Situation {
  const [self = host('a', 0)] = hosts;
  const taken = hosts.reduce((sum, { held }) => sum + held, 0);
  const { waiting = 0 } = more;
  const most = self.capacity;
  return { self, hosts, desks: 90, waiting, takeable: waiting, most, taken, waitingMs: 0, ...more };
}

describe('what a host takes', () => {
  it('is what is missing of its share, if it is there', () => {
    const hosts = [host('a', 10), host('b', 30), host('c', 30)];
    expect(planShare(situation(hosts, { waiting: 20 }))).toMatchObject({ take: 20, giveBack: 0 });
    expect(planShare(situation(hosts, { waiting: 5 }))).toMatchObject({ take: 5, wants: 20 });
    expect(planShare(situation(hosts, { waiting: 0 }))).toMatchObject({ take: 0, wants: 20 });
  });

  it('is no more than the share at first, and then its part of what nobody takes', () => {
    const hosts = [host('a', 30), host('b', 0), host('c', 30)];
    expect(planShare(situation(hosts, { waiting: 30 })).take).toBe(0);
    expect(planShare(situation(hosts, { waiting: 30, waitingMs: PATIENCE_MS })).take).toBe(10);
  });

  it('is nothing of what it has just put back itself', () => {
    const hosts = [host('a', 10), host('b', 30), host('c', 30)];
    expect(planShare(situation(hosts, { waiting: 20, takeable: 0 }))).toMatchObject({ take: 0, giveBack: 0 });
    expect(planShare(situation(hosts, { waiting: 20, takeable: 3 })).take).toBe(3);
  });

  it('is its part of what nobody takes also where it asks for less than it takes at most', () => {
    const hosts = [host('a', 10, { capacity: 10 }), host('b', 30), host('c', 30)];
    const waits = { waiting: 20, waitingMs: PATIENCE_MS };
    expect(planShare(situation(hosts, { ...waits, most: null })).take).toBe(7);
    expect(planShare(situation(hosts, { ...waits, most: 12 })).take).toBe(2);
  });

  it('is never more than it takes at most', () => {
    const hosts = [host('a', 8, { capacity: 10 }), host('b', 0)];
    expect(planShare(situation(hosts, { waiting: 82, waitingMs: PATIENCE_MS })).take).toBe(2);
  });
});

describe('what a host gives back', () => {
  it('is its part of what others want, and no more than it has too much', () => {
    const hosts = [host('a', 45), host('b', 45), host('c', 0, { wants: 30 })];
    expect(planShare(situation(hosts))).toEqual({ take: 0, giveBack: 15, wants: 0 });
  });

  it('is nothing where enough waits already, or nobody wants it', () => {
    const hosts = [host('a', 45), host('b', 15), host('c', 0, { wants: 30 })];
    expect(planShare(situation(hosts, { waiting: 30 })).giveBack).toBe(0);
    expect(planShare(situation([host('a', 45), host('b', 45), host('c', 0)])).giveBack).toBe(0);
  });
});

it('wants nothing that is not worth a move', () => {
  const hosts = [host('a', 28), host('b', 31), host('c', 31)];
  expect(planShare(situation(hosts))).toEqual({ take: 0, giveBack: 0, wants: 0 });
});

const someHosts = fc
  .array(fc.option(fc.integer({ min: 0, max: 50 }), { nil: null }), { minLength: 1, maxLength: 12 })
  .map((all) => all.map((capacity, index) => ({ id: `h${index}`, capacity })));

it('shares all desks, as far as there is room, and evenly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000 }), someHosts, (desks, hosts) => {
      const shares = sharesOf(desks, hosts);
      const room = hosts.reduce((sum, { capacity }) => sum + (capacity ?? Number.POSITIVE_INFINITY), 0);
      const all = [...shares.values()];
      expect(all.reduce((sum, share) => sum + share, 0)).toBe(Math.min(desks, room));
      const free = hosts.filter(({ id, capacity }) => (shares.get(id) ?? 0) < (capacity ?? Infinity));
      const most = Math.max(...all);
      // Whoever could take more has as much as the others, but for what does not come out even.
      for (const { id } of free) expect(most - (shares.get(id) ?? 0)).toBeLessThanOrEqual(1);
    }),
  );
});

it('never plans below the share, above what it takes at most, or both ways at once', () => {
  const arbitrary = fc.record({
    held: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 6 }),
    wants: fc.integer({ min: 0, max: 100 }),
    waiting: fc.integer({ min: 0, max: 100 }),
    capacity: fc.option(fc.integer({ min: 0, max: 100 }), { nil: null }),
    waitingMs: fc.constantFrom(0, PATIENCE_MS),
  });
  fc.assert(
    fc.property(arbitrary, ({ held, wants, waiting, capacity, waitingMs }) => {
      const hosts = held.map((count, index) =>
        host(`h${index}`, count, index === 0 ? { capacity } : { wants }),
      );
      const { take, giveBack } = planShare(situation(hosts, { waiting, waitingMs, desks: 0 }));
      const own = held[0] ?? 0;
      expect(Math.min(take, giveBack)).toBe(0);
      expect(take).toBeLessThanOrEqual(waiting);
      if (take > 0 && capacity !== null) expect(own + take).toBeLessThanOrEqual(capacity);
      const desks = held.reduce((sum, count) => sum + count, 0) + waiting;
      if (giveBack > 0) expect(own - giveBack).toBeGreaterThanOrEqual(sharesOf(desks, hosts).get('h0') ?? 0);
    }),
  );
});
