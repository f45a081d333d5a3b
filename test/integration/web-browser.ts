/** A real Chromium over the pages: what axe finds, and what pages ask for. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, type ContextOptions, chromium, type Page } from 'playwright-core';

const START_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** With a folder of its own for what it keeps, which goes with it. */
export function startBrowser(program: string): Promise<Browser> {
  return chromium.launch({ executablePath: program, headless: true, args: START_FLAGS });
}

/** Every address that pages of this context ask for. */
export function watchRequests(context: BrowserContext): string[] {
  const asked: string[] = [];
  context.on('request', (request) => asked.push(request.url()));
  return asked;
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/**
 * What axe finds wrong with pages: WCAG 2.2 AA, and good practice. Where a page is shown no script runs, so its HTML and style
 * are looked at once more in a page of the browser's own that may.
 */
export class AxeCopies {
  readonly #style: string;
  readonly #context: BrowserContext;

  private constructor(style: string, context: BrowserContext) {
    this.#style = style;
    this.#context = context;
  }

  static async open(browser: Browser, style: string, options: ContextOptions): Promise<AxeCopies> {
    return new AxeCopies(style, await browser.newContext({ ...options, javaScriptEnabled: true }));
  }

  async violations(page: Page): Promise<readonly string[]> {
    const text = (await page.content()).replace(
      /<link rel="stylesheet"[^>]*>/,
      () => `<style>${this.#style}</style>`,
    );
    const copy = await this.#context.newPage();
    await copy.setContent(text);
    await copy.evaluate(axe);
    const asked = `axe.run(document, { runOnly: ${JSON.stringify(STANDARDS)}, iframes: false, resultTypes: ['violations'] })`;
    const found = await copy.evaluate<{ readonly violations: readonly Violation[] }>(asked);
    return found.violations.map(({ id, nodes }) => {
      const where = nodes.map(({ html, failureSummary = '' }) => `${html} ${failureSummary}`);
      return `${id}: ${where.join('; ')}`;
    });
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}

interface PlotWords {
  readonly plots: number;
  /** Words that lie over others, or beyond their plot. */
  readonly unclear: readonly string[];
  /** Pixels of the smallest letters. */
  readonly smallest: number;
}

/** Whether the words in a page's plots can be read, at the size at which the page is shown. */
export function wordsOfPlots(page: Page): Promise<PlotWords> {
  return page.evaluate<PlotWords>(`(() => {
    const plots = [...document.querySelectorAll('svg[role=img]')];
    const unclear = [];
    let smallest = Infinity;
    for (const plot of plots) {
      const edge = plot.getBoundingClientRect();
      const scale = edge.width / plot.viewBox.baseVal.width;
      const words = [...plot.querySelectorAll('text')].map((one) => ({ text: one.textContent, box: one.getBoundingClientRect(), px: parseFloat(getComputedStyle(one).fontSize) * scale }));
      for (const [at, { text, box, px }] of words.entries()) {
        smallest = Math.min(smallest, px);
        const isOutside = box.left < edge.left - 1 || box.right > edge.right + 1 || box.top < edge.top - 1 || box.bottom > edge.bottom + 1;
        const isUnder = words.slice(at + 1).some(({ box: other }) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom);
        if (isOutside || isUnder) unclear.push(text);
      }
    }
    return { plots: plots.length, unclear, smallest };
  })()`);
}
