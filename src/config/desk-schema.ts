/** One desk: its address, its people, its mailbox and its manners. */
import { validate as isCronExpression } from 'node-cron';
import { z } from 'zod';
import { addressSchema, addressTemplateSchema } from './address.js';
import { authSchema } from './auth-schema.js';
import { countSchema } from './count.js';
import { durationSchema } from './duration.js';
import { expected, line, listOf, object, oneOf, text } from './expected.js';
import { foldersSchema, sentSchema } from './folder-schema.js';
import { LANGUAGES } from './language.js';
import { limitsSchema } from './limits-schema.js';
import { morningSchemas } from './morning-schema.js';
import { memberNoticesSchema, noticesSchema } from './notices-schema.js';
import { originSchemas } from './origin-schema.js';
import { imapSchema, smtpSchema } from './server-schema.js';
import { ticketSchemas } from './ticket-schema.js';

const MAX_NAME_CHARS = 100;
const MAX_TAG_CHARS = 30;
const MAX_PATH_CHARS = 4096;
/** Not ending in a digit, which would run into the number. */
const TAG = /^[A-Za-z]([A-Za-z0-9-]*[A-Za-z-])?$/;

const nameSchema = line(`a name of at most ${MAX_NAME_CHARS} characters on one line`, MAX_NAME_CHARS);

const memberSchema = z.strictObject({
  name: nameSchema.describe('Shown to colleagues.'),
  addresses: listOf('a list of addresses', addressSchema())
    .min(1, { error: 'expected at least one address' })
    .describe('Notices go to the first; mail from any of them counts as this member’s.'),
  notices: memberNoticesSchema,
});

const staffSchema = listOf(
  'a list of addresses or members',
  z.union([addressSchema(), memberSchema], {
    error: expected('an address such as name@example.com, or { "name": "…", "addresses": ["…"] }'),
  }),
)
  .min(1, { error: 'expected at least one member' })
  .describe(
    'The people who run the desk: an address, or an object for a member with a name or with several addresses. They get notices, and their replies are relayed.',
  );

const addressesSchema = z
  .union(
    [
      z.literal(false),
      z.strictObject({
        ticket: addressTemplateSchema('support+{id}@example.com').describe('Mail to it joins the ticket.'),
        done: addressTemplateSchema('support+{id}-done@example.com').describe(
          'Mail to it closes the ticket.',
        ),
      }),
    ],
    {
      error: expected(
        'false, or { "ticket": "support+{id}@example.com", "done": "support+{id}-done@example.com" }',
      ),
    },
  )
  .optional()
  .describe(
    'The addresses of a ticket, with `{id}` where its number and signature go. Default: plus-addresses of `address`. `false` for a host that delivers no such addresses: replies then come to `address` and are told apart by message ids and the subject tag. `imapdesk check` finds out.',
  );

const adoptSchema = object('an object with within and atMost', {
  within: durationSchema().default('2d').describe('Unread mail that is not older than this is taken on.'),
  atMost: countSchema(0)
    .default(25)
    .describe('If that is more messages than this, the first run does nothing and asks.'),
})
  .prefault({})
  .describe('What the first run does about mail that was in the inbox before it.');

/** The rest of a desk's keys: how it works rather than where it is. */
const manners = {
  tag: text(
    `a tag of at most ${MAX_TAG_CHARS} letters, digits and dashes that begins with a letter and does not end with a digit`,
    (value) => value.length <= MAX_TAG_CHARS && TAG.test(value) && !/-done$/i.test(value),
  )
    .default('issue')
    .describe('The word in the subject tag: `issue` makes `[issue42]`, and `[issue42-done]` closes.'),
  folders: foldersSchema,
  sent: sentSchema,
  poll: text('a cron expression of five or six fields, such as "* * * * *"', isCronExpression)
    .default('* * * * *')
    .describe(
      'When `run` looks at the mailbox even if the server has announced nothing: a cron expression. Desks that poll by the same one look at different moments of the minute that it names.',
    ),
  timezone: text('an IANA time zone such as "Europe/London"', isTimeZone)
    .default('UTC')
    .describe('The time zone of `poll`, `digest`, `remind` and `closeStale`, and of times shown to people.'),
  authservId: text(
    'the name that your mail server writes first in its Authentication-Results fields',
    (value) => /^[\w.:-]{1,253}$/.test(value),
  )
    .optional()
    .describe(
      'The name under which your own mail server writes Authentication-Results. Without it no From is proven: staff powers then need a signed address. `imapdesk check` proposes it, with proof.',
    ),
  ...originSchemas,
  adopt: adoptSchema,
  mail: oneOf('send', 'hold')
    .default('send')
    .describe(
      '`hold` files everything and leaves all outgoing mail in the outbox, to be read, deleted or released.',
    ),
  ...ticketSchemas,
  notices: noticesSchema,
  ...morningSchemas,
  limits: limitsSchema,
  language: oneOf(...LANGUAGES)
    .default('en')
    .describe('The language of what the desk writes: English, German, French, Spanish or Dutch.'),
  templates: line('the path of a folder', MAX_PATH_CHARS)
    .optional()
    .describe(
      'Path of a folder whose `.txt` files replace the built-in texts of the same name (see “Texts” below). Default: the built-in ones of `language`.',
    ),
} as const;

export const deskSchema = object('an object with address, staff, imap and smtp', {
  name: nameSchema
    .optional()
    .describe('What people know the desk as; shown beside its address. Default: the address.'),
  address: addressSchema().describe('The address that people write to.'),
  staff: staffSchema,
  imap: imapSchema,
  smtp: smtpSchema,
  auth: authSchema,
  addresses: addressesSchema,
  ...manners,
}).describe('One support mailbox.');

function isTimeZone(name: string): boolean {
  // Offsets such as +01:00 are accepted by newer runtimes only, and know no summer time.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
