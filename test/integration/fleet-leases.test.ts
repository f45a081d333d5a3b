/**
 * What src/fleet/leases.ts promises, kept by BullMQ on a real Redis (over TCP as it is, and over TLS with the access list of
 * docs/fleet.md) and by the leases in memory that the models stand on.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLeases } from '../../src/fleet/bullmq.js';
import { type Heard, type HostState, LEASE_MS, type Leases } from '../../src/fleet/leases.js';
import { hostKeys, openRedis, saidOf } from '../../src/fleet/redis.js';
import type { Problem } from '../../src/problem/problem.js';
import { MemoryRedis } from '../model/memory-leases.js';
import { madeCertificate } from '../servers/made-certificate.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { DEEP } from '../servers/start.js';
import { root } from './npm.js';
import { dovecotProgram, until } from './world.js';

const DESKS = ['one', 'two', 'three', 'four'];
const PASSWORD = 'a-long-password-of-your-own';
const CONF = [`requirepass ${PASSWORD}`, 'save ""', 'appendonly no', 'bind 127.0.0.1'];

/** Where leases are kept. */
interface Keeper {
  open(id: string, heard: Partial<Heard>): Leases;
  flush(): Promise<void>;
  /** Lets a lease and more go by. */
  pass(): Promise<void>;
  /** What a host says stays, though it has gone. */
  leaveWords?(said: HostState): Promise<void>;
  stop(): Promise<void>;
}

function inMemory(): Keeper {
  const redis = new MemoryRedis();
  return {
    open: (id, heard) => redis.open(id, heard),
    flush: () => Promise.resolve(redis.flush()),
    pass: async () => {
      for (let ms = 0; ms < LEASE_MS + 12_000; ms += 1_000) redis.pass(1_000);
      await Promise.resolve();
    },
    stop: () => Promise.resolve(),
  };
}

function onRedis(redis: RedisServer, url: string, ca?: string): Keeper {
  return {
    open: (id, { onFree = (): void => undefined, onWake = (): void => undefined }) =>
      openLeases({ url, ca, name: 'contract', id, onFree, onWake }),
    flush: () => redis.flush(),
    pass: () => new Promise((resolve) => setTimeout(resolve, LEASE_MS + 12_000)),
    leaveWords: async (said) => {
      const client = openRedis({ url, ca });
      await client.connect();
      await client.hset(hostKeys('contract')[1], said.id, saidOf(said));
      client.disconnect();
    },
    stop: () => redis.stop(),
  };
}

async function plain(): Promise<Keeper> {
  const redis = await startRedis(CONF.join('\n'));
  return onRedis(redis, redis.url);
}

/** As the user that the page tells to make. */
async function secured(): Promise<Keeper> {
  const page = await readFile(join(root, 'docs/fleet.md'), 'utf8');
  const rules = /access lists needs this of the user: `([^`]+)`/.exec(page)?.[1] ?? '';
  const tls = await madeCertificate(await dovecotProgram(), ['localhost']);
  const redis = await startRedis([...CONF, `user desks on >of-the-user ${rules}`].join('\n'), { tls });
  const url = redis.url.replace(`:${PASSWORD}`, 'desks:of-the-user');
  return onRedis(redis, url, tls.cert);
}

const KEEPERS = [
  { name: 'in memory', start: () => Promise.resolve(inMemory()), isReal: false },
  { name: 'on Redis', start: plain, isReal: true },
  { name: 'on Redis behind TLS, as a user with few rights', start: secured, isReal: true },
];

describe.each(KEEPERS)('leases $name', ({ start, isReal }) => {
  let keeper: Keeper;
  let open: Leases[] = [];
  let free = 0;

  const lease = (id: string): Leases => {
    const made = keeper.open(id, { onFree: () => void (free += 1) });
    open.push(made);
    return made;
  };
  const state = (id: string): HostState => ({
    id,
    host: id,
    pid: 1,
    capacity: null,
    held: 0,
    failing: 0,
    wants: 0,
  });

  beforeAll(async () => {
    keeper = await start();
  });
  beforeEach(async () => {
    await Promise.all(open.map((one) => one.close()));
    open = [];
    await keeper.flush();
    free = 0;
  });
  afterAll(async () => {
    await Promise.all(open.map((one) => one.close()));
    await keeper.stop();
  });

  it('are of desks that were offered, the first ones first, each to one host', async () => {
    const [a, b] = [lease('a'), lease('b')];
    await a.offer(DESKS);
    await b.offer(DESKS);
    expect(await a.take(1)).toEqual(['one']);
    const rest = [...(await b.take(2)), ...(await a.take(5))];
    expect(rest.toSorted()).toEqual(['four', 'three', 'two']);
    expect([await a.take(1), await b.take(1)]).toEqual([[], []]);
    // What is held is not there twice.
    await b.offer(DESKS);
    expect(await b.take(1)).toEqual([]);
    expect(await b.meet(state('b'))).toMatchObject({ waiting: 0, taken: 4 });
  });

  it('go on for who renews them, and for nobody else', async () => {
    const [a, b] = [lease('a'), lease('b')];
    await a.offer(DESKS);
    await a.take(4);
    expect(await a.renew(DESKS)).toEqual({ free: [], elsewhere: [] });
    expect(await b.renew(['one', 'no such desk'])).toEqual({ free: ['no such desk'], elsewhere: ['one'] });
  });

  it('are told to the others when they are given back, and taken by one of them', async () => {
    const [a, b] = [lease('a'), lease('b')];
    await a.offer(DESKS);
    await a.take(4);
    await b.meet(state('b'));
    await a.giveBack(['one', 'two', 'never held']);
    await until('word that something is free', () => Promise.resolve(free > 0 ? true : null));
    expect((await b.take(4)).toSorted()).toEqual(['one', 'two']);
    expect(await a.renew(DESKS)).toEqual({ free: [], elsewhere: ['one', 'two'] });
    // Of another's lease nothing can be given back.
    await a.giveBack(['one']);
    expect(await b.renew(['one', 'two'])).toEqual({ free: [], elsewhere: [] });
  });

  it('tell since when a desk fails, from host to host, until it is mended', async () => {
    const [a, b] = [lease('a'), lease('b')];
    await a.offer(DESKS);
    await a.take(4);
    expect(a.failed('one')).toBeNull();
    await a.giveBack(['one', 'two'], new Map([['one', { since: 1000, moves: 1 }]]));
    await b.take(4);
    expect([b.failed('one'), b.failed('two'), a.failed('one')]).toEqual([
      { since: 1000, moves: 1 },
      null,
      null,
    ]);
    // Given back for another reason, it fails all the same.
    await b.giveBack(['one']);
    await a.take(4);
    expect(a.failed('one')).toEqual({ since: 1000, moves: 1 });
    await a.mended(['one']);
    expect(a.failed('one')).toBeNull();
    await a.giveBack(['one'], new Map([['one', { since: 2000, moves: 2 }]]));
    await b.take(4);
    expect(b.failed('one')).toEqual({ since: 2000, moves: 2 });
    await keeper.flush();
    await b.mended(['one']);
    await b.offer(['one']);
    await a.take(4);
    expect(a.failed('one')).toBeNull();
  });

  it.runIf(isReal)('count no host whose words alone have stayed', async () => {
    const a = lease('a');
    await keeper.leaveWords?.(state('gone'));
    expect((await a.meet(state('a'))).hosts).toEqual([state('a')]);
  });

  it('end with what is withdrawn, until it is offered again', async () => {
    const a = lease('a');
    await a.offer(DESKS);
    await a.take(4);
    await a.withdraw(['two', 'three']);
    expect(await a.renew(['one', 'two'])).toEqual({ free: ['two'], elsewhere: [] });
    expect(await a.take(4)).toEqual([]);
    await a.offer(['two']);
    expect(await a.take(4)).toEqual(['two']);
  });

  it('are shared by the hosts that meet, until they leave', async () => {
    const [a, b] = [lease('a'), lease('b')];
    await b.meet({ ...state('b'), capacity: 7, held: 3, wants: 2 });
    expect((await a.meet(state('a'))).hosts).toEqual([
      state('a'),
      { ...state('b'), capacity: 7, held: 3, wants: 2 },
    ]);
    await b.leave();
    expect((await a.meet(state('a'))).hosts).toEqual([state('a')]);
  });

  it('are gone where all is lost, and can be had again', async () => {
    const [a, b] = [lease('a'), lease('b')];
    await a.offer(DESKS);
    await a.take(4);
    await keeper.flush();
    expect((await a.renew(DESKS)).free.toSorted()).toEqual(DESKS.toSorted());
    await a.offer(DESKS);
    expect(await b.take(4)).toHaveLength(4);
  });

  it.skipIf(isReal && !DEEP)('end when they are not renewed, and hosts are forgotten', async () => {
    const [a, b] = [lease('a'), lease('b')];
    await a.offer(DESKS);
    await Promise.all([a.take(4), a.meet(state('a')), b.meet(state('b'))]);
    expect((await b.meet(state('b'))).hosts).toHaveLength(2);
    await keeper.pass();
    expect((await b.meet(state('b'))).hosts).toEqual([state('b')]);
    expect(await b.take(4)).toHaveLength(4);
    expect(await a.renew(DESKS)).toEqual({ free: [], elsewhere: expect.arrayContaining(DESKS) });
  });
});

describe('a Redis', () => {
  it('that throws keys away when it is full is warned of once', async () => {
    const redis = await startRedis([...CONF, 'maxmemory-policy allkeys-lru'].join('\n'));
    const told: string[] = [];
    const nothing = { onFree: (): void => undefined, onWake: (): void => undefined };
    const leases = openLeases({
      ...nothing,
      url: redis.url,
      name: 'full',
      id: 'a',
      onEvicting: (policy) => told.push(policy),
    });
    try {
      await leases.offer(DESKS);
      await leases.take(1);
      expect(told).toEqual(['allkeys-lru']);
    } finally {
      await leases.close();
      await redis.stop();
    }
  });

  it('whose certificate nobody trusts is not believed, and its password stays here', async () => {
    const tls = await madeCertificate(await dovecotProgram(), ['localhost']);
    const redis = await startRedis(CONF.join('\n'), { tls });
    const nothing = { onFree: (): void => undefined, onWake: (): void => undefined };
    const leases = openLeases({ ...nothing, url: redis.url, name: 'strange', id: 'a' });
    try {
      const problem = await leases.take(1).then(
        () => null,
        (error: Problem) => error,
      );
      expect(problem?.code).toBe('fleet-away');
      expect(problem?.message).not.toContain(PASSWORD);
    } finally {
      await leases.close();
      await redis.stop();
    }
  });
});
