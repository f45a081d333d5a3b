/**
 * The mailbox that the faults strike: tickets in each state, and something pending for each thing that a pass does.
 * It is made once and kept as files; every trial works on an account with a copy of its own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/load.js';
import type { Account } from '../../src/demo/inbox.js';
import { type MailWorld, PEOPLE, type Person } from '../../src/demo/world.js';
import type { PassOutcome } from '../../src/worker/pass/pass.js';
import { DeskSession } from '../../src/worker/run/session.js';
import { createLog } from '../../src/worker/watch/log.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { deskConfig, type Json, startWorldOf, withImap } from '../integration/world.js';
import { field } from '../model/message-text.js';
import { answerTo, letter } from '../model/sample-mail.js';
import type { ServerKind } from '../servers/table.js';
import { imapDialect } from './imap-dialect.js';
import { startFaultProxy } from './proxy.js';

export const FOLDERS = [
  'INBOX',
  'Tickets/Open',
  'Tickets/Archived',
  'Tickets/Review',
  'Tickets/Outbox',
  'Tickets/Register',
];

export interface Scene {
  readonly kind: ServerKind;
  /** The mailbox as the server keeps it, the account `support`'s. */
  readonly files: string;
  /** What was ever delivered to it. */
  readonly delivered: readonly Buffer[];
  remove(): Promise<void>;
}

/** Where a desk finds its servers. */
export interface Ports {
  readonly imap: number;
  readonly smtp: number;
}

/** The desk of the scene, at home in any account; `smtp` overrides how it meets the SMTP server. */
/** Over several lines commands come in an order that is not the same each time: trials name one by its place. */
export const ONE_LINE = { connections: 1 } as const;

export function configFor(account: Account, ports: Ports, smtp: Json = {}): Json {
  const endpoint = (port: number) => ({ host: '127.0.0.1', port, tlsPort: null }) as const;
  const support = { ...PEOPLE.support, user: account.user, password: account.password };
  return deskConfig(
    { accounts: { support }, imap: endpoint(ports.imap), smtp: endpoint(ports.smtp) },
    {
      staff: ['steve@example.org'],
      smtp: {
        host: '127.0.0.1',
        port: ports.smtp,
        user: account.user,
        password: account.password,
        security: 'none',
        ...smtp,
      },
    },
  );
}

/** One pass of a worker that knows nothing yet, and ends after it. */
export async function freshPass(account: Account, ports: Ports): Promise<PassOutcome> {
  return withSession({ account, ports }, async (session) => {
    const outcome = await session.tryPass(new AbortController().signal);
    if ('busy' in outcome) throw new Error('Another worker is at this account.');
    return outcome;
  });
}

async function withSession<T>(
  { account, ports }: { account: Account; ports: Ports },
  work: (session: DeskSession) => Promise<T>,
): Promise<T> {
  const config = parseConfig(JSON.stringify(configFor(account, ports, ONE_LINE)), {
    path: '/config.json',
    env: {},
  });
  const [desk] = config.desks;
  if (desk === undefined) throw new Error('no desk');
  const log = createLog({
    level: 'error',
    format: 'json',
    terminal: false,
    destination: { write: () => undefined },
  });
  const session = new DeskSession({
    config,
    desk,
    log,
    command: 'test',
    adopt: 'all',
    secrets: new Set(),
    cacheFolder: null,
  });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** The mailbox while it is being made. */
export interface Staging {
  /** A mail to the desk; its Message-ID follows from its subject. */
  readonly asks: (from: string, subject: string, more?: Asked) => Promise<void>;
  /** An answer to the last mail about that ticket that somebody was sent; or one that closes it. */
  readonly answers: (by: string, ticket: number, done?: boolean) => Promise<void>;
  /** The desk does what there is to do. */
  readonly pass: () => Promise<unknown>;
  /** Somebody moves the message with that subject that lies in a folder into another. */
  readonly drags: (from: string, subject: string, to: string) => Promise<void>;
  /** Somebody empties a folder. */
  readonly empties: (folder: string) => Promise<void>;
  /** What commands append to the register. */
  readonly desk: <T>(work: (desk: WorkingDesk) => Promise<T>) => Promise<T>;
}

interface Asked {
  readonly to?: string;
  readonly extra?: readonly string[];
  readonly at?: Date;
}

/** Tickets 1, 2 and 4 are open, 3 is archived; seven messages are pending, one for each thing that a pass does. */
export async function busyDesk({ asks, answers, pass }: Staging): Promise<void> {
  await pass();
  await asks('jane@example.com', 'Printer');
  await asks('taro@example.com', 'Modem');
  await asks('jane@example.com', 'Screen');
  await asks('taro@example.com', 'Mouse');
  await pass();
  await answers('jane@example.com', 3, true);
  await pass();
  await asks('taro@example.com', 'Keyboard');
  await answers('jane@example.com', 1);
  await answers('taro@example.com', 2, true);
  await answers('jane@example.com', 3);
  await asks('disk@example.org', 'Full', { extra: ['Auto-Submitted: auto-generated'] });
  await asks('taro@example.com', 'Nothing', { to: 'support+77@example.com' });
  await answers('steve@example.org', 4);
}

/** A mailbox that no desk has worked on yet, with new and old mail. */
export async function newMailbox({ asks }: Staging): Promise<void> {
  await asks('jane@example.com', 'Printer');
  await asks('taro@example.com', 'Modem', { at: new Date('2026-01-01T00:00:00Z') });
}

/** Makes a mailbox, and keeps its files. */
export async function makeScene(kind: ServerKind, play: (stage: Staging) => Promise<void>): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'imapdesk-scene-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const world = await startWorldOf(PEOPLE, { kind });
  const proxy = await startFaultProxy({ serverPort: world.imap.port, dialect: imapDialect });
  const { support } = world.accounts;
  const behindProxy = { ...world, imap: { ...world.imap, port: proxy.port } };
  const ports = { imap: proxy.port, smtp: world.smtp.port };
  const delivered: Buffer[] = [];
  const arrives = async (raw: Buffer, at?: Date): Promise<void> => {
    delivered.push(raw);
    await withImap(behindProxy, 'support', (client) => client.append('INBOX', raw, [], at));
  };
  const stage: Staging = {
    asks: async (from, subject, { to = support.address, extra = [], at } = {}) => {
      const messageId = `${subject.toLowerCase()}@example.com`;
      await arrives(letter({ from, to, subject, messageId, extra }), at);
    },
    answers: async (by, ticket, done = false) => {
      const messageId = `answer-${ticket}-${done}@example.com`;
      await arrives(answerTo(lastMail(world, by, ticket), { from: by, messageId, done }));
    },
    pass: () => freshPass(support, ports),
    drags: (from, subject, to) =>
      withImap(behindProxy, 'support', async (client) => {
        await client.mailboxOpen(from);
        const found = await client.search({ subject }, { uid: true });
        const [uid] = found || [];
        if (uid === undefined) throw new Error(`${from} has no message about ${subject}.`);
        await client.messageMove(String(uid), to, { uid: true });
      }),
    empties: (emptied) =>
      withImap(behindProxy, 'support', async (client) => {
        await client.mailboxOpen(emptied);
        await client.messageDelete('1:*', { uid: true });
      }),
    desk: (work) =>
      withSession({ account: support, ports }, (session) =>
        session.look((desk) => work(desk), new AbortController().signal),
      ),
  };
  try {
    await play(stage);
    // Only when the server has closed every connection are the files as they will be.
    await proxy.quiet();
    await world.keep(support, join(folder, 'mail'));
    return { kind, files: join(folder, 'mail'), delivered, remove };
  } catch (error) {
    await remove();
    throw error;
  } finally {
    await proxy.close();
    await world.stop();
  }
}

/** The last mail about a ticket that somebody was sent. */
function lastMail(world: Pick<MailWorld, 'sent'>, to: string, ticket: number): Buffer {
  const about = world.sent.filter(
    (mail) => mail.to.includes(to) && (field(mail.raw, 'Subject') ?? '').includes(`[issue${ticket}]`),
  );
  const last = about.at(-1);
  if (last === undefined) throw new Error(`Nothing about ticket ${ticket} was sent to ${to}.`);
  return last.raw;
}

/** Accounts for this many trials, beside the people. */
export function peopleWithTrials(count: number): Readonly<Record<string, Person>> {
  const trials = Array.from({ length: count }, (_, index): [string, Person] => {
    const name = `trial${index}`;
    return [name, { name, address: `${name}@example.com` }];
  });
  return { ...PEOPLE, ...Object.fromEntries(trials) };
}
