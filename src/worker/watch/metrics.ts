/**
 * The numbers of `/metrics`, in the text format of Prometheus. Each scrape reads them anew: nothing is counted here.
 *
 * A thousand desks have tens of thousands of numbers, and mail does not wait for them: they are written down a few desks at a
 * time, and between these everything else has its turn.
 */
import { Counter, Gauge, Registry } from 'prom-client';
import type { Vitals } from '../run/vitals.js';
import { type FleetHealth, type HealthLimits, judgeHealth, type LeftOutDesk } from './health.js';
import { type Measured, ROWS, type Row, type Value } from './metric-rows.js';
import { processMetrics } from './process-metrics.js';

export interface WatchedDesk {
  readonly vitals: Vitals;
  readonly limits: HealthLimits;
}

export interface Watched {
  readonly desks: readonly WatchedDesk[];
  /** Those that are configured and cannot be worked. */
  readonly leftOut?: readonly LeftOutDesk[];
  readonly fleet?: FleetHealth | undefined;
}

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

const DESKS_AT_ONCE = 20;
/** The loop may be held for about so long. */
const TURN_MS = 4;

/** In pieces, each of whole lines. */
export async function* metricsText(watched: Watched, now: Date): AsyncGenerator<string> {
  const turns = new Turns();
  const measured: Measured[] = [];
  for (const desk of watched.desks) {
    measured.push(measure(desk, now));
    await turns.give();
  }
  for (const row of ROWS) yield* rowText(row, { measured, now, leftOut: watched.leftOut ?? [], turns });
  if (watched.fleet !== undefined) yield await fleetText(watched.fleet);
  yield await processMetrics().metrics();
}

export function measure({ vitals, limits }: WatchedDesk, now: Date): Measured {
  const state = vitals.state();
  return { vitals, state, health: judgeHealth(state, limits, now) };
}

/** Of a fleet: one number each for this host. */
export const FLEET_ROWS: readonly (readonly [
  name: string,
  help: string,
  value: (fleet: FleetHealth) => number,
])[] = [
  ['imapdesk_fleet_desks_held', 'Desks that this host has a lease of', ({ held }) => held],
  ['imapdesk_fleet_desks_loose', 'Desks that this host works on without a lease', ({ loose }) => loose],
  ['imapdesk_fleet_hosts', 'Hosts of the fleet, this one included', ({ hosts }) => hosts],
  ['imapdesk_fleet_desks_waiting', 'Desks that no host has taken', ({ waiting }) => waiting],
  [
    'imapdesk_fleet_away_seconds',
    'For how long Redis has not answered',
    ({ awaySeconds }) => awaySeconds ?? 0,
  ],
];

interface Seen {
  readonly measured: readonly Measured[];
  readonly now: Date;
  readonly leftOut: readonly LeftOutDesk[];
  readonly turns: Turns;
}

async function* rowText(row: Row, { measured, now, leftOut, turns }: Seen): AsyncGenerator<string> {
  for (let from = 0; from === 0 || from < measured.length; from += DESKS_AT_ONCE) {
    const { registry, metric } = metricOf(row);
    for (const desk of measured.slice(from, from + DESKS_AT_ONCE))
      count(metric, desk.vitals.desk, row.values(desk, now));
    if (from === 0 && row.name === 'imapdesk_healthy')
      for (const { desk } of leftOut) metric.inc({ desk }, 0);
    const text = await registry.getSingleMetricAsString(row.name);
    yield from === 0 ? `${text}\n` : samplesOf(text);
    await turns.give();
  }
}

async function fleetText(fleet: FleetHealth): Promise<string> {
  const registry = new Registry();
  for (const [name, help, value] of FLEET_ROWS)
    new Gauge({ name, help, registers: [registry] }).set(value(fleet));
  return registry.metrics();
}

function count(metric: Gauge | Counter, desk: string, values: readonly Value[]): void {
  for (const [labels, value] of values) if (value !== null) metric.inc({ desk, ...labels }, value);
}

function metricOf({ kind, name, help, labels }: Row): { registry: Registry; metric: Gauge | Counter } {
  const registry = new Registry();
  const options = { name, help, labelNames: ['desk', ...labels], registers: [registry] };
  return { registry, metric: kind === 'gauge' ? new Gauge(options) : new Counter(options) };
}

/** HELP and TYPE stand above the first samples of a metric, once (they begin with `#`, and no sample does). */
function samplesOf(text: string): string {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => `${line}\n`)
    .join('');
}

class Turns {
  #sinceMs = performance.now();

  /** Lets all else have its turn once ours has been long enough. */
  async give(): Promise<void> {
    if (performance.now() - this.#sinceMs < TURN_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#sinceMs = performance.now();
  }
}
