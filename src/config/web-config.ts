/** The pages that `web` serves, as the program works with them. */
import { parseDuration } from './duration.js';
import type { WrittenConfig } from './schema.js';
import type { SecretSource } from './secret-schema.js';

export interface WebConfig {
  readonly host: string;
  readonly port: number;
  /** Without a slash at its end; null where the pages are for this machine. */
  readonly url: string | null;
  /** Of the hash of the password; null where a proxy alone signs in. */
  readonly password: SecretSource | null;
  readonly proxyHeader: string | null;
  readonly language: 'auto' | 'en' | 'de';
  readonly connections: number;
  /** For how long the link in an acknowledgement shows the ticket; null where it carries none. */
  readonly linkMs: number | null;
}

export function completeWeb(web: WrittenConfig['web']): WebConfig | null {
  if (web === undefined) return null;
  const { host, port, url, password, proxyHeader, language, connections, linkInAcknowledgements } = web;
  return {
    host: host.replaceAll(/^\[|\]$/g, ''),
    port,
    url: url === undefined ? null : new URL(url).origin,
    password: password ?? null,
    proxyHeader: proxyHeader ?? null,
    language,
    connections,
    linkMs: linkInAcknowledgements === undefined ? null : parseDuration(linkInAcknowledgements),
  };
}
