/** Somebody signs in by each way that there is, at a real provider, and what is kept of it. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SignInDesk, signIn, signOut } from '../../src/sign-in/login.js';
import type { Person } from '../../src/sign-in/person.js';
import { signInAt, signInElsewhere } from '../servers/browser.js';
import { APPLICATION, type OpenidProvider, startOpenidProvider } from '../servers/openid-provider.js';
import { fileOf, ME, personWho, problemOf, signInAs, signInDesk, tokensOf } from './sign-in-desk.js';

describe('a sign-in', () => {
  let provider: OpenidProvider;
  let folder: string;

  beforeAll(async () => {
    provider = await startOpenidProvider();
  });
  afterAll(() => provider.stop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imapdesk-test-'));
  });
  afterEach(async () => {
    provider.answer(null);
    await rm(folder, { recursive: true, force: true });
  });

  function desk(oauth2: object = {}): SignInDesk {
    return signInDesk({ provider, folder, oauth2 });
  }

  interface Screen extends Person {
    readonly said: string[];
  }

  function person(onSaid: (line: string) => void, lines?: AsyncIterable<string>): Screen {
    const said: string[] = [];
    const say = (line: string): void => {
      said.push(line);
      onSaid(line);
    };
    return { ...personWho(say, lines), said };
  }

  async function kept(): Promise<{ name: string; text: string; mode: number }> {
    const state = join(folder, 'imapdesk');
    const [name = '', ...others] = await readdir(state);
    expect(others).toEqual([]);
    const { mode } = await stat(join(state, name));
    expect((await stat(state)).mode & 0o777).toBe(0o700);
    return { name, text: await readFile(join(state, name), 'utf8'), mode: mode & 0o777 };
  }

  it('by browser says who it was, and is kept for this user alone', async () => {
    let visit: Promise<string> = Promise.resolve('');
    const screen = person((line) => {
      if (line.startsWith('http')) visit = signInAt(line, ME).then(({ text }) => text);
    });
    const done = await signIn(desk(), screen);
    expect(done).toMatchObject({ account: ME, title: new URL(provider.issuer).host });
    expect(await visit).toContain('You can close this page');
    const { text, mode, name } = await kept();
    expect(done.path).toBe(join(folder, 'imapdesk', name));
    expect(name).not.toContain('example');
    expect(mode).toBe(0o600);
    const { refreshToken, accessToken } = JSON.parse(text);
    expect(screen.said.join('\n')).not.toContain(refreshToken);
    expect(await tokensOf(desk()).token()).toBe(accessToken);
  });

  it('by a browser elsewhere ends with the address that is pasted', async () => {
    let address: (url: string) => void = () => undefined;
    const shown = new Promise<string>((resolve) => {
      address = resolve;
    });
    async function* pasting(): AsyncGenerator<string> {
      yield 'what?';
      const url = await signInElsewhere(await shown, ME);
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?/);
      yield url.replace(/state=[^&]*/, 'state=another');
      yield url;
    }
    const screen = person((line) => {
      if (line.startsWith(provider.issuer)) address(line);
    }, pasting());
    expect(await signIn(desk(), screen)).toMatchObject({ account: ME });
    expect(screen.said.filter((line) => line.startsWith('That is not'))).toHaveLength(2);
  });

  it('by a code on another device', async () => {
    let page = '';
    let visit: Promise<unknown> = Promise.resolve();
    const screen = person((line) => {
      page = /http\S+/.exec(line)?.[0].replace(/,$/, '') ?? page;
      if (/^[A-Z]{4}-[A-Z]{4}$/.test(line)) visit = signInAt(page, ME, line);
    });
    expect(await signIn(desk({ flow: 'device' }), screen)).toMatchObject({ account: ME });
    await visit;
  });

  it('of an application needs nobody', async () => {
    const robot = {
      clientId: APPLICATION.id,
      clientSecret: APPLICATION.secret,
      flow: 'client-credentials',
    };
    const token = await tokensOf(desk(robot)).token();
    expect(token).toMatch(/^\S{20,}$/);
    expect(await tokensOf(desk(robot)).token()).toBe(token);
    expect(
      await signIn(
        desk(robot),
        person(() => undefined),
      ),
    ).toMatchObject({ account: null });
  });

  it('of somebody else is refused, given back, and changes nothing', async () => {
    const screen = person((line) => {
      if (line.startsWith('http')) void signInAt(line, 'jane@example.com');
    });
    const before = provider.requests.filter((one) => one === 'POST /token/revocation').length;
    const refused = await problemOf(signIn(desk(), screen));
    expect(refused).toMatchObject({ code: 'sign-in-other', exitCode: 77 });
    expect(refused.message).toMatch(/^That was jane@example\.com, and this desk signs in as support@/);
    expect(await readdir(join(folder, 'imapdesk'))).toEqual([]);
    expect(provider.requests.filter((one) => one === 'POST /token/revocation')).toHaveLength(before + 1);
  });

  it('may be of a person who opens a shared mailbox', async () => {
    const shared = desk({ account: 'ann@example.com' });
    const screen = person((line) => {
      if (line.startsWith('http')) void signInAt(line, 'Ann@example.com');
    });
    expect(await signIn(shared, screen)).toMatchObject({ account: 'Ann@example.com' });
  });

  it('that is stopped leaves nothing', async () => {
    const stop = new AbortController();
    const screen = person((line) => {
      if (line.startsWith('http')) stop.abort();
    });
    const problem = await problemOf(signIn(desk(), { ...screen, signal: stop.signal }));
    expect(problem).toMatchObject({ code: 'sign-in-needed', exitCode: 77 });
    expect(await readdir(join(folder, 'imapdesk'))).toEqual([]);
  });

  it('that the provider refuses says so in the browser and here', async () => {
    let visit: Promise<string> = Promise.resolve('');
    const screen = person((line) => {
      if (!line.startsWith('http')) return;
      const at = new URL(new URL(line).searchParams.get('redirect_uri') ?? '');
      const state = new URL(line).searchParams.get('state') ?? '';
      at.search = new URLSearchParams({ state, error: 'access_denied', iss: provider.issuer }).toString();
      visit = fetch(at).then((response) => response.text());
    });
    const problem = await problemOf(signIn(desk(), screen));
    expect(problem).toMatchObject({ code: 'sign-in-blocked', exitCode: 77 });
    expect(await visit).toContain('That did not work');
  });

  it('listens for nobody who does not know its state', async () => {
    const answers: Promise<number>[] = [];
    const screen = person((line) => {
      if (!line.startsWith('http')) return;
      const at = new URL(line).searchParams.get('redirect_uri') ?? '';
      const statusOf = (url: string, init?: RequestInit) => fetch(url, init).then(({ status }) => status);
      answers.push(statusOf(`${at}?state=guessed&code=1`), statusOf(`${at}favicon.ico`));
      answers.push(statusOf(at, { method: 'POST' }));
      void Promise.all(answers).then(() => signInAt(line, ME));
    });
    await signIn(desk(), screen);
    expect(await Promise.all(answers)).toEqual([404, 404, 404]);
  });

  it('ends with a logout, which the provider is told of', async () => {
    await signInAs(desk());
    const file = fileOf(desk());
    const copy = await file.read();
    if (copy === null) throw new Error('nothing is kept');
    expect(await signOut(desk())).toMatchObject({ removed: true, revoked: true });
    expect(await readdir(join(folder, 'imapdesk'))).toEqual([]);
    const token = () => tokensOf(desk()).token();
    expect(await problemOf(token())).toMatchObject({ code: 'sign-in-needed', exitCode: 77 });
    // Whoever has a copy has nothing.
    await file.write({ ...copy, receivedAt: 0 });
    expect(await problemOf(token())).toMatchObject({ code: 'sign-in-expired', exitCode: 77 });
  });

  it('is removed here even if the provider cannot be told', async () => {
    await signInAs(desk());
    provider.answer(() => ({ status: 503, body: '{}' }));
    const { removed, revoked } = await signOut(desk());
    expect(removed).toBe(true);
    expect(revoked).toMatchObject({ code: 'sign-in-unreachable', temporary: true });
    expect(await readdir(join(folder, 'imapdesk'))).toEqual([]);
  });
});
