/** One pass of a desk by a worker of its own, as cron starts it, at any time that a test wants it to be. */
import { parseConfig } from '../../src/config/load.js';
import { DeskSession } from '../../src/worker/run/session.js';
import { createLog } from '../../src/worker/watch/log.js';
import type { Json } from './world.js';

export async function passAt(now: Date, written: Json): Promise<void> {
  const config = parseConfig(JSON.stringify(written), { path: 'config.json', env: {} });
  const [desk] = config.desks;
  if (desk === undefined) throw new Error('no desk');
  const log = createLog({ level: 'error', format: 'json', terminal: false });
  const about = { command: 'test', adopt: null, secrets: new Set<string>(), now: () => now };
  const session = new DeskSession({ config, desk, log, ...about });
  try {
    await session.pass(new AbortController().signal);
  } finally {
    await session.close();
  }
}
