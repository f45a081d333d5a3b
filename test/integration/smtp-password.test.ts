/** A desk whose SMTP password is wrong works on, asks seldom, and is healed by the right one in its place. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openContext } from '../../src/commands/context.js';
import type { MailWorld } from '../../src/demo/world.js';
import type { DeskSession } from '../../src/worker/run/session.js';
import { letter } from '../model/sample-mail.js';
import { alone } from './command.js';
import { type CountingServer, serveCounting } from './counting-server.js';
import { deskConfig, startWorld, writeConfig } from './world.js';

describe('a desk whose SMTP password is wrong', () => {
  let world: MailWorld;
  let server: CountingServer;
  let folder: string;
  let session: DeskSession;
  let removeConfig: () => Promise<void>;

  beforeAll(async () => {
    world = await startWorld();
    server = await serveCounting('right');
    folder = await mkdtemp(join(tmpdir(), 'imapdesk-test-'));
    const config = deskConfig(world, {
      smtp: {
        host: '127.0.0.1',
        port: server.port,
        security: 'none',
        user: 'desk',
        password: { file: join(folder, 'password') },
      },
    });
    const file = await writeConfig(config);
    removeConfig = () => file.remove();
    const context = await openContext('once', { config: file.path }, alone());
    const [desk] = context.desks;
    if (desk === undefined) throw new Error('The configuration has no desk.');
    session = context.session(desk);
  });

  afterAll(async () => {
    await session.close();
    await server.close();
    await world.stop();
    await removeConfig();
    await rm(folder, { recursive: true, force: true });
  });

  async function pass() {
    return session.pass(new AbortController().signal);
  }

  async function deliver(subject: string): Promise<void> {
    await world.deliver(
      'support',
      letter({
        from: 'jane@example.com',
        to: 'support@example.com',
        subject,
        messageId: `${subject}@example.com`,
      }),
    );
  }

  it('files mail meanwhile, tells it, and sends all of it once the file holds the right one', async () => {
    await writeFile(join(folder, 'password'), 'wrong\n', { mode: 0o600 });
    await pass();
    for (const subject of ['one', 'two', 'three']) await deliver(subject);
    expect(await pass()).toMatchObject({ decided: new Map([['new', 3]]) });
    for (let passes = 0; passes < 5; passes += 1)
      expect(await pass()).toMatchObject({ delivery: { code: 'smtp-sign-in-refused', exitCode: 77 } });
    expect(server.tried).toEqual(['wrong']);
    await writeFile(join(folder, 'password'), 'right\n', { mode: 0o600 });
    expect(await pass()).toMatchObject({ delivery: null, sent: 9 });
    // Once for each connection.
    expect(server.tried[0]).toBe('wrong');
    expect(new Set(server.tried.slice(1))).toEqual(new Set(['right']));
    expect(server.tried.length).toBeLessThanOrEqual(1 + 4);
  });

  it('files mail, too, where the password cannot be had', async () => {
    await session.close();
    await rm(join(folder, 'password'));
    await deliver('four');
    expect(await pass()).toMatchObject({
      decided: new Map([['new', 1]]),
      delivery: { code: 'smtp-unusable-secret', exitCode: 78 },
    });
    await writeFile(join(folder, 'password'), 'right\n', { mode: 0o600 });
    expect(await pass()).toMatchObject({ delivery: null, sent: 3 });
  });
});
