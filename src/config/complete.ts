/** From what was written to what the program works with: derived defaults, milliseconds and absolute paths. */
import { dirname, resolve } from 'node:path';
import { plusAddresses } from './address.js';
import { type AlertConfig, completeAlerts } from './alerts.js';
import { type AuthConfig, completeAuth } from './auth.js';
import { parseByteSize } from './byte-size.js';
import { type ConnectionLimits, completeConnections } from './connections-schema.js';
import { parseDuration } from './duration.js';
import { completeFleet, type FleetConfig } from './fleet.js';
import { completeCloseStale, completeRemind, completeTimes } from './morning-schema.js';
import { DEFAULT_MAX_BYTES, type ShownInNotices } from './notices-schema.js';
import type { ConfigProblem } from './problem.js';
import type { WrittenConfig } from './schema.js';
import type { SecretSource } from './secret-schema.js';
import type { Security } from './server-schema.js';
import { ALWAYS } from './ticket-schema.js';
import { completeWeb, type WebConfig } from './web-config.js';

export type WrittenDesk = WrittenConfig['desks'][number];

/** A number of things in a span of time. */
interface Limit {
  readonly count: number;
  readonly withinMs: number;
}

interface StaffMember {
  /** null if only an address was given. */
  readonly name: string | null;
  /** Canonical; at least one, the first gets the notices. */
  readonly addresses: readonly string[];
  /** null: as the desk's. */
  readonly notices: ShownInNotices | 'none' | null;
}

interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  /** Absolute path of a PEM file with authorities to trust beside the well-known ones, or null. */
  readonly tls: { readonly ca: string | null };
}

interface ImapConfig extends ServerConfig {
  readonly user: string;
  /** null where `auth` signs in. */
  readonly password: SecretSource | null;
}

interface SmtpConfig extends ServerConfig {
  /** null: no sign-in. */
  readonly user: string | null;
  /** null where `auth` signs in, or nobody does. */
  readonly password: SecretSource | null;
  readonly connections: number;
  readonly envelopeFrom: 'desk' | 'null' | 'signed';
}

/** What of a desk is not as it was written. */
interface Completed {
  /** The file that it is in. */
  readonly file: string;
  /** Where it is, such as `desks[0]`, for messages; `fieldAt` puts a field behind it. */
  readonly path: string;
  readonly name: string;
  readonly staff: readonly StaffMember[];
  readonly imap: ImapConfig;
  readonly smtp: SmtpConfig;
  /** null for a desk with passwords. */
  readonly auth: AuthConfig | null;
  /** Templates with `{id}` once, or null where the host delivers no such addresses. */
  readonly addresses: { readonly ticket: string; readonly done: string } | null;
  /** null: the one that the server names. */
  readonly sent: string | false | null;
  readonly authservId: string | null;
  readonly adopt: { readonly withinMs: number; readonly atMost: number };
  /** null: never. */
  readonly digest: ReturnType<typeof completeTimes>;
  readonly remind: ReturnType<typeof completeRemind>;
  readonly closeStale: ReturnType<typeof completeCloseStale>;
  /** Infinite: always. null: nothing is set. */
  readonly reopenWithinMs: number | null;
  readonly notices: { readonly show: ShownInNotices; readonly maxBytes: number };
  readonly limits: Readonly<Record<keyof WrittenDesk['limits'], Limit>>;
  /** Absolute path of the folder whose texts replace the built-in ones, or null. */
  readonly templates: string | null;
}

export type DeskConfig = Completed & Readonly<Omit<WrittenDesk, keyof Completed | 'reopenWithin'>>;

interface HealthConfig {
  readonly port: number;
  /** A loopback address. */
  readonly host: string;
  /** null: as the poll of each desk lets one expect. */
  readonly maxPassAgeMs: number | null;
  readonly maxLetterAgeMs: number;
}

export interface OnTrouble {
  /** A program and its arguments. */
  readonly command: readonly string[];
  readonly afterMs: number;
}

/** A file of the folder of desks that is left out, with all desks in it. */
export interface LeftOut {
  readonly path: string;
  /** As messages name it, such as `desks.d/a.json`. */
  readonly file: string;
  /** Its desks, as far as that can be read. */
  readonly desks: readonly { readonly name: string; readonly address: string | null }[];
  /** A message of several lines: what has to be mended. */
  readonly problem: ConfigProblem;
}

export interface Config {
  /** Absolute path of the file. */
  readonly file: string;
  /** The first signs, all verify. */
  readonly secret: readonly SecretSource[];
  readonly desks: readonly DeskConfig[];
  /** As it was written; null if there is none. */
  readonly desksFolder: string | null;
  /** Files of that folder whose desks cannot be worked. */
  readonly leftOut: readonly LeftOut[];
  readonly limits: ConnectionLimits;
  readonly log: Readonly<WrittenConfig['log']>;
  /** null without a health port. */
  readonly health: HealthConfig | null;
  readonly onTrouble: OnTrouble | null;
  readonly alerts: readonly AlertConfig[];
  /** null without pages. */
  readonly web: WebConfig | null;
  /** null for a host of its own. */
  readonly fleet: FleetConfig | null;
  /** What secrets are fetched with: see `secrets.ts`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here. */
  readonly baseDir: string;
  /** Hears of each secret of a desk that was fetched, by its field. */
  readonly heard?: (field: string, secret: string) => void;
}

/** `file` is the configuration's path, `written` what the schema and the rules have let through. */
export function completeConfig(file: string, written: WrittenConfig, env: Config['env']): Config {
  const baseDir = dirname(resolve(file));
  return {
    file: resolve(file),
    secret: Array.isArray(written.secret) ? written.secret : [written.secret],
    desks: written.desks.map((desk, index) =>
      completeDesk(desk, { file: resolve(file), path: `desks[${index}]`, baseDir }),
    ),
    desksFolder: written.desksFolder ?? null,
    leftOut: [],
    limits: completeConnections(written.limits),
    log: written.log,
    health: completeHealth(written.health),
    onTrouble: completeOnTrouble(written.onTrouble),
    alerts: completeAlerts(written.alerts),
    web: completeWeb(written.web),
    fleet: completeFleet(written.fleet, baseDir),
    env,
    baseDir,
  };
}

export function completeDesk(
  desk: WrittenDesk,
  { file, path, baseDir }: Pick<DeskConfig, 'file' | 'path'> & Pick<Config, 'baseDir'>,
): DeskConfig {
  const { reopenWithin, ...written } = desk;
  return {
    ...written,
    file,
    path,
    name: desk.name ?? desk.address,
    staff: desk.staff.map(completeMember),
    imap: {
      ...desk.imap,
      ...imapDoor(desk.imap),
      password: desk.imap.password ?? null,
      tls: completeTls(desk.imap.tls, baseDir),
    },
    smtp: {
      host: desk.smtp.host,
      ...smtpDoor(desk.smtp),
      tls: completeTls(desk.smtp.tls, baseDir),
      user: desk.smtp.user ?? null,
      password: desk.smtp.password ?? null,
      connections: desk.smtp.connections,
      envelopeFrom: desk.smtp.envelopeFrom,
    },
    auth: completeAuth(desk.auth),
    addresses: desk.addresses === false ? null : (desk.addresses ?? plusAddresses(desk.address)),
    sent: desk.sent ?? null,
    authservId: desk.authservId ?? null,
    ownLists: desk.ownLists.map((id) => id.toLowerCase()),
    spamFields: desk.spamFields.map((name) => name.toLowerCase()),
    adopt: { withinMs: milliseconds(desk.adopt.within), atMost: desk.adopt.atMost },
    reopenWithinMs: reopenWithinMs(reopenWithin),
    notices: completeNotices(desk.notices),
    digest: completeTimes(desk.digest),
    remind: completeRemind(desk.remind),
    closeStale: completeCloseStale(desk.closeStale),
    limits: completeLimits(desk.limits),
    templates: desk.templates === undefined ? null : resolve(baseDir, desk.templates),
  };
}

function reopenWithinMs(written: WrittenDesk['reopenWithin']): number | null {
  if (written === undefined) return null;
  return written === ALWAYS ? Number.POSITIVE_INFINITY : milliseconds(written);
}

function completeHealth(health: WrittenConfig['health']): HealthConfig | null {
  if (health === undefined) return null;
  const { port, host, maxPassAgeSeconds, maxLetterAgeSeconds } = health;
  return {
    port,
    host: host.replaceAll(/^\[|\]$/g, ''),
    maxPassAgeMs: maxPassAgeSeconds === undefined ? null : maxPassAgeSeconds * 1000,
    maxLetterAgeMs: maxLetterAgeSeconds * 1000,
  };
}

function completeOnTrouble(onTrouble: WrittenConfig['onTrouble']): OnTrouble | null {
  if (onTrouble === undefined) return null;
  return { command: onTrouble.command, afterMs: onTrouble.afterSeconds * 1000 };
}

function completeMember(member: WrittenDesk['staff'][number]): StaffMember {
  return typeof member === 'string'
    ? { name: null, addresses: [member], notices: null }
    : { ...member, notices: member.notices ?? null };
}

function completeNotices(notices: WrittenDesk['notices']): DeskConfig['notices'] {
  const { show, maxBytes } =
    typeof notices === 'string' ? { show: notices, maxBytes: DEFAULT_MAX_BYTES } : notices;
  const bytes = parseByteSize(maxBytes);
  if (bytes === null) throw new TypeError('A size got past the schema.');
  return { show, maxBytes: bytes };
}

function completeTls(
  tls: { readonly ca?: string | undefined },
  baseDir: string,
): { readonly ca: string | null } {
  return { ca: tls.ca === undefined ? null : resolve(baseDir, tls.ca) };
}

function completeLimits(limits: WrittenDesk['limits']): DeskConfig['limits'] {
  return {
    acknowledgementsPerSender: completeLimit(limits.acknowledgementsPerSender),
    acknowledgementsPerTopic: completeLimit(limits.acknowledgementsPerTopic),
    acknowledgementsPerExchange: completeLimit(limits.acknowledgementsPerExchange),
    errorReportsPerSender: completeLimit(limits.errorReportsPerSender),
    answersPerSender: completeLimit(limits.answersPerSender),
    answersPerDomain: completeLimit(limits.answersPerDomain),
    answersPerDesk: completeLimit(limits.answersPerDesk),
    noticesPerMember: completeLimit(limits.noticesPerMember),
  };
}

function completeLimit(limit: { readonly count: number; readonly within: string }): Limit {
  return { count: limit.count, withinMs: milliseconds(limit.within) };
}

interface WrittenDoor {
  readonly port?: number | undefined;
  readonly security?: Security | undefined;
}

interface Door {
  readonly port: number;
  readonly security: Security;
}

/** A port that belongs to one kind of encryption settles it, and the other way round. */
export function imapDoor({ port, security }: WrittenDoor): Door {
  const settled = security ?? (port === 143 ? 'starttls' : 'tls');
  return { security: settled, port: port ?? (settled === 'tls' ? 993 : 143) };
}

function smtpDoor({ port, security }: WrittenDoor): Door {
  const settled = security ?? (port === 587 || port === 25 ? 'starttls' : 'tls');
  return { security: settled, port: port ?? { tls: 465, starttls: 587, none: 25 }[settled] };
}

function milliseconds(written: string): number {
  const span = parseDuration(written);
  if (span === null) throw new TypeError('A span of time got past the schema.');
  return span;
}
