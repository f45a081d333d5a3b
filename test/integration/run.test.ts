/** `imapdesk run` as a service: it answers by itself, outlives a lost connection, and stops when it is told to. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MailWorld } from '../../src/demo/world.js';
import { type ImapProxy, startProxy } from './imap-proxy.js';
import { killAll, startRun as start } from './running.js';
import {
  type ConfigFile,
  deskConfig,
  type Json,
  readFolder,
  runDesk,
  startWorld,
  until,
  writeConfig,
} from './world.js';

let world: MailWorld;
let proxy: ImapProxy;
const files: ConfigFile[] = [];

beforeAll(async () => {
  world = await startWorld();
  proxy = await startProxy(world.imap.port);
});
afterEach(async () => {
  killAll();
  for (const file of files.splice(0)) await file.remove();
});
afterAll(async () => {
  await proxy.close();
  await world.stop();
});

async function configOf(config: Json): Promise<ConfigFile> {
  const file = await writeConfig(config);
  files.push(file);
  return file;
}

async function write(name: string): Promise<void> {
  const raw = [
    'From: jane@example.com',
    'To: support@example.com',
    `Subject: ${name}`,
    `Message-ID: <${name}@example.com>`,
    '',
    'Hello.',
    '',
  ];
  await world.deliver('support', Buffer.from(raw.join('\r\n')));
}

async function answered(name: string): Promise<void> {
  await until(`an acknowledgement of ${name}`, async () => {
    const found = (await readFolder(world, 'jane', 'INBOX')).filter(({ subject }) => subject.endsWith(name));
    return found.length === 1 ? found : null;
  });
}

describe('run', () => {
  it('answers what comes in, takes up a lost connection again, and stops on SIGTERM', async () => {
    const { imap } = world;
    // No poll within the test: only IDLE can wake the worker.
    const signIn = {
      security: 'none',
      user: world.accounts.support.user,
      password: world.accounts.support.password,
    };
    const worker = start(
      await configOf(
        deskConfig(world, { imap: { host: imap.host, port: proxy.port, ...signIn }, poll: '0 0 1 1 *' }),
      ),
    );
    await write('before');
    await answered('before');
    await write('idle');
    await answered('idle');
    proxy.cut();
    await write('after');
    await answered('after');
    const { code, tookMs } = await worker.stop('SIGTERM');
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(10_000);
  });

  it('leaves to others what they do beside it', async () => {
    const config = await configOf(deskConfig(world, { poll: '0 0 1 1 *' }));
    const worker = start(config);
    await write('beside');
    await answered('beside');
    const ran = await runDesk(['once', '--json', '-c', config.path]);
    expect(ran.code).toBe(0);
    expect((await worker.stop('SIGINT')).code).toBe(0);
  });

  it('works on for one desk while another cannot sign in', async () => {
    const good = deskConfig(world, { poll: '0 0 1 1 *' });
    const [desk] = good['desks'] as Json[];
    const bad = {
      ...desk,
      name: 'Broken',
      address: 'jane@example.com',
      imap: { ...(desk?.['imap'] as Json), user: world.accounts.jane.user, password: 'not the password' },
    };
    const worker = start(await configOf({ ...good, desks: [bad, desk] }));
    await write('two desks');
    await answered('two desks');
    await until('a word on the sign-in', async () =>
      worker.lines.some((line) => line['desk'] === 'Broken' && line['level'] === 'error') ? true : null,
    );
    expect(JSON.stringify(worker.lines)).not.toContain('not the password');
    expect((await worker.stop('SIGTERM')).code).toBe(0);
  });
});
