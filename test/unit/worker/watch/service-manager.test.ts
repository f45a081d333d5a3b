/** sd_notify over a real datagram socket: Node has none, so a receiver in Python prints what comes in. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { ServiceManager } from '../../../../src/worker/watch/service-manager.js';

const RECEIVER = `
import socket, sys
name = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind('\\0' + name[1:] if name.startswith('@') else name)
print('bound', flush=True)
while True:
    print(s.recv(4096).decode().replace('\\n', '|'), flush=True)
`;

const works = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const missing = ['python3', 'systemd-notify'].filter((program) => !works(program));

let folder: string;
let receiver: ChildProcess | null = null;

afterEach(async () => {
  if (receiver !== null && receiver.kill('SIGKILL')) await once(receiver, 'close');
  receiver = null;
  await rm(folder, { recursive: true, force: true });
});

/** What a receiver at that name has heard so far, without what systemd-notify says for itself. */
async function listen(name: string): Promise<readonly string[]> {
  const child = spawn('python3', ['-c', RECEIVER, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  receiver = child;
  const heard: string[] = [];
  const lines = createInterface(child.stdout);
  await once(lines, 'line');
  lines.on('line', (line) => {
    if (line !== 'BARRIER=1') heard.push(line);
  });
  return heard;
}

const warnings: string[] = [];
const log = {
  warn: (...args: unknown[]) => void warnings.push(String(args.at(-1))),
  debug: () => undefined,
};

describe.skipIf(missing.length > 0)(
  `a service manager${missing.length > 0 ? ` (skipped: no ${missing.join(', no ')})` : ''}`,
  () => {
    it.each([
      ['a socket file', (made: string) => join(made, 'notify')],
      ['an abstract socket', (made: string) => `@${made}`],
    ])('is told in order on %s', async (_, nameIn) => {
      folder = await mkdtemp(join(tmpdir(), 'imapdesk-notify-'));
      const name = nameIn(folder);
      const heard = await listen(name);
      const env = { PATH: process.env['PATH'], NOTIFY_SOCKET: name, WATCHDOG_USEC: '30000000' };
      const notifier = new ServiceManager({ env, log });
      expect(notifier.watchdogMs).toBe(30_000);
      const said = [
        notifier.ready(),
        notifier.status('out of order: line\none'),
        notifier.reloading(),
        notifier.ready(),
        notifier.alive(),
        notifier.stopping(),
      ];
      await Promise.all(said);
      await expect.poll(() => heard).toHaveLength(said.length);
      expect(heard.map((line) => line.replace(/=\d{3,}$/, '=…'))).toEqual([
        'READY=1',
        'STATUS=out of order: line one',
        'RELOADING=1|MONOTONIC_USEC=…',
        'READY=1',
        'WATCHDOG=1',
        'STOPPING=1',
      ]);
      expect(warnings).toEqual([]);
    });
  },
);

describe('without one', () => {
  it('nothing is started', async () => {
    folder = await mkdtemp(join(tmpdir(), 'imapdesk-notify-'));
    const notifier = new ServiceManager({ env: { WATCHDOG_USEC: '30000000' }, log, program: '/nonexistent' });
    await notifier.ready();
    expect([notifier.wanted, notifier.watchdogMs, warnings]).toEqual([false, null, []]);
  });

  it('a watchdog that is meant for another process is none', () => {
    const env = { NOTIFY_SOCKET: '@x', WATCHDOG_USEC: '30000000', WATCHDOG_PID: '1' };
    expect(new ServiceManager({ env, log }).watchdogMs).toBeNull();
    expect(new ServiceManager({ env: { ...env, WATCHDOG_PID: String(process.pid) }, log }).watchdogMs).toBe(
      30_000,
    );
  });

  it('says once that it cannot be told', async () => {
    const notifier = new ServiceManager({
      env: { NOTIFY_SOCKET: '@x' },
      log,
      program: '/nonexistent/notify',
    });
    await notifier.ready();
    await notifier.alive();
    expect(warnings.splice(0)).toEqual([
      expect.stringMatching(
        /^the service manager could not be told: \/nonexistent\/notify could not be started/,
      ),
    ]);
  });
});
