/** How the two servers are reached. */
import { z } from 'zod';
import { countSchema } from './count.js';
import { line, object, oneOf, text } from './expected.js';
import { secretSchema } from './secret-schema.js';

const MAX_HOST_CHARS = 253;
const MAX_USER_CHARS = 320;
const MAX_PATH_CHARS = 4096;
const MAX_PORT = 65_535;
const MAX_SMTP_CONNECTIONS = 20;
const SMTP_CONNECTIONS = 4;
const HOST = /^(\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\]?|[\w\p{L}\p{N}]([\w\p{L}\p{N}.-]*[\w\p{L}\p{N}])?\.?)$/u;

export const hostSchema = text(
  'a host name or an IP address',
  (value) => value.length <= MAX_HOST_CHARS && HOST.test(value),
);
export const portSchema = countSchema(1, MAX_PORT);
const userSchema = line('a user name', MAX_USER_CHARS);

const securitySchema = oneOf('tls', 'starttls', 'none');
export type Security = z.output<typeof securitySchema>;

const SECURITY_MEANING =
  '`tls`: encrypted from the start. `starttls`: encrypted before anything is said, or no connection. `none`: only towards this machine (localhost, 127.0.0.1, ::1).';

export const tlsSchema = z
  .strictObject({
    ca: line('the path of a PEM file', MAX_PATH_CHARS)
      .optional()
      .describe(
        'Path of a PEM file with the certificate authorities to trust beside the well-known ones, for a server with a certificate of its own making.',
      ),
  })
  .prefault({})
  .describe('How the server’s certificate is checked. It always is.');

export const imapSchema = object('an object with host and user', {
  host: hostSchema.describe('Host name of the IMAP server.'),
  port: portSchema.optional().describe('Default: 993 for `tls`, 143 otherwise.'),
  security: securitySchema
    .optional()
    .describe(`${SECURITY_MEANING} Default: \`starttls\` on port 143, else \`tls\`.`),
  user: userSchema.describe('The name to sign in with, often the address.'),
  password: secretSchema('The password, or where it comes from. Required without `auth`.').optional(),
  tls: tlsSchema,
}).describe('The mailbox that the desk lives in.');

export const smtpSchema = object('an object with host', {
  host: hostSchema.describe('Host name of the SMTP server that takes the desk’s mail.'),
  port: portSchema.optional().describe('Default: 465 for `tls`, 587 for `starttls`, 25 for `none`.'),
  security: securitySchema
    .optional()
    .describe(`${SECURITY_MEANING} Default: \`starttls\` on ports 587 and 25, else \`tls\`.`),
  user: userSchema
    .optional()
    .describe('The name to sign in with. Without it the desk does not sign in (a local relay).'),
  password: secretSchema(
    'The password, or where it comes from. Goes with `user`, unless there is `auth`.',
  ).optional(),
  tls: tlsSchema,
  connections: countSchema(1, MAX_SMTP_CONNECTIONS)
    .default(SMTP_CONNECTIONS)
    .describe(
      'How many messages may be handed over at once, each over a connection of its own. They are opened one after the other, as messages are taken; a server that takes fewer connections is used with those.',
    ),
  envelopeFrom: oneOf('desk', 'null', 'signed')
    .default('desk')
    .describe(
      'Envelope sender of what the desk sends by itself: the desk’s address; the null sender `<>`, which some servers refuse; or a signed address for each ticket, by which a bounce proves what it returns, where the server lets you send so.',
    ),
}).describe('The server that mail leaves through.');
