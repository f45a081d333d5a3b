/** What programs of the user's see of our environment: all of it, less what the configuration takes secrets from. */
import { secretsOfChannel } from './alerts.js';
import type { Config } from './complete.js';
import type { SecretSource } from './secret-schema.js';

/** What belongs to our service manager is ours alone. */
const OURS = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'];

export function environmentOfPrograms({
  env,
  secret,
  desks,
  alerts,
}: Pick<Config, 'env' | 'secret' | 'desks' | 'alerts'>): Record<string, string | undefined> {
  const sources = [
    ...secret,
    ...desks.flatMap(({ imap, smtp, auth }) => [
      imap.password,
      smtp.password,
      auth?.kind === 'oauth2' ? auth.clientSecret : null,
    ]),
    ...alerts.flatMap(({ channel }) => secretsOfChannel(channel).map(([, source]) => source)),
  ];
  const hidden = new Set([...sources.flatMap(variableOf), ...OURS]);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !hidden.has(name)));
}

function variableOf(source: SecretSource | null): readonly string[] {
  return source !== null && typeof source === 'object' && 'env' in source ? [source.env] : [];
}
