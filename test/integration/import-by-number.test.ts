/** Mail of another tracker, sorted by the number in its subject as docs/mbox.md says, keeps its numbers. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { codeBlocks } from '../house/code-blocks.js';
import { DeskBench } from './desk-bench.js';

const run = promisify(execFile);
const python = await run('python3', ['--version']).then(
  () => true,
  () => false,
);

const LETTERS = [
  ['[issue42] Printer', '1', 'From me to you.'],
  ['Re: [issue42] Printer', '2', 'It burns.'],
  ['[example.com #7] Toner', '3', 'Empty.'],
  ['Lunch', '4', 'At noon.'],
] as const;

function mbox(): string {
  return LETTERS.map(([subject, id, text]) =>
    [
      'From jane@example.com Mon Nov  2 09:00:14 2026',
      'From: Jane Doe <jane@example.com>',
      `Subject: ${subject}`,
      `Message-ID: <letter-${id}@example.com>`,
      'Date: Mon, 2 Nov 2026 09:00:14 +0000',
      '',
      text.replace(/^From /, '>From '),
      '',
      '',
    ].join('\n'),
  ).join('');
}

it.skipIf(!python)('as its page says', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/mbox.md'), 'utf8');
  const [program] = codeBlocks(page, 'python');
  const folder = await mkdtemp(join(tmpdir(), 'imapdesk-by-number-'));
  const bench = await DeskBench.start();
  try {
    await writeFile(join(folder, 'all-mail'), mbox());
    await run('python3', ['-c', program?.text ?? ''], { cwd: folder });
    await bench.pass();
    const [report] = await bench.json('import', join(folder, 'tickets'), '--mbox', 'o');
    expect(report).toMatchObject({ tickets: 2, messages: 3, brought: 3, open: 0, renumbered: [] });
    const listed = await bench.json('list', '--state', 'all');
    expect(listed.map(({ ticket, state, messages }) => [ticket, state, messages])).toEqual([
      [7, 'archived', 1],
      [42, 'archived', 2],
    ]);
    expect(await bench.ok('show', '42')).toContain('From me to you.');
  } finally {
    await bench.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
