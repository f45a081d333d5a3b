/** A fleet of hosts, in memory: desks whose passes fail, on one host or on all. */
import { describe, expect, it } from 'vitest';
import { type FleetHost, FleetWorld, fleetOf } from './fleet-world.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const hostNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `host${index}`);

describe('a desk that fails', () => {
  it('on one host only goes to another, and stays there', async () => {
    const world = await fleetOf(90, ['a', 'b', 'c']);
    const a = world.hosts.get('a');
    const failing = [...(a?.works ?? [])].slice(0, 3);
    for (const desk of failing) a?.fails.add(desk);
    await world.run(7 * MINUTE_MS);
    expect(world.wrong()).toEqual([]);
    expect(failing.filter((desk) => a?.works.has(desk))).toEqual([]);
    expect(world.longestUnwatched()).toBeLessThanOrEqual(30_000);
    const { begun } = world;
    await world.run(HOUR_MS / 2);
    expect(world.begun - begun).toBe(0);
  });

  it('stays where there is no other host, or none with room', async () => {
    for (const capacity of [null, 45]) {
      const world = new FleetWorld(90);
      world.join('a');
      if (capacity !== null) world.join('b', { capacity });
      await world.run(MINUTE_MS);
      const a = world.hosts.get('a');
      for (const desk of a?.works ?? []) a?.fails.add(desk);
      const { begun } = world;
      await world.run(HOUR_MS);
      expect(world.begun - begun).toBe(0);
      expect(world.wrong()).toEqual([]);
    }
  });

  it('as all of a host do that reaches no mail server go to the others', async () => {
    const world = await fleetOf(90, ['a', 'b', 'c']);
    const a = world.hosts.get('a');
    for (const desk of world.desks) a?.fails.add(desk);
    await world.run(8 * MINUTE_MS);
    expect(world.wrong()).toEqual([]);
    expect(a?.works.size).toBe(0);
    world.kill('b');
    world.kill('c');
    await world.run(4 * MINUTE_MS);
    // It tries them where nobody else does.
    expect(world.counts()).toEqual({ a: 90 });
  });

  it('everywhere does not wander for long', async () => {
    const world = await fleetOf(30, ['a', 'b', 'c']);
    const [desk = ''] = world.desks;
    for (const { fails } of world.hosts.values()) fails.add(desk);
    const { begun } = world;
    await world.run(12 * HOUR_MS);
    expect(world.begun - begun).toBe(2);
    expect(world.longestUnwatched()).toBeLessThanOrEqual(60_000);
    expect(world.wrong()).toEqual([]);
    for (const { fails } of world.hosts.values()) fails.clear();
    await world.run(5 * MINUTE_MS);
    expect(world.wrong()).toEqual([]);
  });
});

it('a desk that fails on every one of many hosts stays on one long before anybody is to be told of it', async () => {
  const world = await fleetOf(60, hostNames(14));
  const [desk = ''] = world.desks;
  for (const { fails } of world.hosts.values()) fails.add(desk);
  await world.run(13 * MINUTE_MS);
  const { begun } = world;
  const hostOf = (): FleetHost | undefined => [...world.hosts.values()].find(({ works }) => works.has(desk));
  expect(world.redis.now - (hostOf()?.failsSince(desk) ?? 0)).toBeGreaterThanOrEqual(13 * MINUTE_MS);
  await world.run(8 * HOUR_MS);
  // Shares are made even now and then.
  expect(world.begun - begun).toBeLessThanOrEqual(1);
  const host = hostOf();
  expect(world.redis.now - (host?.failsSince(desk) ?? 0)).toBeGreaterThanOrEqual(8 * HOUR_MS);
  expect(world.longestUnwatched()).toBeLessThanOrEqual(60_000);
  // It works at last, and what it was told of is forgotten: when it fails again on that host alone, it moves.
  for (const { fails } of world.hosts.values()) fails.clear();
  await world.run(MINUTE_MS);
  expect(host?.failsSince(desk)).toBeNull();
  host?.fails.add(desk);
  await world.run(7 * MINUTE_MS);
  expect(host?.works.has(desk)).toBe(false);
  expect(world.wrong()).toEqual([]);
});

it('a desk that fails for a reason that all hosts have stays, and is known to fail where it comes to', async () => {
  const world = await fleetOf(30, ['a', 'b', 'c']);
  const [desk = ''] = world.desks;
  const hostOf = (): FleetHost | undefined => [...world.hosts.values()].find(({ works }) => works.has(desk));
  for (const { fails } of world.hosts.values()) fails.add(desk);
  await world.run(7 * MINUTE_MS);
  const sinceMs = hostOf()?.failsSince(desk) ?? null;
  // It moved once, and is refused now: that is no end of its trouble.
  for (const { failsAnywhere } of world.hosts.values()) failsAnywhere.add(desk);
  const { begun } = world;
  await world.run(3 * HOUR_MS);
  expect(world.begun - begun).toBe(0);
  expect(hostOf()?.failsSince(desk)).toBe(sinceMs);
  await world.leave(hostOf()?.id ?? '');
  await world.run(MINUTE_MS);
  expect(hostOf()?.failsSince(desk)).toBe(sinceMs);
});

it('desks of several hosts that reach no mail server all come to those that do', async () => {
  const world = await fleetOf(80, hostNames(8));
  const hosts = [...world.hosts.values()];
  const cutOff = hosts.slice(0, 3);
  for (const { fails } of cutOff) for (const desk of world.desks) fails.add(desk);
  await world.run(10 * MINUTE_MS);
  expect(cutOff.map(({ works }) => works.size)).toEqual([0, 0, 0]);
  expect(world.wrong()).toEqual([]);
  // Nothing that works goes to them meanwhile.
  const { begun } = world;
  await world.run(HOUR_MS / 2);
  expect(world.begun - begun).toBe(0);
  for (const { fails } of cutOff) fails.clear();
  await world.run(2 * HOUR_MS);
  expect(Math.min(...Object.values(world.counts()))).toBeGreaterThanOrEqual(9);
});

it('a host that joins while a mail server is away for all moves no more than its share', async () => {
  const world = await fleetOf(90, ['a', 'b', 'c']);
  const failing = (): void => {
    for (const { fails } of world.hosts.values()) for (const desk of world.desks) fails.add(desk);
  };
  failing();
  await world.run(20 * MINUTE_MS);
  const { begun } = world;
  world.join('d');
  failing();
  await world.run(HOUR_MS);
  expect(world.begun - begun).toBeLessThanOrEqual(25);
  expect(world.wrong()).toEqual([]);
});

it('a mail server that is away for all hosts moves no desk', async () => {
  const world = await fleetOf(90, ['a', 'b', 'c']);
  const { begun } = world;
  for (const { fails } of world.hosts.values()) for (const desk of world.desks) fails.add(desk);
  await world.run(3 * HOUR_MS);
  expect(world.begun - begun).toBe(0);
  expect(world.counts()).toEqual({ a: 30, b: 30, c: 30 });
});
