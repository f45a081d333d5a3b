/** Posts an alert to a web address, in the shape that its receiver takes. */
import { type AlertMessage, holdsWordsOfPeople } from '../desk/alerts/alert-message.js';
import { post } from './post.js';
import { type Shape, shaped } from './shapes.js';
import { signedFields } from './signature.js';
import type { Teller } from './teller.js';

export interface WebhookOptions {
  readonly url: string;
  readonly shape: Shape;
  readonly secret: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly now: () => Date;
  readonly withinMs?: number;
}

export function webhookTeller(options: WebhookOptions): Teller {
  const { url, shape, secret, headers, now, withinMs } = options;
  const secrets = [...(secret === undefined ? [] : [secret]), ...Object.values(headers)];
  return {
    tell: (message: AlertMessage, signal) => {
      const { type, body } = shaped(shape, message);
      const signed = signedFields({ id: message.id, at: now(), body }, secret);
      const fields = { 'content-type': type, ...signed, ...headers };
      const limit = withinMs === undefined ? {} : { withinMs };
      const about = { secrets, holdsWordsOfPeople: holdsWordsOfPeople(message) };
      return post({ url, headers: fields, body, ...about, ...limit }, signal);
    },
  };
}
