import { expect, it } from 'vitest';
import { Failing } from '../../../src/fleet/failing.js';
import { HeldDesks } from '../../../src/fleet/held-desks.js';
import type { Fails } from '../../../src/fleet/member-options.js';
import { momentOf } from '../../../src/fleet/moment.js';
import { PassedOver } from '../../../src/fleet/passed-over.js';
import { MemoryRedis } from '../../model/memory-leases.js';

it('tells of what fails as it is stopped, and not what it would have told of an earlier time', async () => {
  const redis = new MemoryRedis();
  const clock = { elapsed: () => redis.now, now: () => redis.now };
  const leases = redis.open('a');
  const desks = new HeldDesks();
  const fails = new Map<string, Fails>([['one', { since: 1000, mayMove: true }]]);
  const failing = new Failing({
    clock,
    leases,
    desks,
    self: { id: 'a', host: 'a', pid: 1, capacity: null },
    failing: () => fails,
    passedOver: new PassedOver(clock),
  });
  await leases.offer(['one', 'two']);
  desks.took(await leases.take(2), momentOf(clock));
  failing.leaves(['one', 'two'], 1);
  expect([...failing.told(['one', 'two'])]).toEqual([['one', { since: 1000, moves: 1 }]]);
  expect(failing.told(['one']).size).toBe(0);
  failing.leaves(['one'], 1);
  desks.leave(['one']);
  fails.clear();
  // The process stops while that desk does: it failed.
  failing.leaves(['one', 'two'], 0);
  expect([...failing.told(['one', 'two'])]).toEqual([['one', { since: 1000, moves: 1 }]]);
  // Its lease went elsewhere meanwhile. When it leaves here again, it goes well.
  fails.set('one', { since: 2000, mayMove: true });
  desks.took(['one'], momentOf(clock));
  failing.leaves(['one'], 1);
  desks.drop('one');
  desks.took(['one'], momentOf(clock));
  fails.clear();
  failing.leaves(['one'], 0);
  expect(failing.told(['one']).size).toBe(0);
});
