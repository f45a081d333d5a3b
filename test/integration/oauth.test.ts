/** A desk without a password: a real provider, a Dovecot that asks it about each token, and a mail server that does, too. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openContext } from '../../src/commands/context.js';
import { wakeIfTroubled } from '../../src/commands/wake.js';
import { loadConfig } from '../../src/config/load.js';
import { connectStore } from '../../src/mailbox/imap/connection.js';
import type { SignInDesk } from '../../src/sign-in/login.js';
import type { SavedSignIn } from '../../src/sign-in/token-file.js';
import type { DeskSession } from '../../src/worker/run/session.js';
import {
  CLIENT,
  introspect,
  type OpenidProvider,
  revoke,
  startOpenidProvider,
} from '../servers/openid-provider.js';
import { byTokens } from '../servers/token-dovecot.js';
import { startTokenSmtp, type TokenSmtp } from '../servers/token-smtp.js';
import { alone } from './command.js';
import { compose } from './desk-bench.js';
import { type ImapProxy, startProxy } from './imap-proxy.js';
import { killAll, startRun } from './running.js';
import { fileOf, ME, problemOf, signInAs } from './sign-in-desk.js';
import {
  type ConfigFile,
  deskConfig,
  type Json,
  readFolder,
  runDesk,
  startWorld,
  type TestWorld,
  until,
  writeConfig,
} from './world.js';

let provider: OpenidProvider;
let smtp: TokenSmtp;
let folder: string;
let world: TestWorld;
let proxy: ImapProxy;
let config: ConfigFile;
let desk: SignInDesk;
let env: Record<string, string>;
let onTaken = (): void => undefined;

beforeAll(async () => {
  provider = await startOpenidProvider();
  folder = await mkdtemp('/tmp/imapdesk-oauth-');
  world = await startWorld({ kind: 'maildir', further: await byTokens(folder, provider) });
  smtp = await startTokenSmtp({
    mechanisms: ['XOAUTH2', 'PLAIN'],
    isGood: async (user, token) => (await introspect(provider, token)) === user,
    onTaken: () => onTaken(),
  });
});
beforeEach(async () => {
  proxy = await startProxy(world.imap.port);
  await configure({ oauth2: { provider: { issuer: provider.issuer }, clientId: CLIENT } });
  await signInAs(desk);
  provider.spent.length = 0;
});
afterEach(async () => {
  killAll();
  onTaken = () => undefined;
  provider.answer(null);
  await proxy.close();
  await config.remove();
});
afterAll(async () => {
  await world.stop();
  await smtp.close();
  await provider.stop();
  await rm(folder, { recursive: true, force: true });
});

async function configure(auth: Json): Promise<void> {
  const signIn = { host: '127.0.0.1', security: 'none', user: ME };
  config = await writeConfig(
    deskConfig(world, {
      imap: { ...signIn, port: proxy.port },
      smtp: { ...signIn, port: smtp.port },
      auth,
      poll: '* * * * * *',
    }),
  );
  env = { XDG_STATE_HOME: join(config.folder, 'state'), XDG_CACHE_HOME: join(config.folder, 'cache') };
  const loaded = await loadConfig(config.path, env);
  const [only] = loaded.desks;
  if (only === undefined) throw new Error('no desk');
  desk = { config: loaded, desk: only };
}

async function deliver(subject: string): Promise<void> {
  const envelope = { from: 'jane@example.com', to: ME };
  await world.deliver('support', compose({ subject }), { envelope });
}

async function saved(): Promise<SavedSignIn> {
  const found = await fileOf(desk).read();
  if (found === null) throw new Error('nothing is kept');
  return found;
}

function imapdesk(...args: string[]) {
  return runDesk([...args, '-c', config.path], { env });
}

describe('once', () => {
  it('files and answers mail by a token alone, and shows none', async () => {
    await deliver('By a token');
    const { accessToken, refreshToken } = await saved();
    const ran = await imapdesk('once', '-vv');
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(smtp.tried.at(-1)).toEqual(['XOAUTH2', ME, accessToken]);
    expect(smtp.taken.join('\n')).toContain('By a token');
    expect(proxy.lines.join('')).toMatch(/AUTHENTICATE OAUTHBEARER/);
    expect(proxy.lines.join('')).not.toMatch(/LOGIN/);
    for (const secret of [accessToken, refreshToken ?? 'none'])
      expect(`${ran.stdout}${ran.stderr}`).not.toContain(secret);
  });

  it('ends with 77 where nobody has signed in, and says how', async () => {
    await fileOf(desk).remove();
    const ran = await imapdesk('once');
    expect(ran.code).toBe(77);
    expect(ran.stderr).toContain('Nobody has signed in for support@example.com. Run \\"imapdesk login\\"');
    expect(ran.stderr).toContain(fileOf(desk).path);
  });

  it('ends with 77 where the sign-in was revoked', async () => {
    const { refreshToken } = await saved();
    await revoke(provider, refreshToken ?? '');
    await fileOf(desk).write({ ...(await saved()), receivedAt: 0 });
    const ran = await imapdesk('once');
    expect(ran.code).toBe(77);
    expect(ran.stderr).toContain('the sign-in was revoked or has expired');
  });

  it('ends with 69 where the provider is away and the token over, and goes on where it is not', async () => {
    await provider.pause();
    try {
      await fileOf(desk).write({ ...(await saved()), receivedAt: Date.now() - 57 * 60_000 });
      // Dovecot has to ask it, too.
      const asked = await imapdesk('once');
      expect(asked.stderr).not.toContain('sign-in-unreachable');
      await fileOf(desk).write({ ...(await saved()), receivedAt: 0 });
      const ran = await imapdesk('once');
      expect(ran.code).toBe(69);
      expect(ran.stderr).toContain('sign-in-unreachable');
    } finally {
      await provider.resume();
    }
  });

  it('takes another token where a server refuses one that looks good', async () => {
    const { accessToken } = await saved();
    await provider.drop(accessToken);
    expect(await imapdesk('once')).toMatchObject({ code: 0 });
    expect((await saved()).accessToken).not.toBe(accessToken);
    expect(provider.spent).toHaveLength(1);
  });

  it('says what is wrong where the server takes no token of that account', async () => {
    await signInAs(desk);
    const { accessToken } = await saved();
    const options = { host: '127.0.0.1', port: world.imap.port, security: 'none', accessToken } as const;
    const problem = await problemOf(connectStore({ ...options, user: 'jane@example.com' }));
    expect(problem).toMatchObject({ code: 'imap-sign-in-refused', exitCode: 77, temporary: false });
    expect(problem.message).toMatch(/It takes no token of that account: check imap\.user/);
  });
});

describe('several processes', () => {
  it('spend one refresh token once', async () => {
    await fileOf(desk).write({ ...(await saved()), receivedAt: 0 });
    const ran = await Promise.all(Array.from({ length: 4 }, () => imapdesk('list')));
    expect(ran.map(({ code, stderr }) => [code, stderr])).toEqual(ran.map(() => [0, '']));
    expect(provider.spent).toHaveLength(1);
  });
});

describe('a session', () => {
  let session: DeskSession;
  let at: number;
  const logged: string[] = [];

  beforeEach(async () => {
    at = Date.now();
    const context = await openContext('once', { config: config.path }, alone(env));
    session = await sessionAt(context.config, () => new Date(at));
  });
  afterEach(() => session.close());

  async function sessionAt(loaded: SignInDesk['config'], now: () => Date): Promise<DeskSession> {
    const { DeskSession: Session } = await import('../../src/worker/run/session.js');
    const { createLog } = await import('../../src/worker/watch/log.js');
    const log = createLog({
      level: 'warn',
      format: 'json',
      terminal: false,
      destination: { write: (line) => void logged.push(line) },
    });
    const [only] = loaded.desks;
    if (only === undefined) throw new Error('no desk');
    return new Session({
      config: loaded,
      desk: only,
      log,
      command: 'once',
      adopt: null,
      secrets: new Set(),
      now,
      cacheFolder: null,
    });
  }

  const pass = () => session.pass(new AbortController().signal);
  const signIns = () => proxy.lines.filter((line) => line.includes('AUTHENTICATE')).length;

  it('goes on over the connections that it has when its token ends, and opens new ones with a new token', async () => {
    await deliver('Before its end');
    const first = (await saved()).accessToken;
    expect(await pass()).toMatchObject({ decided: new Map([['new', 1]]), delivery: null });
    expect(smtp.tried.at(-1)?.[2]).toBe(first);
    at += 3_600_000;
    smtp.cut();
    await deliver('After its end');
    expect(await pass()).toMatchObject({ decided: new Map([['new', 1]]), delivery: null });
    const second = (await saved()).accessToken;
    expect(second).not.toBe(first);
    expect(smtp.tried.at(-1)?.[2]).toBe(second);
    expect(signIns()).toBe(1);
    expect(provider.spent).toHaveLength(1);
  });

  it('takes a new token in the middle of a pass, once the one it began with has ended', async () => {
    await pass();
    const first = (await saved()).accessToken;
    const [tried, taken] = [smtp.tried.length, smtp.taken.length];
    await deliver('A long pass');
    onTaken = () => {
      onTaken = () => undefined;
      void provider.drop(first);
      setImmediate(() => smtp.cut());
    };
    expect(await pass()).toMatchObject({ decided: new Map([['new', 1]]), delivery: null, sent: 3 });
    expect(smtp.taken.length - taken).toBe(3);
    const tokens = smtp.tried.slice(tried).map(([, , token]) => token);
    expect(tokens[0]).toBe(first);
    expect(tokens.at(-1)).toBe((await saved()).accessToken);
    expect(signIns()).toBe(1);
    expect(provider.spent).toHaveLength(1);
  });

  it('that the server ends with the token is opened again with a new one', async () => {
    await pass();
    at += 3_600_000;
    proxy.cut();
    await problemOf(session.waitForMail(new AbortController().signal));
    await deliver('On a new connection');
    expect(await pass()).toMatchObject({ decided: new Map([['new', 1]]) });
    expect(signIns()).toBe(2);
    expect(provider.spent).toHaveLength(1);
  });

  it('renews a token that ends although nothing is to be opened, and says once where it cannot', async () => {
    await pass();
    await deliver('Nothing new');
    at += 3_600_000;
    await pass();
    expect(provider.spent).toHaveLength(1);
    at += 3_600_000;
    provider.answer((request) =>
      request === 'POST /token' ? { status: 400, body: '{"error":"invalid_grant"}' } : null,
    );
    const told = logged.length;
    for (let passes = 0; passes < 3; passes += 1) await pass();
    expect(logged.slice(told)).toEqual([
      expect.stringContaining('there is no token for the next connection'),
    ]);
    expect(signIns()).toBe(1);
  });

  it('sends by another token where the mail server refuses one that the mailbox takes', async () => {
    await pass();
    const { accessToken } = await saved();
    await provider.drop(accessToken);
    await deliver('Refused once');
    expect(await pass()).toMatchObject({ decided: new Map([['new', 1]]), delivery: null });
    expect(smtp.tried.at(-1)?.[2]).toBe((await saved()).accessToken);
    expect(signIns()).toBe(1);
  });

  it('files mail while the provider is away, and what is to be sent waits', async () => {
    await pass();
    at += 3_600_000;
    smtp.cut();
    await provider.pause();
    try {
      await deliver('Nobody answers');
      expect(await pass()).toMatchObject({
        decided: new Map([['new', 1]]),
        delivery: { code: 'smtp-unusable-token', temporary: true },
      });
    } finally {
      await provider.resume();
    }
    expect(await pass()).toMatchObject({ delivery: null, sent: 3 });
  });
});

describe('run', () => {
  it('says once that nobody has signed in, and works as soon as somebody has', async () => {
    await fileOf(desk).remove();
    await deliver('While nobody was there');
    const worker = startRun(config, env);
    await until('what is wrong', () =>
      Promise.resolve(worker.lines.find(({ level }) => level === 'error') ?? null),
    );
    await signInAs(desk);
    await wakeIfTroubled(desk.desk);
    await until('a ticket', async () => {
      const open = await readFolder(world, 'support', 'Tickets/Open');
      return open.some(({ text }) => text.includes('While nobody was there')) ? true : null;
    });
    expect(worker.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(await worker.stop('SIGTERM')).toMatchObject({ code: 0 });
  });
});
