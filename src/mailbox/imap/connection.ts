/**
 * Opens, watches and closes one IMAP connection. imapflow does not reconnect, so neither do we: a lost connection
 * makes everything on it fail with `imap-connection-lost`, and the caller opens another.
 */
import { once } from 'node:events';
import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import { Problem } from '../../problem/problem.js';
import { cleanServerText } from '../../problem/server-text.js';
import { trusting } from '../../trust/trusted.js';
import type { MailStore } from '../store.js';
import { type ByteMeter, meterClient } from './bytes.js';
import { type ConditionalFlags, storeIfUnchanged } from './conditional.js';
import { type SpecialFolder, specialUses } from './folders.js';
import { KnownFolders } from './known-folders.js';
import { type FolderNames, folderNames } from './names.js';
import { connectProblem, lostProblem } from './problems.js';
import { type Quota, quotasOf } from './quota.js';
import { Session, type Warn } from './session.js';
import { ImapStore } from './store.js';
import { idleInFolder, MAX_IDLE_MS } from './waiting.js';
import { Wire } from './wire.js';

const CONNECT_MS = 30_000;
const SIGN_IN_MS = 90_000;
const PROBE_MS = 15_000;
const SIGN_OUT_MS = 3000;
/** Longer than any IDLE: commands have deadlines of their own, and a quiet connection between passes is no fault. */
const SOCKET_SILENCE_MS = 2 * 60 * 60_000;

export interface ImapOptions {
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls' | 'none';
  readonly user: string;
  readonly password?: string | undefined;
  /** Signs in in place of the password, by OAUTHBEARER or XOAUTH2, whichever the server offers. */
  readonly accessToken?: string | undefined;
  /** Certificates (PEM) that are trusted beside the usual authorities. */
  readonly ca?: string | undefined;
  /** Ends the attempt to connect; the connection does not heed it later. */
  readonly signal?: AbortSignal | undefined;
  /** The configured folder names: `folders()` tells these folders by them, however they are written. */
  readonly folders?: readonly string[] | undefined;
  readonly warn?: Warn | undefined;
  /** What earlier connections to the account were told; this one adds to it. */
  readonly known?: KnownFolders | undefined;
  /** How long a command may be without any sign of life; two minutes by default. */
  readonly maxSilenceMs?: number | undefined;
  readonly maxIdleMs?: number | undefined;
  /** Folders are opened by EXAMINE: the server itself refuses every change of what lies in them. */
  readonly readOnly?: boolean | undefined;
  readonly meter?: ByteMeter | undefined;
}

export interface ImapConnection {
  readonly store: MailStore;
  /** In capitals, as the server told them after the sign-in. */
  readonly capabilities: ReadonlySet<string>;
  /** Between levels of folders; empty where the server has none. */
  readonly delimiter: string;
  /** How many commands were sent, by verb ("UID FETCH"). It counts on; copy it to compare. */
  readonly commands: ReadonlyMap<string, number>;
  /**
   * Resolves when something new may be in the folder, when the signal aborts, and after 25 minutes at the latest; on
   * a server without IDLE, only by the signal. Any other use of the store ends it. Answers whether the server has announced
   * something. Rejects when the connection is lost.
   */
  waitForMail(folder: string, signal: AbortSignal): Promise<boolean>;
  /** See conditional.ts; only in a folder that keeps mod-sequences. */
  setFlagsIf(folder: string, uid: number, wanted: ConditionalFlags): Promise<boolean>;
  /** The folders of the account that mail programs use. */
  specialUses(): Promise<readonly SpecialFolder[]>;
  /** What counts for a folder (RFC 9208); null where the server tells of no quota. */
  quotas(folder: string): Promise<readonly Quota[] | null>;
  /** Whether the connection is alive: rejects within 15 seconds if not. */
  noop(): Promise<void>;
  /** Calls back once if the connection ends by itself; at once if it has. Answers what takes the listener away. */
  onLost(listener: (problem: Problem) => void): () => void;
  /** Signs out. Work that has begun is finished first, within three seconds. Never rejects. */
  close(): Promise<void>;
}

function clientOptions(options: ImapOptions): ImapFlowOptions {
  const { security, ca } = options;
  return {
    host: options.host,
    port: options.port,
    secure: security === 'tls',
    doSTARTTLS: security === 'tls' ? undefined : security === 'starttls',
    auth: signInOf(options),
    ...(security === 'none' ? {} : { tls: { ...trusting(ca) } }),
    clientInfo: { name: 'imapdesk', vendor: 'imapdesk', version: '', 'support-url': '' },
    logger: false,
    disableAutoIdle: true,
    // CONDSTORE and UTF8=ACCEPT change what commands and answers look like, for nothing that is needed here.
    disableAutoEnable: true,
    disableIMAP4rev2: true,
    disableCompression: true,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: Math.min(CONNECT_MS, options.maxSilenceMs ?? CONNECT_MS),
    socketTimeout: SOCKET_SILENCE_MS,
  };
}

function signInOf({ user, password = '', accessToken }: ImapOptions): ImapFlowOptions['auth'] {
  return accessToken === undefined ? { user, pass: password } : { user, accessToken };
}

/** What a server may echo, and nobody may read. */
function secretOf({ password = '', accessToken }: ImapOptions): string {
  return accessToken ?? password;
}

/** Ends after `ms` at the latest, whatever the work does. */
async function within<T>(ms: number, work: Promise<T>, late: () => void): Promise<T> {
  const timer = setTimeout(late, ms);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

class Connection implements ImapConnection {
  readonly store: MailStore;
  readonly capabilities: ReadonlySet<string>;
  readonly delimiter: string;
  readonly commands: ReadonlyMap<string, number>;
  readonly #session: Session;
  readonly #options: ImapOptions;
  readonly #trouble: Trouble;
  readonly #listeners = new Set<(problem: Problem) => void>();
  /** Aborts when the connection is closed or lost. */
  readonly #ended = new AbortController();
  #closing = false;
  #idles: boolean;

  constructor(session: Session, options: ImapOptions, trouble: Trouble) {
    this.#session = session;
    this.#options = options;
    this.#trouble = trouble;
    this.delimiter = session.client.namespace?.delimiter ?? '';
    this.store = new ImapStore(session);
    this.commands = session.wire.commands;
    this.capabilities = new Set([...session.client.capabilities.keys()].map((name) => name.toUpperCase()));
    this.#idles = this.capabilities.has('IDLE');
    session.client.on('close', () => this.#lose());
    if (session.client.isClosed) this.#lose();
  }

  async waitForMail(folder: string, signal: AbortSignal): Promise<boolean> {
    if (!this.#idles) return this.#waitForSignal(signal);
    const maxIdleMs = this.#options.maxIdleMs ?? MAX_IDLE_MS;
    try {
      const wait = { folder, signal, maxIdleMs, onOverdue: this.#trouble.abandon };
      return await idleInFolder(this.#session, wait);
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'imap-refused')) throw error;
      // A server may announce IDLE and refuse it: then it has none.
      this.#idles = false;
      return this.#waitForSignal(signal);
    }
  }

  async #waitForSignal(signal: AbortSignal): Promise<false> {
    const either = AbortSignal.any([signal, this.#ended.signal]);
    if (!either.aborted) await once(either, 'abort');
    if (this.#session.lost !== null && !this.#closing) throw this.#session.lost;
    return false;
  }

  setFlagsIf(folder: string, uid: number, wanted: ConditionalFlags): Promise<boolean> {
    const store = () => storeIfUnchanged(this.#session, uid, wanted);
    return this.#session.runIn({ folder, uids: [uid] }, 'change flags', store);
  }

  async specialUses(): Promise<readonly SpecialFolder[]> {
    return this.#session.run('list the folders', () => specialUses(this.#session));
  }

  async quotas(folder: string): Promise<readonly Quota[] | null> {
    // RFC 9208 §3.1.1: a server may name only the resources that it counts.
    if (![...this.capabilities].some((name) => /^QUOTA(?:=RES-|$)/.test(name))) return null;
    return this.#session.run('ask for the quota', () => quotasOf(this.#session, folder));
  }

  async noop(): Promise<void> {
    const probe = this.#session.run('reach the server', async () => {
      await this.#session.wire.command('NOOP', false);
    });
    await within(PROBE_MS, probe, () => this.#trouble.abandon('no answer to NOOP'));
  }

  onLost(listener: (problem: Problem) => void): () => void {
    const { lost } = this.#session;
    if (lost === null) this.#listeners.add(listener);
    else if (!this.#closing) listener(lost);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#ended.abort();
    const { client } = this.#session;
    try {
      const signOut = this.#session.run('sign out', async () => await client.logout());
      await within(SIGN_OUT_MS, signOut, () => client.close());
    } catch {
      // A connection that is gone needs no sign-out.
    } finally {
      client.close();
    }
  }

  #lose(): void {
    const { client } = this.#session;
    if (this.#session.lost !== null) return;
    const told = this.#trouble.why || cleanServerText(client.byeReason, secretOf(this.#options));
    const lost = lostProblem(this.#closing ? 'closed' : told);
    this.#session.lost = lost;
    this.#ended.abort();
    for (const listener of this.#closing ? [] : [...this.#listeners]) listener(lost);
  }
}

/** Why a connection was given up, and the way to give it up. */
class Trouble {
  why = '';
  readonly abandon: (why: string) => void;

  constructor(client: ImapFlow, secret: string) {
    this.abandon = (why) => {
      this.why ||= why;
      client.close();
    };
    // Without a listener a reset connection would end the process; `close` follows, and tells what has to be told.
    client.on('error', (error) => {
      const code: unknown = Reflect.get(error, 'code');
      this.abandon(typeof code === 'string' ? code : cleanServerText(error.message, secret));
    });
  }
}

/** Asks nothing of the server: NAMESPACE has been asked for during the sign-in. */
function namesOf(client: ImapFlow, spellings: readonly string[]): FolderNames {
  const own = client.namespace;
  const delimiter = own?.delimiter ?? '';
  const foreign = [...(client.namespaces?.other || []), ...(client.namespaces?.shared || [])];
  const names = folderNames({
    delimiter,
    prefix: own?.prefix ?? '',
    foreignPrefixes: foreign.map((namespace) => namespace.prefix),
    spellings,
  });
  // From here on every path is complete, and imapflow must not put the prefix before it once more.
  client.namespace = { prefix: '', delimiter };
  return names;
}

/**
 * Connects and signs in. Throws a Problem: `imap-sign-in-refused` (77), `imap-certificate`, `imap-tls`, or
 * `imap-unreachable`, which is temporary.
 */
export async function connectStore(options: ImapOptions): Promise<ImapConnection> {
  const client = new ImapFlow(clientOptions(options));
  meterClient(client, options.meter);
  const trouble = new Trouble(client, secretOf(options));
  const wire = new Wire(client, { onOverdue: trouble.abandon, maxSilenceMs: options.maxSilenceMs });
  const stop = (): void => client.close();
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    if (options.signal?.aborted === true) stop();
    await within(SIGN_IN_MS, client.connect(), stop);
  } catch (error) {
    client.close();
    if (options.signal?.aborted === true) {
      throw new Problem('imap-stopped', 'The attempt to connect was stopped', {
        temporary: true,
        cause: error,
      });
    }
    throw connectProblem(error, options);
  } finally {
    options.signal?.removeEventListener('abort', stop);
  }
  const names = namesOf(client, options.folders ?? []);
  const session = new Session({
    client,
    wire,
    names,
    warn: options.warn ?? ((): void => undefined),
    secret: secretOf(options),
    known: options.known ?? new KnownFolders(),
    readOnly: options.readOnly ?? false,
  });
  return new Connection(session, options, trouble);
}
