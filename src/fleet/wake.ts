/** A command has left work for a desk: the host that works on it is woken. */
import type { Config, DeskConfig } from '../config/complete.js';
import { deskKey } from './desk-key.js';
import { fleetPlace } from './place.js';
import { channelOf, lockKey, openRedis, type RedisPlace } from './redis.js';

/** Whether there is a host that works on the desk, and the hosts were told. Never rejects. */
export async function wakeDesk(config: Config, desk: DeskConfig): Promise<boolean> {
  try {
    const place = await fleetPlace({ config, typed: null, secrets: new Set() });
    return place !== null && (await wakeHost(place, deskKey(desk)));
  } catch {
    return false;
  }
}

async function wakeHost(place: RedisPlace, desk: string): Promise<boolean> {
  const redis = openRedis(place);
  try {
    await redis.connect();
    const heard = await redis.publish(channelOf(place.name), desk);
    return heard > 0 && (await redis.exists(lockKey(place.name, desk))) === 1;
  } finally {
    redis.disconnect();
  }
}
