/** A fleet of hosts, in memory: who works on which desk, whatever becomes of hosts, clocks, links and Redis. */
import { describe, expect, it } from 'vitest';
import { FleetWorld, fleetOf } from './fleet-world.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe('at peace', () => {
  it('shares the desks evenly, each worked by one host, within half a minute', async () => {
    const world = new FleetWorld(100);
    for (const id of ['a', 'b', 'c']) world.join(id);
    await world.run(30_000);
    expect(world.wrong()).toEqual([]);
    expect(Object.values(world.counts()).toSorted((one, other) => one - other)).toEqual([33, 33, 34]);
  });

  it('moves nothing for an hour', async () => {
    const world = await fleetOf(100, ['a', 'b', 'c']);
    const { begun } = world;
    await world.run(HOUR_MS);
    expect(world.begun).toBe(begun);
    expect(world.longestUnwatched()).toBe(0);
  });

  it('gives a host no more than it takes', async () => {
    const world = new FleetWorld(100);
    world.join('a', { capacity: 10 });
    world.join('b');
    world.join('c');
    await world.run(MINUTE_MS);
    expect(world.wrong()).toEqual([]);
    expect(world.counts()).toEqual({ a: 10, b: 45, c: 45 });
  });

  it('leaves alone what is more than all take together', async () => {
    const world = new FleetWorld(100);
    world.join('a', { capacity: 10 });
    world.join('b', { capacity: 20 });
    await world.run(5 * MINUTE_MS);
    expect(world.counts()).toEqual({ a: 10, b: 20 });
    expect(world.begun).toBe(30);
  });
});

describe('hosts that come and go', () => {
  it('a new one has its share within a minute, and each desk moves once at most', async () => {
    const world = await fleetOf(90, ['a', 'b']);
    const { begun } = world;
    world.join('c');
    await world.run(MINUTE_MS);
    expect(world.counts()).toEqual({ a: 30, b: 30, c: 30 });
    expect(world.begun - begun).toBe(30);
    expect(world.longestUnwatched()).toBeLessThanOrEqual(5_000);
  });

  it('one that stops gives all back, and they are taken within seconds', async () => {
    const world = await fleetOf(90, ['a', 'b', 'c']);
    await world.leave('b');
    await world.run(5_000);
    expect(world.wrong()).toEqual([]);
    expect(world.longestUnwatched()).toBeLessThanOrEqual(2_000);
  });

  it('one that dies is relieved within a minute', async () => {
    const world = await fleetOf(90, ['a', 'b', 'c']);
    world.kill('b');
    await world.run(MINUTE_MS);
    expect(world.wrong()).toEqual([]);
    expect(world.longestUnwatched()).toBeLessThanOrEqual(45_000);
    expect(world.counts()).toEqual({ a: 45, c: 45 });
  });

  it('all but one may die', async () => {
    const world = await fleetOf(90, ['a', 'b', 'c']);
    world.kill('a');
    world.kill('b');
    await world.run(MINUTE_MS);
    expect(world.counts()).toEqual({ c: 90 });
  });
});

describe('a desk that is slow to stop', () => {
  const SLOW_MS = 2 * MINUTE_MS;

  it('keeps no other waiting where a new host wants its share', async () => {
    const world = await fleetOf(90, ['a']);
    const a = world.hosts.get('a');
    const latest = [...(a?.works ?? [])].slice(-20);
    for (const desk of latest.slice(0, 2)) a?.stopMs.set(desk, SLOW_MS);
    world.join('b');
    await world.run(MINUTE_MS);
    const slow = [...world.desks].filter((desk) => a?.isStopping(desk));
    expect(slow).toHaveLength(2);
    // Nobody else has it before it has stopped.
    expect(world.wrong()).toEqual(slow);
    expect(slow.map((desk) => world.redis.holder(desk))).toEqual(['a', 'a']);
    expect(world.counts()).toEqual({ a: 45, b: 43 });
    await world.run(2 * MINUTE_MS);
    expect(world.wrong()).toEqual([]);
    expect(world.counts()).toEqual({ a: 45, b: 45 });
  });

  it('keeps no other waiting where its host is told to stop, and ended before that desk has', async () => {
    const world = await fleetOf(90, ['a', 'b', 'c']);
    const b = world.hosts.get('b');
    const [slow = ''] = b?.works ?? [];
    b?.stopMs.set(slow, SLOW_MS);
    await world.leave('b', 9_000);
    expect(world.wrong()).toEqual([slow]);
    expect(Math.min(...Object.values(world.counts()))).toBe(44);
    await world.run(MINUTE_MS);
    expect(world.wrong()).toEqual([]);
  });

  it('is given back when it has stopped, also where the configuration has dropped it', async () => {
    const world = await fleetOf(30, ['a', 'b']);
    const a = world.hosts.get('a');
    const [dropped = ''] = a?.works ?? [];
    a?.stopMs.set(dropped, SLOW_MS);
    a?.reload(new Set([...world.desks].filter((desk) => desk !== dropped)));
    await world.run(MINUTE_MS);
    expect(world.redis.holder(dropped)).toBe('a');
    await world.run(2 * MINUTE_MS);
    expect(world.redis.holder(dropped)).toBe('b');
    expect(world.wrong()).toEqual([]);
  });
});

describe('a host that stands still', () => {
  it('is relieved, stops all when it comes back, and gets its share again', async () => {
    const world = await fleetOf(90, ['a', 'b', 'c']);
    const late = world.hosts.get('b');
    late?.standStill(45_000);
    await world.run(44_000);
    expect(world.counts()).toMatchObject({ a: 45, c: 45 });
    world.redis.isAway = true;
    await world.run(2_000);
    expect(late?.works.size).toBe(0);
    world.redis.isAway = false;
    await world.run(MINUTE_MS);
    expect(world.wrong()).toEqual([]);
    expect(world.counts()).toEqual({ a: 30, b: 30, c: 30 });
    expect(world.longestUnwatched()).toBeLessThanOrEqual(45_000);
  });

  it('for less than a lease keeps its desks', async () => {
    const world = await fleetOf(90, ['a', 'b', 'c']);
    const { begun } = world;
    world.hosts.get('b')?.standStill(15_000);
    await world.run(MINUTE_MS);
    expect(world.begun).toBe(begun);
  });

  it('goes on with what it had where nobody answers after that', async () => {
    const world = await fleetOf(9, ['a']);
    world.hosts.get('a')?.standStill(45_000);
    world.redis.isAway = true;
    await world.run(46_000);
    expect(world.counts()).toEqual({ a: 0 });
    await world.run(40_000);
    expect(world.counts()).toEqual({ a: 9 });
    world.redis.isAway = false;
    await world.run(20_000);
    expect(world.wrong()).toEqual([]);
    expect(world.hosts.get('a')?.member.state).toMatchObject({ held: 9, loose: 0, awayMs: null });
  });

  it('is no such host where only its clock was set forward: it goes on with its desks at once', async () => {
    const world = await fleetOf(90, ['a', 'b']);
    const a = world.hosts.get('a');
    const had = new Set(a?.works);
    if (a !== undefined) a.setForwardMs = 10 * MINUTE_MS;
    await world.run(2_000);
    expect(a?.works).toEqual(had);
    expect(a?.member.state).toMatchObject({ held: 45, loose: 0, awayMs: null });
    await world.run(MINUTE_MS);
    expect(a?.works).toEqual(had);
    expect(world.wrong()).toEqual([]);
    expect(world.longestUnwatched()).toBeLessThanOrEqual(2_000);
  });

  it('goes on with what is still its own, and with nothing that the configuration dropped meanwhile', async () => {
    const world = await fleetOf(30, ['a', 'b']);
    const a = world.hosts.get('a');
    const [dropped = '', ...had] = a?.works ?? [];
    world.redis.isAway = true;
    if (a !== undefined) a.setForwardMs = 10 * MINUTE_MS;
    await world.run(2_000);
    expect(a?.works.size).toBe(0);
    a?.reload(new Set([...world.desks].filter((desk) => desk !== dropped)));
    world.redis.isAway = false;
    await world.run(6_000);
    expect([...(a?.works ?? [])].toSorted()).toEqual(had.toSorted());
    await world.run(MINUTE_MS);
    expect(world.redis.holder(dropped)).toBe('b');
    expect(world.wrong()).toEqual([]);
  });

  it('is seen by the clock of the day where the other one stood still with it', async () => {
    const world = new FleetWorld(9);
    let sleptMs = 0;
    world.join('a');
    const { Member } = await import('../../src/fleet/member.js');
    const worked: number[] = [];
    const member = new Member({
      leases: world.redis.open('b'),
      self: { id: 'b', host: 'b', pid: 1, capacity: null },
      work: (desks) => void worked.push(desks.size),
      stopped: () => Promise.resolve(),
      clock: { elapsed: () => world.redis.now, now: () => world.redis.now + sleptMs },
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    member.know(world.desks);
    await member.round();
    sleptMs = 31_000;
    member.beat();
    expect(worked.slice(-2)).toEqual([9, 0]);
  });
});

describe('Redis', () => {
  it('may be away for an hour: each host goes on with what it has, and says so', async () => {
    const world = await fleetOf(90, ['a', 'b', 'c']);
    const { begun } = world;
    world.redis.isAway = true;
    await world.run(HOUR_MS);
    expect(world.begun).toBe(begun);
    expect(world.wrong()).toEqual([]);
    const state = world.hosts.get('a')?.member.state;
    expect(state).toMatchObject({ held: 0, loose: 30 });
    expect(state?.awayMs).toBeGreaterThan(HOUR_MS - 10_000);
    world.redis.isAway = false;
    await world.run(MINUTE_MS);
    expect(world.wrong()).toEqual([]);
    expect(world.longestUnwatched()).toBeLessThanOrEqual(5_000);
    expect(world.hosts.get('a')?.member.state).toMatchObject({ held: 30, loose: 0 });
  });

  it('may forget everything: no desk stands still, and next to none moves', async () => {
    const world = await fleetOf(90, ['a', 'b', 'c']);
    const { begun } = world;
    world.redis.flush();
    await world.run(MINUTE_MS);
    expect(world.wrong()).toEqual([]);
    expect(world.longestUnwatched()).toBe(0);
    expect(world.begun - begun).toBeLessThanOrEqual(9);
  });

  it('may be out of reach of one host: the others relieve it, and it stops once it hears of that', async () => {
    const world = await fleetOf(90, ['a', 'b', 'c']);
    world.redis.cutOff.add('b');
    await world.run(MINUTE_MS);
    expect(world.counts()).toEqual({ a: 45, b: 30, c: 45 });
    world.redis.cutOff.delete('b');
    await world.run(12_000);
    expect(world.longestUnwatched()).toBeLessThanOrEqual(5_000);
    await world.run(MINUTE_MS);
    expect(world.wrong()).toEqual([]);
    expect(world.counts()).toEqual({ a: 30, b: 30, c: 30 });
  });

  it('is not asked for the time: hosts whose clocks are ten minutes apart share alike', async () => {
    const world = new FleetWorld(90);
    world.join('a', { skewMs: 600_000 });
    world.join('b', { skewMs: -600_000 });
    world.join('c');
    await world.run(MINUTE_MS);
    world.kill('a');
    world.longestUnwatched();
    await world.run(MINUTE_MS);
    expect(world.longestUnwatched()).toBeLessThanOrEqual(45_000);
    expect(world.counts()).toEqual({ b: 45, c: 45 });
  });
});

describe('the configuration', () => {
  it('may differ for a while: what a host does not know is left to those that do', async () => {
    const world = await fleetOf(30, ['a', 'b']);
    const fewer = new Set([...world.desks].slice(0, 20));
    world.hosts.get('a')?.member.know(fewer);
    await world.run(2 * MINUTE_MS);
    expect(world.wrong()).toEqual([]);
    const { works } = world.hosts.get('a') ?? { works: new Set<string>() };
    expect([...works].filter((desk) => !fewer.has(desk))).toEqual([]);
  });

  it.each([
    { all: 30, known: 3, hosts: ['a', 'b'] },
    { all: 100, known: 40, hosts: ['a', 'b'] },
    { all: 100, known: 1, hosts: ['a', 'b', 'c'] },
    { all: 100, known: 60, hosts: ['a', 'b', 'c'] },
    { all: 100, known: 0, hosts: ['a', 'b'] },
  ])(
    'of one host may hold $known of $all desks only: all are worked, and none moves',
    async ({ all, known, hosts }) => {
      const world = new FleetWorld(all);
      for (const id of hosts) world.join(id);
      const some = new Set([...world.desks].slice(0, known));
      world.hosts.get(hosts.at(-1) ?? '')?.member.know(some);
      await world.run(2 * MINUTE_MS);
      expect(world.wrong()).toEqual([]);
      world.longestUnwatched();
      const { begun } = world;
      await world.run(HOUR_MS / 2);
      expect(world.begun - begun).toBe(0);
      expect(world.longestUnwatched()).toBe(0);
      // It asks again once in an hour, and gets what it cannot have.
      await world.run(2 * HOUR_MS);
      expect(world.wrong()).toEqual([]);
      expect(world.begun - begun).toBeLessThanOrEqual(100);
      expect(world.longestUnwatched()).toBeLessThanOrEqual(30_000);
    },
  );

  it('of a host that holds the fewest lets it join, and relieve one that dies', async () => {
    const world = await fleetOf(90, ['a', 'b']);
    const part = new Set([...world.desks].slice(0, 50));
    world.join('c', { knows: part });
    await world.run(5 * MINUTE_MS);
    expect(world.wrong()).toEqual([]);
    expect(world.longestUnwatched()).toBeLessThanOrEqual(30_000);
    world.kill('a');
    await world.run(MINUTE_MS);
    expect(world.wrong()).toEqual([]);
    expect(world.longestUnwatched()).toBeLessThanOrEqual(60_000);
  });

  it('may differ both ways: each host begins with what it alone knows', async () => {
    const world = new FleetWorld(60);
    const all = [...world.desks];
    world.join('a', { knows: new Set(all.slice(0, 40)) });
    await world.run(MINUTE_MS);
    world.join('b', { knows: new Set(all.slice(20)) });
    await world.run(2 * MINUTE_MS);
    expect(world.wrong()).toEqual([]);
  });

  it('drops a desk on all hosts, and it is put away; another one in its place is worked at once', async () => {
    const world = await fleetOf(30, ['a', 'b']);
    const [dropped = '', ...rest] = world.desks;
    for (const { member } of world.hosts.values()) member.know(new Set([...rest, 'new']));
    await world.run(10_000);
    expect(world.watchers('new')).toBe(1);
    await world.run(4 * MINUTE_MS);
    expect(world.redis.waiting).toBe(0);
    expect(world.wrong()).toEqual([dropped]);
  });

  it('drops a desk where there is one host alone, and it is put away', async () => {
    const world = await fleetOf(30, ['a']);
    const [, ...rest] = world.desks;
    world.hosts.get('a')?.member.know(new Set(rest));
    await world.run(MINUTE_MS);
    expect(world.redis.waiting).toBe(0);
    expect(world.redis.desks).toBe(29);
  });
});

it('comes to rest after whatever has happened', async () => {
  for (let seed = 1; seed <= 12; seed += 1) {
    const world = new FleetWorld(60, seed * 7_919);
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const id of names.slice(0, 3)) world.join(id);
    for (let turn = 0; turn < 40; turn += 1) {
      happen(world, names);
      await world.run(1_000 * Math.ceil(world.chance() * 40));
    }
    world.redis.isAway = false;
    world.redis.cutOff.clear();
    if (world.hosts.size === 0) world.join('a');
    await world.run(3 * MINUTE_MS);
    expect([seed, world.wrong()]).toEqual([seed, []]);
    const counts = Object.values(world.counts());
    expect([seed, Math.max(...counts) - Math.min(...counts)]).toEqual([
      seed,
      expect.toSatisfy((by) => by <= 7),
    ]);
    const { begun } = world;
    await world.run(5 * MINUTE_MS);
    expect([seed, world.begun - begun]).toEqual([seed, 0]);
  }
});

function happen(world: FleetWorld, names: readonly string[]): void {
  const id = names[Math.floor(world.chance() * names.length)] ?? 'a';
  const dice = Math.floor(world.chance() * 7);
  if (dice === 0) world.redis.flush();
  else if (dice === 1) world.redis.isAway = !world.redis.isAway;
  else if (dice === 2) world.redis.cutOff.add(id);
  else if (dice === 3) world.redis.cutOff.clear();
  else if (dice === 4) world.hosts.get(id)?.standStill(50_000);
  else if (world.hosts.has(id)) world.kill(id);
  else world.join(id);
}
