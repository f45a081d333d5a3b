/** The pages that `web` serves. */
import { isIP } from 'node:net';
import { countSchema } from './count.js';
import { durationSchema, parseDuration } from './duration.js';
import { object, oneOf, text } from './expected.js';
import { isLoopback } from './loopback.js';
import { secretSchema } from './secret-schema.js';
import { portSchema } from './server-schema.js';
import { type Fields, isFields, type Mistake } from './written.js';

const DEFAULT_PORT = 8025;
const MAX_CONNECTIONS = 5;
/** RFC 9110 §5.6.2. */
const FIELD_NAME = /^[A-Za-z0-9-]{1,60}$/;
/** Fields that a proxy sets for other reasons, or that a browser sets. */
const NOT_FOR_NAMES =
  /^(?:host|cookie|origin|referer|authorization|connection|content-.*|sec-.*|x-forwarded-for|x-forwarded-host|x-forwarded-proto|x-real-ip|forwarded|accept.*|user-agent|via)$/i;

export const webSchema = object('an object with password or proxyHeader', {
  host: text(
    'an IP address, or localhost',
    (value) => isIP(value.replaceAll(/^\[|\]$/g, '')) !== 0 || isLoopback(value),
  )
    .default('127.0.0.1')
    .describe('The address to listen on. One that other machines reach needs `url`.'),
  port: portSchema.default(DEFAULT_PORT).describe('The port to listen on.'),
  url: text('an address such as "https://desk.example.com", without a path', isOrigin)
    .optional()
    .describe(
      'The address by which people reach the pages through a proxy, such as `https://desk.example.com`. Requests for other names are refused. `imapdesk link` makes its addresses with it.',
    ),
  password: secretSchema(
    'The hash of the password of these pages, as `imapdesk web-password` prints it, or where it comes from.',
  ).optional(),
  proxyHeader: text(
    'the name of a header field, such as "Remote-User"',
    (value) => FIELD_NAME.test(value) && !NOT_FOR_NAMES.test(value),
  )
    .optional()
    .describe(
      'The header field in which a proxy on this machine names who it has signed in. It is believed from a loopback address alone; the proxy must remove such a field from what others send.',
    ),
  language: oneOf('auto', 'en', 'de')
    .default('auto')
    .describe('The language of the pages: English, German, or as each browser asks for.'),
  linkInAcknowledgements: durationSchema()
    .optional()
    .describe(
      'Acknowledgements carry a link by which the requester can read the ticket for so long, such as `30d`, from the arrival of their mail on; at most 366d. It needs `url`.',
    ),
  connections: countSchema(1, MAX_CONNECTIONS)
    .default(2)
    .describe('How many IMAP connections each desk may have for its pages.'),
})
  .optional()
  .describe('Without it `imapdesk web` serves nothing. What it shows: [web.md](web.md).');

function isOrigin(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, origin } = new URL(value);
  return /^https?:$/.test(protocol) && (value === origin || value === `${origin}/`);
}

/** What must be there beside what. */
export function webMistakes(written: Fields): Mistake[] {
  if (!isFields(written.web)) return [];
  const { password, proxyHeader, host = '127.0.0.1', url } = written.web;
  const mistakes: Mistake[] = linkMistakes(written.web);
  if (password === undefined && proxyHeader === undefined)
    mistakes.push({
      path: ['web', 'password'],
      message: 'is missing, expected what "imapdesk web-password" prints, or proxyHeader in its place',
    });
  if (typeof host === 'string' && !isLoopback(host) && url === undefined)
    mistakes.push({
      path: ['web', 'url'],
      message: 'is missing, expected the address that people use, since host is not this machine alone',
    });
  return mistakes;
}

const LONGEST_LINK_MS = 366 * 86_400_000;

function linkMistakes({ linkInAcknowledgements: span, url }: Fields): Mistake[] {
  if (typeof span !== 'string') return [];
  const mistakes: Mistake[] = [];
  if ((parseDuration(span) ?? 0) > LONGEST_LINK_MS)
    mistakes.push({
      path: ['web', 'linkInAcknowledgements'],
      message: 'is too long, expected at most "366d"',
    });
  if (typeof url !== 'string' || !mayCarryLinks(url))
    mistakes.push({
      path: ['web', 'url'],
      message:
        'is missing, or not encrypted: expected https://…, since linkInAcknowledgements sends links to it',
    });
  return mistakes;
}

/** Whoever reads a link on its way can read the ticket. */
export function mayCarryLinks(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || isLoopback(hostname);
}
