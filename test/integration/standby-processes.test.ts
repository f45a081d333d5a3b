/** The built command, twice, at its own pace: the second says who works, and takes over from one that stops, is killed, or sleeps. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEEP } from '../servers/start.js';
import { compose } from './desk-bench.js';
import { type ImapProxy, startProxy } from './imap-proxy.js';
import { killAll, type Running, startRun } from './running.js';
import {
  type ConfigFile,
  deskConfig,
  readFolder,
  runDesk,
  startWorld,
  type TestWorld,
  until,
  writeConfig,
} from './world.js';

let world: TestWorld;
let proxies: ImapProxy[] = [];
let files: ConfigFile[] = [];

beforeAll(async () => {
  if (DEEP) world = await startWorld();
});
afterEach(async () => {
  killAll();
  await Promise.all([...proxies.map((proxy) => proxy.close()), ...files.map((file) => file.remove())]);
  [proxies, files] = [[], []];
});
afterAll(async () => {
  if (DEEP) await world.stop();
});

/** Each by a port of its own, which is another account for the lock. */
async function start(): Promise<{ readonly run: Running; readonly config: ConfigFile }> {
  const proxy = await startProxy(world.imap.port);
  const config = await writeConfig(deskConfig({ ...world, imap: { ...world.imap, port: proxy.port } }));
  proxies.push(proxy);
  files.push(config);
  return { run: startRun(config, { XDG_CACHE_HOME: config.folder }), config };
}

function logged({ lines }: Running, words: string, withinMs: number): Promise<string> {
  const find = (): string | null =>
    lines.map(({ msg }) => String(msg)).find((msg) => msg.startsWith(words)) ?? null;
  return until(words, () => Promise.resolve(find()), withinMs);
}

async function answeredOnce(subject: string): Promise<void> {
  const envelope = { from: 'jane@example.com', to: 'support@example.com' };
  await world.deliver('support', compose({ subject }), { envelope });
  const count = async (): Promise<number> =>
    (await readFolder(world, 'jane', 'INBOX')).filter((one) => one.subject.endsWith(subject)).length;
  await until(`an answer to ${subject}`, async () => (await count()) || null);
  expect(await count()).toBe(1);
}

/** Who is stopped amid a pass holds the desk by its claim for longer. */
async function passEnds(): Promise<void> {
  await until('a register without a claim', async () => {
    const entries = await readFolder(world, 'support', 'Tickets/Register');
    return entries.some(({ text }) => text.includes('X-Imapdesk-Claim: ')) ? null : true;
  });
}

describe.runIf(DEEP)('a second run', () => {
  it.each([
    ['SIGTERM', 'Printer', 30_000],
    ['SIGKILL', 'Modem', 30_000],
    ['SIGSTOP', 'Screen', 110_000],
  ] as const)(
    'takes over after %s',
    async (signal, subject, withinMs) => {
      const first = await start();
      await answeredOnce(`${subject} at first`);
      const second = await start();
      const said = await logged(second.run, 'stands by: ', 30_000);
      expect(said).toContain(`(process ${first.run.child.pid}) has worked on this desk since 20`);
      const { stdout } = await runDesk(['status', '-c', second.config.path]);
      expect(stdout).toMatch(new RegExp(`process ${second.run.child.pid} on .*: it stands by`));
      expect(stdout).toMatch(new RegExp(`line +process ${first.run.child.pid} on .* works on this desk`));
      // Who works has seen by now that somebody waits.
      await answeredOnce(`${subject} amid it`);
      await passEnds();
      first.run.child.kill(signal);
      await logged(second.run, 'takes over this desk: ', withinMs);
      await answeredOnce(`${subject} afterwards`);
      if (signal !== 'SIGSTOP') return;
      first.run.child.kill('SIGCONT');
      await logged(first.run, 'stands by: ', 30_000);
      await answeredOnce(`${subject} at last`);
    },
    300_000,
  );
});
