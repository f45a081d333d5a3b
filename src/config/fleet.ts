/** The fleet, as the program works with it. */
import { resolve } from 'node:path';
import type { WrittenFleet } from './fleet-schema.js';
import type { SecretSource } from './secret-schema.js';

export interface FleetConfig {
  readonly redis: SecretSource;
  readonly name: string;
  /** null: its share. */
  readonly desks: number | null;
  readonly tls: { readonly ca: string | null };
}

export function completeFleet(written: WrittenFleet, baseDir: string): FleetConfig | null {
  if (written === undefined) return null;
  const { redis, name, desks = null, tls } = written;
  return { redis, name, desks, tls: { ca: tls.ca === undefined ? null : resolve(baseDir, tls.ca) } };
}
