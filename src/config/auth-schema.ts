/** Sign-in by OAuth2 in place of a password: who gives the tokens, or which program prints them. */
import { z } from 'zod';
import { expected, line, listOf, object, oneOf, text } from './expected.js';
import { isLoopback } from './loopback.js';
import { secretSchema } from './secret-schema.js';

const MAX_ID_CHARS = 500;
const MAX_URL_CHARS = 2000;
const MAX_ARGUMENT_CHARS = 4096;
const MAX_USER_CHARS = 320;
/** A domain, an id, or one of Microsoft's words for many tenants. */
const TENANT = /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/;
/** RFC 6749 §3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,500}$/;

export const PROVIDERS = ['google', 'microsoft'] as const;
export const FLOWS = ['browser', 'device', 'client-credentials'] as const;

const urlSchema = text(
  'an https address (http only on this machine)',
  (value) => value.length <= MAX_URL_CHARS && isUsable(value),
);

const ownProvider = z.strictObject({
  issuer: urlSchema
    .optional()
    .describe(
      'Its address as an OpenID provider: the endpoints are asked for there, except those that are given.',
    ),
  tokenEndpoint: urlSchema.optional().describe('Where tokens are given. Required without `issuer`.'),
  authorizationEndpoint: urlSchema.optional().describe('Where people sign in, for the flow `browser`.'),
  deviceAuthorizationEndpoint: urlSchema.optional().describe('Where codes are given, for the flow `device`.'),
  userinfoEndpoint: urlSchema.optional().describe('Says who has signed in.'),
  revocationEndpoint: urlSchema.optional().describe('Where `logout` takes tokens back.'),
});

const providerSchema = z
  .union([z.enum(PROVIDERS), ownProvider], {
    error: expected(
      '"google", "microsoft", { "issuer": "https://…" } or { "tokenEndpoint": "https://…", … }',
    ),
  })
  .describe('Who gives the tokens: one that is known, or any other by its issuer or its endpoints.');

const oauth2Schema = object('an object with provider and clientId', {
  provider: providerSchema,
  clientId: line('the client id that the provider gave you', MAX_ID_CHARS).describe(
    'The id of the application that you have registered with the provider: see [sign-in.md](sign-in.md).',
  ),
  clientSecret: secretSchema('Its secret, where the provider has given one.').optional(),
  tenant: text('a tenant’s id or domain, "common", "organizations" or "consumers"', (value) =>
    TENANT.test(value),
  )
    .optional()
    .describe('Microsoft’s tenant. Default: `"common"`; `client-credentials` needs your own.'),
  flow: oneOf(...FLOWS)
    .optional()
    .describe(
      '`browser`: `login` opens a page, or prints its address. `device`: it prints a code to type on any device. `client-credentials`: the application signs in by itself, and nobody has to. Default: `device` for Microsoft, else `browser`.',
    ),
  scopes: listOf(
    'a list of scopes',
    text('a scope without spaces', (value) => SCOPE.test(value)),
  )
    .min(1, { error: 'expected at least one scope' })
    .optional()
    .describe('What the token must allow. Default: mail at Google and Microsoft, else what a sign-in needs.'),
  account: line('the name of an account', MAX_USER_CHARS)
    .optional()
    .describe(
      'Who signs in, where that is not `imap.user`: a person who may open a shared mailbox. `login` refuses anybody else.',
    ),
}).describe('Tokens from a provider. `imapdesk login` signs in once; they are renewed from then on.');

const accessTokenSchema = object('an object with command', {
  command: z
    .array(line('an argument', MAX_ARGUMENT_CHARS), {
      error: expected('a list of a program and its arguments'),
    })
    .min(1, { error: 'expected at least a program' })
    .describe(
      'A program and its arguments, run without a shell in the configuration’s folder for each connection, that prints a valid access token within 10 seconds.',
    ),
}).describe('Tokens from a program of your own, such as mutt_oauth2, oama or pizauth.');

export const authSchema = object('an object with oauth2 or accessToken', {
  oauth2: oauth2Schema.optional(),
  accessToken: accessTokenSchema.optional(),
})
  .optional()
  .describe(
    'Sign-in by OAuth2 at both servers, in place of the passwords: one of these two. See [sign-in.md](sign-in.md).',
  );

function isUsable(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, hash } = new URL(value);
  if (username !== '' || hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}
