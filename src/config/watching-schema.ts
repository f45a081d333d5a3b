/** How somebody hears of a desk that does not work. */
import { countSchema } from './count.js';
import { line, listOf, object, text } from './expected.js';
import { isLoopback } from './loopback.js';
import { portSchema } from './server-schema.js';

const MAX_ARGUMENT_CHARS = 4096;
const HOUR_S = 3600;
const QUARTER_S = 900;

export const healthSchema = object('an object with port', {
  port: portSchema.describe('The port, on this machine only.'),
  host: text('a loopback address: 127.0.0.1, ::1 or localhost', isLoopback)
    .default('127.0.0.1')
    .describe('The loopback address to listen on. No other is taken.'),
  maxPassAgeSeconds: countSchema(1)
    .optional()
    .describe(
      'A desk counts as unhealthy when its last good pass is older than this. Default: the longest time between two polls, and ten minutes.',
    ),
  maxLetterAgeSeconds: countSchema(1)
    .default(HOUR_S)
    .describe(
      'A desk counts as unhealthy when a letter has waited in its outbox for longer than this. What `"mail": "hold"` holds back does not count.',
    ),
})
  .optional()
  .describe(
    'Without it there is no port. With it `run` answers on `/healthz` and `/metrics`: see [monitoring.md](monitoring.md).',
  );

export const onTroubleSchema = object('an object with command', {
  command: listOf('a list: a program and its arguments', line('an argument', MAX_ARGUMENT_CHARS))
    .min(1, { error: 'expected a program and its arguments' })
    .describe(
      'A program and its arguments, run without a shell in the configuration’s folder. It is told by environment variables which desk it is about, and has a minute.',
    ),
  afterSeconds: countSchema(1)
    .default(QUARTER_S)
    .describe('How long a desk must have been out of order without a break.'),
})
  .optional()
  .describe(
    'What `run` runs once when a desk has been out of order for a time, and once when it works again, since mail may be what is broken: see [monitoring.md](monitoring.md#ontrouble).',
  );
