/** Sixty letters to a real SMTP end: several at once, and few commands to the mailbox. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import type { MailWorld } from '../../src/demo/world.js';
import { beginDesk } from '../../src/worker/pass/begin-desk.js';
import { runPass } from '../../src/worker/pass/pass.js';
import { DeskSession } from '../../src/worker/run/session.js';
import { createLog } from '../../src/worker/watch/log.js';
import { field } from '../model/message-text.js';
import { type HoldingServer, serveHolding } from './holding-server.js';
import { deskConfig, readFolder, startWorld } from './world.js';

const TICKETS = 30;
const LETTERS = 2 * TICKETS;
/** As long as an SMTP server somewhere else takes. */
const ANSWER_MS = 40;
const COMMANDS_A_LETTER = 0.2;

let world: MailWorld;
let server: HoldingServer;

beforeAll(async () => {
  world = await startWorld();
  server = await serveHolding({ delayMs: ANSWER_MS });
});
afterAll(async () => {
  await world.stop();
  await server.close();
});

let sessions: DeskSession[] = [];
afterEach(async () => {
  await Promise.all(sessions.map((session) => session.close()));
  sessions = [];
});

function openSession(): DeskSession {
  const written = deskConfig(world, {
    staff: ['steve@example.org'],
    limits: { noticesPerMember: { count: 1000 } },
    smtp: { host: '127.0.0.1', port: server.port, security: 'none' },
  });
  const config = parseConfig(JSON.stringify(written), { path: '/config.json', env: {} });
  const [only] = config.desks;
  if (only === undefined) throw new Error('no desk');
  const log = createLog({ level: 'error', format: 'json', terminal: false });
  const session = new DeskSession({
    config,
    desk: only,
    log,
    command: 'test',
    adopt: 'all',
    secrets: new Set(),
  });
  sessions.push(session);
  return session;
}

/** A pass: what it has sent, and the commands that it took, by verb. */
interface Passed {
  readonly sent: number;
  readonly commands: ReadonlyMap<string, number>;
}

/** One after the other over one connection; a pass may hold its mail back. */
async function passes(session: DeskSession, holds: readonly boolean[]): Promise<readonly Passed[]> {
  return session.look(async (desk, connection) => {
    await beginDesk(desk);
    const done: Passed[] = [];
    for (const hold of holds) {
      const before = new Map(connection.commands);
      const { sent } = await runPass({ ...desk, hold });
      const commands = new Map(
        [...connection.commands].map(([verb, after]) => [verb, after - (before.get(verb) ?? 0)]),
      );
      done.push({ sent, commands });
    }
    return done;
  }, new AbortController().signal);
}

async function deliver(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const lines = [
      `From: jane+${name}@example.com`,
      'To: support@example.com',
      `Subject: Matter ${name}`,
      `Message-ID: <matter-${name}@example.com>`,
      '',
      'It burns.',
      '',
    ];
    await world.deliver('support', Buffer.from(lines.join('\r\n')));
  }
}

/** A NOOP before a command in a selected folder is not counted: it says nothing of how letters are sent. */
function countOf({ commands }: Passed): number {
  return [...commands].reduce((sum, [verb, count]) => (verb === 'NOOP' ? sum : sum + count), 0);
}

it('has four in hand at once, and takes a fifth of a command for each more', async () => {
  const session = openSession();
  await passes(session, [true]);
  await deliver(['first']);
  // What was held back is all that the last one has to do more than the one before.
  const [, , few] = await passes(session, [true, true, false]);
  await deliver(Array.from({ length: TICKETS }, (_, index) => String(index)));
  const [, , many, quiet] = await passes(session, [true, true, false, false]);
  if (few === undefined || many === undefined || quiet === undefined) throw new Error('passes are missing');
  expect([few.sent, many.sent, quiet.sent]).toEqual([2, LETTERS, 0]);
  expect(new Set(server.taken.map(({ raw }) => field(raw, 'Message-ID'))).size).toBe(LETTERS + 2);
  expect(server.peak()).toBe(4);

  const more = Object.fromEntries([...many.commands].filter(([verb]) => verb.startsWith('UID')));
  expect({ commands: countOf(many) - countOf(few), more }).toMatchObject({
    commands: expect.toSatisfy((count: number) => count <= COMMANDS_A_LETTER * (LETTERS - 2)) as unknown,
  });
  // With what every drain that sends anything costs once.
  expect(countOf(many) - countOf(quiet)).toBeLessThanOrEqual(18);

  const outbox = await readFolder(world, 'support', 'Tickets/Outbox');
  expect(outbox).toHaveLength(TICKETS + 1);
  for (const { flags } of outbox)
    expect([...flags].filter((flag) => flag !== '\\Recent').toSorted()).toEqual(['\\Answered', '\\Seen']);
  expect(await readFolder(world, 'support', 'Tickets/Open')).toHaveLength(LETTERS + 2);
});
