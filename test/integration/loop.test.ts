/**
 * Two desks that answer each other, with every field that a guard could go by taken away on the road: only what the
 * mailboxes remember ends it (RFC 3834 §2, §6).
 */
import { randomUUID } from 'node:crypto';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { listenAt } from '../../src/demo/listening.js';
import type { MailWorld } from '../../src/demo/world.js';
import { DeskSession } from '../../src/worker/run/session.js';
import { createLog } from '../../src/worker/watch/log.js';
import { deskConfig, type Json, readFolder, startWorldOf } from './world.js';

const PEOPLE = {
  support: { name: 'Example Support', address: 'support@example.com' },
  sales: { name: 'Example Sales', address: 'sales@example.org' },
} as const;
type Side = keyof typeof PEOPLE;
const OTHER: Record<Side, Side> = { support: 'sales', sales: 'support' };
/** A loop that has not ended by then is one. */
const MANY_MESSAGES = 40;
const GUARDS =
  /^(?:auto-submitted|x-auto-response-suppress|precedence|x-imapdesk-[^:]*|list-[^:]*|in-reply-to|references|message-id):/i;

interface Road {
  readonly port: number;
  /** Takes what one desk has sent to the other since it was asked last; what went to staff is dropped. */
  take(from: Side): readonly Buffer[];
  close(): Promise<void>;
}

let world: MailWorld<Side>;
let road: Road;
let sessions: DeskSession[];

beforeEach(async () => {
  world = await startWorldOf(PEOPLE);
  road = await startRoad();
  sessions = [];
});
afterEach(async () => {
  await Promise.all(sessions.map((session) => session.close()));
  await road.close();
  await world.stop();
});

async function startRoad(): Promise<Road> {
  let taken: { from: string; to: readonly string[]; raw: Buffer }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    disableReverseLookup: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    closeTimeout: 1,
    onData(stream, { envelope }, callback) {
      const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
      const to = envelope.rcptTo.map(({ address }) => address);
      stream.once('error', callback);
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.once('end', () => {
        taken.push({ from, to, raw: Buffer.concat(chunks) });
        callback(null);
      });
    },
  });
  const port = await listenAt(server);
  server.on('error', () => undefined);
  return {
    port,
    take(from) {
      const its = taken.filter((mail) => mail.from === PEOPLE[from].address);
      taken = taken.filter((mail) => !its.includes(mail));
      return its.filter(({ to }) => to.includes(PEOPLE[OTHER[from]].address)).map(({ raw }) => raw);
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** A desk of this side, with the limits of the defaults. */
function deskOf(side: Side, overrides: Json): DeskSession {
  const { imap, smtp, accounts } = world;
  const written = deskConfig(
    { imap, smtp, accounts: { support: accounts[side] } },
    {
      staff: ['steve@example.net'],
      smtp: { host: '127.0.0.1', port: road.port, security: 'none' },
      ...overrides,
    },
  );
  const config = parseConfig(JSON.stringify(written), { path: `/${side}.json`, env: {} });
  const [desk] = config.desks;
  if (desk === undefined) throw new Error('no desk');
  const log = createLog({ level: 'error', format: 'json', terminal: false });
  const session = new DeskSession({ config, desk, log, command: 'test', adopt: null, secrets: new Set() });
  sessions.push(session);
  return session;
}

/** Without what guards go by, with another Message-ID, and with another subject if one is given. */
function stripped(raw: Buffer, subject: string | null): Buffer {
  const text = raw.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const fields = text.slice(0, end).split(/\r\n(?![ \t])/);
  const kept = fields
    .filter((field) => !GUARDS.test(field))
    .map((field) => (subject !== null && /^subject:/i.test(field) ? `Subject: ${subject}` : field));
  const header = [...kept, `Message-ID: <${randomUUID()}@road.example>`].join('\r\n');
  return Buffer.from(`${header}${text.slice(end)}`, 'latin1');
}

const FIRST = ['From: support@example.com', 'To: sales@example.org', 'Subject: Hello', '', 'Hello.', ''].join(
  '\r\n',
);

type Subject = (count: number) => string | null;

/** How many messages the desks have exchanged when both are silent, the first one included. */
async function messagesBetween(desks: Record<Side, DeskSession>, subject: Subject): Promise<number> {
  const { signal } = new AbortController();
  for (const desk of [desks.support, desks.sales]) await desk.pass(signal);
  let underWay: readonly Buffer[] = [Buffer.from(FIRST)];
  let count = 0;
  for (let side: Side = 'sales'; underWay.length > 0 && count < MANY_MESSAGES; side = OTHER[side]) {
    const envelope = { from: PEOPLE[OTHER[side]].address, to: PEOPLE[side].address };
    for (const raw of underWay) await world.deliver(side, stripped(raw, subject(count)), { envelope });
    count += underWay.length;
    const { failed, delivery } = await desks[side].pass(signal);
    expect({ failed, delivery }).toEqual({ failed: 0, delivery: null });
    underWay = road.take(side);
  }
  return count;
}

async function expectEmptyInboxes(): Promise<void> {
  for (const side of ['support', 'sales'] as const)
    expect(await readFolder(world, side, 'INBOX')).toEqual([]);
}

const asItIs: Subject = () => null;
/** Each one that a desk acknowledges, and the first. */
const bothWays = (count: number): number => 1 + 2 * count;

it.each([
  ['read each other’s tags', 'issue'],
  ['have tags of their own', 'req'],
])('two desks that %s stop within five messages', async (_, tag) => {
  const desks = { support: deskOf('support', {}), sales: deskOf('sales', { tag }) };
  expect(await messagesBetween(desks, asItIs)).toBeLessThanOrEqual(5);
  await expectEmptyInboxes();
});

const always: Subject = () => 'Hello';
const another: Subject = (count) => `About ${'abcdefghij'.charAt(count % 10)} again`.repeat(1 + count);
const NO_LIMIT = { count: 1_000 };

it('they stop within five messages where the mail on the road always has one subject', async () => {
  const desks = { support: deskOf('support', {}), sales: deskOf('sales', { tag: 'req' }) };
  expect(await messagesBetween(desks, always)).toBe(5);
  await expectEmptyInboxes();
});

it('they stop at ten acknowledgements each where nothing at all tells that they are programs', async () => {
  const desks = { support: deskOf('support', {}), sales: deskOf('sales', { tag: 'req' }) };
  expect(await messagesBetween(desks, another)).toBe(bothWays(10));
  await expectEmptyInboxes();
});

it.each([
  [
    'one subject',
    always,
    { acknowledgementsPerTopic: { count: 3 }, acknowledgementsPerExchange: NO_LIMIT },
    3,
  ],
  ['quick exchange', another, { acknowledgementsPerExchange: { count: 3 } }, 3],
  [
    'one sender',
    another,
    { acknowledgementsPerSender: { count: 4 }, acknowledgementsPerExchange: NO_LIMIT },
    4,
  ],
])('they stop at the limit to %s', async (_, subject, limits, count) => {
  const desks = { support: deskOf('support', { limits }), sales: deskOf('sales', { limits, tag: 'req' }) };
  expect(await messagesBetween(desks, subject)).toBe(bothWays(count));
  await expectEmptyInboxes();
});
