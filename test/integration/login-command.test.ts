/** `login` and `logout` as somebody runs them, who reads what they print and does it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { signInAt, signInElsewhere } from '../servers/browser.js';
import { CLIENT, type OpenidProvider, startOpenidProvider } from '../servers/openid-provider.js';
import { hasTerminals, openTerminal } from './mutt-terminal.js';
import { ME } from './sign-in-desk.js';
import { type ConfigFile, type Json, main, type Ran, runDesk, until, writeConfig } from './world.js';

const terminals = await hasTerminals();

let provider: OpenidProvider;
let config: ConfigFile;
let env: Record<string, string>;

beforeAll(async () => {
  provider = await startOpenidProvider();
});
afterAll(() => provider.stop());
beforeEach(() => configure({ oauth2: { provider: { issuer: provider.issuer }, clientId: CLIENT } }));
afterEach(() => config.remove());

async function configure(auth: Json | null): Promise<void> {
  const user = auth === null ? { user: ME, password: 'any' } : { user: ME };
  config = await writeConfig({
    secret: 'x'.repeat(32),
    desks: [
      {
        address: ME,
        staff: ['steve@example.org'],
        imap: { host: 'imap.example.com', ...user },
        smtp: { host: 'smtp.example.com', ...user },
        ...(auth === null ? {} : { auth }),
      },
    ],
  });
  env = { XDG_STATE_HOME: join(config.folder, 'state'), DISPLAY: '', WAYLAND_DISPLAY: '' };
}

interface LoggingIn {
  readonly child: ChildProcess;
  /** A line that fits, as soon as it is there. */
  line(pattern: RegExp): Promise<string>;
  ended(): Promise<Ran>;
}

function startLogin(...args: string[]): LoggingIn {
  const child = spawn(process.execPath, [main, 'login', '-c', config.path, ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const closed = once(child, 'close');
  return {
    child,
    async line(pattern) {
      for (;;) {
        const found = stdout.split('\n').find((one) => pattern.test(one));
        if (found !== undefined) return found;
        await Promise.race([
          once(child.stdout, 'data'),
          closed.then(() => Promise.reject(new Error(stderr))),
        ]);
      }
    },
    async ended() {
      const [code] = await closed;
      return { code: Number(code), stdout, stderr };
    },
  };
}

const logout = () => runDesk(['logout', '-c', config.path], { env });

it('signs in by the address that it prints, and out again', async () => {
  const login = startLogin();
  const page = await signInAt(await login.line(/^http/), ME);
  expect(page.text).toContain('You can close this page');
  const { code, stdout, stderr } = await login.ended();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Signed in as support@example\.com at 127\.0\.0\.1:\d+\. The sign-in is kept in /m);
  expect(stdout).toContain(join(config.folder, 'state', 'imapdesk'));
  const out = await logout();
  expect(out).toMatchObject({ code: 0, stderr: '' });
  expect(out.stdout).toMatch(
    /removed from this machine\.\n127\.0\.0\.1:\d+ has taken back what was allowed\.\n$/,
  );
  expect((await logout()).stdout).toBe('Nobody was signed in on this machine.\n');
});

it.skipIf(process.platform !== 'linux')(
  'opens the page where there is a screen, unless told not to',
  async () => {
    const opened = join(config.folder, 'opened');
    await writeFile(
      join(config.folder, 'xdg-open'),
      `#!/bin/sh\nprintf '%s' "$1" >'${opened}.new'\nmv '${opened}.new' '${opened}'\n`,
    );
    await chmod(join(config.folder, 'xdg-open'), 0o755);
    env = { ...env, DISPLAY: ':0', PATH: `${config.folder}:${process.env['PATH'] ?? ''}` };
    const told = startLogin('--no-browser');
    await signInAt(await told.line(/^http/), ME);
    expect(await told.ended()).toMatchObject({ code: 0 });
    expect(existsSync(opened)).toBe(false);
    const login = startLogin();
    await until('the page', async () => (existsSync(opened) ? true : null));
    await signInAt(await readFile(opened, 'utf8'), ME);
    expect(await login.ended()).toMatchObject({ code: 0 });
  },
);

it('takes the address that somebody pastes who has signed in elsewhere', async () => {
  const login = startLogin();
  const address = await signInElsewhere(await login.line(/^http/), ME);
  login.child.stdin?.write(`${address}\n`);
  expect(await login.ended()).toMatchObject({ code: 0, stderr: '' });
});

it('ends with 77 where it was somebody else, and where nobody comes', async () => {
  const other = startLogin();
  await signInAt(await other.line(/^http/), 'jane@example.com');
  const refused = await other.ended();
  expect(refused.code).toBe(77);
  expect(refused.stderr).toContain(
    'That was jane@example.com, and this desk signs in as support@example.com',
  );
  const nobody = startLogin();
  await nobody.line(/^http/);
  nobody.child.kill('SIGINT');
  expect(await nobody.ended()).toMatchObject({
    code: 77,
    stderr: 'imapdesk: Nobody has signed in; nothing was saved\n',
  });
});

it('says which device code to type', async () => {
  await configure({ oauth2: { provider: { issuer: provider.issuer }, clientId: CLIENT, flow: 'device' } });
  const login = startLogin();
  const code = await login.line(/^[A-Z]{4}-[A-Z]{4}$/);
  const where = await login.line(/^Open /);
  await signInAt(/http\S+?(?=[ ,])/.exec(where)?.[0] ?? '', ME, code);
  expect(await login.ended()).toMatchObject({ code: 0, stderr: '' });
});

it.skipIf(!terminals)('works in a terminal, and Ctrl-C leaves nothing', async () => {
  await configure({ oauth2: { provider: { issuer: provider.issuer }, clientId: CLIENT, flow: 'device' } });
  const command = [process.execPath, main, 'login', '-c', config.path];
  const stopped = openTerminal([...command], { env, cwd: config.folder });
  await stopped.see(/[A-Z]{4}-[A-Z]{4}/);
  stopped.type('\u0003');
  await expect(stopped.ended()).rejects.toThrow(/exit code 77:[^]*Nobody has signed in; nothing was saved/);
  const terminal = openTerminal([...command], { env, cwd: config.folder });
  const [code = ''] = /[A-Z]{4}-[A-Z]{4}/.exec(await terminal.see(/[A-Z]{4}-[A-Z]{4}/)) ?? [];
  await signInAt(`${provider.issuer}/device`, ME, code);
  await terminal.see(/Signed in as support@example\.com/);
  await terminal.ended();
});

it('says so where the provider is away: 69', async () => {
  await provider.pause();
  try {
    const ran = await startLogin().ended();
    expect(ran.code).toBe(69);
    expect(ran.stderr).toContain('gives no token just now');
  } finally {
    await provider.resume();
  }
});

it('has nothing to do for a desk with passwords, or with a program: 78', async () => {
  await configure(null);
  const { code, stderr } = await startLogin().ended();
  expect(code).toBe(78);
  expect(stderr).toContain('signs in with passwords; for OAuth2 it needs desks[0].auth.oauth2');
  await config.remove();
  await configure({ accessToken: { command: ['oama'] } });
  expect((await logout()).stderr).toContain('gets its tokens from a program');
});
