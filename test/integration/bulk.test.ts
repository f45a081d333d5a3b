/** Many messages at once: a mailbox in use is safe to point the desk at, and a flood takes few commands. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import type { MailWorld } from '../../src/demo/world.js';
import { beginDesk } from '../../src/worker/pass/begin-desk.js';
import { type PassOutcome, runPass } from '../../src/worker/pass/pass.js';
import { DeskSession } from '../../src/worker/run/session.js';
import { createLog } from '../../src/worker/watch/log.js';
import {
  type ConfigFile,
  deskConfig,
  readFolder,
  runDesk,
  startWorld,
  withImap,
  writeConfig,
} from './world.js';

let world: MailWorld;
let config: ConfigFile;

beforeAll(async () => {
  world = await startWorld();
  config = await writeConfig(deskConfig(world, { staff: ['steve@example.org'] }));
});
afterAll(async () => {
  await config.remove();
  await world.stop();
});

const DAY_MS = 86_400_000;

/** Each from somebody else, so that no limit to one sender is met. */
function letter(name: string): Buffer {
  const lines = [
    `From: jane+${name}@example.com`,
    'To: support@example.com',
    `Subject: ${name}`,
    `Message-ID: <${name}@example.com>`,
    '',
    `About ${name}.`,
    '',
  ];
  return Buffer.from(lines.join('\r\n'));
}

async function deliver(
  names: readonly string[],
  options: { receivedAt?: Date; seen?: boolean } = {},
): Promise<void> {
  for (const name of names) await world.deliver('support', letter(name), options);
}

const inbox = () => readFolder(world, 'support', 'INBOX');

describe('a mailbox in use', () => {
  const old = new Date(Date.now() - 90 * DAY_MS);
  const unread = Array.from({ length: 500 }, (_, index) => `unread-${index}`);
  const read = Array.from({ length: 5_000 }, (_, index) => `read-${index}`);
  const recent = Array.from({ length: 30 }, (_, index) => `recent-${index}`);

  it('is left alone until somebody says what to take', async () => {
    await deliver(read, { receivedAt: old, seen: true });
    await deliver(unread, { receivedAt: old });
    await deliver(recent);
    const ran = await runDesk(['once', '-c', config.path]);
    expect(ran.code).toBe(78);
    expect(ran.stderr).toContain('--adopt=recent');
    expect(ran.stderr).toContain('adopt.atMost');
    expect(world.sent).toEqual([]);
    expect(await inbox()).toHaveLength(5_530);
    await withImap(world, 'support', async (client) => {
      expect((await client.list()).map(({ path }) => path)).toEqual(['INBOX']);
    });
  });

  it('has its recent mail filed when told so, and nothing old moves', async () => {
    const ran = await runDesk(['once', '--adopt=recent', '-c', config.path]);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const left = (await inbox()).map(({ subject }) => subject);
    expect(left.toSorted()).toEqual([...unread, ...read].toSorted());
    expect(
      (await readFolder(world, 'support', 'Tickets/Open')).filter(({ subject }) =>
        subject.startsWith('recent-'),
      ),
    ).toHaveLength(30);
    expect(world.sent).toHaveLength(60);
  });
});

interface CountedPass {
  readonly outcome: PassOutcome;
  /** Sent by the pass, by verb. */
  readonly commands: ReadonlyMap<string, number>;
}

/** A pass of a process that knows nothing yet, and that sends no mail. */
async function countedPass(): Promise<CountedPass> {
  const parsed = parseConfig(
    JSON.stringify(
      deskConfig(world, {
        staff: ['steve@example.org'],
        mail: 'hold',
        limits: { noticesPerMember: { count: 5_000 } },
      }),
    ),
    { path: config.path, env: {} },
  );
  const [desk] = parsed.desks;
  if (desk === undefined) throw new Error('no desk');
  const log = createLog({ level: 'error', format: 'json', terminal: false });
  const session = new DeskSession({
    config: parsed,
    desk,
    log,
    command: 'test',
    adopt: null,
    secrets: new Set(),
  });
  try {
    const signal = new AbortController().signal;
    return await session.look(async (opened, connection) => {
      await beginDesk(opened);
      const before = new Map(connection.commands);
      const outcome = await runPass(opened);
      const after = [...connection.commands].map(([verb, count]): [string, number] => [
        verb,
        count - (before.get(verb) ?? 0),
      ]);
      return { outcome, commands: new Map(after) };
    }, signal);
  } finally {
    await session.close();
  }
}

function besideAppends(commands: CountedPass['commands']): number {
  return [...commands].reduce((sum, [verb, count]) => sum + (verb === 'APPEND' ? 0 : count), 0);
}

const COUNT = 1_000;

describe('a flood', () => {
  it('of 1,000 messages is filed in one pass, read and moved in batches', async () => {
    await deliver(Array.from({ length: COUNT }, (_, index) => `flood-${index}`));
    const { outcome, commands } = await countedPass();
    expect([...outcome.decided]).toEqual([['new', COUNT]]);
    // An entry, an acknowledgement (or a note in its place) and a notice for each ticket, a hundred at a time.
    expect(commands.get('APPEND')).toBe(30);
    expect({ others: besideAppends(commands), commands: Object.fromEntries(commands) }).toMatchObject({
      others: expect.toSatisfy((count: number) => count < 200),
    });
  });

  /** As somebody drags them all at once. */
  async function drag(from: string, to: string): Promise<void> {
    await withImap(world, 'support', async (client) => {
      await client.mailboxOpen(from);
      const uids = (await client.search({ header: { 'message-id': 'flood-' } }, { uid: true })) || [];
      expect(uids).toHaveLength(COUNT);
      await client.messageMove(uids, to, { uid: true });
    });
  }

  /** With what the desk wrote to their senders. */
  const isOfFlood = ({ subject }: { readonly subject: string }): boolean => subject.includes('flood-');

  /** A search names some sixty tickets: to name them all would take seventeen, each time. */
  function expectFew(commands: CountedPass['commands']): void {
    const counted = { searches: commands.get('UID SEARCH'), others: besideAppends(commands) };
    expect({ ...counted, commands: Object.fromEntries(commands) }).toMatchObject({
      searches: expect.toSatisfy((count: number) => count < 30),
      // What is asked for at once is selected each time: more commands, and fewer round trips.
      others: expect.toSatisfy((count: number) => count < 125),
    });
  }

  it('whose tickets are dragged to the archive closes them in few commands', async () => {
    await drag('Tickets/Open', 'Tickets/Archived');
    const { commands } = await countedPass();
    // A hint for each ticket, a hundred at a time, and the watermark.
    expect(commands.get('APPEND')).toBe(COUNT / 100 + 1);
    expectFew(commands);
    expect((await readFolder(world, 'support', 'Tickets/Open')).filter(isOfFlood)).toEqual([]);
  });

  it('and dragged back reopens them in few commands', async () => {
    await drag('Tickets/Archived', 'Tickets/Open');
    const { commands } = await countedPass();
    expectFew(commands);
    expect(await readFolder(world, 'support', 'Tickets/Archived')).toEqual([]);
  });
});
