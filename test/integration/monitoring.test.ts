/** `run` as it is watched: over HTTP, by a service manager, and by the program of `onTrouble`. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { freePort } from '../../src/demo/listening.js';
import type { MailWorld } from '../../src/demo/world.js';
import { type ImapProxy, startProxy } from './imap-proxy.js';
import { killAll, startRun } from './running.js';
import { type ConfigFile, deskConfig, type Json, startWorld, until, writeConfig } from './world.js';

let world: MailWorld;
let proxy: ImapProxy;
let config: ConfigFile;
let port: number;
let receiver: ChildProcess | null = null;

beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  proxy = await startProxy(world.imap.port);
  port = await freePort();
  const { user, password } = world.accounts.support;
  config = await writeConfig({
    ...deskConfig(world, {
      imap: { host: '127.0.0.1', port: proxy.port, security: 'none', user, password },
      poll: '* * * * * *',
    }),
    health: { port, maxPassAgeSeconds: 5 },
    onTrouble: { command: ['/bin/sh', 'told.sh'], afterSeconds: 1 },
  });
  await writeFile(
    join(config.folder, 'told.sh'),
    'echo "$IMAPDESK_STATE $IMAPDESK_DESK $IMAPDESK_CODE" >>told.txt',
  );
});
afterEach(async () => {
  killAll();
  if (receiver !== null && receiver.kill('SIGKILL')) await once(receiver, 'close');
  receiver = null;
  await config.remove();
  await proxy.close();
});
afterAll(() => world.stop());

async function get(path: string): Promise<{ status: number; body: string } | null> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, body: await response.text() };
  } catch {
    return null;
  }
}

/** Once a pass has gone well. */
async function healthIs(status: number): Promise<Json> {
  const body = await until(`${status} of /healthz`, async () => {
    const got = await get('/healthz');
    return got?.status === status && !got.body.includes('"lastGoodPass":null') ? got.body : null;
  });
  return JSON.parse(body) as Json;
}

async function told(lines: string): Promise<void> {
  await until(`the program of onTrouble to be told ${lines}`, async () =>
    (await readFile(join(config.folder, 'told.txt'), 'utf8').catch(() => '')) === lines ? true : null,
  );
}

it('tells over HTTP and by a program of a server that is gone, and of its return', async () => {
  const worker = startRun(config);
  const well = await healthIs(200);
  expect(well).toMatchObject({
    healthy: true,
    desks: [{ desk: 'Example Support', healthy: true, trouble: null, backlog: { outbox: 0 } }],
  });
  const metrics = (await get('/metrics'))?.body ?? '';
  expect(metrics).toMatch(/^imapdesk_passes_total\{desk="Example Support"\} [1-9]/m);
  expect(metrics).toMatch(/^imapdesk_imap_commands_total\{desk="Example Support",verb="UID FETCH"\}/m);
  const { port: at } = proxy;
  await proxy.close();
  const unwell = await healthIs(503);
  expect(unwell).toMatchObject({
    healthy: false,
    desks: [
      {
        trouble: 'imap-unreachable',
        reasons: [expect.stringMatching(/^the last good pass was \d+ s ago/) as string],
      },
    ],
  });
  await told('trouble Example Support imap-unreachable\n');
  proxy = await startProxy(world.imap.port, {}, at);
  worker.child.kill('SIGHUP');
  await healthIs(200);
  await told('trouble Example Support imap-unreachable\nworks Example Support imap-unreachable\n');
  expect(JSON.stringify(worker.lines)).not.toContain(world.accounts.support.password);
  expect((await worker.stop('SIGTERM')).code).toBe(0);
});

const RECEIVER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
while True:
    print(s.recv(4096).decode().replace('\\n', '|'), flush=True)
`;
const missing = ['python3', 'systemd-notify'].filter(
  (program) => spawnSync(program, ['--version']).status !== 0,
);

it.skipIf(missing.length > 0)(
  `tells a service manager how it is${missing.length > 0 ? ` (skipped: no ${missing.join(', no ')})` : ''}`,
  async () => {
    const name = join(config.folder, 'notify');
    const child = spawn('python3', ['-c', RECEIVER, name], { stdio: ['ignore', 'pipe', 'inherit'] });
    receiver = child;
    const heard: string[] = [];
    const lines = createInterface(child.stdout);
    await once(lines, 'line');
    lines.on('line', (line) => heard.push(line));
    const hears = (said: RegExp): Promise<true> =>
      until(`the service manager to hear ${String(said)}`, () =>
        Promise.resolve(heard.some((line) => said.test(line)) ? true : null),
      );
    const worker = startRun(config, { NOTIFY_SOCKET: name, WATCHDOG_USEC: '2000000' });
    await hears(/^READY=1$/);
    await hears(/^STATUS=the desk is at work$/);
    await hears(/^WATCHDOG=1$/);
    heard.length = 0;
    worker.child.kill('SIGHUP');
    await hears(/^RELOADING=1\|MONOTONIC_USEC=\d+$/);
    await hears(/^READY=1$/);
    await proxy.close();
    await hears(/^STATUS=out of order: Example Support: imap-/);
    // Still alive: a server that is down is no reason to be restarted.
    heard.length = 0;
    await hears(/^WATCHDOG=1$/);
    expect((await worker.stop('SIGTERM')).code).toBe(0);
    await hears(/^STOPPING=1$/);
  },
);
