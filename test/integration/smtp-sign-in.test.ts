/** A wrong SMTP password never locks the account, and the right one heals the desk without a restart. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openContext } from '../../src/commands/context.js';
import type { Courier } from '../../src/delivery/courier.js';
import type { SmtpOptions } from '../../src/delivery/smtp.js';
import type { MailWorld } from '../../src/demo/world.js';
import { Problem } from '../../src/desk/problem.js';
import type { DeskSession } from '../../src/worker/session.js';
import { SmtpSignIn } from '../../src/worker/smtp-sign-in.js';
import { letter } from '../model/sample-mail.js';
import { deskConfig, startWorld, writeConfig } from './world.js';

const MINUTE = 60_000;
const ENVELOPE = { from: 'support@example.com', to: 'jane@example.com' };
const RAW = letter({
  from: ENVELOPE.from,
  to: ENVELOPE.to,
  subject: 'Hello',
  messageId: 'hello@example.com',
});

interface CountingServer {
  readonly port: number;
  /** The passwords that were tried. */
  readonly tried: string[];
  readonly connections: () => number;
  readonly taken: string[];
  password: string;
  close(): Promise<void>;
}

async function serve(password: string): Promise<CountingServer> {
  let connections = 0;
  const state = { tried: [] as string[], taken: [] as string[], password };
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    allowInsecureAuth: true,
    closeTimeout: 1,
    onConnect(_session, callback) {
      connections += 1;
      callback();
    },
    onAuth(auth, _session, callback) {
      state.tried.push(auth.password ?? '');
      if (auth.password === state.password) callback(null, { user: 'desk' });
      else callback(Object.assign(new Error('5.7.8 Wrong password'), { responseCode: 535 }));
    },
    onData(stream, session, callback) {
      void (async (): Promise<void> => {
        await buffer(stream);
        state.taken.push(...session.envelope.rcptTo.map(({ address }) => address));
        callback();
      })();
    },
  });
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  server.on('error', () => undefined);
  const address = listening.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return Object.assign(state, {
    port,
    connections: () => connections,
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  });
}

async function problemOf(sending: Promise<unknown>): Promise<Problem> {
  const error: unknown = await sending.then(
    () => new Error('it was taken'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Problem) return error;
  throw error instanceof Error ? error : new TypeError('something else was thrown');
}

describe('a refused sign-in', () => {
  let server: CountingServer;
  let courier: Courier;
  let password: () => string;
  let at = 0;
  let signIn: SmtpSignIn;

  beforeAll(async () => {
    server = await serve('right');
  });
  afterAll(() => server.close());

  async function open(source: () => string): Promise<void> {
    password = source;
    server.tried.length = 0;
    at = Date.parse('2026-11-02T09:00:00Z');
    const read = (): Promise<SmtpOptions> =>
      Promise.resolve({
        host: '127.0.0.1',
        port: server.port,
        security: 'none',
        user: 'desk',
        password: password(),
        name: 'desk.example.com',
      });
    signIn = new SmtpSignIn({ read, now: () => new Date(at) });
    courier = signIn.open();
    await Promise.resolve();
  }
  afterEach(() => courier.close());

  it('is tried 29 times in a day of passes, each over one connection', async () => {
    await open(() => 'wrong');
    const before = server.connections();
    for (let minutes = 0; minutes < 1440; minutes += 1) {
      expect(await problemOf(courier.send(ENVELOPE, RAW))).toMatchObject({
        code: 'smtp-sign-in-refused',
        scope: 'account',
        exitCode: 77,
      });
      at += MINUTE;
    }
    expect(server.tried).toHaveLength(29);
    expect(server.connections() - before).toBe(29);
  });

  it('is one sign-in, however many letters wait', async () => {
    await open(() => 'wrong');
    const problems = await Promise.all(
      Array.from({ length: 20 }, () => problemOf(courier.send(ENVELOPE, RAW))),
    );
    expect(server.tried).toHaveLength(1);
    expect(problems.at(-1)?.message).toContain('The next try is at 2026-11-02T09:01:00.000Z');
  });

  it('is over as soon as the password is another one', async () => {
    await open(() => 'wrong');
    await problemOf(courier.send(ENVELOPE, RAW));
    password = () => 'right';
    await courier.send(ENVELOPE, RAW);
    expect(server.tried).toEqual(['wrong', 'right']);
  });

  it('is tried at once where somebody asks for it', async () => {
    await open(() => 'wrong');
    await problemOf(courier.send(ENVELOPE, RAW));
    signIn.forget();
    await problemOf(courier.send(ENVELOPE, RAW));
    await problemOf(courier.send(ENVELOPE, RAW));
    expect(server.tried).toHaveLength(2);
  });

  it('waits, too, where each password is another one', async () => {
    let count = 0;
    await open(() => `wrong ${count++}`);
    for (let minutes = 0; minutes < 1440; minutes += 1) {
      await problemOf(courier.send(ENVELOPE, RAW));
      at += MINUTE;
    }
    expect(server.tried.length).toBeLessThan(40);
  });

  it('says nothing of a password that is right by now, over a connection of its own', async () => {
    await open(() => 'right');
    await courier.send(ENVELOPE, RAW);
    await courier.close();
    password = () => 'wrong';
    courier = signIn.open();
    await problemOf(courier.send(ENVELOPE, RAW));
    expect(server.tried).toEqual(['right', 'wrong']);
  });
});

describe('a desk whose SMTP password is wrong', () => {
  let world: MailWorld;
  let server: CountingServer;
  let folder: string;
  let session: DeskSession;
  let removeConfig: () => Promise<void>;

  beforeAll(async () => {
    world = await startWorld();
    server = await serve('right');
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
    const context = await openContext(
      'once',
      { config: file.path },
      {
        env: process.env,
        out: { write: () => undefined, terminal: false, columns: null },
        terminal: false,
        signal: new AbortController().signal,
      },
    );
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

  it('files mail meanwhile, tells it, and sends all of it once the file holds the right one', async () => {
    await pass();
    expect(server.connections()).toBe(0);
    for (const name of ['one', 'two', 'three'])
      await world.deliver(
        'support',
        letter({
          from: 'jane@example.com',
          to: 'support@example.com',
          subject: name,
          messageId: `${name}@example.com`,
        }),
      );
    // Nothing can be read there yet.
    expect(await pass()).toMatchObject({ delivery: { code: 'smtp-unusable-secret', exitCode: 78 } });
    await writeFile(join(folder, 'password'), 'wrong\n');
    for (let passes = 0; passes < 5; passes += 1)
      expect(await pass()).toMatchObject({ delivery: { code: 'smtp-sign-in-refused', exitCode: 77 } });
    expect(server.tried).toEqual(['wrong']);
    await writeFile(join(folder, 'password'), 'right\n');
    expect(await pass()).toMatchObject({ delivery: null, sent: 9 });
    expect(server.tried).toEqual(['wrong', 'right']);
  });
});
