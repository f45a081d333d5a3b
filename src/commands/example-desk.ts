/**
 * The desk that `explain --offline` takes where there is no configuration: the one of `config.example.json`, with a
 * secret that has signed nothing.
 */
import { randomBytes } from 'node:crypto';
import type { Config } from '../config/complete.js';
import { parseConfig } from '../config/load.js';

const NOWHERE = { host: 'localhost', user: 'support@example.com', password: 'unused' };

export function exampleConfig(env: Config['env']): Config {
  const written = {
    secret: unusedSecret(),
    desks: [
      {
        name: 'Example Support',
        address: 'support@example.com',
        staff: ['steve@example.org', { name: 'Ann', addresses: ['ann@example.org', 'ann.b@phone.example'] }],
        imap: NOWHERE,
        smtp: NOWHERE,
      },
    ],
  };
  return parseConfig(JSON.stringify(written), { path: 'config.json', env });
}

/** Verifies nothing that was ever signed. */
export function unusedSecret(): string {
  return randomBytes(32).toString('hex');
}
