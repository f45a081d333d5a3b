/**
 * `init` at a host that takes tokens: a real OpenID provider, a Dovecot that asks it about each token, a mail server that
 * does, too. Nothing is left of a sign-in that did not lead to a desk.
 */
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signInAt } from '../servers/browser.js';
import { madeCertificate } from '../servers/made-certificate.js';
import {
  APPLICATION,
  CLIENT,
  introspect,
  type OpenidProvider,
  startOpenidProvider,
} from '../servers/openid-provider.js';
import { DEEP } from '../servers/start.js';
import { byTokens } from '../servers/token-dovecot.js';
import { startTokenSmtp, type TokenSmtp } from '../servers/token-smtp.js';
import { compose } from './desk-bench.js';
import { InitBench } from './init-bench.js';
import { hasTerminals } from './mutt-terminal.js';
import { ME } from './sign-in-desk.js';
import { type Typing, typeAt } from './typing.js';
import { dovecotProgram, main, readFolder } from './world.js';

const CTRL_C = '\x03';

let provider: OpenidProvider;
let folder: string;
let tls: { readonly cert: string; readonly key: string };
let bench: InitBench;
let smtp: TokenSmtp;
let arrives: boolean;
let isGood: (user: string, token: string) => Promise<boolean>;

beforeAll(async () => {
  provider = await startOpenidProvider();
  folder = await mkdtemp('/tmp/imapdesk-init-login-');
  // Not by the name of the world's, which is trusted beside it.
  tls = await madeCertificate(await dovecotProgram(), ['smtp.example.com', 'localhost']);
});
beforeEach(async () => {
  bench = await InitBench.start({ world: { further: await byTokens(folder, provider) } });
  await appendFile(bench.env['NODE_EXTRA_CA_CERTS'] ?? '', tls.cert);
  arrives = true;
  isGood = async (user, token) => (await introspect(provider, token)) === user;
  smtp = await startTokenSmtp({
    mechanisms: ['XOAUTH2'],
    tls,
    isGood: (user, token) => isGood(user, token),
    onTaken: (message) => void deliver(message),
  });
});
afterEach(async () => {
  provider.answer(null);
  await provider.resume().catch(() => undefined);
  await smtp.close();
  await bench.stop();
});
afterAll(async () => {
  await provider.stop();
  await rm(folder, { recursive: true, force: true });
});

async function deliver(message: string): Promise<void> {
  if (!arrives || !/^To: .*support/m.test(message)) return;
  await bench.world.deliver('support', Buffer.from(message), { envelope: { from: ME, to: ME } });
}

/** The files of all sign-ins that are kept. */
async function signIns(): Promise<readonly string[]> {
  const state = join(bench.env['XDG_STATE_HOME'] ?? '', 'imapdesk');
  const found = await readdir(state).catch(() => []);
  return found.map((name) => join(state, name));
}

function answers(): readonly string[] {
  return [
    `--address=${ME}`,
    '--name=Example Support',
    '--staff=steve@example.org',
    `--imap=${bench.imap}`,
    `--smtp=localhost:${smtp.port}`,
  ];
}

function atProvider(...more: readonly string[]): readonly string[] {
  return [...answers(), '--issuer', provider.issuer, '--client-id', CLIENT, ...more];
}

function revocations(): number {
  return provider.requests.filter((one) => one === 'POST /token/revocation').length;
}

async function nothingIsLeft(): Promise<void> {
  expect(await bench.left()).toEqual([]);
  expect(await signIns()).toEqual([]);
  expect(await readFolder(bench.world, 'support', 'INBOX')).toEqual([]);
}

describe.skipIf(!(await hasTerminals()))('init at a terminal, by OAuth2', () => {
  let typing: Typing;
  afterEach(() => {
    typing.child.kill('SIGKILL');
  });

  function start(...args: readonly string[]): void {
    typing = typeAt([process.execPath, main, 'init', 'desk', ...args], {
      env: { ...bench.env, DISPLAY: '', WAYLAND_DISPLAY: '' },
      cwd: bench.folder,
    });
  }

  /** The newest address that is on the screen. */
  async function page(): Promise<string> {
    await typing.see(/paste its address here\./);
    const [url = ''] =
      typing
        .text()
        .match(/^http:\/\/127\.0\.0\.1:\d+\/auth\S+$/gm)
        ?.slice(-1) ?? [];
    return url;
  }

  async function upToSignIn(): Promise<string> {
    await typing.see(/client secret, or Enter where it has none \(it is not shown\): $/);
    typing.type('\r');
    return page();
  }

  async function upToLastQuestion(...args: readonly string[]): Promise<void> {
    start(...atProvider(...args));
    await signInAt(await upToSignIn(), ME);
    await typing.see(/\(send, hold\) \[\w+\]: $/);
  }

  it('signs in, tries the servers by the token, shows the first run, and writes a desk that works', async () => {
    await bench.world.deliver('support', compose({ subject: 'Printer on fire' }), {
      envelope: { from: 'jane@example.com', to: ME },
    });
    await upToLastQuestion();
    expect(await signIns()).toEqual([]);
    expect(await bench.left()).toEqual([]);
    typing.type('send\r');
    expect(await typing.ended()).toBe(0);
    const said = typing.text();

    expect(said).toMatch(/Signed in as support@example\.com at 127\.0\.0\.1:\d+\./);
    expect(said).toMatch(/IMAP {2}localhost:\d+ \(TLS\): signed in as support@example\.com/);
    expect(said).toMatch(/SMTP {2}localhost:\d+ \(TLS\): signed in as support@example\.com/);
    expect(said).toMatch(/ok +test message +arrived in INBOX/);
    expect(said).toMatch(/Jane Doe <jane@example\.com> +Printer on fire\s/);
    expect(said).toMatch(
      /The sign-in is kept in \S+; "imapdesk logout" ends it\.\s+Next:\s+imapdesk once -v -c desk\/config\.json\s+$/,
    );
    const [, , token = ''] = smtp.tried.at(-1) ?? [];
    expect(token).not.toBe('');
    expect(said).not.toContain(token);
    expect(await bench.left()).toEqual(['desk', 'desk/config.json', 'desk/secret.txt']);
    expect(JSON.parse(await readFile(join(bench.desk, 'config.json'), 'utf8'))).toMatchObject({
      desks: [
        { auth: { oauth2: { provider: { issuer: provider.issuer }, clientId: CLIENT } }, mail: 'send' },
      ],
    });
    const [kept = ''] = await signIns();
    expect((await stat(kept)).mode & 0o777).toBe(0o600);
    const taken = smtp.taken.length;
    const once = await bench.run('once');
    expect(once, once.stderr).toMatchObject({ code: 0 });
    expect(smtp.taken.slice(taken).some((message) => /^To: .*jane@example\.com/m.test(message))).toBe(true);
  });

  it('refuses somebody else, and lets the right one try again', async () => {
    start(...atProvider());
    await signInAt(await upToSignIn(), 'jane@example.com');
    await typing.see(/That was jane@example\.com, and this desk signs in as support@example\.com/);
    await typing.see(/Sign in once more\? \(yes, no\) \[yes\]: $/);
    expect(await signIns()).toEqual([]);
    typing.type('\r');
    await signInAt(await page(), ME);
    await typing.see(/\(send, hold\) \[send\]: $/);
    typing.type('\r');
    expect(await typing.ended()).toBe(0);
  });

  it('takes the address that is pasted, and leaves nothing where nobody wants to try again', async () => {
    start(...atProvider());
    const url = await upToSignIn();
    typing.type('https://example.com/\r');
    await typing.see(/That is not the address of this sign-in/);
    await signInAt(url, 'jane@example.com');
    await typing.see(/Sign in once more\?.*: $/);
    typing.type('no\r');
    expect(await typing.ended()).toBe(77);
    await nothingIsLeft();
  });

  it.each([
    ['at the page', async () => void (await upToSignIn())],
    ['between two questions about it', async () => typing.see(/client secret.*: $/)],
  ])('leaves nothing where somebody stops it %s', async (_, upTo) => {
    start(...atProvider());
    await upTo();
    typing.type(CTRL_C);
    expect(await typing.ended()).toBe(75);
    expect(typing.text()).toContain('imapdesk: stopped; nothing was written');
    await nothingIsLeft();
  });

  it('takes back what was given where somebody stops it afterwards', async () => {
    await upToLastQuestion();
    const [, , token = ''] = smtp.tried.at(-1) ?? [];
    expect(await introspect(provider, token)).toBe(ME);
    typing.type(CTRL_C);
    expect(await typing.ended()).toBe(75);
    expect(await introspect(provider, token)).toBeNull();
    await nothingIsLeft();
  });

  it.runIf(DEEP)('takes it back, too, while it waits for its test message', async () => {
    arrives = false;
    start(...atProvider('--yes'));
    await signInAt(await page(), ME);
    await typing.see(/waiting up to 60 seconds for it/);
    const before = revocations();
    typing.type(CTRL_C);
    expect(await typing.ended()).toBe(75);
    expect(revocations()).toBe(before + 1);
    expect(await bench.left()).toEqual([]);
    expect(await signIns()).toEqual([]);
  });

  it('leaves nothing where it is killed', async () => {
    await upToLastQuestion();
    typing.child.kill('SIGKILL');
    await typing.ended();
    await nothingIsLeft();
  });

  it.runIf(DEEP)('leaves an older sign-in of the account as it was', async () => {
    await upToLastQuestion();
    typing.type('hold\r');
    expect(await typing.ended()).toBe(0);
    const [kept = ''] = await signIns();
    const before = await readFile(kept);
    const revoked = revocations();
    await upToLastQuestion('--force');
    typing.type(CTRL_C);
    expect(await typing.ended()).toBe(75);
    expect(await readFile(kept)).toEqual(before);
    expect(revocations()).toBe(revoked);
  });

  it.runIf(DEEP)('takes a kept sign-in away again where the folder cannot be written', async () => {
    await upToLastQuestion();
    await mkdir(bench.desk);
    await writeFile(join(bench.desk, 'config.json'), 'of somebody who was quicker');
    typing.type('hold\r');
    expect(await typing.ended()).toBe(64);
    expect(typing.text()).toContain('nothing was overwritten');
    expect(await signIns()).toEqual([]);
    expect(await bench.left()).toEqual(['desk', 'desk/config.json']);
  });

  it('ends where a server takes no token of the account, and takes it back', async () => {
    isGood = async () => false;
    start(...atProvider());
    const before = revocations();
    await signInAt(await upToSignIn(), ME);
    expect(await typing.ended()).toBe(77);
    expect(typing.text()).toMatch(/SMTP server refused|refused the sign-in|takes no token/);
    expect(revocations()).toBe(before + 1);
    await nothingIsLeft();
  });

  it('says what the provider says, and that it is away', async () => {
    provider.answer((request) =>
      request === 'POST /token' ? { status: 400, body: '{"error":"unauthorized_client"}' } : null,
    );
    start(...atProvider('--yes'));
    await signInAt(await page(), ME);
    expect(await typing.ended()).toBe(77);
    expect(typing.text()).toMatch(/gives no token: check auth\.oauth2: clientId, clientSecret and flow/);
    await provider.pause();
    start(...atProvider('--yes'));
    expect(await typing.ended()).toBe(69);
    expect(typing.text()).toContain('gives no token just now');
    await provider.resume();
    await nothingIsLeft();
  });

  it('asks how at a host that takes both, and for the tenant at Microsoft', async () => {
    await bench.stop();
    const exchange = [{ preference: 10, exchange: 'aspmx.l.google.com' }];
    bench = await InitBench.start({ records: () => ({ mx: { 'example.com': exchange } }) });
    start('--address', ME, '--name', 'Desk', '--staff', 'steve@example.org');
    await typing.see(/Use these\?.*: $/);
    typing.type('\r');
    await typing.see(/or by OAuth2\? \(password, oauth2\) \[password\]: $/);
    typing.type('oauth2\r');
    await typing.see(/client id of the application that you have registered \(google\): $/);
    typing.type('1-a.apps.googleusercontent.com\r');
    await typing.see(/Its client secret.*: $/);
    typing.type(`GOCSPX-hidden${CTRL_C}`);
    expect(await typing.ended()).toBe(75);
    expect(typing.text()).not.toContain('GOCSPX');
    start('--address', 'support@x.onmicrosoft.com', '--name', 'Desk', '--staff', 'steve@example.org');
    await typing.see(/Use these\?.*: $/);
    typing.type('\r');
    await typing.see(/OAuth2 only, and no passwords\.\s+The client id .*\(microsoft\): $/);
    typing.type('1111\r');
    await typing.see(/The tenant .*\[common\]: $/);
    typing.type('not one\r');
    await typing.see(/expected a tenant’s id or domain\s+The tenant .*: $/);
    typing.type(CTRL_C);
    expect(await typing.ended()).toBe(75);
    await nothingIsLeft();
  });

  it('signs in by a code on any device, where that is wanted', async () => {
    start(...atProvider('--yes', '--flow', 'device', '--mail', 'send'));
    await typing.see(/[A-Z]{4}-[A-Z]{4}\s/);
    const [code = ''] = /[A-Z]{4}-[A-Z]{4}/.exec(typing.text()) ?? [];
    await signInAt(`${provider.issuer}/device`, ME, code);
    expect(await typing.ended()).toBe(0);
    expect(await signIns()).toHaveLength(1);
  });
});

describe('init without a terminal, by OAuth2', () => {
  const init = (args: readonly string[], stdin = '') => bench.init(args, { stdin });

  it('says how to sign in where nobody can be asked, and tries nothing', async () => {
    const before = provider.requests.length;
    const ran = await init(atProvider());
    expect(ran, ran.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/Next, sign in;[^]*imapdesk login -c \S*config\.json\n[^]*imapdesk check -c/);
    expect(provider.requests.length).toBe(before);
    expect(await bench.left()).toEqual(['desk', 'desk/config.json', 'desk/secret.txt']);
    expect(await bench.run('once')).toMatchObject({
      code: 77,
      stderr: expect.stringContaining('Nobody has signed in'),
    });
  });

  it('an application signs in by itself, and its secret lies beside the configuration', async () => {
    const robot = [...answers(), '--issuer', provider.issuer, '--client-id', APPLICATION.id];
    const how = ['--flow', 'client-credentials', '--client-secret-file', '-'];
    const wrong = await init([...robot, ...how], 'not this one\n');
    expect(wrong).toMatchObject({ code: 77, stderr: expect.stringContaining('check auth.oauth2') });
    expect(wrong.stdout + wrong.stderr).not.toContain('not this one');
    await nothingIsLeft();
    const ran = await init([...robot, ...how], `${APPLICATION.secret}\n`);
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/ok +test message +arrived in INBOX/);
    expect(ran.stdout).not.toContain(APPLICATION.secret);
    expect(await readFile(join(bench.desk, 'client-secret.txt'), 'utf8')).toBe(`${APPLICATION.secret}\n`);
    expect((await stat(join(bench.desk, 'client-secret.txt'))).mode & 0o777).toBe(0o600);
    expect(await bench.run('once')).toMatchObject({ code: 0 });
    const later = await init([...robot, ...how, '--no-login', '--force'], `${APPLICATION.secret}\n`);
    expect(later).toMatchObject({ code: 0, stdout: expect.stringContaining('Next, check') });
    expect(later.stdout).not.toContain('imapdesk login');
  });

  it.runIf(DEEP)('tries a program that prints tokens', async () => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: APPLICATION.id,
      client_secret: APPLICATION.secret,
    });
    const response = await fetch(`${provider.issuer}/token`, { method: 'POST', body });
    const { access_token: token }: { access_token?: string } = Object(await response.json());
    const file = join(folder, 'token');
    await writeFile(file, `${token}\n`);
    const ran = await init([...answers(), '--access-token-command', `cat ${file}`]);
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).not.toContain(token);
    expect(JSON.parse(await readFile(join(bench.desk, 'config.json'), 'utf8'))).toMatchObject({
      desks: [{ auth: { accessToken: { command: ['cat', file] } } }],
    });
    expect(await signIns()).toEqual([]);
    await rm(bench.desk, { recursive: true });
    await writeFile(file, 'no-such-token\n');
    expect(await init([...answers(), '--access-token-command', `cat ${file}`])).toMatchObject({ code: 77 });
    await nothingIsLeft();
  });

  it.runIf(DEEP)('names what does not fit', async () => {
    for (const [args, said] of [
      [['--issuer', 'http://id.example.com', '--client-id', 'x'], '--issuer: expected the https address'],
      [['--issuer', provider.issuer], '--client-id ID: missing'],
      [['--oauth2', 'microsoft', '--client-id', 'x', '--tenant', 'a b'], '--tenant: expected a tenant'],
      [['--oauth2', 'google', '--issuer', provider.issuer, '--client-id', 'x'], 'expected one of these'],
    ] as const)
      expect(await init([...answers(), ...args])).toMatchObject({
        code: 64,
        stderr: expect.stringContaining(said),
      });
    await nothingIsLeft();
  });
});
