/** Posts an SMS to a gateway: Twilio and those that take its requests, or any other by a template. */
import { type AlertMessage, holdsWordsOfPeople, oneLine } from '../desk/alerts/alert-message.js';
import { smsText } from '../desk/alerts/sms-text.js';
import { type Post, post } from './post.js';
import type { Teller } from './teller.js';

const FORM = 'application/x-www-form-urlencoded';

export interface TwilioOptions {
  /** Without a path below it. */
  readonly url: string;
  readonly account: string;
  /** Who signs in: the account, or an API key. */
  readonly user: string;
  readonly token: string;
  readonly from: string;
  readonly to: string;
  readonly withinMs?: number;
}

/** `POST /2010-04-01/Accounts/SID/Messages.json`, as its reference has it. */
export function twilioTeller(options: TwilioOptions): Teller {
  const { url, account, user, token, from, to } = options;
  const path = `2010-04-01/Accounts/${encodeURIComponent(account)}/Messages.json`;
  const credentials = Buffer.from(`${user}:${token}`, 'utf8').toString('base64');
  return gateway(options, (text) => ({
    url: `${url.replace(/\/+$/, '')}/${path}`,
    headers: { 'content-type': FORM, accept: 'application/json', authorization: `Basic ${credentials}` },
    body: new URLSearchParams({ To: to, From: from, Body: text }).toString(),
    secrets: [token, credentials],
  }));
}

export interface TemplateOptions {
  readonly url: string;
  readonly to: string;
  readonly kind: 'form' | 'json';
  readonly template: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly withinMs?: number;
}

/** `{to}`, `{text}` and `{id}` stand for themselves wherever they stand in a value. */
export function templateTeller(options: TemplateOptions): Teller {
  const { url, to, kind, template, headers, secrets } = options;
  return gateway(options, (text, id) => {
    const values: Readonly<Record<string, string>> = { to, text, id };
    const filled = Object.entries(template).map(([name, value]): [string, string] => [
      name,
      value.replaceAll(/\{(to|text|id)\}/g, (_, word: string) => values[word] ?? ''),
    ]);
    const isForm = kind === 'form';
    return {
      url,
      headers: { 'content-type': isForm ? FORM : 'application/json', ...headers },
      body: isForm ? new URLSearchParams(filled).toString() : JSON.stringify(Object.fromEntries(filled)),
      secrets: [...secrets, ...Object.values(headers)],
    };
  });
}

function gateway(
  { withinMs }: { readonly withinMs?: number },
  request: (text: string, id: string) => Omit<Post, 'holdsWordsOfPeople'>,
): Teller {
  return {
    tell: (message: AlertMessage, signal) =>
      post(
        {
          ...request(smsText(oneLine(message)), message.id),
          holdsWordsOfPeople: holdsWordsOfPeople(message),
          ...(withinMs === undefined ? {} : { withinMs }),
        },
        signal,
      ),
  };
}
