/** Links by which a requester reads their ticket, through the built command on a real mail server: what they show, and what never. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compose, DeskBench, type Sample } from './desk-bench.js';
import { type Answer, WebProcess, webConfig } from './web-bench.js';
import { deskConfig, readFolder, until } from './world.js';

const BASE = 'https://desk.example.com';
const AS_STAFF = { 'Remote-User': 'steve' };
const STEVE = 'Steve <steve@example.org>';
const ANN = 'Ann <ann@example.org>';
const TARO = 'Taro <taro@example.com>';
const FILE = Buffer.from(Array.from({ length: 60_000 }, (_, index) => (index * 7919) % 256));

/** What stands in mail that is not the requester's to read. */
const HIDDEN = ['note-for-staff', 'words-of-a-stranger', 'words-of-taro', 'forged-in-her-name'];
const HIDDEN_NAMES = ['example.org', 'taro@', 'mallory', 'X-Imapdesk', 'Steve asked', 'secret-plan'];

let bench: DeskBench;
let web: WebProcess;
/** The path of the link to ticket 1, and of the one to ticket 2. */
let path: string;
let taros: string;

function mixed(text: string, html: string, file: { name: string; bytes: Buffer }): Sample {
  return {
    fields: ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary="b"'],
    text: [
      '--b',
      'Content-Type: multipart/alternative; boundary="c"',
      '',
      '--c',
      'Content-Type: text/plain; charset=utf-8',
      '',
      text,
      '--c',
      'Content-Type: text/html; charset=utf-8',
      '',
      html,
      '--c--',
      '--b',
      `Content-Type: application/pdf; name="${file.name}"`,
      `Content-Disposition: attachment; filename="${file.name}"`,
      'Content-Transfer-Encoding: base64',
      '',
      ...(file.bytes.toString('base64').match(/.{1,76}/g) ?? []),
      '--b--',
    ].join('\r\n'),
  };
}

async function arrives(sample: Sample): Promise<Record<string, unknown> | undefined> {
  await bench.world.deliver('support', compose(sample));
  return (await bench.json('once')).find((line) => !('summary' in line));
}

/** Where the last mail that somebody got asks for answers. */
async function replyTo(who: 'jane' | 'taro' | 'steve' | 'ann'): Promise<string> {
  const last = (await readFolder(bench.world, who, 'INBOX')).at(-1)?.text.replace(/\r\n[ \t]/g, ' ') ?? '';
  return /^Reply-To: [^<]*<([^>]+)>/m.exec(last)?.[1] ?? '';
}

async function linkTo(ticket: string, ...more: string[]): Promise<string> {
  const [said] = await bench.json('link', ticket, ...more);
  const url = String(said?.['url']);
  expect(url.startsWith(`${BASE}/l/`)).toBe(true);
  return url.slice(BASE.length);
}

beforeAll(async () => {
  bench = await DeskBench.start();
  const { port, web: section } = await webConfig({
    proxyHeader: 'Remote-User',
    url: BASE,
    linkInAcknowledgements: '30d',
  });
  await bench.configure({ ...deskConfig(bench.world), web: section });
  await bench.pass();
  const opening = mixed('It burns.', '<p>It <b>burns</b> in HTML.</p>', {
    name: 'smoke.pdf',
    bytes: FILE.subarray(9_000),
  });
  await arrives({
    ...opening,
    fields: [...(opening.fields ?? []), `Cc: ${TARO}`],
    subject: 'Printer on fire',
  });
  const [fromAnn, fromSteve] = [await replyTo('ann'), await replyTo('steve')];
  const signed = await replyTo('jane');
  expect(await arrives({ from: STEVE, to: fromSteve, text: 'Pull the plug.' })).toMatchObject({
    relay: true,
  });
  const large = mixed('The large answer.', '<p>The <i>large</i> answer.</p>', {
    name: 'plan.pdf',
    bytes: FILE,
  });
  expect(await arrives({ ...large, from: ANN, to: fromAnn })).toMatchObject({ relay: true });
  const noteTo = fromSteve.replace('@', '-note@');
  const note = mixed('note-for-staff', '<p>note-for-staff</p>', { name: 'secret-plan.pdf', bytes: FILE });
  expect(await arrives({ ...note, from: STEVE, to: noteTo })).toMatchObject({ ticket: 1, relay: false });
  await arrives({ to: signed, fields: [`Cc: ${ANN}`], text: 'It still burns.' });
  expect(await arrives({ from: TARO, to: await replyTo('taro'), text: 'words-of-taro' })).toMatchObject({
    kind: 'update',
    ticket: 1,
  });
  await arrives({ from: 'mallory@evil.example', to: 'support+1@example.com', text: 'words-of-a-stranger' });
  await arrives({ to: 'support+1@example.com', text: 'forged-in-her-name' });
  await arrives({ from: TARO, subject: 'Another matter', text: 'What else?' });
  path = await linkTo('1');
  taros = await linkTo('2', '--for', '14d');
  web = await WebProcess.start(bench.file.path, port);
}, 120_000);
afterAll(async () => {
  await web?.stop();
  await bench?.stop();
});

const ask = (at: string): Promise<Answer> => web.ask(at);

function expectNothingHidden({ text, body }: Answer): void {
  for (const words of [...HIDDEN, ...HIDDEN_NAMES]) {
    expect(text).not.toContain(words);
    expect(body.includes(Buffer.from(words).toString('base64').slice(0, 12))).toBe(false);
  }
}

function namesIn({ text }: Answer): string[] {
  return [...text.matchAll(/id="m-([0-9a-f]{16})"/g)].map(([, name = '']) => name);
}

describe('a link', () => {
  it('shows without a sign-in what the requester wrote, and what they were sent', async () => {
    const page = await ask(path);
    expect(page.status).toBe(200);
    for (const words of ['It burns.', 'Pull the plug.', 'The large answer.', 'It still burns.', '#1'])
      expect(page.text).toContain(words);
    expect(page.text.match(/<article /g)).toHaveLength(5);
    expect(page.text).toContain('Message 5 of 5');
    expectNothingHidden(page);
  });

  it('stands in the acknowledgement, where the configuration says so', async () => {
    const [first] = await readFolder(bench.world, 'jane', 'INBOX');
    const told = first?.text.replace(/=\r\n/g, '') ?? '';
    const [, link = ''] = /https:\/\/desk\.example\.com(\/l\/[0-9a-z.]+)/.exec(told) ?? [];
    const page = await ask(link);
    expect(page.text.match(/<article /g)).toHaveLength(5);
    expectNothingHidden(page);
  });

  it('leads nowhere but to what lies in these messages, and none of that tells more', async () => {
    const { text } = await ask(path);
    const links = [...text.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, to = '']) => to);
    const followed = links.filter((to) => !to.startsWith('#') && to !== '/style.css');
    expect(followed.length).toBeGreaterThanOrEqual(4);
    for (const to of followed) {
      expect(to.startsWith(path)).toBe(true);
      const answer = await ask(to.replace(/#.*/, ''));
      expect(answer.status).toBe(200);
      expectNothingHidden(answer);
    }
  });

  it('gives the files and the HTML of these messages, of a large answer as it was sent', async () => {
    const page = await ask(path);
    const files = [...page.text.matchAll(/href="([^"]*\/files\/1)" download="([^"]*)"/g)];
    expect(files.map(([, , name]) => name)).toEqual(['smoke.pdf', 'plan.pdf']);
    expect((await ask(files[0]?.[1] ?? '')).body.equals(FILE.subarray(9_000))).toBe(true);
    expect((await ask(files[1]?.[1] ?? '')).body.equals(FILE)).toBe(true);
    const htmls = await Promise.all(namesIn(page).map((name) => ask(`${path}/messages/${name}/html`)));
    const shown = htmls.filter(({ status }) => status === 200);
    expect(shown.map(({ text }) => /<(?:b|i)>\w+<\/(?:b|i)>/.exec(text)?.[0])).toEqual([
      '<b>burns</b>',
      '<i>large</i>',
    ]);
    for (const { headers } of shown) expect(headers['content-security-policy']).toContain('sandbox');
  });

  it('knows no other message of the ticket, not even by its name', async () => {
    const all = namesIn(await web.ask('/desks/Example%20Support/tickets/1', { headers: AS_STAFF }));
    const shown = new Set(namesIn(await ask(path)));
    const hidden = all.filter((name) => !shown.has(name));
    expect(hidden.length).toBeGreaterThanOrEqual(6);
    const nothing = await ask('/l/nothing');
    for (const name of hidden) {
      for (const what of ['html', 'files/1', 'files/2', 'source', 'headers']) {
        const answer = await ask(`${path}/messages/${name}/${what}`);
        expect([answer.status, answer.text]).toEqual([404, nothing.text]);
      }
      expectNothingHidden(await ask(`${path}?html=${name}`));
    }
    for (const name of shown)
      for (const what of ['source', 'headers'])
        expect((await ask(`${path}/messages/${name}/${what}`)).status).toBe(404);
  });

  it('is told to nobody by the browser, kept nowhere, and sets no cookie', async () => {
    for (const at of [path, `${path}x`, '/l/']) {
      const { headers } = await ask(at);
      expect(headers).toMatchObject({
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex, nofollow',
      });
      expect(headers['set-cookie']).toBeUndefined();
    }
    expect((await web.ask(path, { method: 'POST' })).status).toBe(405);
    expect((await web.ask(path, { headers: { Host: 'evil.example' } })).status).toBe(421);
    expect((await ask('/desks/Example%20Support/tickets/1')).status).toBe(303);
  });

  it('says that it has ended, and shows nothing then', async () => {
    const short = await linkTo('1', '--for', '1s');
    const ended = await until('the end of the link', async () => {
      const answer = await ask(short);
      return answer.status === 410 ? answer : null;
    });
    expect(ended.text).toContain('This link has expired');
    expect(ended.text).not.toContain('Printer');
    const name = namesIn(await ask(path))[0] ?? '';
    expect((await ask(`${short}/messages/${name}/html`)).status).toBe(410);
  });

  it('of a ticket that was merged into another shows no more than one that nobody signed', async () => {
    expect((await ask(taros)).text).toContain('What else?');
    await bench.ok('merge', '1', '2');
    const gone = await ask(taros);
    const forged = await ask(`${path.slice(0, -1)}${path.endsWith('0') ? '1' : '0'}`);
    expect([gone.status, gone.text]).toEqual([404, forged.text]);
    expect(forged.status).toBe(404);
    const page = await ask(path);
    expect(page.text.match(/<article /g)).toHaveLength(5);
    expect(page.text).not.toContain('What else?');
    expect(await bench.run('link', '2')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('merged into ticket 1'),
    });
  });

  it('of a ticket that was erased shows nothing any more, as if it had never been', async () => {
    const decided = await arrives({ from: TARO, subject: 'A third matter', text: 'words-that-go' });
    const number = String(decided?.['ticket']);
    const link = await linkTo(number);
    expect((await ask(link)).text).toContain('words-that-go');
    await bench.ok('erase', number, '--yes');
    const gone = await ask(link);
    expect([gone.status, gone.text]).toEqual([404, (await ask('/l/nothing')).text]);
    expect(await bench.run('link', number)).toMatchObject({ code: 64 });
  });

  it('that is guessed is answered a few times, and keeps nobody out', async () => {
    const answers: number[] = [];
    for (let tries = 0; tries < 12; tries += 1) answers.push((await ask(`${path}${tries}`)).status);
    expect(answers.at(-1)).toBe(429);
    expect((await ask(path)).status).toBe(200);
  });
});

describe('the command', () => {
  it('prints the address, and until when it shows what to whom', async () => {
    const [url, said] = (await bench.ok('link', '1', '--for', '2d')).split('\n');
    expect(url).toMatch(/^https:\/\/desk\.example\.com\/l\/1\.\d{10}\.[0-9a-z]{20}\.[0-9a-z]{32}$/);
    expect(said).toMatch(/^It shows ticket 1 to jane@example\.com until /);
  });

  it.each([
    ['a number that there is not', ['99'], 64, 'no ticket 99'],
    ['more than a year', ['1', '--for', '367d'], 64, '--for'],
    ['no span', ['1', '--for', 'ever'], 64, '--for'],
  ])('refuses %s', async (_, args, code, words) => {
    expect(await bench.run('link', ...args)).toMatchObject({ code, stderr: expect.stringContaining(words) });
  });

  it.each([
    ['without it', {}],
    ['over a network in the clear', { url: 'http://desk.example.com' }],
    ['for acknowledgements without it', { linkInAcknowledgements: '30d' }],
    ['for acknowledgements in the clear', { linkInAcknowledgements: '1d', url: 'http://desk.example.com' }],
  ])('names the address of the pages where links cannot be made: %s', async (_, further) => {
    const { web: section } = await webConfig(further);
    await bench.configure({ ...deskConfig(bench.world), web: section });
    expect(await bench.run('link', '1')).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('web.url'),
    });
  });
});
