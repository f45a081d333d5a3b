/** The numbers of `/metrics`, in the text format of Prometheus. Each scrape reads them anew: nothing is counted here. */
import { Counter, Gauge, Registry } from 'prom-client';
import type { Vitals } from '../run/vitals.js';
import type { DeskHealth, LeftOutDesk } from './health.js';

export interface Measured {
  readonly vitals: Vitals;
  readonly health: DeskHealth;
}

type Labels = Readonly<Record<string, string>>;
type Value = readonly [Labels, number | null];

interface Row {
  readonly kind: 'gauge' | 'counter';
  readonly name: string;
  readonly help: string;
  /** Beside `desk`; null values are left out. */
  readonly values: (desk: Measured, now: Date) => readonly Value[];
}

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

const one = (value: number | null): readonly Value[] => [[{}, value]];
const each = (label: string, counts: ReadonlyMap<string, number>): readonly Value[] =>
  [...counts].map(([key, count]): Value => [{ [label]: key }, count]);
const seconds = (time: string | null | undefined): number | null =>
  time == null ? null : new Date(time).getTime() / 1000;

const rowOf =
  (kind: Row['kind']) =>
  (name: string, help: string, values: Row['values']): Row => ({ kind, name, help, values });
const gauge = rowOf('gauge');
const counter = rowOf('counter');

const ROWS: readonly Row[] = [
  gauge('imapdesk_healthy', '1 if /healthz calls the desk healthy, else 0', ({ health }) =>
    one(health.healthy ? 1 : 0),
  ),
  gauge('imapdesk_last_good_pass_timestamp_seconds', 'When a pass last went well', ({ health }) =>
    one(seconds(health.lastGoodPass)),
  ),
  gauge('imapdesk_pass_seconds', 'How long the last pass took that went well', ({ vitals }) =>
    one(vitals.state().passSeconds),
  ),
  counter('imapdesk_passes_total', 'Passes that went well', ({ vitals }) => one(vitals.counts.passes)),
  counter('imapdesk_pass_failures_total', 'Passes that failed, by code', ({ vitals }) =>
    each('code', vitals.counts.failures),
  ),
  gauge('imapdesk_pending_messages', 'Messages that the last good pass left pending', ({ health }) =>
    one(health.backlog?.pending ?? null),
  ),
  gauge('imapdesk_outbox_letters', 'Letters that the last good pass left unsent', ({ health }) =>
    one(health.backlog?.outbox ?? null),
  ),
  gauge('imapdesk_outbox_held_letters', 'Those of them that are held', ({ health }) =>
    one(health.backlog?.held ?? null),
  ),
  gauge('imapdesk_outbox_deferred_letters', 'Those of them that the mail server takes later', ({ health }) =>
    one(health.backlog?.deferred ?? null),
  ),
  gauge(
    'imapdesk_outbox_oldest_letter_age_seconds',
    'Age of the oldest letter that is unsent and not held; 0 if there is none',
    ({ health }, now) => {
      if (health.backlog === null) return one(null);
      const staged = seconds(health.backlog.oldestLetter);
      return one(staged === null ? 0 : Math.max(now.getTime() / 1000 - staged, 0));
    },
  ),
  counter('imapdesk_decisions_total', 'Messages decided, by kind', ({ vitals }) =>
    each('kind', vitals.counts.decisions),
  ),
  counter('imapdesk_letters_sent_total', 'Letters that the mail server took', ({ vitals }) =>
    one(vitals.counts.sent),
  ),
  counter(
    'imapdesk_letters_refused_total',
    'Letters that the mail server refused for good, or that were changed in the outbox',
    ({ vitals }) => one(vitals.counts.refused),
  ),
  counter('imapdesk_sign_in_refusals_total', 'Sign-ins that were refused, by server', ({ vitals }) =>
    each('server', new Map(Object.entries(vitals.counts.signInsRefused))),
  ),
  counter('imapdesk_reconnects_total', 'Connections to the mailbox after the first', ({ vitals }) =>
    one(vitals.traffic.reconnects),
  ),
  counter('imapdesk_imap_commands_total', 'IMAP commands sent, by verb', ({ vitals }) =>
    each('verb', vitals.traffic.commands()),
  ),
];

export async function metricsText(
  desks: readonly Measured[],
  now: Date,
  leftOut: readonly LeftOutDesk[] = [],
): Promise<string> {
  const registry = new Registry();
  for (const row of ROWS) fill(registry, row, { desks, now });
  const healthy = registry.getSingleMetric('imapdesk_healthy');
  if (healthy instanceof Gauge) for (const { desk } of leftOut) healthy.set({ desk }, 0);
  return registry.metrics();
}

function fill(
  registry: Registry,
  { kind, name, help, values }: Row,
  seen: { readonly desks: readonly Measured[]; readonly now: Date },
): void {
  const all = seen.desks.flatMap((desk) =>
    values(desk, seen.now).map(([labels, value]) => ({ desk: desk.vitals.desk, labels, value })),
  );
  const labelNames = ['desk', ...new Set(all.flatMap(({ labels }) => Object.keys(labels)))];
  const options = { name, help, labelNames, registers: [registry] };
  const metric = kind === 'gauge' ? new Gauge(options) : new Counter(options);
  for (const { desk, labels, value } of all) if (value !== null) metric.inc({ desk, ...labels }, value);
}
