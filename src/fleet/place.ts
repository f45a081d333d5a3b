/** Where the hosts of a fleet meet, as it is configured. */
import { readFile } from 'node:fs/promises';
import type { Config } from '../config/complete.js';
import { fleetAddress } from '../config/secrets.js';
import { Problem } from '../problem/problem.js';
import { checkAddress, type RedisPlace } from './redis.js';

const DEFAULT_NAME = 'imapdesk';

export interface PlaceOptions {
  readonly config: Config;
  /** An address that was typed: it goes before that of the configuration. */
  readonly typed: string | null;
  /** The password of the address is added, so that no log line holds it. */
  readonly secrets: Set<string>;
}

/** null where there is no fleet. Throws where its address cannot be had, or is none. */
export async function fleetPlace({ config, typed, secrets }: PlaceOptions): Promise<RedisPlace | null> {
  const url = typed ?? (await fleetAddress(config));
  if (url === null) return null;
  const field = typed === null ? 'fleet.redis' : '--fleet';
  checkAddress(url, field);
  const { password } = new URL(url);
  if (password !== '') for (const form of [password, decodeURIComponent(password), url]) secrets.add(form);
  return { url, name: config.fleet?.name ?? DEFAULT_NAME, ca: await certificates(config) };
}

async function certificates({ fleet }: Config): Promise<string | undefined> {
  const path = fleet?.tls.ca ?? null;
  if (path === null) return undefined;
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new Problem('config-unreadable', `fleet.tls.ca: ${path} cannot be read`, {
      exitCode: 78,
      cause: error,
    });
  });
}
