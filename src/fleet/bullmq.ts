/**
 * Leases on BullMQ: a desk is a job, and who has taken the job holds the desk for as long as its lock is renewed. Jobs whose
 * locks have ended go back to those that wait, which BullMQ calls stalled. No job is ever finished.
 *
 * What of BullMQ goes by the clocks of hosts is not used: delayed jobs above all, since clocks differ. Locks end, and hosts
 * are forgotten, by the clock of Redis.
 */
import { type Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { Problem } from '../problem/problem.js';
import {
  type Failed,
  type Heard,
  type HostState,
  LEASE_MS,
  type Leases,
  type Meeting,
  type Renewed,
  WITHIN_MS,
} from './leases.js';
import {
  channelOf,
  evictionPolicy,
  FREE,
  hostKeys,
  lockKey,
  openRedis,
  PREFIX,
  type RedisPlace,
  readHost,
  saidOf,
} from './redis.js';

/** How often one of the hosts looks for locks that have ended. */
const STALLED_CHECK_MS = 5_000;
/** Commands that are sent together. */
const TOGETHER = 200;
/** The stream of events serves people who look into a queue by hand. */
const MAX_EVENTS = 100;

/** KEYS: hosts with their ends, what they say, those that wait, those that are taken. ARGV: own id, what it says, how long it counts. */
const MEET = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('HLEN', KEYS[2]) > redis.call('ZCARD', KEYS[1]) then
  for _, known in ipairs(redis.call('HKEYS', KEYS[2])) do
    if not redis.call('ZSCORE', KEYS[1], known) then redis.call('HDEL', KEYS[2], known) end
  end
end
return { redis.call('LLEN', KEYS[3]), redis.call('LLEN', KEYS[4]), redis.call('HVALS', KEYS[2]) }`;

/** What a job holds; nothing where all is well. */
const failedSchema = z.object({ since: z.number(), moves: z.int().min(0) });

export interface BullLeasesOptions extends RedisPlace, Heard {
  /** Of this start of this host: what its locks are known by. */
  readonly id: string;
  /** Told once if Redis throws keys away when it is full, with what its `maxmemory-policy` is. */
  readonly onEvicting?: (policy: string) => void;
}

export function openLeases(options: BullLeasesOptions): Leases {
  return new BullLeases(options);
}

class BullLeases implements Leases {
  readonly #options: BullLeasesOptions;
  readonly #redis: Redis;
  readonly #listener: Redis;
  readonly #jobs = new Map<string, Job>();
  /** What their jobs held as they were taken, where that was something. */
  readonly #failed = new Map<string, Failed>();
  #engine: Engine | null = null;
  #ready: Promise<Engine> | null = null;

  constructor(options: BullLeasesOptions) {
    this.#options = options;
    this.#redis = openRedis(options);
    this.#listener = openRedis(options);
    this.#listener.on('message', (_channel, said: string) => {
      if (said === FREE) options.onFree();
      else options.onWake(said);
    });
  }

  async offer(desks: readonly string[]): Promise<void> {
    // The last one to be put in front is the first to be taken.
    const jobs = [...desks].reverse().map((desk) => ({
      name: 'desk',
      data: {},
      opts: { jobId: desk, lifo: true, removeOnComplete: true, removeOnFail: true },
    }));
    for (const batch of batches(jobs)) await this.#within(({ queue }) => queue.addBulk([...batch]));
  }

  withdraw(desks: readonly string[]): Promise<void> {
    return this.#ended(desks, async (job) => {
      await job.moveToCompleted(null, this.#options.id, false);
    });
  }

  meet(self: HostState): Promise<Meeting> {
    return this.#within(async ({ queue }) => {
      const { name } = this.#options;
      const keys = [...hostKeys(name), queue.toKey('wait'), queue.toKey('active')];
      const answer = await this.#redis.eval(MEET, keys.length, ...keys, self.id, saidOf(self), LEASE_MS);
      const [waiting, taken, said] = z.tuple([z.int(), z.int(), z.array(z.string())]).parse(answer);
      const hosts = said
        .flatMap((one) => readHost(one)?.state ?? [])
        .sort((one, other) => (one.id < other.id ? -1 : 1));
      return { waiting, taken, hosts };
    });
  }

  take(count: number): Promise<readonly string[]> {
    return this.#within(async ({ worker }) => {
      const asked = Array.from({ length: Math.min(count, TOGETHER) }, () =>
        worker.getNextJob(this.#options.id, { block: false }),
      );
      const jobs = (await Promise.all(asked)).flatMap((job: Job | undefined) =>
        job?.id === undefined ? [] : [[job.id, job] as const],
      );
      for (const [desk, job] of jobs) this.#took(desk, job);
      return jobs.map(([desk]) => desk);
    });
  }

  renew(desks: readonly string[]): Promise<Renewed> {
    return this.#within(async ({ worker }) => {
      const { id, name } = this.#options;
      const lost = await worker.extendJobLocks(
        [...desks],
        desks.map(() => id),
        LEASE_MS,
      );
      this.#forget(lost);
      if (lost.length === 0) return { free: [], elsewhere: [] };
      const owners = await this.#redis.mget(lost.map((desk) => lockKey(name, desk)));
      const isFree = (_desk: string, index: number): boolean => (owners[index] ?? null) === null;
      return {
        free: lost.filter(isFree),
        elsewhere: lost.filter((desk, index) => !isFree(desk, index)),
      };
    });
  }

  async giveBack(desks: readonly string[], failed?: ReadonlyMap<string, Failed>): Promise<void> {
    if (desks.length === 0) return;
    await this.#ended(desks, async (job) => {
      const told = failed?.get(job.id ?? '');
      if (told !== undefined) await job.updateData(told);
      await job.moveToWait(this.#options.id);
    });
    await this.#within(() => this.#redis.publish(channelOf(this.#options.name), FREE));
  }

  failed(desk: string): Failed | null {
    return this.#failed.get(desk) ?? null;
  }

  async mended(desks: readonly string[]): Promise<void> {
    const jobs = desks.flatMap((desk) => this.#jobs.get(desk) ?? []);
    for (const desk of desks) this.#failed.delete(desk);
    // A job that has gone fails: nobody is told of it any more.
    for (const batch of batches(jobs))
      await this.#within(() => Promise.allSettled(batch.map((job) => job.updateData({}))));
  }

  async leave(): Promise<void> {
    const { name, id } = this.#options;
    const [alive, said] = hostKeys(name);
    await this.#within(() => this.#redis.multi().zrem(alive, id).hdel(said, id).exec());
  }

  async close(): Promise<void> {
    // What BullMQ is closed amid its first connection to fails where nobody can catch it.
    await within<unknown>(this.#ready ?? Promise.resolve(), WITHIN_MS).catch(() => undefined);
    this.#listener.disconnect();
    const { worker, queue } = this.#engine ?? {};
    await Promise.allSettled([worker?.close(true), queue?.close()]);
    this.#redis.disconnect();
  }

  /** One that has ended by itself, or is another host's by now, is passed over. */
  async #ended(desks: readonly string[], end: (job: Job) => Promise<void>): Promise<void> {
    const jobs = desks.flatMap((desk) => this.#jobs.get(desk) ?? []);
    this.#forget(desks);
    for (const batch of batches(jobs))
      await this.#within(() => Promise.allSettled(batch.map((job) => end(job))));
  }

  #took(desk: string, job: Job): void {
    this.#jobs.set(desk, job);
    const said = failedSchema.safeParse(job.data);
    if (said.success) this.#failed.set(desk, said.data);
    else this.#failed.delete(desk);
  }

  #forget(desks: readonly string[]): void {
    for (const desk of desks) {
      this.#jobs.delete(desk);
      this.#failed.delete(desk);
    }
  }

  /** Rejects with a Problem where there is no answer in time; then the connection is made anew. */
  async #within<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    try {
      return await within(this.#open().then(work), 2 * WITHIN_MS);
    } catch (error) {
      if (this.#redis.status === 'ready' && isSilence(error)) {
        this.#redis.disconnect(true);
        this.#listener.disconnect(true);
      }
      const why = error instanceof Error ? error.message : 'it does not answer';
      throw new Problem('fleet-away', `Redis cannot be used: ${why}`, { temporary: true, cause: error });
    }
  }

  /** Connects, once; afterwards connections are made anew by themselves. */
  #open(): Promise<Engine> {
    this.#ready ??= this.#connect().catch((error: unknown) => {
      this.#ready = null;
      throw error;
    });
    return this.#ready;
  }

  async #connect(): Promise<Engine> {
    const { name, onEvicting } = this.#options;
    for (const redis of [this.#redis, this.#listener]) if (redis.status === 'wait') await redis.connect();
    await this.#listener.subscribe(channelOf(name));
    await this.#redis.ping();
    const engine = (this.#engine ??= openEngine(this.#redis, name));
    await Promise.all([engine.queue.waitUntilReady(), engine.worker.waitUntilReady()]);
    await engine.worker.startStalledCheckTimer();
    // A Redis that does not let itself be asked works all the same.
    const policy = await evictionPolicy(this.#redis).catch(() => null);
    if (policy !== null && policy !== 'noeviction') onEvicting?.(policy);
    return engine;
  }
}

/** BullMQ's two sides: what puts jobs in, and what takes them out. */
interface Engine {
  readonly queue: Queue;
  readonly worker: Worker;
}

/** On a connection that stands. */
function openEngine(redis: Redis, name: string): Engine {
  const common = { connection: redis, prefix: PREFIX, skipVersionCheck: true };
  const queue = new Queue(name, { ...common, streams: { events: { maxLen: MAX_EVENTS } } });
  const worker = new Worker(name, null, {
    ...common,
    autorun: false,
    lockDuration: LEASE_MS,
    stalledInterval: STALLED_CHECK_MS,
    maxStalledCount: Number.MAX_SAFE_INTEGER,
  });
  // Whoever asks is told.
  queue.on('error', () => undefined);
  worker.on('error', () => undefined);
  return { queue, worker };
}

/** The same, or a rejection where it takes longer. */
async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_fulfil, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), ms);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** Silence, in distinction to a refusal: the connection may be dead although nobody has closed it. */
function isSilence(error: unknown): boolean {
  return error instanceof Error && /timed out|no answer/i.test(error.message);
}

function* batches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += TOGETHER) yield all.slice(from, from + TOGETHER);
}
