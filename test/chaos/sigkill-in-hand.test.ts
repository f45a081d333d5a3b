/** The built command, killed with SIGKILL while four letters are in hand: the next run sends those again, and few others. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MailWorld } from '../../src/demo/world.js';
import { MARKED_TOGETHER } from '../../src/worker/send/hand-over.js';
import { type HoldingServer, serveHolding } from '../integration/holding-server.js';
import { deskConfig, main, readFolder, runDesk, startWorld, writeConfig } from '../integration/world.js';
import { field } from '../model/message-text.js';

const CONNECTIONS = 4;
const TICKETS = 20;
const LETTERS = 2 * TICKETS;

let world: MailWorld;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

async function deliverAll(): Promise<void> {
  for (let index = 0; index < TICKETS; index += 1) {
    const lines = [
      `From: jane+${index}@example.com`,
      'To: support@example.com',
      `Subject: Matter ${index}`,
      `Message-ID: <matter-${index}@example.com>`,
      '',
      'It burns.',
      '',
    ];
    await world.deliver('support', Buffer.from(lines.join('\r\n')));
  }
}

async function onceWith(
  server: HoldingServer,
  more: object,
  work: (path: string) => Promise<void>,
): Promise<void> {
  const desk = {
    staff: ['steve@example.org'],
    smtp: { host: '127.0.0.1', port: server.port, security: 'none' },
    limits: { noticesPerMember: { count: 1000 } },
    ...more,
  };
  const config = await writeConfig(deskConfig(world, desk));
  try {
    await work(config.path);
  } finally {
    await config.remove();
  }
}

async function runsWell(path: string): Promise<void> {
  expect(await runDesk(['once', '-c', path])).toMatchObject({ code: 0, stderr: '' });
}

async function killedInHand(server: HoldingServer, path: string): Promise<void> {
  const child = spawn(process.execPath, [main, 'once', '-c', path], { stdio: 'inherit' });
  const closed = once(child, 'close');
  await server.inHand(CONNECTIONS);
  child.kill('SIGKILL');
  expect(await closed).toEqual([null, 'SIGKILL']);
  server.release();
}

it('each is there once in the end, and what was sent twice is the same mail', async () => {
  const server = await serveHolding({ holdAfter: 17 });
  try {
    await onceWith(server, { mail: 'hold' }, runsWell);
    await deliverAll();
    await onceWith(server, { mail: 'hold' }, runsWell);
    await onceWith(server, {}, (path) => killedInHand(server, path));
    const before = server.taken.length;
    expect(before).toBe(17 + CONNECTIONS);
    await onceWith(server, {}, runsWell);

    const ids = server.taken.map(({ raw }) => field(raw, 'Message-ID'));
    const mails = new Set(server.taken.map(({ raw }) => raw.toString('latin1')));
    expect(new Set(ids).size).toBe(LETTERS);
    expect(mails.size).toBe(LETTERS);
    const again = ids.length - LETTERS;
    expect(again).toBeGreaterThanOrEqual(CONNECTIONS);
    expect(again).toBeLessThanOrEqual(MARKED_TOGETHER + CONNECTIONS);
    expect(await readFolder(world, 'support', 'Tickets/Open')).toHaveLength(LETTERS);
    const outbox = await readFolder(world, 'support', 'Tickets/Outbox');
    expect(outbox.map(({ flags }) => flags.has('\\Answered') && !flags.has('\\Draft'))).toEqual(
      Array.from({ length: TICKETS }, () => true),
    );
  } finally {
    await server.close();
  }
});
