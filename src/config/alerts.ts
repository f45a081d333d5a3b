/** Alerts as the program works with them. */
import type { AlertHours } from '../hours/alert-hours.js';
import { parseWeek, type Week } from '../hours/week.js';
import { type ALERT_EVENTS, parseAtMost } from './alerts-schema.js';
import { parseDuration } from './duration.js';
import type { WrittenConfig } from './schema.js';
import type { SecretSource } from './secret-schema.js';

type WrittenAlert = WrittenConfig['alerts'][number];

type AlertEvent = (typeof ALERT_EVENTS)[number];
type Webhook = Extract<WrittenAlert['send'], { webhook: unknown }>['webhook'];
type Sms = Extract<WrittenAlert['send'], { sms: unknown }>['sms'];

/** Each with what it needs; secrets are still where they come from. */
export type AlertChannel =
  | { readonly kind: 'webhook'; readonly webhook: Webhook }
  | { readonly kind: 'command'; readonly command: readonly string[] }
  | { readonly kind: 'sms'; readonly sms: Exclude<Sms, { mail: unknown }> }
  | { readonly kind: 'mail'; readonly to: readonly string[] }
  | { readonly kind: 'sms-mail'; readonly to: string; readonly subject: string | null };

export interface AlertConfig extends Pick<WrittenAlert, 'include'> {
  /** Where it is in the file, such as `alerts[0]`: for messages. */
  readonly path: string;
  /** Unique among all. */
  readonly name: string;
  /** The time zone is the desk's. */
  readonly hours: Omit<AlertHours, 'timezone'>;
  readonly events: ReadonlySet<AlertEvent>;
  readonly channel: AlertChannel;
  readonly atMost: { readonly count: number; readonly withinMs: number };
  readonly waitingMs: number;
  readonly unhealthyAfterMs: number;
  /** Names or addresses; null: all. */
  readonly desks: readonly string[] | null;
}

export function completeAlerts(written: WrittenConfig['alerts']): readonly AlertConfig[] {
  return written.map((alert, index) => ({
    path: `alerts[${index}]`,
    name: alert.name ?? defaultName(index),
    hours: { ...whenOf(alert.when), quiet: weekOf(alert.quiet) },
    events: new Set(alert.events),
    channel: channelOf(alert.send),
    atMost: parsed(parseAtMost(alert.atMost)),
    waitingMs: parsed(parseDuration(alert.waiting)),
    unhealthyAfterMs: parsed(parseDuration(alert.unhealthyAfter)),
    include: alert.include,
    desks: alert.desks ?? null,
  }));
}

export function defaultName(index: number): string {
  return `alert ${index + 1}`;
}

interface Told {
  readonly alerts: readonly AlertConfig[];
  readonly desks: readonly { readonly staff: readonly { readonly addresses: readonly string[] }[] }[];
}

/** Whom the alerts of all desks reach by mail, and who is staff of none of them. */
export function alertedOutsiders({ alerts, desks }: Told): {
  readonly mail: readonly string[];
  readonly sms: readonly string[];
} {
  const members = desks.flatMap(({ staff }) => staff);
  const staff = new Set(members.flatMap(({ addresses }) => addresses.map(lower)));
  const outsiders = (addresses: readonly string[]) => addresses.filter((one) => !staff.has(lower(one)));
  return {
    mail: outsiders(alerts.flatMap(({ channel }) => (channel.kind === 'mail' ? channel.to : []))),
    sms: outsiders(alerts.flatMap(({ channel }) => (channel.kind === 'sms-mail' ? [channel.to] : []))),
  };
}

function lower(address: string): string {
  return address.toLowerCase();
}

/** The alerts that a desk has. */
export function alertsOf(
  alerts: readonly AlertConfig[],
  desk: { readonly name: string; readonly address: string },
): readonly AlertConfig[] {
  return alerts.filter(({ desks }) => desks === null || desks.some((named) => isNamed(named, desk)));
}

export function isNamed(
  named: string,
  { name, address }: { readonly name: string; readonly address: string },
): boolean {
  return named === name || named.toLowerCase() === address.toLowerCase();
}

function whenOf(when: WrittenAlert['when']): Pick<AlertHours, 'when' | 'holidays'> {
  const { outside, inside, holidays = [] } = when ?? {};
  const side = outside === undefined ? ('inside' as const) : ('outside' as const);
  const week = weekOf(outside ?? inside);
  return { when: week === null ? null : { side, week }, holidays: new Set(holidays) };
}

function weekOf(written: string | undefined): Week | null {
  return written === undefined ? null : parsed(parseWeek(written));
}

function channelOf(send: WrittenAlert['send']): AlertChannel {
  if ('webhook' in send) return { kind: 'webhook', webhook: send.webhook };
  if ('command' in send) return { kind: 'command', command: send.command };
  if ('mail' in send) return { kind: 'mail', to: typeof send.mail === 'string' ? [send.mail] : send.mail };
  const { sms } = send;
  if ('mail' in sms) return { kind: 'sms-mail', to: sms.mail, subject: sms.subject ?? null };
  return { kind: 'sms', sms };
}

/** Every secret of a channel, by the path of its field below the alert. */
export function secretsOfChannel(channel: AlertChannel): readonly (readonly [string, SecretSource])[] {
  if (channel.kind === 'webhook') {
    const { url, secret, headers = {} } = channel.webhook;
    const own = secret === undefined ? [] : [['send.webhook.secret', secret] as const];
    return [['send.webhook.url', url], ...own, ...valuesAt('send.webhook.headers', headers)];
  }
  if (channel.kind !== 'sms') return [];
  const { sms } = channel;
  if (sms.gateway === 'twilio') return [['send.sms.token', sms.token]];
  const { url, headers = {}, form = {}, json = {} } = sms;
  // What stands there as a text is the template.
  const hidden = (name: string, template: Readonly<Record<string, SecretSource>>) =>
    valuesAt(`send.sms.${name}`, template).filter(([, source]) => typeof source !== 'string');
  return [
    ['send.sms.url', url],
    ...valuesAt('send.sms.headers', headers),
    ...hidden('form', form),
    ...hidden('json', json),
  ];
}

function valuesAt(
  path: string,
  values: Readonly<Record<string, SecretSource>>,
): readonly (readonly [string, SecretSource])[] {
  return Object.entries(values).map(([name, value]) => [`${path}.${name}`, value] as const);
}

function parsed<T>(value: T | null): T {
  if (value === null) throw new TypeError('An alert got past the schema.');
  return value;
}
