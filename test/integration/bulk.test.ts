/** Many messages at once: a mailbox in use is safe to point the desk at, and a flood takes few commands. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import type { MailWorld } from '../../src/demo/world.js';
import { beginDesk } from '../../src/worker/pass/begin-desk.js';
import { runPass } from '../../src/worker/pass/pass.js';
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

describe('a flood', () => {
  it('of 1,000 messages is filed in one pass, read and moved in batches', async () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `flood-${index}`);
    await deliver(names);
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
      const { outcome, commands } = await session.look(async (opened, connection) => {
        await beginDesk(opened);
        const before = new Map(connection.commands);
        const done = await runPass(opened);
        const after = [...connection.commands].map(([verb, count]): [string, number] => [
          verb,
          count - (before.get(verb) ?? 0),
        ]);
        return { outcome: done, commands: new Map(after) };
      }, signal);
      expect(outcome.decided).toHaveLength(1_000);
      const appends = commands.get('APPEND') ?? 0;
      const others = [...commands]
        .filter(([verb]) => verb !== 'APPEND')
        .reduce((sum, [, count]) => sum + count, 0);
      // An entry, an acknowledgement (or a note in its place) and a notice for each ticket, a hundred at a time.
      expect(appends).toBe(30);
      expect({ others, commands: Object.fromEntries(commands) }).toMatchObject({
        others: expect.toSatisfy((count: number) => count < 200),
      });
    } finally {
      await session.close();
    }
  });
});
