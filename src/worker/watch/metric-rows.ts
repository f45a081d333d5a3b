/** Which numbers of a desk `/metrics` has. */
import type { Vitals } from '../run/vitals.js';
import type { WorkerState } from '../run/worker-state.js';
import type { DeskHealth } from './health.js';

export interface Measured {
  readonly vitals: Vitals;
  readonly state: WorkerState;
  readonly health: DeskHealth;
}

type Labels = Readonly<Record<string, string>>;
export type Value = readonly [Labels, number | null];

export interface Row {
  readonly kind: 'gauge' | 'counter';
  readonly name: string;
  readonly help: string;
  /** Those of `values`, beside `desk`. */
  readonly labels: readonly string[];
  /** null values are left out. */
  readonly values: (desk: Measured, now: Date) => readonly Value[];
}

const one = (value: number | null): readonly Value[] => [[{}, value]];
const each = (label: string, counts: ReadonlyMap<string, number>): readonly Value[] =>
  [...counts].map(([key, count]): Value => [{ [label]: key }, count]);
const seconds = (time: string | null | undefined): number | null =>
  time == null ? null : new Date(time).getTime() / 1000;

type Single = (desk: Measured, now: Date) => number | null;
const singleOf =
  (kind: Row['kind']) =>
  (name: string, help: string, value: Single): Row => ({
    kind,
    name,
    help,
    labels: [],
    values: (desk, now) => one(value(desk, now)),
  });
const gauge = singleOf('gauge');
const counter = singleOf('counter');

const counters = (
  [name, ...labels]: readonly [string, ...string[]],
  help: string,
  values: Row['values'],
): Row => ({ kind: 'counter', name, help, labels, values });

export const ROWS: readonly Row[] = [
  gauge('imapdesk_healthy', '1 if /healthz calls the desk healthy, else 0', ({ health }) =>
    health.healthy ? 1 : 0,
  ),
  gauge(
    'imapdesk_waits_for_worker',
    '1 while the desk waits because another worker has its account or its claim, else 0',
    ({ state }) => (state.doing === 'waiting-for-lock' ? 1 : 0),
  ),
  gauge('imapdesk_last_good_pass_timestamp_seconds', 'When a pass last went well', ({ health }) =>
    seconds(health.lastGoodPass),
  ),
  gauge(
    'imapdesk_pass_seconds',
    'How long the last pass took that went well',
    ({ state }) => state.passSeconds,
  ),
  counter('imapdesk_passes_total', 'Passes that went well', ({ vitals }) => vitals.counts.passes),
  counters(['imapdesk_pass_failures_total', 'code'], 'Passes that failed, by code', ({ vitals }) =>
    each('code', vitals.counts.failures),
  ),
  gauge(
    'imapdesk_pending_messages',
    'Messages that the last good pass left pending',
    ({ health }) => health.backlog?.pending ?? null,
  ),
  gauge(
    'imapdesk_outbox_letters',
    'Letters that the last good pass left unsent',
    ({ health }) => health.backlog?.outbox ?? null,
  ),
  gauge(
    'imapdesk_outbox_held_letters',
    'Those of them that are held',
    ({ health }) => health.backlog?.held ?? null,
  ),
  gauge(
    'imapdesk_outbox_deferred_letters',
    'Those of them that the mail server takes later',
    ({ health }) => health.backlog?.deferred ?? null,
  ),
  gauge(
    'imapdesk_outbox_oldest_letter_age_seconds',
    'Age of the oldest letter that is unsent and not held; 0 if there is none',
    ({ health }, now) => {
      if (health.backlog === null) return null;
      const staged = seconds(health.backlog.oldestLetter);
      return staged === null ? 0 : Math.max(now.getTime() / 1000 - staged, 0);
    },
  ),
  counters(['imapdesk_decisions_total', 'kind'], 'Messages decided, by kind', ({ vitals }) =>
    each('kind', vitals.counts.decisions),
  ),
  counter(
    'imapdesk_letters_sent_total',
    'Letters that the mail server took',
    ({ vitals }) => vitals.counts.sent,
  ),
  counter(
    'imapdesk_letters_refused_total',
    'Letters that the mail server refused for good, or that were changed in the outbox',
    ({ vitals }) => vitals.counts.refused,
  ),
  counters(
    ['imapdesk_sign_in_refusals_total', 'server'],
    'Sign-ins that were refused, by server',
    ({ vitals }) => each('server', new Map(Object.entries(vitals.counts.signInsRefused))),
  ),
  counter(
    'imapdesk_reconnects_total',
    'Connections to the mailbox after the first, but for those after one that was given up for other desks',
    ({ vitals }) => vitals.traffic.reconnects,
  ),
  counters(['imapdesk_imap_commands_total', 'verb'], 'IMAP commands sent, by verb', ({ vitals }) =>
    each('verb', vitals.traffic.commands()),
  ),
  counters(
    ['imapdesk_bytes_total', 'server', 'direction'],
    'Bytes of IMAP and SMTP, without what TLS adds',
    ({ vitals }) =>
      Object.entries(vitals.traffic.bytes).flatMap(([server, { total }]) =>
        Object.entries(total).map(([direction, bytes]): Value => [{ server, direction }, bytes]),
      ),
  ),
];
