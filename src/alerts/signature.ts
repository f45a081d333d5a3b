/**
 * Signs what is posted, by the scheme of Standard Webhooks (standardwebhooks.com), for which most languages have a library:
 * HMAC-SHA-256 over the id, a dot, the time in seconds since 1970, a dot, and the bytes of the body.
 */
import { createHmac } from 'node:crypto';

const IN_BASE64 = 'whsec_';

export interface Signed {
  readonly id: string;
  readonly at: Date;
  /** As it is sent, byte by byte. */
  readonly body: string;
}

/** The header fields that go with it. A secret that begins with `whsec_` is the key in base64, any other is its bytes. */
export function signedFields({ id, at, body }: Signed, secret: string | undefined): Record<string, string> {
  const seconds = String(Math.floor(at.getTime() / 1000));
  const fields = { 'webhook-id': id, 'webhook-timestamp': seconds };
  if (secret === undefined) return fields;
  const key = secret.startsWith(IN_BASE64)
    ? Buffer.from(secret.slice(IN_BASE64.length), 'base64')
    : Buffer.from(secret, 'utf8');
  const mac = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return { ...fields, 'webhook-signature': `v1,${mac}` };
}
