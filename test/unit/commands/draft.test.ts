import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withWritten } from '../../../src/commands/draft.js';
import { Problem } from '../../../src/problem/problem.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-editor-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** An editor that runs these lines on the draft, which is "$1". */
async function editor(...lines: string[]): Promise<string> {
  const path = join(folder, 'an editor');
  await writeFile(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  await chmod(path, 0o700);
  return `'${path}'`;
}

const input = () => Promise.reject(new Error('standard input is not read'));

async function written(EDITOR: string, handIn: (text: string) => Promise<string> = async (text) => text) {
  const env = { PATH: process.env['PATH'], TMPDIR: folder, EDITOR };
  return withWritten({ input, terminal: true, env }, ['Ticket 1', ''], handIn);
}

describe('a text in an editor', () => {
  it('is what stands above the line, marks and all', async () => {
    const text = await written(
      await editor('{ echo "# Hello"; echo; echo "  there"; cat "$1"; } > "$1.new"; mv "$1.new" "$1"'),
    );
    expect(text).toBe('# Hello\n\n  there');
  });

  it('is all of it where the line is gone', async () => {
    expect(await written(await editor('echo Hello > "$1"'))).toBe('Hello');
  });

  it('shows what it is about below the line', async () => {
    await written(await editor(`cp "$1" '${folder}/seen'; echo Hello > "$1"`));
    expect(await readFile(join(folder, 'seen'), 'utf8')).toMatch(/^\n# -+ >8 -+\n# Ticket 1\n#\n$/);
  });

  it.each([
    ['nothing is changed', 'true', 'the text is empty'],
    ['the editor fails', 'exit 3', 'ended with 3'],
    ['there is no such editor', null, 'ended with 127'],
  ])('sends nothing where %s', async (_, line, error) => {
    const handIn = () => Promise.reject(new Error('it was handed in'));
    const program = line === null ? '/nowhere/editor' : await editor(line);
    await expect(written(program, handIn)).rejects.toThrow(error);
  });

  it('is kept where it could not be handed in', async () => {
    const failing = written(await editor('echo Precious > "$1"'), () =>
      Promise.reject(new Problem('imap-lost', 'the server is gone', { temporary: true })),
    );
    const error = await failing.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'imap-lost', temporary: true });
    const path = /kept in (.*)$/.exec(error instanceof Problem ? error.message : '')?.[1] ?? '';
    expect(await readFile(path, 'utf8')).toBe('Precious\n');
    await rm(join(path, '..'), { recursive: true });
  });
});

describe('a text from standard input', () => {
  const given = (bytes: Buffer) =>
    withWritten({ input: async () => bytes, terminal: false, env: {} }, [], async (text) => text);

  it.each([
    [Buffer.from('\n\n  Hello\n\nthere\n\n'), '  Hello\n\nthere'],
    [Buffer.from('\uFEFFHello'), 'Hello'],
    [Buffer.from([0x47, 0xfc, 0x6e]), 'Gün'],
  ])('%j', async (bytes, text) => {
    expect(await given(bytes)).toBe(text);
  });

  it('is refused where it is empty', async () => {
    await expect(given(Buffer.from(' \n'))).rejects.toThrow('nothing was sent: the text is empty');
  });
});
