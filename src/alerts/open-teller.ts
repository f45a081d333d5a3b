/** From the configuration of an alert to its way out. Its secrets are read anew for each message, so they may change meanwhile. */
import type { AlertConfig } from '../config/alerts.js';
import { urlMistake } from '../config/alerts-rules.js';
import type { Config } from '../config/complete.js';
import { environmentOfPrograms } from '../config/environment.js';
import { alertSecrets } from '../config/secrets.js';
import type { Outcome } from '../desk/alerts/outcome.js';
import { Problem } from '../problem/problem.js';
import { commandTeller } from './command.js';
import { templateTeller, twilioTeller } from './sms-gateway.js';
import type { Teller } from './teller.js';
import { webhookTeller } from './webhook.js';

export interface TellerOptions {
  readonly config: Config;
  readonly alert: AlertConfig;
  readonly log: { info(fields: object, message: string): void };
  /** Secrets in use are added, so that no log line holds one. */
  readonly secrets: Set<string>;
  readonly now?: () => Date;
  /** Milliseconds for each message; fixed limits if left out. */
  readonly withinMs?: number;
}

/** null for what goes by mail: that is a letter of the outbox. */
export function openTeller(options: TellerOptions): Teller | null {
  const { kind } = options.alert.channel;
  if (kind === 'mail' || kind === 'sms-mail') return null;
  return {
    tell: async (message, signal) => {
      try {
        const teller = await readTeller(options);
        return await teller.tell(message, signal);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        // A secret that cannot be read just now.
        return { kind: 'again', why: error.message } satisfies Outcome;
      }
    },
  };
}

async function readTeller(options: TellerOptions): Promise<Teller> {
  const { config, alert, log, secrets, now = (): Date => new Date(), withinMs } = options;
  const { channel, path, name } = alert;
  const read = await alertSecrets(config, alert);
  for (const secret of read.values()) secrets.add(secret);
  const limit = withinMs === undefined ? {} : { withinMs };
  const secret = (field: string): string => read.get(field) ?? '';
  const below = (field: string): Record<string, string> =>
    Object.fromEntries(
      [...read].flatMap(([key, value]) =>
        key.startsWith(`${field}.`) ? [[key.slice(field.length + 1), value]] : [],
      ),
    );
  if (channel.kind === 'webhook') {
    const { shape, plainHttp } = channel.webhook;
    const url = checked(`${path}.send.webhook.url`, secret('send.webhook.url'), plainHttp);
    const headers = below('send.webhook.headers');
    return webhookTeller({ url, shape, secret: read.get('send.webhook.secret'), headers, now, ...limit });
  }
  if (channel.kind === 'command') {
    const { command } = channel;
    const printed = (output: string): void =>
      log.info({ alert: name, output }, 'the program of an alert has printed something');
    return commandTeller({
      command,
      cwd: config.baseDir,
      env: environmentOfPrograms(config),
      printed,
      ...limit,
    });
  }
  if (channel.kind !== 'sms') throw new TypeError('A mail is no message of a teller.');
  const { sms } = channel;
  if (sms.gateway === 'twilio') {
    const url = checked(`${path}.send.sms.url`, sms.url, sms.plainHttp);
    const { account, user = account, from, to } = sms;
    return twilioTeller({ url, account, user, token: secret('send.sms.token'), from, to, ...limit });
  }
  const kind = sms.form === undefined ? 'json' : 'form';
  return templateTeller({
    url: checked(`${path}.send.sms.url`, secret('send.sms.url'), sms.plainHttp),
    to: sms.to,
    kind,
    template: { ...plain(sms.form ?? sms.json ?? {}), ...below(`send.sms.${kind}`) },
    headers: below('send.sms.headers'),
    secrets: [...read.values()],
    ...limit,
  });
}

/** The values that are no secrets. */
function plain(template: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(template).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

/** One that is no secret of the file was not looked at yet. */
function checked(field: string, url: string, plainHttp: boolean): string {
  const mistake = urlMistake(url, plainHttp);
  if (mistake === null) return url;
  throw new Problem('config-invalid', `${field}: ${mistake}`);
}
