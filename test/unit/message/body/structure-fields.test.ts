/** What each part of a message says of itself, and where parts begin and end. */
import { describe, expect, test } from 'vitest';
import { readParts } from '../../../../src/message/body/read-structure.js';

const read = (...lines: readonly string[]) => readParts(Buffer.from(lines.join('\r\n'))).structure;

describe('a part', () => {
  test.each([
    ['Content-Disposition: inline', 'inline', null],
    ['Content-Disposition: INLINE; filename=a.txt', 'inline', 'a.txt'],
    ['Content-Disposition: attachment; filename="a b.txt"', 'attachment', 'a b.txt'],
    ['Content-Disposition: attachment; FileName=a.txt; x=y', 'attachment', 'a.txt'],
    ['Content-Disposition: attachment; filename=""', 'attachment', ''],
    ['Content-Disposition: inliner', 'attachment', null],
    ['Content-Disposition: not inline', 'attachment', null],
    ['Content-Type: text/plain; name="n.txt"', null, 'n.txt'],
    ['Subject: x', null, null],
  ])('%s', (line, disposition, fileName) => {
    expect(read(line, '', 'x')).toMatchObject({ disposition, fileName });
  });

  test('is named by its disposition before its type', () => {
    expect(
      read('Content-Type: text/plain; name=t.txt', 'Content-Disposition: inline; filename=d.txt', '', 'x')
        .fileName,
    ).toBe('d.txt');
  });

  test('has a charset and an encoding, or none', () => {
    expect(
      read('Content-Type: text/plain; charset=X', 'Content-Transfer-Encoding: Base64', '', 'x'),
    ).toMatchObject({
      charset: 'X',
      encoding: 'base64',
    });
    expect(read('', 'x')).toMatchObject({ charset: null, encoding: null, type: 'text/plain', size: 1 });
  });
});

describe('parts are found', () => {
  const partsOf = (type: string, ...lines: readonly string[]) =>
    read(`Content-Type: ${type}`, '', ...lines).children.map(({ path, type: of, size }) => [path, of, size]);
  const mixed = 'multipart/mixed; boundary=a';

  test.each([
    [
      'in their order',
      ['--a', '', 'one', '--a', 'Content-Type: image/png', '', 'four', '--a--'],
      [
        ['1', 'text/plain', 5],
        ['2', 'image/png', 6],
      ],
    ],
    ['with white space behind the delimiter', ['--a \t', '', 'one', '--a-- '], [['1', 'text/plain', 5]]],
    ['but not within a line', ['--a', '', 'see --a', '--a--'], [['1', 'text/plain', 9]]],
    ['but not behind a longer delimiter', ['--a', '', '--ab', '--a--'], [['1', 'text/plain', 6]]],
    ['but not behind the end', ['--a', '', 'one', '--a--', '--a', '', 'two'], [['1', 'text/plain', 5]]],
    ['up to the end of what is cut off', ['--a', '', 'one'], [['1', 'text/plain', 3]]],
    ['but none at the very end', ['--a', '', 'one', '--a', ''], [['1', 'text/plain', 5]]],
    ['but none without a delimiter', ['one', 'two'], []],
  ])('%s', (_, lines, parts) => {
    expect(partsOf(mixed, ...lines)).toEqual(parts);
  });

  test('below white space that goes on, only so far', () => {
    expect(partsOf(mixed, `--a${' '.repeat(98)}x`, '', 'one', '--a--')).toEqual([]);
    expect(partsOf(mixed, `--a${' '.repeat(100)}x`, '', 'one', '--a--')).toHaveLength(1);
  });

  test('in messages that are parts, and in nothing else', () => {
    const message = ['Content-Type: image/png', '', 'x'];
    expect(partsOf('message/rfc822', ...message)).toEqual([['1.1', 'image/png', 1]]);
    expect(partsOf('message/global', ...message)).toEqual([['1.1', 'image/png', 1]]);
    expect(partsOf('message/delivery-status', ...message)).toEqual([]);
    expect(partsOf('text/plain; boundary=a', '--a', '', 'x', '--a--')).toEqual([]);
    expect(partsOf('multipart/mixed; boundary=""', '--', '', 'x', '----')).toEqual([]);
  });

  test('with the numbers of those that they lie in', () => {
    const inner = ['Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'x', '--b', '', 'y', '--b--'];
    const [, second] = read(`Content-Type: ${mixed}`, '', '--a', '', 'x', '--a', ...inner, '--a--').children;
    expect([second?.path, ...(second?.children ?? []).map(({ path }) => path)]).toEqual(['2', '2.1', '2.2']);
  });
});
