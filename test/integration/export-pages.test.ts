/** `export --format html`, built, on a real server: hostile mail among it, and opened from the disk by a real Chromium. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenAt } from '../../src/demo/listening.js';
import { permissionsIn, sha256 } from '../model/exported.js';
import { DeskBench } from './desk-bench.js';
import { findTool } from './tools.js';
import { startBrowser, watchRequests } from './web-browser.js';
import { hostileMail } from './web-hostile.js';
import { readFolder } from './world.js';

const { program, reason } = await findTool('chromium', process.env['DEEP'] === '1' ? [] : ['--kept']);
if (program === null) console.log(`The test with Chromium is left out: ${reason}`);

/** Of each what a click on it would open, had it kept its name. */
const PROGRAM = [
  '--b\r\nContent-Type: text/plain\r\n\r\nSee the files.',
  `--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename="../../bill.html"\r\n\r\n<script>document.title='ran'</script>`,
  '--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename="bill.svg"\r\n\r\n<svg/>',
  '--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename="nul.exe"\r\n\r\nMZ\r\n--b--',
].join('\r\n');

let bench: DeskBench;
let parent: string;
let to: string;
let tracker: Server;
const tracked: string[] = [];

beforeAll(async () => {
  tracker = createServer((request, response) => {
    tracked.push(request.url ?? '');
    response.end();
  });
  const at = `http://127.0.0.1:${await listenAt(tracker)}`;
  bench = await DeskBench.start();
  parent = await mkdtemp(join(tmpdir(), 'imapdesk-pages-'));
  to = join(parent, 'pages');
  await bench.openTwo();
  await bench.deliver(hostileMail(at));
  const fields = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary="b"'];
  await bench.deliver({ subject: 'Bill', fields, text: PROGRAM });
  await bench.pass();
  await bench.ok('close', '2');
});
afterAll(async () => {
  tracker?.close();
  await bench?.stop();
  if (parent !== undefined) await rm(parent, { recursive: true, force: true });
});

async function run(): Promise<Record<string, unknown>> {
  return (await bench.json('export', '--to', to, '--format', 'html'))[0] ?? {};
}

async function lying(): Promise<string[]> {
  const folders = ['Tickets/Open', 'Tickets/Archived'];
  const all = await Promise.all(folders.map((folder) => readFolder(bench.world, 'support', folder)));
  return all
    .flat()
    .map(({ raw }) => sha256(raw))
    .sort();
}

async function namesEnding(end: string): Promise<string[]> {
  return (await readdir(to, { recursive: true })).filter((name) => name.endsWith(end)).sort();
}

describe('an export as pages', () => {
  it('holds every message as it lies there, for its owner alone, and the mailbox stays as it is', async () => {
    const before = await bench.snapshot();
    expect(await run()).toMatchObject({ format: 'html', tickets: 4, changed: 4, left: [], stopped: false });
    expect(await bench.snapshot()).toBe(before);
    const sources = await Promise.all(
      (await namesEnding('source.txt')).map(async (name) => sha256(await readFile(join(to, name)))),
    );
    expect(sources.sort()).toEqual(await lying());
    for (const [path, mode] of await permissionsIn(parent))
      expect([path, mode]).toEqual([path, (await stat(join(parent, path))).isDirectory() ? '700' : '600']);
  });

  it('names no file of mail as something that runs', async () => {
    const files = (await readdir(to, { recursive: true })).filter((name) => name.includes('/files/'));
    const names = files.map((name) => name.split('/').at(-1) ?? '');
    expect(names.filter((name) => name.includes('bill') || name.includes('nul')).sort()).toEqual([
      '1-bill.html.txt',
      '2-bill.svg.txt',
      '3-_nul.exe.bin',
    ]);
    for (const name of names) expect(name).toMatch(/^[0-9]+-.*\.(?:txt|bin|png)$/);
    for (const name of await namesEnding('.html')) {
      const text = await readFile(join(to, name), 'utf8');
      expect(text, name).toContain('http-equiv="Content-Security-Policy"');
      expect(text, name).not.toMatch(/<(?:script|object|embed|base|form)\b/i);
    }
  });

  it('writes only what has changed', async () => {
    expect(await run()).toMatchObject({ added: 0, changed: 0, moved: 0, removed: 0 });
    const untouched = await stat(join(to, 'tickets/2.html'));
    await bench.deliver({ subject: '[issue1] more', text: 'More of it.' });
    await bench.pass();
    expect(await run()).toMatchObject({ added: 1, changed: 1 });
    expect(await readFile(join(to, 'tickets/1.html'), 'utf8')).toContain('More of it.');
    expect((await stat(join(to, 'tickets/2.html'))).ino).toBe(untouched.ino);
  });

  it('is not read back', async () => {
    const ran = await bench.run('import', to);
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain('holds pages, which cannot be read back');
  });
});

it.skipIf(program === null)('opens from the disk, styled, and runs nothing and asks nobody', async () => {
  await run();
  const browser = await startBrowser(program ?? '');
  try {
    const context = await browser.newContext();
    const asked = watchRequests(context);
    const page = await context.newPage();
    const index = pathToFileURL(join(to, 'index.html')).href;
    await page.goto(index);
    const margin = 'getComputedStyle(document.body).marginTop';
    expect(await page.evaluate<string>(margin)).toBe('0px');
    await page.getByRole('link', { name: 'Archived' }).click();
    expect(await page.locator('.tickets li').count()).toBe(1);
    await page.goto(index);
    await page.getByRole('link', { name: /7\*7/ }).click();
    expect(await page.evaluate<string>(margin)).toBe('0px');
    expect(await page.getByText("<script>document.title='ran'</script>").isVisible()).toBe(true);
    await page.waitForLoadState('networkidle');
    const frame = page.frameLocator('iframe').first();
    expect(await frame.getByText('Hostile, and harmless.').isVisible()).toBe(true);
    expect(await frame.locator('script, form, iframe, object, embed, svg, [onerror], [href]').count()).toBe(
      0,
    );
    expect(await page.title()).toContain('7*7');
    await page.goto(pathToFileURL(join(to, (await namesEnding('bill.html.txt'))[0] ?? '')).href);
    expect(await page.title()).toBe('');
    expect(await page.getByText("<script>document.title='ran'</script>").isVisible()).toBe(true);
    expect(asked.filter((url) => !/^(?:file|data):/.test(url))).toEqual([]);
    expect(tracked).toEqual([]);
  } finally {
    await browser.close();
  }
});
