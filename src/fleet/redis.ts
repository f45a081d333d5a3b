/** The connection to Redis, and the few keys and channels of a fleet that are not BullMQ's. */
import { Redis } from 'ioredis';
import { z } from 'zod';
import { EXIT, Problem } from '../problem/problem.js';
import { trusting } from '../trust/trusted.js';
import { type HostState, LEASE_MS, WITHIN_MS } from './leases.js';

export interface RedisPlace {
  /** `redis://` or `rediss://`; it may hold a password. */
  readonly url: string;
  /** PEM, to be trusted beside the well-known authorities. */
  readonly ca?: string | undefined;
  /** Of the fleet: several may share one Redis. */
  readonly name: string;
}

/** The keys of all fleets begin with it. */
export const PREFIX = 'imapdesk';

/** Of the hosts: when each is forgotten, by the clock of Redis, and what each has said of itself. */
export function hostKeys(name: string): readonly [alive: string, said: string] {
  return [`${PREFIX}-hosts:${name}:alive`, `${PREFIX}-hosts:${name}:said`];
}

/** Where is said that a desk is there to be taken (FREE), or has work (its key). */
export function channelOf(name: string): string {
  return `${PREFIX}-hosts:${name}`;
}

export const FREE = 'free';

/** As the lock of a desk's job is called by BullMQ: who holds the lease. */
export function lockKey(name: string, desk: string): string {
  return `${PREFIX}:${name}:${desk}:lock`;
}

export function jobKey(name: string, desk: string): string {
  return `${PREFIX}:${name}:${desk}`;
}

const MAX_NAME_CHARS = 300;
const count = z.int().min(0);

const hostSchema = z.object({
  id: z.string().max(MAX_NAME_CHARS),
  // It is printed.
  host: z
    .string()
    .max(MAX_NAME_CHARS)
    .transform((said) => said.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ')),
  pid: count,
  capacity: count.nullable(),
  held: count,
  failing: count.default(0),
  wants: count,
  /** By its own clock. */
  at: z.number(),
});

/** What a host says of itself. */
export function saidOf(state: HostState): string {
  return JSON.stringify({ ...state, at: Date.now() });
}

/** null for what no host has said. */
export function readHost(said: string): { readonly state: HostState; readonly at: number } | null {
  try {
    const { at, ...state } = hostSchema.parse(JSON.parse(said));
    return { state, at };
  } catch {
    return null;
  }
}

/** All hosts, each with how many milliseconds the clock of Redis is ahead of its own. */
export async function readHosts(
  redis: Redis,
  name: string,
): Promise<readonly { readonly state: HostState; readonly aheadMs: number }[]> {
  const [alive, said] = hostKeys(name);
  const [ends, all] = await Promise.all([redis.zrange(alive, 0, -1, 'WITHSCORES'), redis.hvals(said)]);
  const endOf = new Map(
    ends.flatMap((id, index) => (index % 2 === 0 ? [[id, Number(ends[index + 1])] as const] : [])),
  );
  return all.flatMap((one) => {
    const host = readHost(one);
    const end = host === null ? undefined : endOf.get(host.state.id);
    return host === null || end === undefined
      ? []
      : [{ state: host.state, aheadMs: end - LEASE_MS - host.at }];
  });
}

/** Rejected at once where Redis is away: whoever asks has a use for that answer, too. */
export function openRedis({ url, ca }: Omit<RedisPlace, 'name'>): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: WITHIN_MS,
    commandTimeout: WITHIN_MS,
    maxRetriesPerRequest: null,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    keepAlive: 10_000,
    retryStrategy: (times) => Math.min(times * 200, 2_000),
    // After a failover the old server reads only.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    // With `tls` it would speak TLS to any address.
    ...(new URL(url).protocol === 'rediss:' ? { tls: trusting(ca) } : {}),
  });
  // Whoever asks is told; without a listener it would end the process.
  redis.on('error', () => undefined);
  return redis;
}

/**
 * What it does when its memory is full, as `maxmemory-policy` has it; null where it does not say. What throws keys away
 * throws leases away.
 */
export async function evictionPolicy(redis: Redis): Promise<string | null> {
  const said = await redis.info('memory');
  return /^maxmemory_policy:(\S+)/m.exec(said)?.[1] ?? null;
}

/** The address without what may be a secret. */
export function shownAddress(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** Throws where it is no address of a Redis; the message does not hold it. */
export function checkAddress(url: string, field: string): void {
  if (URL.canParse(url) && isOfRedis(new URL(url))) return;
  throw new Problem(
    'fleet-address-invalid',
    `${field}: expected the address of a Redis, such as redis://127.0.0.1:6379 or rediss://user:password@redis.example.com. In a password, write %2F for /, %23 for #, %3F for ? and %25 for %`,
    { exitCode: EXIT.configuration },
  );
}

function isOfRedis({ protocol, host, pathname, search, hash, username, password }: URL): boolean {
  // What stands behind a password that is not encoded is taken for a path.
  const isWhole = /^\/?\d*$/.test(pathname) && hash === '' && !search.includes('@');
  return /^rediss?:$/.test(protocol) && host !== '' && isWhole && [username, password].every(isEncoded);
}

function isEncoded(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
