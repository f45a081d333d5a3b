/** Blocks of shell in our pages are there to be copied, into whatever shell somebody has. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { codeBlocks, typedLines } from './code-blocks.js';
import { isPage } from './links.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = [root, join(root, 'docs'), join(root, 'docs/decisions')].flatMap((folder) =>
  readdirSync(folder)
    .filter(isPage)
    .map((name) => join(folder, name).slice(root.length)),
);

/** What is wrong with a line; '' if nothing is. */
function wrongWith(line: string): string {
  if (/(?:^|\s)#/.test(line)) return 'a comment, which zsh takes for a command or its arguments';
  if (/^\s*[$%>] /.test(line)) return 'a prompt';
  if (/\becho\b(?! *(?:$|;|&))/.test(line.replaceAll(/\bstty -?echo\b/g, '')))
    return 'echo, which may show a secret';
  return '';
}

describe('each line of shell', () => {
  it.each(pages)('in %s can be copied as it stands', (page) => {
    const lines = codeBlocks(readFileSync(join(root, page), 'utf8'), 'sh').flatMap(typedLines);
    for (const line of lines) expect(`${wrongWith(line)}: ${line}`).toBe(`: ${line}`);
  });

  it('is found, and so is what is wrong with one', () => {
    const page =
      'text\n\n```sh\nnpm ci   # all of them\n$ ls\necho hunter2 > password.txt\nstty -echo; cat > a; stty echo\n```\n';
    const [block] = codeBlocks(page, 'sh');
    expect(block?.line).toBe(4);
    expect(block && typedLines(block).map(wrongWith)).toEqual([
      'a comment, which zsh takes for a command or its arguments',
      'a prompt',
      'echo, which may show a secret',
      '',
    ]);
    expect(typedLines({ line: 1, text: 'one \\\n  two\nthree\n' })).toEqual(['one \\\n  two', 'three']);
  });

  it('is marked as sh, and as nothing else', () => {
    const otherwise = pages.filter((page) =>
      /^```(?:bash|zsh|shell|console)$/m.test(readFileSync(join(root, page), 'utf8')),
    );
    expect(otherwise).toEqual([]);
  });
});
