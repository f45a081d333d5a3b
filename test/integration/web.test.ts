/** The history pages as the built command serves them, over a real mail server: what is shown, and to whom. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeskBench } from './desk-bench.js';
import { PASSWORD, WebProcess, webConfig } from './web-bench.js';
import { deskConfig, runDesk } from './world.js';

const ATTACHED = Buffer.from(Array.from({ length: 700_000 }, (_, index) => (index * 7919) % 256));

const WITH_FILE = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary="b"'];
const FILE_TEXT = [
  '--b',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'See the file.',
  '',
  'On Monday Jane Doe <jane@example.com> wrote:',
  '> one',
  '> two',
  '> three',
  '> four',
  '--b',
  'Content-Type: text/html; name="../evil.html"',
  'Content-Disposition: attachment; filename="../evil.html"',
  'Content-Transfer-Encoding: base64',
  '',
  ...(ATTACHED.toString('base64').match(/.{1,76}/g) ?? []),
  '--b--',
].join('\r\n');

const DESK = '/desks/Example%20Support';
const AS_STAFF = { 'Remote-User': 'steve' };

let bench: DeskBench;
let web: WebProcess;

beforeAll(async () => {
  bench = await DeskBench.start();
  const { port, web: section } = await webConfig({
    proxyHeader: 'Remote-User',
    url: 'https://desk.example.com',
  });
  await bench.configure({ ...deskConfig(bench.world), web: section });
  await bench.openTwo();
  await bench.deliver({ subject: 'A <b>file</b> & "more"', fields: WITH_FILE, text: FILE_TEXT });
  await bench.pass();
  await bench.ok('close', '2');
  web = await WebProcess.start(bench.file.path, port);
});
afterAll(async () => {
  await web?.stop();
  await bench?.stop();
});

const ask = (path: string, headers: Readonly<Record<string, string>> = AS_STAFF) =>
  web.ask(path, { headers });

describe('who may look', () => {
  it('leads to the sign-in whoever is nobody, and shows the style alone', async () => {
    for (const path of ['/', `${DESK}/tickets`, `${DESK}/tickets/1`, '/nowhere']) {
      const { status, headers, text } = await ask(path, {});
      expect(status).toBe(303);
      expect(headers['location']).toMatch(/^\/sign-in/);
      expect(text).not.toContain('Printer');
    }
    expect((await ask('/style.css', {})).headers['content-type']).toBe('text/css; charset=utf-8');
  });

  it('signs in by the password, with a cookie that no script and no other site gets, and out', async () => {
    const form = await ask('/sign-in', { 'Accept-Language': 'de' });
    expect(form.text).toContain('<h1>Anmelden</h1>');
    const wrong = await web.submit('not the password');
    expect([wrong.status, wrong.headers['set-cookie']]).toEqual([401, undefined]);
    const right = await web.submit(PASSWORD);
    expect(right.status).toBe(303);
    const cookie = String(right.headers['set-cookie']);
    expect(cookie).toMatch(/^imapdesk=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const signedIn = { Cookie: cookie.split(';', 1)[0] ?? '' };
    expect((await ask(`${DESK}/tickets`, signedIn)).text).toContain('Printer on fire');
    const out = { method: 'POST', headers: { ...signedIn, 'Sec-Fetch-Site': 'same-origin' } };
    expect((await web.ask('/sign-out', out)).status).toBe(303);
    expect((await ask(`${DESK}/tickets`, signedIn)).status).toBe(303);
  });

  it('marks the cookie for encrypted connections where people come by https', async () => {
    const { headers } = await web.submit(PASSWORD, { Host: 'desk.example.com' });
    expect(String(headers['set-cookie'])).toMatch(/^__Host-imapdesk=.*; HttpOnly; Secure; SameSite=Strict$/);
  });

  it.each(['cross-site', 'same-site', 'none'])('takes no form of another site: %s', async (site) => {
    expect((await web.submit(PASSWORD, { 'Sec-Fetch-Site': site })).status).toBe(403);
  });

  it('takes no other name for its own, so no foreign name can be led here', async () => {
    const { port } = web;
    for (const Host of ['evil.example', `evil.example:${port}`, 'localhost:1', '127.0.0.1.evil.example'])
      expect((await ask(`${DESK}/tickets`, { ...AS_STAFF, Host })).status).toBe(421);
    for (const Host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, 'desk.example.com'])
      expect((await ask(`${DESK}/tickets`, { ...AS_STAFF, Host })).status).toBe(200);
  });

  it('only reads', async () => {
    const before = await bench.snapshot();
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
      expect((await web.ask(`${DESK}/tickets/1`, { method, headers: AS_STAFF })).status).toBe(405);
    for (const state of ['open', 'waiting', 'archived']) await ask(`${DESK}/tickets?state=${state}`);
    await ask(`${DESK}/tickets/1`);
    expect(await bench.snapshot()).toBe(before);
  });

  it('believes no field of a proxy but the one that is named', async () => {
    for (const headers of [
      { 'X-Forwarded-User': 'steve' },
      { 'X-Forwarded-For': '127.0.0.1' },
      { 'Remote-User': ' ' },
      // What a proxy passes on that knows nobody.
      { 'Remote-User': '{http.auth.user.id}' },
    ])
      expect((await ask(`${DESK}/tickets`, headers)).status).toBe(303);
    expect((await ask(`${DESK}/tickets`)).text).toContain('Signed in as steve');
  });
});

describe('every answer', () => {
  it('carries the policy and keeps nothing', async () => {
    for (const [path, status] of [
      ['/sign-in', 200],
      [`${DESK}/tickets`, 200],
      [`${DESK}/tickets/999`, 404],
      ['/nowhere', 404],
      ['/style.css', 200],
    ] as const) {
      const { headers, status: answered } = await ask(path);
      expect([path, answered]).toEqual([path, status]);
      expect(headers).toMatchObject({
        'content-security-policy':
          "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      });
      expect(headers['set-cookie']).toBeUndefined();
    }
  });

  it('says nothing of the inside where a request is none', async () => {
    const raw = await new Promise<string>((resolve) => {
      const socket = connect(web.port, '127.0.0.1', () => socket.end('GET /%zz HTTP/1.1\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('close', () => resolve(text));
    });
    expect(raw).toMatch(/^HTTP\/1\.1 4/);
    expect(raw).not.toMatch(/node_modules|\bat \w+ \(/);
  });
});

describe('tickets', () => {
  it('lists the open ones, those who wait, and the archived ones', async () => {
    const open = await ask(`${DESK}/tickets`);
    expect(open.text).toContain('Printer on fire');
    expect(open.text).toContain('A &lt;b&gt;file&lt;/b&gt; &amp; &quot;more&quot;');
    expect(open.text).not.toContain('Wide');
    expect((await ask(`${DESK}/tickets?state=waiting`)).text).toContain('waits since');
    const archived = await ask(`${DESK}/tickets?state=archived`);
    expect(archived.text).toMatch(/#2<\/span> <bdi>Wide 山/);
    expect(archived.text).not.toContain('Printer');
    expect((await ask(`${DESK}/tickets?number=2`)).headers['location']).toBe(`${DESK}/tickets/2`);
    expect((await ask(`${DESK}/tickets?number=x`)).status).toBe(400);
  });

  it('finds tickets by words and by people, open and archived', async () => {
    const found = async (query: string) => {
      const { text } = await ask(`${DESK}/tickets?${query}`);
      return [...text.matchAll(/class="number">#(\d+)</g)].map(([, number]) => Number(number));
    };
    expect(await found('words=burns')).toEqual([1, 2]);
    expect(await found('words=See+file')).toEqual([3]);
    expect(await found('person=taro')).toEqual([2]);
    expect(await found('person=taro&words=printer')).toEqual([]);
    expect(await found(`words=${encodeURIComponent('no such wörd')}`)).toEqual([]);
  });

  it('has figures with plots, and the same as tables', async () => {
    const { text } = await ask(`${DESK}/figures?days=7`);
    expect(text).toContain('Figures of the last 7 days');
    expect(text.match(/<svg viewBox="0 0 640 160" role="img"/g)).toHaveLength(5);
    expect(text).toMatch(/<dt>opened<\/dt><dd>3<\/dd>/);
    expect(text).toMatch(/<dt>closed<\/dt><dd>1<\/dd>/);
    expect(text).toMatch(
      /aria-labelledby="by-time-to-close"><thead>.*>so far<.*<tr><th scope="row">&lt; 4 hrs<\/th><td>1<\/td><td>100%<\/td>/s,
    );
    expect(text.match(/<tr><th scope="row">\d\d-\d\d<\/th>/g)?.length).toBeGreaterThanOrEqual(7);
  });

  it('shows a ticket wherever it lies, with quotes folded', async () => {
    const { text } = await ask(`${DESK}/tickets/3`);
    expect(text).toContain('<div class="text" dir="auto">See the file.');
    expect(text).toMatch(/<details><summary>\d quoted lines<\/summary>\n<div[^>]*>[^<]*&gt; one\n&gt; two/);
    expect(text).toContain('written by the desk');
    const german = { ...AS_STAFF, 'Accept-Language': 'de-AT, en;q=0.5' };
    expect((await ask(`${DESK}/tickets/2`, german)).text).toMatch(/<html lang="de">.*abgelegt/s);
  });

  it('gives a file out as what it is, piece by piece, and never as a page', async () => {
    const { text } = await ask(`${DESK}/tickets/3`);
    const [, path = ''] = /href="([^"]*\/files\/1)" download="([^"]*)"/.exec(text) ?? [];
    const { body, headers } = await ask(path);
    expect(body.equals(ATTACHED)).toBe(true);
    expect(headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="evil.html"; filename*=UTF-8''evil.html`,
      'x-content-type-options': 'nosniff',
    });
    expect(headers['content-security-policy']).toContain('sandbox');
  });

  it('gives the source byte for byte, and the headers as text', async () => {
    const { text } = await ask(`${DESK}/tickets/3`);
    const [, at = ''] = /href="([^"]*\/messages\/[0-9a-f]{16})\/source"/.exec(text) ?? [];
    const raw = await bench.run('show', '3', '--raw', '1');
    const source = await ask(`${at}/source`);
    expect(source.text).toBe(raw.stdout);
    expect(source.headers['content-disposition']).toContain('attachment; filename="ticket-3-1.eml"');
    expect((await ask(`${at}/headers`)).text).toContain('Subject: A &lt;b&gt;file');
    for (const path of [`${at}/html`, `${at}/files/2`, `${at}/files/0`, at.replace(/.$/, 'z')])
      expect((await ask(path)).status).toBe(404);
  });
});

describe('what goes wrong', () => {
  it('lets nobody guess for long', async () => {
    const answers: number[] = [];
    for (let tries = 0; tries < 12; tries += 1) answers.push((await web.submit(`guess ${tries}`)).status);
    expect(answers.at(0)).toBe(401);
    expect(answers.at(-1)).toBe(429);
    expect((await web.submit(PASSWORD)).status).toBe(429);
    expect(web.told).not.toContain('guess');
  });

  it('says that the mail server is away, and stops when it is told to', async () => {
    const { port, web: section } = await webConfig({ proxyHeader: 'Remote-User' });
    const config = deskConfig({ ...bench.world, imap: { ...bench.world.imap, port: 1 } });
    const before = bench.file;
    await bench.configure({ ...config, web: section });
    const lost = await WebProcess.start(bench.file.path, port);
    const { status, text, headers } = await lost.ask(`${DESK}/tickets`, { headers: AS_STAFF });
    expect(status).toBe(503);
    expect(text).toContain('The mail server cannot be reached just now.');
    expect(text).not.toContain('127.0.0.1');
    expect(headers['retry-after']).toBe('60');
    expect(await lost.stop()).toBe(0);
    await before.remove();
  });

  it('does not begin without a way to sign in, and tells what is missing', async () => {
    await bench.configure({ ...deskConfig(bench.world), web: {} });
    expect(await bench.run('web')).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('web.password'),
    });
    await bench.configure({ ...deskConfig(bench.world), web: { password: 'in the clear' } });
    expect(await bench.run('web')).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('web-password'),
    });
  });

  it('makes a hash of a password that is long enough', async () => {
    expect(await runDesk(['web-password'], { stdin: 'too short\n' })).toMatchObject({ code: 64 });
    const { stdout } = await runDesk(['web-password'], { stdin: 'a long enough password\n' });
    expect(stdout).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}\n$/);
  });
});
