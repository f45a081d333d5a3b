/** Who is told at once of what happens in a desk, when, and how. What it all means is in docs/alerts.md. */
import { z } from 'zod';
import { parseWeek } from '../hours/week.js';
import { addressSchema } from './address.js';
import { durationSchema, parseDuration } from './duration.js';
import { expected, line, listOf, object, oneOf, text, yesOrNo } from './expected.js';
import { secretSchema } from './secret-schema.js';

const MAX_NAME_CHARS = 100;
const MAX_ARGUMENT_CHARS = 4096;
const MAX_URL_CHARS = 2000;
const MAX_SUBJECT_CHARS = 100;
const MAX_ALERTS = 50;

/** What may be told, in the order in which docs and messages name it. */
export const ALERT_EVENTS = ['new', 'update', 'reopened', 'waiting', 'unhealthy', 'recovered'] as const;
const WEBHOOK_SHAPES = ['imapdesk', 'slack', 'mattermost', 'discord', 'ntfy', 'matrix-hookshot'] as const;
const INCLUDED = ['subject', 'sender', 'words'] as const;

const PHONE = /^\+?[0-9A-Za-z][0-9A-Za-z -]{1,29}$/;
const HEADER_NAME = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;
const AT_MOST = /^([1-9]\d{0,3}) in (\S+)$/;
const HOURS = 'times of the week such as "Mon-Fri 10:00-17:00, Sat 10:00-12:00"';

/** `6 in 1h`; null for what is none. */
export function parseAtMost(written: string): { readonly count: number; readonly withinMs: number } | null {
  const [, count, span = ''] = AT_MOST.exec(written) ?? [];
  const withinMs = parseDuration(span);
  return count === undefined || withinMs === null ? null : { count: Number(count), withinMs };
}

function hoursSchema(description: string) {
  return text(HOURS, (value) => parseWeek(value) !== null).describe(description);
}

const dateSchema = text('a date such as "2026-12-25"', (value) => {
  const at = new Date(`${value}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && at.toJSON()?.slice(0, 10) === value;
});

const whenSchema = object('an object with outside or inside', {
  outside: hoursSchema('It tells outside these times: your office hours.').optional(),
  inside: hoursSchema('It tells inside these times only. One of the two, or neither for always.').optional(),
  holidays: listOf('a list of dates', dateSchema)
    .default([])
    .describe('Dates that belong to none of these times, from midnight to midnight.'),
})
  .optional()
  .describe('When it tells, by the clock of the desk’s `timezone`. Default: always.');

const headersSchema = z
  .record(
    text('the name of a header field', (value) => HEADER_NAME.test(value)),
    secretSchema('Its value.'),
    { error: expected('an object of header fields') },
  )
  .optional()
  .describe('Header fields to send along, such as `Authorization`; each value is a [secret](#secrets).');

const plainHttpSchema = yesOrNo()
  .default(false)
  .describe('Lets the address be `http://` on another machine, where everybody on the way can read it.');

const urlSchema = secretSchema('The address to post to, https; http only on this machine.');

const webhookSchema = object('an object with url', {
  url: urlSchema,
  shape: oneOf(...WEBHOOK_SHAPES)
    .default('imapdesk')
    .describe('What is posted: JSON of our own, or what one of these services takes.'),
  secret: secretSchema('What the request is signed with, so that the receiver knows who sent it.').optional(),
  headers: headersSchema,
  plainHttp: plainHttpSchema,
}).describe('A web address to post to.');

const phoneSchema = (description: string) =>
  text('a telephone number such as +4915112345678, or a sender’s name', (value) =>
    PHONE.test(value),
  ).describe(description);

const twilioSchema = z.strictObject({
  gateway: z.literal('twilio').describe('Twilio, or a gateway that takes the same requests.'),
  account: text('an account SID', (value) => /^[A-Za-z0-9_-]{1,100}$/.test(value)).describe(
    'The account SID.',
  ),
  user: line('the SID of an API key', MAX_NAME_CHARS)
    .optional()
    .describe('The SID of an API key, where `token` is its secret. Default: `account`.'),
  token: secretSchema('The auth token.'),
  from: phoneSchema('The number or name that it comes from.'),
  to: phoneSchema('The number that it goes to.'),
  url: text('an https address (http only on this machine)', isUrl)
    .default('https://api.twilio.com')
    .describe('Where the gateway is.'),
  plainHttp: plainHttpSchema,
});

const templateSchema = z.record(line('a name', MAX_NAME_CHARS), secretSchema('A text.'), {
  error: expected('an object of texts'),
});

const gatewaySchema = z.strictObject({
  gateway: z.literal('http').describe('Any other gateway, told by a template what it takes.'),
  url: urlSchema,
  to: phoneSchema('The number that it goes to: `{to}` in the template.'),
  form: templateSchema
    .optional()
    .describe(
      'The fields of a form: texts in which `{to}`, `{text}` and `{id}` stand for number, text and the alert’s id. One that is a [secret](#secrets) says where it comes from.',
    ),
  json: templateSchema.optional().describe('The same as a JSON object. One of the two.'),
  headers: headersSchema,
  plainHttp: plainHttpSchema,
});

const smsMailSchema = z.strictObject({
  mail: addressSchema().describe('An address that makes an SMS of a mail.'),
  subject: line('a subject', MAX_SUBJECT_CHARS)
    .optional()
    .describe('Its subject, where the gateway asks for one. Default: the desk’s name.'),
});

const smsSchema = z
  .union([twilioSchema, gatewaySchema, smsMailSchema], {
    error: expected(
      '{ "gateway": "twilio", … }, { "gateway": "http", … } or { "mail": "number@gateway.example" }',
    ),
  })
  .describe('An SMS: by Twilio or a gateway like it, by any other over HTTP, or by mail.');

const commandSchema = listOf('a list: a program and its arguments', line('an argument', MAX_ARGUMENT_CHARS))
  .min(1, { error: 'expected a program and its arguments' })
  .describe('A program and its arguments, run without a shell in the configuration’s folder.');

const mailSchema = z
  .union(
    [
      addressSchema(),
      listOf('a list of addresses', addressSchema()).min(1, { error: 'expected at least one address' }),
    ],
    { error: expected('an address, or a list of addresses') },
  )
  .describe('Addresses that get a short mail, through the desk’s own SMTP server.');

const sendSchema = z
  .union(
    [
      z.strictObject({ webhook: webhookSchema }),
      z.strictObject({ command: commandSchema }),
      z.strictObject({ mail: mailSchema }),
      z.strictObject({ sms: smsSchema }),
    ],
    { error: expected('one of { "webhook": … }, { "command": […] }, { "mail": … } and { "sms": … }') },
  )
  .describe('How it tells: `webhook`, `command`, `mail` or `sms`, one of them.');

const alertSchema = object('an object with send', {
  name: line(`a name of at most ${MAX_NAME_CHARS} characters on one line`, MAX_NAME_CHARS)
    .optional()
    .describe('What the log and the register call it. Default: its place in the list, such as `alert 1`.'),
  when: whenSchema,
  quiet: hoursSchema(
    'Times at which it keeps still: what happens then comes as one message once they are over.',
  ).optional(),
  events: listOf('a list of events', oneOf(...ALERT_EVENTS))
    .min(1, { error: 'expected at least one event' })
    .default(['new', 'update', 'reopened'])
    .describe(
      'What it tells of: `new`, `update` and `reopened` tickets, tickets that are `waiting` for an answer, and a desk that is `unhealthy` or has `recovered`. Default: the first three.',
    ),
  send: sendSchema,
  atMost: text('a number and a span, such as "6 in 1h"', (value) => parseAtMost(value) !== null)
    .default('6 in 1h')
    .describe('No more messages than this; what is too much comes as one message once there is room.'),
  waiting: durationSchema()
    .default('4h')
    .describe('How long a person’s mail must have been without an answer for `waiting`.'),
  unhealthyAfter: durationSchema()
    .default('15m')
    .describe('How long a desk must have been out of order without a break for `unhealthy`.'),
  include: listOf('a list of what to include', oneOf(...INCLUDED))
    .default([])
    .describe(
      'What of people’s mail it may tell: the ticket’s `subject`, the `sender`, the first `words`. Default: nothing; it tells desk, event and number.',
    ),
  desks: listOf('a list of names or addresses of desks', line('a name or an address', MAX_NAME_CHARS))
    .min(1, { error: 'expected at least one desk' })
    .optional()
    .describe('For which desks, by name or address. Default: all.'),
});

export const alertsSchema = listOf('a list of alerts', alertSchema)
  .max(MAX_ALERTS, { error: `expected at most ${MAX_ALERTS} alerts` })
  .default([])
  .describe(
    'Who is told at once when something happens, and when: an SMS at night, a message to a chat. See [alerts.md](alerts.md).',
  );

function isUrl(value: string): boolean {
  if (value.length > MAX_URL_CHARS || !URL.canParse(value)) return false;
  const { protocol, username, hash, search } = new URL(value);
  return /^https?:$/.test(protocol) && username === '' && hash === '' && search === '';
}
