/** A desk's token over days: renewed before its end, by one process at a time, whatever clocks and providers do. */
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EXIT, Problem } from '../../src/problem/problem.js';
import type { SignInDesk } from '../../src/sign-in/login.js';
import { type SavedSignIn, TokenFile } from '../../src/sign-in/token-file.js';
import type { TokenSource } from '../../src/sign-in/tokens.js';
import { CLIENT, type OpenidProvider, startOpenidProvider } from '../servers/openid-provider.js';
import { fileOf, problemOf, signInAs, signInDesk, tokensOf } from './sign-in-desk.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Two clocks: the one that says what time it is, which anybody may set, and the one that counts. */
class Clocks {
  wall = Date.now();
  counted = 1000;

  pass(ms: number): void {
    this.wall += ms;
    this.counted += ms;
  }
}

describe('a token', () => {
  let provider: OpenidProvider;
  let folder: string;
  let desk: SignInDesk;
  let clocks: Clocks;
  let signedIn: SavedSignIn;

  beforeAll(async () => {
    provider = await startOpenidProvider();
  });
  afterAll(() => provider.stop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imapdesk-test-'));
    desk = signInDesk({ provider, folder });
    await signInAs(desk);
    clocks = new Clocks();
    signedIn = await saved();
    provider.spent.length = 0;
  });
  afterEach(async () => {
    provider.answer(null);
    await rm(folder, { recursive: true, force: true });
  });

  /** A process of its own. */
  function worker(): TokenSource {
    return tokensOf(desk, { now: () => new Date(clocks.wall), elapsed: () => clocks.counted });
  }

  async function saved(): Promise<SavedSignIn> {
    const found = await fileOf(desk).read();
    if (found === null) throw new Error('nothing is kept');
    return found;
  }

  const asked = (): number => provider.requests.filter((one) => one === 'POST /token').length;

  it('is taken as it is while it is good, and renewed five minutes before its end', async () => {
    const tokens = worker();
    clocks.pass(54 * MINUTE);
    expect(await tokens.token()).toBe(signedIn.accessToken);
    clocks.pass(2 * MINUTE);
    const next = await tokens.token();
    expect(next).not.toBe(signedIn.accessToken);
    expect(await saved()).toMatchObject({ accessToken: next, account: signedIn.account });
    expect((await saved()).refreshToken).not.toBe(signedIn.refreshToken);
    clocks.pass(HOUR - 10 * MINUTE);
    expect(await tokens.token()).toBe(next);
    expect(provider.spent).toHaveLength(1);
  });

  it('is renewed a hundred times, with a refresh token that is another one each time', async () => {
    const tokens = worker();
    const seen = new Set<string>();
    for (let hours = 0; hours < 100; hours += 1) {
      clocks.pass(HOUR);
      seen.add(await tokens.token());
    }
    expect(seen.size).toBe(100);
    expect(new Set(provider.spent).size).toBe(100);
    expect(await readdir(join(folder, 'imapdesk'))).toHaveLength(1);
  });

  it('is renewed once where many ask for it, in one process and in several', async () => {
    clocks.pass(HOUR);
    const workers = [worker(), worker(), worker()];
    const got = await Promise.all(workers.flatMap((one) => [one.token(), one.token()]));
    expect(new Set(got).size).toBe(1);
    expect(provider.spent).toHaveLength(1);
  });

  it('that ends is used to its end while the provider is away, and no longer', async () => {
    const tokens = worker();
    await provider.pause();
    try {
      clocks.pass(56 * MINUTE);
      expect(await tokens.token()).toBe(signedIn.accessToken);
      clocks.pass(4 * MINUTE);
      // Down for an hour, and asked all the while.
      for (let minutes = 0; minutes < 60; minutes += 5) {
        const away = await problemOf(tokens.token());
        expect(away).toMatchObject({ code: 'sign-in-unreachable', temporary: true, exitCode: 69 });
        clocks.pass(5 * MINUTE);
      }
    } finally {
      await provider.resume();
    }
    expect(await tokens.token()).not.toBe(signedIn.accessToken);
    expect(provider.spent).toHaveLength(1);
  });

  it('of a provider that is busy or talks nonsense is asked for again', async () => {
    clocks.pass(HOUR);
    const tokens = worker();
    for (const [status, body] of [
      [503, '{}'],
      [500, '{"error":"server_error"}'],
      [429, '{"error":"slow_down"}'],
      [200, '<html>Sign in to this hotel</html>'],
      [400, '{"error":"invalid_request","error_description":"AADSTS90033: A transient error has occurred."}'],
    ] as const) {
      provider.answer((request) => (request === 'POST /token' ? { status, body } : null));
      expect(await problemOf(tokens.token())).toMatchObject({ code: 'sign-in-unreachable', temporary: true });
    }
    provider.answer(null);
    expect(await tokens.token()).not.toBe(signedIn.accessToken);
  });

  it('is not renewed early or late where the clock is set, in the process that has it from the provider', async () => {
    const tokens = worker();
    clocks.pass(HOUR);
    const token = await tokens.token();
    clocks.wall -= 30 * 24 * HOUR;
    clocks.pass(50 * MINUTE);
    expect(await tokens.token()).toBe(token);
    clocks.pass(10 * MINUTE);
    expect(await tokens.token()).not.toBe(token);
    expect(provider.spent).toHaveLength(2);
  });

  it('is renewed at once, and works, where the clock is years behind or ahead', async () => {
    for (const years of [-3, 3]) {
      clocks.wall = Date.now() + years * 365 * 24 * HOUR;
      const before = (await saved()).accessToken;
      const tokens = worker();
      const token = await tokens.token();
      expect(token).not.toBe(before);
      expect(await tokens.token()).toBe(token);
    }
    expect(provider.spent).toHaveLength(2);
  });

  it('is good for as long as the provider says from now, whatever dates it writes', async () => {
    for (const years of [-5, 5]) {
      clocks.pass(HOUR);
      const iat = Math.floor(Date.now() / 1000) + years * 365 * 86_400;
      const claims = { iss: provider.issuer, aud: CLIENT, sub: 'me', iat, nbf: iat, exp: iat + 60 };
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const given = {
        access_token: `given-${years}`,
        token_type: 'Bearer',
        expires_in: 3600,
        id_token: `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`,
      };
      provider.answer((request) =>
        request === 'POST /token' ? { status: 200, body: JSON.stringify(given) } : null,
      );
      expect(await worker().token()).toBe(given.access_token);
      // It gave no other refresh token: the old one stays.
      expect((await saved()).refreshToken).toBe(signedIn.refreshToken);
    }
  });

  it('that a server refuses is replaced once, and its successor not before its time', async () => {
    const tokens = worker();
    const first = await tokens.token();
    expect(tokens.refused(first)).toBe(true);
    const second = await tokens.token();
    expect(second).not.toBe(first);
    expect(tokens.refused(second)).toBe(false);
    for (let minutes = 0; minutes < 50; minutes += 1) {
      expect(await tokens.token()).toBe(second);
      expect(tokens.refused(second)).toBe(false);
      clocks.pass(MINUTE);
    }
    const another = worker();
    expect(another.refused(await another.token())).toBe(false);
    expect(provider.spent).toHaveLength(1);
    clocks.pass(HOUR);
    expect(tokens.refused(await tokens.token())).toBe(true);
  });

  it('that a server refuses is the one that another process has got meanwhile', async () => {
    const [one, other] = [worker(), worker()];
    const first = await one.token();
    expect(other.refused(first)).toBe(true);
    const second = await other.token();
    one.refused(first);
    expect(await one.token()).toBe(second);
    expect(provider.spent).toHaveLength(1);
  });

  it('that was revoked is asked for ever more seldom, and at once after a new sign-in', async () => {
    const tokens = worker();
    const told = '{"error":"invalid_grant","error_description":"Token has been expired or revoked."}';
    provider.answer((request) => (request === 'POST /token' ? { status: 400, body: told } : null));
    const before = asked();
    clocks.pass(57 * MINUTE);
    for (let minutes = 57; minutes < 60; minutes += 1) {
      expect(await tokens.token()).toBe(signedIn.accessToken);
      clocks.pass(MINUTE);
    }
    for (let minutes = 0; minutes < 24 * 60; minutes += 1) {
      expect(await problemOf(tokens.token())).toMatchObject({ code: 'sign-in-expired', exitCode: 77 });
      clocks.pass(MINUTE);
    }
    expect(asked() - before).toBeLessThan(65);
    const problem = await problemOf(tokens.token());
    expect(problem.message).toContain('run "imapdesk login --desk support@example.com"');
    expect(problem.message).not.toContain(signedIn.refreshToken);
    provider.answer(null);
    await signInAs(desk);
    clocks.wall = Date.now();
    expect(await tokens.token()).toBe((await saved()).accessToken);
  });

  it('is tried at once where somebody asks for it', async () => {
    clocks.pass(HOUR);
    const tokens = worker();
    const told = '{"error":"invalid_client","error_description":"AADSTS7000222: The secret has expired."}';
    provider.answer((request) => (request === 'POST /token' ? { status: 401, body: told } : null));
    await problemOf(tokens.token());
    provider.answer(null);
    expect(await problemOf(tokens.token())).toMatchObject({ code: 'sign-in-client' });
    tokens.forget();
    expect(await tokens.token()).not.toBe(signedIn.accessToken);
  });

  it('of another application is no sign-in', async () => {
    const other = signInDesk({ provider, folder, oauth2: { clientId: 'another' } });
    expect(await problemOf(tokensOf(other).token())).toMatchObject({ code: 'sign-in-needed', exitCode: 77 });
    await writeFile(fileOf(desk).path, 'nonsense');
    expect(await problemOf(worker().token())).toMatchObject({ code: 'sign-in-needed' });
  });

  it('is on the disk before it is used, and is kept in memory where the disk takes nothing', async () => {
    clocks.pass(HOUR);
    const tokens = worker();
    const state = join(folder, 'imapdesk');
    const writing = vi.spyOn(TokenFile.prototype, 'write');
    writing.mockRejectedValue(new Problem('sign-in-unsaved', 'no room', { exitCode: EXIT.configuration }));
    try {
      expect(await problemOf(tokens.token())).toMatchObject({ code: 'sign-in-unsaved', exitCode: 78 });
      expect(await problemOf(tokens.token())).toMatchObject({ code: 'sign-in-unsaved' });
    } finally {
      writing.mockRestore();
    }
    expect(await tokens.token()).toBe((await saved()).accessToken);
    expect((await saved()).accessToken).not.toBe(signedIn.accessToken);
    expect(provider.spent).toHaveLength(1);
    expect(await readdir(state)).toHaveLength(1);
  });

  it('of a file that others can read is not used', async () => {
    const { path } = fileOf(desk);
    await chmod(path, 0o640);
    const exposed = await problemOf(worker().token());
    expect(exposed).toMatchObject({ code: 'secret-exposed', exitCode: 78 });
    expect(exposed.message).toContain(`Run: chmod 600 ${path}`);
    await chmod(path, 0o600);
    expect(await worker().token()).toBe(signedIn.accessToken);
  });

  it.skipIf(process.getuid?.() === 0)('is not asked for where it could not be kept', async () => {
    clocks.pass(HOUR);
    await chmod(join(folder, 'imapdesk'), 0o500);
    expect(await problemOf(worker().token())).toMatchObject({ code: 'sign-in-unsaved', exitCode: 78 });
    expect(provider.spent).toHaveLength(0);
    await chmod(join(folder, 'imapdesk'), 0o700);
  });
});
