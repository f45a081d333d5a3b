/** Who works on which desk, as Redis has it. Changes nothing. */
import { type HostState, LEASE_MS } from './leases.js';
import { jobKey, lockKey, openRedis, type RedisPlace, readHosts } from './redis.js';

export interface LeaseSeen {
  /** null where no host has it. */
  readonly host: Pick<HostState, 'host' | 'pid'> | null;
  /** When that host took it, by the clock of Redis; null where it is not known. */
  readonly since: Date | null;
  /** Milliseconds since it was renewed; null without a lease. */
  readonly ageMs: number | null;
  readonly state: 'held' | 'waits' | 'unknown';
}

export interface FleetSeen {
  readonly hosts: readonly HostState[];
  /** By the keys of desks. */
  readonly leases: ReadonlyMap<string, LeaseSeen>;
}

/** Rejects where Redis is away. */
export async function lookAtFleet(place: RedisPlace, desks: readonly string[]): Promise<FleetSeen> {
  const redis = openRedis(place);
  try {
    await redis.connect();
    const hosts = await readHosts(redis, place.name);
    const asked = desks.map(async (desk) => {
      const [owner, leftMs, taken] = await Promise.all([
        redis.get(lockKey(place.name, desk)),
        redis.pttl(lockKey(place.name, desk)),
        redis.hget(jobKey(place.name, desk), 'processedOn'),
      ]);
      const isThere = owner !== null || (await redis.exists(jobKey(place.name, desk))) === 1;
      return [desk, seen({ hosts, owner, leftMs, taken, isThere })] as const;
    });
    return { hosts: hosts.map(({ state }) => state), leases: new Map(await Promise.all(asked)) };
  } finally {
    redis.disconnect();
  }
}

interface Read {
  readonly hosts: Awaited<ReturnType<typeof readHosts>>;
  readonly owner: string | null;
  readonly leftMs: number;
  readonly taken: string | null;
  readonly isThere: boolean;
}

function seen({ hosts, owner, leftMs, taken, isThere }: Read): LeaseSeen {
  if (owner === null) return { host: null, since: null, ageMs: null, state: isThere ? 'waits' : 'unknown' };
  const found = hosts.find(({ state }) => state.id === owner);
  const at = taken === null || found === undefined ? Number.NaN : Number(taken) + found.aheadMs;
  return {
    host: found === undefined ? { host: 'a host that has gone', pid: 0 } : found.state,
    since: Number.isFinite(at) ? new Date(at) : null,
    ageMs: Math.max(LEASE_MS - leftMs, 0),
    state: 'held',
  };
}
