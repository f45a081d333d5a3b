/** A server as somebody has named it: the host's own word, ours, or the person's. */
import { domainToASCII } from 'node:url';

/** What goes in the clear is not taken from anybody. */
export type Encryption = 'tls' | 'starttls';

export interface Door {
  readonly host: string;
  readonly port: number;
  readonly security: Encryption;
  /** The name to sign in with. */
  readonly user: string;
  /** Who says so, for people. */
  readonly source: string;
}

/** The doors of one account; of several for one purpose the first is to be tried first. None is empty. */
export interface Servers {
  readonly imap: readonly Door[];
  readonly smtp: readonly Door[];
  /** What else is known of the host, a sentence each. */
  readonly notes: readonly string[];
  /** The host takes no passwords. */
  readonly onlyTokens: boolean;
  /** Who gives tokens for it; null where nobody is known to. */
  readonly provider: 'google' | 'microsoft' | null;
}

export type Purpose = 'imap' | 'smtp';

const MAX_PORT = 65_535;
const MAX_HOST_CHARS = 253;
const WRITTEN = /^(\[[0-9a-f:.]+\]|[^\s:[\]/@]+)(?::(\d{1,5}))?$/i;
const LITERAL = /^\[[0-9a-f:.]+\]$/i;
const HOST = /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i;

/** By purpose, the ports that are tried where none is given, and those at which TLS begins with STARTTLS. */
const PORTS = { imap: [993], smtp: [465, 587] } as const;
const STARTTLS_PORTS: Readonly<Record<Purpose, readonly number[]>> = { imap: [143], smtp: [587, 25] };

/** A host name in A-labels and lower case, or an address in brackets; null for anything else. */
export function hostName(written: string): string | null {
  if (written.startsWith('[')) return LITERAL.test(written) ? written.toLowerCase() : null;
  const host = domainToASCII(written.replace(/\.$/, '')).toLowerCase();
  return host.length <= MAX_HOST_CHARS && HOST.test(host) && !host.includes('..') ? host : null;
}

/** The port says how TLS begins there, as in the configuration. */
function encryptionAt(purpose: Purpose, port: number): Encryption {
  return STARTTLS_PORTS[purpose].includes(port) ? 'starttls' : 'tls';
}

/** `HOST[:PORT]` as doors, one for each usual port where none is given; null if it is no such thing. */
export function doorsOf(
  written: string,
  purpose: Purpose,
  { user, source }: Pick<Door, 'user' | 'source'>,
): readonly Door[] | null {
  const [, named = '', digits] = WRITTEN.exec(written.trim()) ?? [];
  const host = named === '' ? null : hostName(named);
  const given = digits === undefined ? null : Number(digits);
  if (host === null || given === 0 || (given ?? 0) > MAX_PORT) return null;
  const ports = given === null ? PORTS[purpose] : [given];
  return ports.map((port) => ({ host, port, security: encryptionAt(purpose, port), user, source }));
}

const ENCRYPTED: Readonly<Record<Encryption, string>> = { tls: 'TLS', starttls: 'STARTTLS' };

export function describeDoor({ host, port, security }: Pick<Door, 'host' | 'port' | 'security'>): string {
  return `${host}:${port} (${ENCRYPTED[security]})`;
}
