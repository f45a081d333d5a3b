/** Several desks of one process at the same servers: they share the connections that a server takes. */
import { createServer, connect as dial, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listenAt } from '../../src/demo/listening.js';
import type { MailWorld, Person } from '../../src/demo/world.js';
import { killAll, type Running, startRun } from './running.js';
import { type ConfigFile, startWorldOf, until, withImap, writeConfig } from './world.js';

const NAMES = ['a', 'b', 'c', 'd', 'e'] as const;
type Name = (typeof NAMES)[number];
const PEOPLE = Object.fromEntries(
  NAMES.map((name) => [name, { name, address: `${name}@example.com` }]),
) as unknown as Record<Name, Person>;
const EVERY_SECOND = '* * * * * *';

let world: MailWorld<Name>;
let door: Door;
const files: ConfigFile[] = [];

/** Before a server: counts the connections that are open, and may say nothing at all. */
interface Door {
  readonly port: number;
  readonly peak: () => number;
  readonly close: () => void;
}

async function openDoor(to: number): Promise<Door> {
  let [open, peak] = [0, 0];
  const server: Server = createServer((socket) => {
    open += 1;
    peak = Math.max(peak, open);
    const inner = dial(to, '127.0.0.1');
    socket.pipe(inner);
    inner.pipe(socket);
    for (const one of [socket, inner]) one.on('error', () => undefined);
    // One that signs out does not count any more: nobody sees at the same moment that it is closed.
    let isLeaving = false;
    const leaves = (): void => {
      if (!isLeaving) open -= 1;
      isLeaving = true;
    };
    socket.on('data', (said: Buffer) => {
      if (said.includes(' LOGOUT')) leaves();
    });
    inner.on('close', () => {
      leaves();
      socket.destroy();
    });
    socket.on('close', () => inner.destroy());
  });
  return { port: await listenAt(server), peak: () => peak, close: () => void server.close() };
}

beforeAll(async () => {
  world = await startWorldOf(PEOPLE, { further: ['mail_max_userip_connections = 1'] });
});
afterEach(async () => {
  killAll();
  for (const file of files.splice(0)) await file.remove();
});
afterAll(async () => {
  await world.stop();
});

interface At {
  readonly names: readonly Name[];
  readonly port: number;
  readonly limits?: Readonly<Record<string, unknown>>;
  /** Names of desks at a server that takes connections and says nothing. */
  readonly silent?: { readonly count: number; readonly port: number };
}

async function run({ names, port, limits = {}, silent = { count: 0, port: 0 } }: At): Promise<Running> {
  const desk = (name: string, user: string, password: string, at: number) => ({
    name,
    address: `${user.split('@')[0] ?? ''}@example.com`,
    staff: ['steve@example.org'],
    poll: EVERY_SECOND,
    imap: { host: '127.0.0.1', port: at, security: 'none', user, password },
    smtp: { host: '127.0.0.1', port: world.smtp.port, security: 'none' },
  });
  const desks = [
    ...Array.from({ length: silent.count }, (_, at) =>
      desk(`silent ${at}`, `silent${at}@x`, 'x', silent.port),
    ),
    ...names.map((name) => desk(name, world.accounts[name].user, world.accounts[name].password, port)),
  ];
  const secret = 'a secret that is only for tests, 32 characters';
  const file = await writeConfig({ secret, log: { format: 'json', level: 'debug' }, limits, desks });
  files.push(file);
  return startRun(file);
}

let letters = 0;

/** Resolves when a mail to the desk has been acknowledged, in milliseconds. */
async function acknowledged(name: Name): Promise<number> {
  letters += 1;
  const from = `customer${letters}@example.net`;
  const raw = `From: ${from}\r\nTo: ${name}@example.com\r\nSubject: Help ${letters}\r\nMessage-ID: <${letters}@example.net>\r\n\r\nHello.\r\n`;
  const begun = performance.now();
  await world.deliver(name, Buffer.from(raw));
  await until(`an acknowledgement to ${from}`, async () => (world.strangers.includes(from) ? true : null));
  return performance.now() - begun;
}

function troubles(running: Running): readonly string[] {
  return running.lines
    .filter(({ level }) => Number(level) >= 40)
    .map(({ msg }) => String(msg))
    .filter((said) => !said.startsWith('mail waits'));
}

describe('desks of one process at one server', () => {
  it('take turns where there are fewer connections than desks, and each is worked', async () => {
    door = await openDoor(world.imap.port);
    const running = await run({ names: NAMES, port: door.port, limits: { connectionsPerHost: 2 } });
    await Promise.all(NAMES.map((name) => acknowledged(name)));
    await acknowledged('c');
    expect(door.peak()).toBe(2);
    expect(troubles(running)).toEqual([]);
    await running.stop('SIGTERM');
    door.close();
  });

  it('wait where the server takes no more connections, which is no refused sign-in and nothing for staff', async () => {
    const running = await withImap(world, 'a', async () => {
      const started = await run({ names: ['a', 'b'], port: world.imap.port });
      await until('the refusal', async () =>
        started.lines.some(({ err }) => JSON.stringify(err ?? '').includes('imap-too-many-connections'))
          ? true
          : null,
      );
      // The other desk of the server is worked meanwhile.
      await acknowledged('b');
      return started;
    });
    await acknowledged('a');
    expect(troubles(running)).toEqual([]);
    await running.stop('SIGTERM');
  });

  it('are not kept waiting by a server that takes connections and says nothing', async () => {
    const mute = createServer((socket) => socket.on('error', () => undefined));
    const port = await listenAt(mute);
    const silent = { count: 30, port };
    const running = await run({ names: ['d', 'e'], port: world.imap.port, silent });
    await Promise.all([acknowledged('d'), acknowledged('e')]);
    // Dovecot tells of new mail within half a second.
    expect(await acknowledged('d')).toBeLessThan(3000);
    killAll();
    mute.close();
    expect(running.lines.length).toBeGreaterThan(0);
  });
});
