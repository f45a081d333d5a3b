/** `import`, built, on a real server: the whole corpus in, out, and in again elsewhere, with a death on the way. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mboxPieces } from '../../src/mbox/write.js';
import { readExport, sha256 } from '../model/exported.js';
import { DEEP } from '../servers/start.js';
import { compose, DeskBench } from './desk-bench.js';
import { main } from './world.js';

const corpus = fileURLToPath(new URL('../corpus', import.meta.url));

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'imapdesk-import-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

/** What no IMAP server can give out as it came: NUL is not allowed there, and a lone CR is read in several ways. */
function isBeyondImap(raw: Buffer): boolean {
  return raw.length === 0 || raw.includes(0) || /\r(?!\n)/.test(raw.toString('latin1'));
}

/** IMAP knows no other line end than CRLF; and an mbox file does not tell of its last message that it had no line end. */
function asImported(raw: Buffer): Buffer {
  return Buffer.from(raw.toString('latin1').replace(/\r?\n|$(?<!\n)/g, '\r\n'), 'latin1');
}

interface Store {
  readonly folder: string;
  /** State and SHA-256 by number. */
  readonly wanted: readonly string[];
}

/** Every fifth message of the corpus, or all of it, as the store that this project grew from: a file for each ticket, those of odd numbers closed. */
async function corpusStore(): Promise<Store> {
  const folder = join(parent, 'store');
  await mkdir(join(folder, 'archived'), { recursive: true });
  const wanted: string[] = [];
  const seen = new Set<string>();
  const names = readdirSync(corpus).filter((one) => one.endsWith('.eml'));
  for (const name of names.filter((_, index) => DEEP || index % 5 === 0)) {
    const raw = readFileSync(join(corpus, name));
    const sum = sha256(asImported(raw));
    if (isBeyondImap(raw) || seen.has(sum)) continue;
    seen.add(sum);
    const number = wanted.length + 1;
    const state = number % 2 === 0 ? 'open' : 'archived';
    const path = state === 'open' ? join(folder, String(number)) : join(folder, 'archived', String(number));
    const pieces = mboxPieces({ sender: null, receivedAt: new Date(Date.UTC(2026, 0, 1, 0, number)), raw });
    await writeFile(path, Buffer.concat([...pieces]));
    wanted.push(`${number} ${state} ${sum}`);
  }
  return { folder, wanted };
}

async function exported(bench: DeskBench, name: string, ...more: string[]): Promise<readonly string[]> {
  const folder = join(parent, name);
  expect((await bench.run('export', '--to', folder, ...more)).code).toBe(0);
  return (await readExport(folder)).map(
    ({ ticket, state, messages }) => `${ticket} ${state} ${messages.join(' ')}`,
  );
}

async function withBench(work: (bench: DeskBench) => Promise<void>): Promise<void> {
  const bench = await DeskBench.start({ kind: 'maildir' });
  try {
    await bench.pass();
    await work(bench);
  } finally {
    await bench.stop();
  }
}

it('keeps bytes, numbers and states of the corpus: in, killed, in, out, in elsewhere, out', async () => {
  const { folder, wanted } = await corpusStore();
  await withBench(async (bench) => {
    for (const ms of [700, 1_500]) {
      const child = spawn(process.execPath, [main, 'import', folder, '--mbox', 'rd', '-c', bench.file.path], {
        stdio: 'ignore',
      });
      const ended = once(child, 'close');
      setTimeout(() => child.kill('SIGKILL'), ms);
      await ended;
    }
    const [report] = await bench.json('import', folder, '--mbox', 'rd');
    expect(report).toMatchObject({
      tickets: wanted.length,
      messages: wanted.length,
      refused: [],
      elsewhere: 0,
    });
    await bench.pass();
    expect(await bench.json('import', folder, '--mbox', 'rd')).toMatchObject([{ added: 0, brought: 0 }]);
    expect(await exported(bench, 'first')).toEqual(wanted);
    expect(bench.world.sent).toEqual([]);
  });
  await withBench(async (bench) => {
    await bench.ok('import', join(parent, 'first'));
    await bench.pass();
    expect(await exported(bench, 'second', '--format', 'maildir')).toEqual(wanted);
    expect(bench.world.sent).toEqual([]);
  });
}, 170_000);

describe('what people are told', () => {
  it('is what would be done, what was done, and what cannot be', async () => {
    const path = join(parent, 'loose');
    const letters = [compose({ subject: 'One' }), compose({ subject: 'Two' })];
    const file = letters.flatMap((raw) => mboxPieces({ sender: null, receivedAt: new Date(), raw }));
    await writeFile(path, Buffer.concat(file));
    await withBench(async (bench) => {
      const title = `${path}: 2 tickets with 2 messages, 2 of them open\n`;
      expect(await bench.ok('import', path, '--state', 'open', '--dry-run')).toBe(
        `${title}  2 tickets would be imported, as 1 to 2\n`,
      );
      expect(await bench.ok('import', path, '--state', 'open')).toBe(
        `${title}  imported 2 tickets, as 1 to 2: 2 messages were stored\n`,
      );
      expect(await bench.ok('import', path, '--state', 'open')).toBe(
        `${title}  all of it is there already\n`,
      );
      await writeFile(path, 'Subject: no mbox\n');
      const ran = await bench.run('import', path);
      expect(ran).toMatchObject({ code: 64, stdout: '' });
      expect(ran.stderr).toContain('at byte 0: no message begins there, so this is no mbox file');
    });
  });
});
