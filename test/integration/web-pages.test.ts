/**
 * The pages in a real Chromium: without scripts, by keyboard, on a phone, in the dark, for screen readers; and hostile mail,
 * which must run nothing and ask nobody for anything, even in a browser that would let it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { Browser, BrowserContext, ContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenAt } from '../../src/demo/listening.js';
import { STYLE } from '../../src/web/pages/style.js';
import { DeskBench } from './desk-bench.js';
import { findTool } from './tools.js';
import { PASSWORD, WebProcess, webConfig } from './web-bench.js';
import { AxeCopies, startBrowser, watchRequests, wordsOfPlots } from './web-browser.js';
import { hostileMail } from './web-hostile.js';
import { deskConfig } from './world.js';

const whole = process.env['DEEP'] === '1';
const { program, reason } = await findTool('chromium', whole ? [] : ['--kept']);
if (program === null) console.log(`The tests with Chromium are left out: ${reason}`);

const corpus = join(import.meta.dirname, '../corpus');

const ANSWER = [
  'It still burns.',
  '',
  'On Monday you wrote:',
  '> one',
  '> two',
  '> three',
  '> four',
  '> five',
].join('\r\n');

describe.skipIf(program === null)('in a browser', () => {
  let bench: DeskBench;
  let web: WebProcess;
  let browser: Browser;
  let tracker: Server;
  const tracked: string[] = [];

  beforeAll(async () => {
    tracker = createServer((request, response) => {
      tracked.push(request.url ?? '');
      response.end();
    });
    const at = `http://127.0.0.1:${await listenAt(tracker)}`;
    bench = await DeskBench.start();
    const { port, web: section } = await webConfig();
    const url = `http://127.0.0.1:${port}`;
    await bench.configure({ ...deskConfig(bench.world), web: { ...section, url } });
    await bench.openTwo();
    await bench.deliver(hostileMail(at));
    await bench.deliver({ subject: 'Re: [issue1] Printer on fire', text: ANSWER });
    await bench.pass();
    await bench.ok('close', '2');
    [web, browser] = await Promise.all([
      WebProcess.start(bench.file.path, port),
      startBrowser(program ?? ''),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await web?.stop();
    await bench?.stop();
    tracker?.close();
  });

  const list = (): string => `${web.origin}/desks/Example%20Support/tickets`;

  async function signedIn(options: ContextOptions = {}): Promise<{ context: BrowserContext; page: Page }> {
    const context = await browser.newContext({ javaScriptEnabled: false, ...options });
    const page = await context.newPage();
    await page.goto(list());
    await page.locator('#password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForURL(list());
    return { context, page };
  }

  it('is gone through by keyboard alone, without scripts', async () => {
    const { context, page } = await signedIn();
    const focused = (): Promise<string | null> => page.locator(':focus').textContent();
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    for (let steps = 0; steps < 14; steps += 1) {
      await page.keyboard.press('Tab');
      if ((await focused())?.includes('Printer on fire') === true) break;
    }
    expect(await focused()).toContain('Printer on fire');
    const outline = await page
      .locator(':focus')
      .evaluate((one) => String(Reflect.get(globalThis, 'getComputedStyle')(one).outlineStyle));
    expect(outline).toBe('solid');
    await page.keyboard.press('Enter');
    await page.waitForURL(/tickets\/1$/);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Printer on fire');
    const pictures = process.env['IMAPDESK_PICTURES'];
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, 'web', 'ticket.png') });
    expect(await page.getByText('> four').isVisible()).toBe(false);
    await page.locator('summary').first().focus();
    await page.keyboard.press('Enter');
    expect(await page.getByText('> four').isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Sign out' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/sign-in$/);
    await context.close();
  });

  it.each<[string, ContextOptions]>([
    ['in the light', {}],
    ['in the dark, on a phone', { colorScheme: 'dark', viewport: { width: 360, height: 640 } }],
  ])('has nothing that axe finds, and nothing beside the page, %s', async (_, options) => {
    const { context, page } = await signedIn({ locale: 'de-DE', ...options });
    const copies = await AxeCopies.open(browser, STYLE, options);
    const hostile = await page.getByRole('link', { name: /7\*7/ }).getAttribute('href');
    const at = `${web.origin}${hostile}`;
    await page.goto(at);
    const html = await page
      .getByRole('link', { name: /Als HTML zeigen/ })
      .first()
      .getAttribute('href');
    const [link] = await bench.json('link', '1');
    for (const path of [
      String(link?.['url']),
      `${web.origin}/sign-in`,
      list(),
      `${list()}?state=archived`,
      `${web.origin}/desks/Example%20Support/figures`,
      `${list()}/1`,
      `${web.origin}${html}`,
    ]) {
      await page.goto(path);
      expect(await copies.violations(page), path).toEqual([]);
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect(width, path).toBeLessThanOrEqual(options.viewport?.width ?? 1280);
      if (!path.endsWith('/figures')) continue;
      const { plots, unclear, smallest } = await wordsOfPlots(page);
      expect([plots, unclear]).toEqual([5, []]);
      expect(smallest).toBeGreaterThan(9);
    }
    await copies.close();
    await context.close();
  });

  it('runs nothing of hostile mail and asks nobody for anything, even where scripts may run', async () => {
    const { context, page } = await signedIn({ javaScriptEnabled: true });
    const asked = watchRequests(context);
    const dialogs: string[] = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await page.getByRole('link', { name: /7\*7/ }).click();
    expect(await page.getByText("<script>document.title='ran'</script>").isVisible()).toBe(true);
    await page
      .getByRole('link', { name: /Show as HTML/ })
      .first()
      .click();
    await page.waitForLoadState('networkidle');
    const frame = page.frameLocator('iframe');
    expect(await frame.getByText('Hostile, and harmless.').isVisible()).toBe(true);
    const dot = frame.getByAltText('a red dot');
    expect(await dot.evaluate((one) => Number(Reflect.get(one, 'naturalWidth')))).toBe(1);
    const active =
      'script, form, iframe, object, embed, svg, math, video, audio, input, [onerror], [href], base, link';
    expect(await frame.locator(active).count()).toBe(0);
    // By itself it is in the same box.
    const alone = await context.newPage();
    await alone.goto(`${web.origin}${await page.locator('iframe').getAttribute('src')}`);
    await alone.waitForLoadState('networkidle');
    expect(await alone.title()).not.toBe('ran');
    expect([await page.title(), dialogs, tracked]).toEqual([expect.stringContaining('7*7'), [], []]);
    expect(asked.filter((url) => !url.startsWith(web.origin) && !url.startsWith('data:'))).toEqual([]);
    await context.close();
  });

  it('shows each message of the corpus that is broken or hostile, and runs nothing of it', async () => {
    const names = readdirSync(corpus).filter((name) => /^(?:5[3-9]|6|7|80).*\.eml$/.test(name));
    expect(names.length).toBeGreaterThan(50);
    for (const name of names) await bench.world.deliver('support', readFileSync(join(corpus, name)));
    await bench.run('once');
    const numbers = (await bench.json('list', '--state', 'all')).map(({ ticket }) => Number(ticket));
    expect(numbers.length).toBeGreaterThan(40);
    const { context, page } = await signedIn({ javaScriptEnabled: true });
    const asked = watchRequests(context);
    for (const number of numbers) {
      const answer = await page.goto(`${list()}/${number}`);
      expect(answer?.status(), `ticket ${number}`).toBe(200);
      const html = page.getByRole('link', { name: /Show as HTML/ });
      if ((await html.count()) > 0) await html.first().click();
    }
    expect(asked.filter((url) => !url.startsWith(web.origin) && !url.startsWith('data:'))).toEqual([]);
    expect(web.told).not.toContain('a page could not be');
    await context.close();
  });
});
