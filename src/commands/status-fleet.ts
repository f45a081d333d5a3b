/** The fleet in `status`: which host works on which desk, by leases in Redis. */
import type { DeskConfig } from '../config/complete.js';
import type { FleetSeen, LeaseSeen } from '../fleet/look.js';
import { EXIT, type ExitCode } from '../problem/problem.js';
import { isoTime, readableTime } from './clock.js';
import { type CommandContext, tell } from './context.js';
import { failureOf } from './failure.js';
import { layTable } from './table.js';

/** Tells nothing where no fleet is configured. Answers the exit code. */
export async function tellFleet(context: CommandContext, json: boolean): Promise<ExitCode> {
  const { config, secrets, desks } = context;
  if (config.fleet === null) return EXIT.done;
  const [{ fleetPlace }, { lookAtFleet }, { deskKey }] = await Promise.all([
    import('../fleet/place.js'),
    import('../fleet/look.js'),
    import('../fleet/desk-key.js'),
  ]);
  const keys = new Map(desks.map((desk) => [desk, deskKey(desk)] as const));
  try {
    const place = await fleetPlace({ config, typed: null, secrets });
    if (place === null) return EXIT.done;
    const fleet = await lookAtFleet(place, [...keys.values()]);
    const rows = desks.map((desk) => ({ desk, lease: fleet.leases.get(keys.get(desk) ?? '') }));
    tell(context, json, { fields: fieldsOf(fleet, rows), lines: linesOf(context, fleet, rows) });
    return EXIT.done;
  } catch (error) {
    const { message, exitCode } = failureOf(error);
    tell(context, json, {
      fields: { fleet: null, problem: message },
      lines: [`fleet: Redis cannot be read: ${message}`],
    });
    return exitCode === EXIT.configuration ? exitCode : EXIT.unavailable;
  }
}

interface Row {
  readonly desk: DeskConfig;
  readonly lease: LeaseSeen | undefined;
}

function fieldsOf({ hosts }: FleetSeen, rows: readonly Row[]): object {
  return {
    fleet: {
      hosts: hosts.map(({ host, pid, held, capacity }) => ({ host, pid, held, atMost: capacity })),
      desks: rows.map(deskFields),
    },
  };
}

function deskFields({ desk, lease }: Row): object {
  const { host = null, since = null, ageMs = null, state = 'unknown' } = lease ?? {};
  return {
    desk: desk.name,
    host: host?.host ?? null,
    pid: host?.pid ?? null,
    since: since === null ? null : isoTime(since),
    leaseSeconds: ageMs === null ? null : Math.round(ageMs / 1000),
    state,
  };
}

const STATES: Readonly<Record<LeaseSeen['state'], string>> = {
  held: 'held',
  waits: 'waits for a host',
  unknown: 'no host has offered it yet',
};

function linesOf({ out }: CommandContext, { hosts }: FleetSeen, rows: readonly Row[]): readonly string[] {
  const columns = ['DESK', 'HOST', 'SINCE', 'LEASE', 'STATE'].map((title) => ({ title }));
  const cells = rows.map(cellsOf);
  const about = hosts.map(({ host, pid, held, capacity }) => {
    const most = capacity === null ? '' : `, takes ${capacity} at most`;
    return `host ${host} (${pid}) has ${held}${most}`;
  });
  return [...layTable(columns, cells, out.columns), ...about];
}

function cellsOf({ desk, lease }: Row): readonly string[] {
  if (lease?.host == null) return [desk.name, '-', '-', '-', STATES[lease?.state ?? 'unknown']];
  const { host, since, ageMs, state } = lease;
  return [
    desk.name,
    `${host.host} (${host.pid})`,
    since === null ? '-' : readableTime(since, desk.timezone),
    ageMs === null ? '-' : `${Math.round(ageMs / 1000)} s`,
    STATES[state],
  ];
}
