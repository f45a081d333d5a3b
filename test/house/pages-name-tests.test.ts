/**
 * Each answer of docs/what-happens-if.md, and each promise of docs/reliability.md, ends in a paragraph that names the tests
 * which show it:
 *
 *     Shown by: test/model/worker.test.ts "opens a ticket", "counts on"; test/house/rooms.test.ts "a group > a test"
 *
 * A title stands there as it stands in the source, placeholders and all, with the groups before it where it needs them
 * to be the only one of its file.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

interface Answer {
  readonly question: string;
  readonly text: string;
}

interface Proof {
  readonly file: string;
  readonly title: string;
}

function answersIn(page: string): readonly Answer[] {
  const [, ...answers] = page.split(/^### /m);
  return answers.map((part) => {
    const [question = '', ...text] = (part.split(/^## /m)[0] ?? '').split('\n');
    return { question, text: text.join('\n').trim() };
  });
}

const TESTS = /^(?<file>test\/[\w./-]+\.ts)(?<titles> "[^"]+"(?:, "[^"]+")*)$/;

/** What the last paragraph names; null if that paragraph is not of the form above. */
function proofsOf({ text }: Answer): readonly Proof[] | null {
  const [, told] = /(?:^|\n\n)Shown by: ((?:(?!\n\n).)+)$/s.exec(text) ?? [];
  const proofs = (told ?? '')
    .replaceAll('\n', ' ')
    .split(/; (?=test\/)/)
    .map((part) => {
      const { file = '', titles = '' } = TESTS.exec(part)?.groups ?? {};
      return [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']): Proof => ({ file, title }));
    });
  return proofs.some((some) => some.length === 0) ? null : proofs.flat();
}

const TOKEN =
  /\/\/.*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|(?<open>[([{])|(?<close>[)\]}])/g;

/** What follows the parentheses that this begins with. */
function behindParentheses(source: string): string {
  let depth = 0;
  for (const { groups, index } of source.matchAll(TOKEN)) {
    if (groups?.['open'] !== undefined) depth += 1;
    if (groups?.['close'] !== undefined) depth -= 1;
    if (depth === 0) return source.slice(index + 1);
  }
  return '';
}

const CALL = /^(?<indent> *)(?<what>describe|it|test)(?<how>(?:\.\w+)*)(?=\()/gm;
const TITLE = /^\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/;

/**
 * Every test of a source file that is laid out as our formatter does it, as `group > title`; none that is skipped, by
 * itself or with its group.
 */
function testsIn(source: string): readonly string[] {
  const groups: { readonly indent: number; readonly title: string; readonly skipped: boolean }[] = [];
  const found: string[] = [];
  for (const { 0: call, index, groups: parts } of source.matchAll(CALL)) {
    const { indent = '', what, how = '' } = parts ?? {};
    const after = source.slice(index + call.length);
    const title = TITLE.exec(/each|for|If/.test(how) ? behindParentheses(after) : after);
    const words = title?.slice(1).find((some) => some !== undefined) ?? '';
    while ((groups.at(-1)?.indent ?? -1) >= indent.length) groups.pop();
    const skipped = /\.(?:skip|todo)\b/.test(how) || groups.some((group) => group.skipped);
    if (what === 'describe') groups.push({ indent: indent.length, title: words, skipped });
    else if (words !== '' && !skipped)
      found.push([...groups.map(({ title: group }) => group), words].join(' > '));
  }
  return found;
}

/** What is wrong with that a test is said to be there; null if nothing is. */
function wrongWith({ file, title }: Proof): string | null {
  const path = new URL(file, root);
  if (!existsSync(path)) return `${file} is not there`;
  const tests = testsIn(readFileSync(path, 'utf8'));
  const fits = tests.filter((test) => test === title || test.endsWith(` > ${title}`));
  if (fits.length === 1) return null;
  return `${file} has ${fits.length === 0 ? 'no test' : `${fits.length} tests`} "${title}"`;
}

describe.each([
  ['docs/what-happens-if.md', 40],
  ['docs/reliability.md', 8],
])('%s', (page, least) => {
  const answers = answersIn(readFileSync(fileURLToPath(new URL(page, root)), 'utf8'));

  it('has answers', () => {
    expect(answers.length).toBeGreaterThan(least);
  });

  it.each(answers)('names tests that are there: $question', (answer) => {
    const proofs = proofsOf(answer);
    expect(
      proofs,
      'a last paragraph "Shown by: FILE "TITLE"" with the tests that show the answer',
    ).not.toBeNull();
    expect(proofs?.map(wrongWith).filter((wrong) => wrong !== null)).toEqual([]);
  });
});

describe('a paragraph that names no tests', () => {
  it.each([
    ['nothing', 'It works.'],
    ['no title', 'It works.\n\nShown by: test/house/rooms.test.ts'],
    ['no file', 'It works.\n\nShown by: "a title"'],
    ['a half of one', 'It works.\n\nShown by: test/house/rooms.test.ts "one", "two'],
    ['another paragraph after it', 'Shown by: test/house/rooms.test.ts "one"\n\nIt works.'],
  ])('is told: %s', (_name, text) => {
    expect(proofsOf({ question: '', text })).toBeNull();
  });
});

describe('a test that is named', () => {
  const source = [
    "describe('one', () => {",
    "  it('is there', () => {});",
    "  it.each([['a ) in it', 2], ['b', (1)]])(",
    "    'has %s',",
    '    () => {},',
    '  );',
    "  it.skip('is skipped', () => {});",
    '});',
    "describe('two', () => {",
    "  it('is there', () => {});",
    '});',
    "describe.skip('three', () => {",
    "  describe('four', () => {",
    "    it('is skipped with its group', () => {});",
    '  });',
    '});',
    "describe.todo('five', () => {",
    "  it('is still to come', () => {});",
    '});',
    "describe.skip.each([['a', 1]])('six %s', () => {",
    "  it('is skipped with each group', () => {});",
    '});',
    "it.skip.each([['a', 1]])('is skipped %s', () => {});",
    "it('is alone', () => {});",
  ].join('\n');

  it('is known by its group, and every one is found but what is skipped', () => {
    expect(testsIn(source)).toEqual(['one > is there', 'one > has %s', 'two > is there', 'is alone']);
  });

  it.each([
    ['test/house/no-such.test.ts', 'is there', 'is not there'],
    ['test/house/rooms.test.ts', 'does what nobody wrote', 'no test'],
    ['test/house/pages-name-tests.test.ts', 'a test that is named', 'no test'],
    ['test/integration/second-thoughts.test.ts', 'is left to the worker that is at the account', '2 tests'],
  ])('is missed: %s "%s"', (file, title, wrong) => {
    expect(wrongWith({ file, title })).toContain(wrong);
  });
});
