/**
 * The pages behind a real nginx and a real Caddy, by the blocks of docs/web.md as they stand there: over HTTPS, with the
 * password, or signed in by the proxy.
 */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks } from '../house/code-blocks.js';
import { madeCertificate } from '../servers/made-certificate.js';
import { caddy, nginx, type ProxyPlace, startWebProxy, type WebProxy } from '../servers/web-proxy.js';
import { DeskBench } from './desk-bench.js';
import { root } from './npm.js';
import { findTool } from './tools.js';
import { type Answer, type Asking, PASSWORD, WebProcess, webConfig } from './web-bench.js';
import { deskConfig, dovecotProgram } from './world.js';

const run = promisify(execFile);
const NAME = 'desk.example.com';
const DESK = '/desks/Example%20Support';
const STEVES = 'a password that the proxy knows';
const AS_STEVE = { Authorization: `Basic ${Buffer.from(`steve:${STEVES}`).toString('base64')}` };
/** What a client says of itself, in every spelling that another program might take for the proxy's word. */
const AS_MALLORY = { 'Remote-User': 'mallory', 'remote-user': 'mallory', Remote_User: 'mallory' };
const ATTACHED = Buffer.from(Array.from({ length: 4_000_000 }, (_, index) => (index * 7919) % 256));

const page = await readFile(join(root, 'docs/web.md'), 'utf8');
const blocksOf = (language: string): readonly string[] =>
  codeBlocks(page, language)
    .map(({ text }) => text)
    .filter((text) => text.includes('8025'));

const got = process.env['DEEP'] === '1' ? [] : ['--kept'];
const KINDS = [
  { kind: nginx, found: await findTool('nginx', got), blocks: blocksOf('nginx') },
  { kind: caddy, found: await findTool('caddy', got), blocks: blocksOf('text') },
] as const;
const here = KINDS.filter(({ found }) => found.program !== null);
for (const { kind, found } of KINDS)
  if (found.program === null) console.log(`The pages are not tried behind ${kind.name}: ${found.reason}`);

/** What a test must change of a block, and nothing else. Each of them must be there. */
function replaced(text: string, places: Readonly<Record<string, string>>): string {
  return Object.entries(places).reduce((block, [from, to]) => {
    expect(block).toContain(from);
    return block.replaceAll(from, () => to);
  }, text);
}

let bench: DeskBench;
let web: WebProcess;
let certificate: { readonly cert: string; readonly key: string };
/** The path of a link to ticket 3. */
let link: string;
const started: WebProxy[] = [];

describe('docs/web.md', () => {
  it('has a plain block, and one that signs in, for each proxy', () => {
    for (const { blocks } of KINDS) expect(blocks).toHaveLength(2);
  });
});

async function nginxBlock(block: string, { folder, port }: ProxyPlace): Promise<string> {
  await writeFile(join(folder, 'desk.pem'), certificate.cert);
  await writeFile(join(folder, 'desk.key'), certificate.key, { mode: 0o600 });
  const { stdout: hash } = await run('openssl', ['passwd', '-apr1', STEVES]);
  await writeFile(join(folder, 'desk.htpasswd'), `steve:${hash}`);
  const signsIn = block.includes('auth_basic');
  return replaced(block, {
    'listen 443': `listen 127.0.0.1:${port}`,
    '/etc/ssl/desk.': `${folder}/desk.`,
    '127.0.0.1:8025': `127.0.0.1:${web.port}`,
    ...(signsIn ? { '/etc/nginx/desk.htpasswd': `${folder}/desk.htpasswd` } : {}),
  });
}

async function caddyBlock(block: string, program: string): Promise<string> {
  const { stdout: hash } = await run(program, ['hash-password', '--plaintext', STEVES]);
  const signsIn = block.includes('basicauth');
  return replaced(block, {
    '127.0.0.1:8025': `127.0.0.1:${web.port}`,
    ...(signsIn ? { '$2a$14$…': hash.trim() } : {}),
  });
}

/** A request as a browser sends it to `https://desk.example.com`, but for the port. */
function askThrough(
  { port, ca }: WebProxy,
  path: string,
  { method = 'GET', headers = {}, body }: Asking = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const given = { Host: NAME, ...headers };
    const options = { host: '127.0.0.1', port, ca, servername: NAME, path, method, headers: given };
    const asking = request({ ...options, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const whole = Buffer.concat(chunks);
        const { statusCode = 0, headers: answered } = response;
        resolve({ status: statusCode, headers: answered, body: whole, text: whole.toString('utf8') });
      });
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

/** The form of the sign-in page, with what browsers say of where it comes from. */
function submitThrough(
  proxy: WebProxy,
  password: string,
  from: Readonly<Record<string, string>>,
): Promise<Answer> {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', ...from };
  const body = new URLSearchParams({ password }).toString();
  return askThrough(proxy, '/sign-in', { method: 'POST', headers, body });
}

const pathIn = (text: string, pattern: RegExp): string => pattern.exec(text)?.[1] ?? 'no such path';

async function expectWholeFile(proxy: WebProxy, headers: Readonly<Record<string, string>>, at: string) {
  const { text, status } = await askThrough(proxy, at, { headers });
  expect([status, text.includes('See the file.')]).toEqual([200, true]);
  const file = pathIn(text, /href="([^"]*\/files\/1)" download="film.bin"/);
  const { body, headers: told } = await askThrough(proxy, file, { headers });
  expect(body.equals(ATTACHED)).toBe(true);
  expect(told['content-disposition']).toContain('film.bin');
}

describe.skipIf(here.length === 0)('the pages', () => {
  beforeAll(async () => {
    bench = await DeskBench.start();
    const { port, web: section } = await webConfig({ proxyHeader: 'Remote-User', url: `https://${NAME}` });
    await bench.configure({ ...deskConfig(bench.world), web: section });
    await bench.openTwo();
    await bench.deliver({
      subject: 'A large file',
      fields: ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary="b"'],
      text: [
        '--b',
        '',
        'See the file.',
        '--b',
        'Content-Type: application/octet-stream',
        'Content-Disposition: attachment; filename="film.bin"',
        'Content-Transfer-Encoding: base64',
        '',
        ...(ATTACHED.toString('base64').match(/.{1,76}/g) ?? []),
        '--b--',
      ].join('\r\n'),
    });
    await bench.pass();
    link = new URL(String((await bench.json('link', '3'))[0]?.['url'])).pathname;
    web = await WebProcess.start(bench.file.path, port);
    certificate = await madeCertificate(await dovecotProgram(), [NAME]);
  });
  afterAll(async () => {
    for (const proxy of started) await proxy.stop();
    await web?.stop();
    await bench?.stop();
  });
  describe.each(here)('behind $kind.name', (tried) => {
    const { kind, blocks } = tried;
    const program = tried.found.program ?? '';
    let plain: WebProxy;
    let signing: WebProxy;
    beforeAll(async () => {
      const start = (block: string | undefined): Promise<WebProxy> =>
        startWebProxy(kind, program, {
          name: NAME,
          blockAt: (place) =>
            kind === nginx ? nginxBlock(block ?? '', place) : caddyBlock(block ?? '', program),
        });
      [plain, signing] = await Promise.all([start(blocks[0]), start(blocks[1])]);
      started.push(plain, signing);
    });

    it('somebody signs in by the password, reads, saves a large file, and signs out', async () => {
      const led = await askThrough(plain, `${DESK}/tickets`);
      expect([led.status, led.headers['location']]).toEqual([303, expect.stringMatching(/^\/sign-in/)]);
      const signedIn = await submitThrough(plain, PASSWORD, { Origin: `https://${NAME}` });
      expect(signedIn.status).toBe(303);
      const cookie = String(signedIn.headers['set-cookie']);
      expect(cookie).toMatch(/^__Host-imapdesk=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
      const headers = { Cookie: cookie.split(';', 1)[0] ?? '' };
      const list = await askThrough(plain, `${DESK}/tickets`, { headers });
      expect(list.text).toContain('Printer on fire');
      expect(list.headers['content-security-policy']).toContain("default-src 'none'");
      expect(list.headers['cache-control']).toBe('no-store');
      await expectWholeFile(plain, headers, `${DESK}/tickets/3`);
      const out = { ...headers, Origin: 'null', 'Sec-Fetch-Site': 'same-origin' };
      await askThrough(plain, '/sign-out', { method: 'POST', headers: out });
      expect((await askThrough(plain, `${DESK}/tickets`, { headers })).status).toBe(303);
    });

    it('a form of another site is not taken', async () => {
      for (const from of [
        { Origin: 'https://evil.example' },
        { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' },
      ])
        expect((await submitThrough(plain, PASSWORD, from)).status).toBe(403);
    });

    it('nobody is signed in by a field of their own', async () => {
      const { status, text } = await askThrough(plain, `${DESK}/tickets`, { headers: AS_MALLORY });
      expect([status, text.includes('Printer')]).toEqual([303, false]);
      expect((await askThrough(signing, `${DESK}/tickets`, { headers: AS_MALLORY })).status).toBe(401);
      for (const path of [`/l/..${DESK}/tickets`, `/l/%2e%2e${DESK}/tickets`, `//l/..${DESK}/tickets`]) {
        const around = await askThrough(signing, path, { headers: AS_MALLORY });
        expect(around.text).not.toContain('Printer');
        expect(around.status).toBeGreaterThanOrEqual(300);
      }
      // Caddy's paths know no case: that one is open, too.
      for (const path of ['/l/x', '/L/x', '/style.css', link])
        for (const headers of [{}, AS_MALLORY])
          expect((await askThrough(signing, path, { headers })).text).not.toContain('Signed in as');
    });

    it('a request for another name gets nothing', async () => {
      for (const proxy of [plain, signing]) {
        const { text, status } = await askThrough(proxy, `${DESK}/tickets`, {
          headers: { Host: 'evil.example', ...AS_STEVE },
        });
        expect(text).not.toMatch(/Printer|Example Support/);
        // Caddy has no such site, and says so by an empty page; nginx leaves it to the desk.
        expect([status, text === '']).toEqual(kind === caddy ? [200, true] : [421, false]);
      }
      expect((await web.ask(`${DESK}/tickets`, { headers: { Host: 'evil.example' } })).status).toBe(421);
    });

    it('somebody whom the proxy knows is signed in by it, by the name that it knows', async () => {
      const unknown = await askThrough(signing, `${DESK}/tickets`);
      expect([unknown.status, unknown.headers['www-authenticate']]).toEqual([
        401,
        expect.stringMatching(/^Basic /),
      ]);
      const headers = { ...AS_STEVE, ...AS_MALLORY };
      const { text } = await askThrough(signing, `${DESK}/tickets`, { headers });
      expect(text).toContain('Signed in as steve');
      expect(text).not.toContain('mallory');
      await expectWholeFile(signing, headers, `${DESK}/tickets/3`);
    });

    it('a requester reads by a link without a password', async () => {
      for (const proxy of [plain, signing]) {
        expect((await askThrough(proxy, link)).text).toContain('See the file.');
        expect((await askThrough(proxy, '/style.css')).headers['content-type']).toMatch(/^text\/css/);
      }
    });
  });

  it('stop whoever guesses, through whichever proxy, and nobody who has signed in', async () => {
    const [first, other] = [started[0], started.at(-2)];
    if (first === undefined || other === undefined) throw new Error('No proxy was started.');
    const from = { Origin: `https://${NAME}` };
    const { headers: given } = await submitThrough(first, PASSWORD, from);
    const headers = { Cookie: String(given['set-cookie']).split(';', 1)[0] ?? '' };
    const answers: number[] = [];
    while (answers.length < 12 && answers.at(-1) !== 429)
      answers.push((await submitThrough(first, 'a guess', from)).status);
    expect(answers.at(-1)).toBe(429);
    expect((await submitThrough(other, PASSWORD, from)).status).toBe(429);
    for (const proxy of [first, other])
      expect((await askThrough(proxy, `${DESK}/tickets`, { headers })).status).toBe(200);
  });
});
