/** Several hosts that share the desks of one configuration. */
import { z } from 'zod';
import { countSchema } from './count.js';
import { object, text } from './expected.js';
import { secretSchema } from './secret-schema.js';
import { tlsSchema } from './server-schema.js';

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

export const fleetSchema = object('an object with redis', {
  redis: secretSchema(
    'The address of the Redis where the hosts meet, such as `redis://127.0.0.1:6379` or `rediss://user:password@redis.example.com`, or where it comes from: it may hold a password.',
  ),
  name: text('a name of small letters, digits and hyphens', (value) => NAME.test(value))
    .default('imapdesk')
    .describe('The name of the fleet, where several share one Redis.'),
  desks: countSchema(1)
    .optional()
    .describe(
      'How many desks one host takes at most. `run --desks` says so for one host. Default: its share.',
    ),
  tls: tlsSchema,
})
  .optional()
  .describe(
    'With it, `run` shares the desks with all hosts that have the same configuration: see [fleet.md](fleet.md).',
  );

export type WrittenFleet = z.output<typeof fleetSchema>;
