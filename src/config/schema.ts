/**
 * The whole configuration. Types, defaults, `config.schema.json` and `docs/configuration.md` all come from here, so
 * every key says what it is for. What concerns several fields at once is in `rules.ts`; what is derived from other
 * fields is filled in by `complete.ts`.
 */
import { z } from 'zod';
import { alertsSchema } from './alerts-schema.js';
import { connectionsSchema } from './connections-schema.js';
import { deskSchema } from './desk-schema.js';
import { expected, line, listOf, object, oneOf } from './expected.js';
import { fleetSchema } from './fleet-schema.js';
import { signingSecretSchema } from './secret-schema.js';
import { healthSchema, onTroubleSchema } from './watching-schema.js';
import { webSchema } from './web-schema.js';

const MAX_PATH_CHARS = 4096;

const logSchema = object('an object with level and format', {
  level: oneOf('error', 'warn', 'info', 'debug')
    .default('info')
    .describe(
      'How much `run` writes. The other commands write only what went wrong, unless `-v` or `-vv` asks for more. Addresses and subjects appear at `debug` only.',
    ),
  format: oneOf('json', 'pretty', 'auto')
    .default('auto')
    .describe(
      '`pretty` is text for people, `json` one object a line for programs. `auto` is `pretty`, and `json` only for a command with `--json` whose log goes to no terminal. So `run` writes text, under systemd or PM2, too, unless `json` is set.',
    ),
})
  .prefault({})
  .describe('The log, written to standard error.');

export const configSchema = object('an object with secret and desks', {
  $schema: z
    .string({ error: expected('a string') })
    .optional()
    .describe('Path of `config.schema.json`, for editors that check as you type.'),
  secret: signingSecretSchema(
    'What ticket addresses and message ids are signed with: 32 characters or more that nobody can guess. A list when it is changed: the first signs, all verify, so keep the old ones.',
  ),
  desks: listOf('a list of desks', deskSchema)
    .default([])
    .describe(
      'The desks. They work side by side, and one that fails never stops another. At least one, unless there is a `desksFolder`.',
    ),
  desksFolder: line('the path of a folder', MAX_PATH_CHARS)
    .optional()
    .describe(
      'Path of a folder with more desks: each `.json` file in it is one (see “A folder of desks” below).',
    ),
  limits: connectionsSchema,
  log: logSchema,
  health: healthSchema,
  onTrouble: onTroubleSchema,
  alerts: alertsSchema,
  web: webSchema,
  fleet: fleetSchema,
}).meta({ title: 'imapdesk configuration', description: 'Everything is in one JSON file.' });

/** The configuration as it was written, defaults of single keys filled in. */
export type WrittenConfig = z.output<typeof configSchema>;
