import { describe, expect, test } from 'vitest';
import { MAX_PART_DEPTH, MAX_PARTS } from '../../../../src/message/body/message-parts.js';
import { MAX_STRUCTURE_BYTES, readParts } from '../../../../src/message/body/read-structure.js';
import type { MessagePart } from '../../../../src/message/body/structure.js';

const read = (...lines: readonly string[]) => readParts(Buffer.from(lines.join('\r\n'))).structure;
const shape = (part: MessagePart): unknown => [part.path, part.type, ...part.children.map(shape)];
const count = (part: MessagePart): number => part.children.reduce((sum, child) => sum + count(child), 1);

const many = (parts: number) => [
  'Content-Type: multipart/mixed; boundary=a',
  '',
  ...Array.from({ length: parts }, () => '--a\r\n'),
  '--a--',
];
const ladder = (levels: number) =>
  Array.from({ length: levels }, () => 'Content-Type: message/rfc822\r\n').concat('', 'x');

describe('parts', () => {
  test('of a plain message', () => {
    expect(
      read('Content-Type: Text/Plain; charset=utf-8', 'Content-Transfer-Encoding: BASE64', '', 'x'),
    ).toEqual({
      path: '1',
      type: 'text/plain',
      charset: 'utf-8',
      encoding: 'base64',
      size: 1,
      disposition: null,
      fileName: null,
      children: [],
    });
  });

  test('of multipart messages, with the numbers that IMAP gives them', () => {
    const attached = [
      '--a',
      'Content-Type: message/rfc822',
      'Content-Disposition: attachment; filename="m.eml"',
      '',
      'Content-Type: text/html',
      '',
      'x',
    ];
    const inner = [
      '--a',
      'Content-Type: multipart/alternative; boundary=ab',
      '',
      '--ab',
      '',
      'one',
      '--ab',
      'Content-Type: text/calendar',
      '',
      'two',
      '--ab--',
    ];
    const whole = read(
      'Content-Type: multipart/mixed; boundary="a"',
      '',
      'preamble --a',
      ...inner,
      ...attached,
      '--a--',
      '--a',
      'Content-Type: image/png',
      '',
      'epilogue',
    );
    expect(shape(whole)).toEqual([
      '',
      'multipart/mixed',
      ['1', 'multipart/alternative', ['1.1', 'text/plain'], ['1.2', 'text/calendar']],
      ['2', 'message/rfc822', ['2.1', 'text/html']],
    ]);
    expect(whole.children[1]).toMatchObject({ disposition: 'attachment', fileName: 'm.eml' });
  });

  test.each([
    ['without a boundary', ['Content-Type: multipart/mixed', '', '--', '', 'x'], 1],
    ['never closed', ['Content-Type: multipart/mixed; boundary=a', '', '--a', '', 'x'], 2],
    ['never opened', ['Content-Type: multipart/mixed; boundary=a', '', 'x'], 1],
    [
      'with a boundary that begins like another',
      ['Content-Type: multipart/mixed; boundary=a', '', '--ab', '', '--a', '', 'x', '--a--'],
      2,
    ],
    ['of nothing', [''], 1],
  ])('%s', (_, lines, parts) => {
    expect(count(read(...lines))).toBe(parts);
  });
});

describe('bounds', () => {
  const depth = (part: MessagePart): number => 1 + Math.max(0, ...part.children.map(depth));

  test('parts', () => {
    expect(count(read(...many(MAX_PARTS - 1)))).toBe(MAX_PARTS);
    expect(count(read(...many(MAX_PARTS + 5)))).toBe(MAX_PARTS);
  });

  test('depth', () => {
    expect(depth(read(...ladder(MAX_PART_DEPTH)))).toBe(MAX_PART_DEPTH + 1);
    expect(depth(read(...ladder(MAX_PART_DEPTH + 10)))).toBe(MAX_PART_DEPTH + 1);
  });

  test('bytes', () => {
    // Not a measure of speed: work that grows with the square of its input would take minutes.
    const begin = performance.now();
    const raw = Buffer.alloc(MAX_STRUCTURE_BYTES * 2, '\r\n--a');
    Buffer.from('Content-Type: multipart/mixed; boundary=a\r\n\r\n').copy(raw);
    expect(count(readParts(raw).structure)).toBeLessThanOrEqual(MAX_PARTS);
    expect(performance.now() - begin).toBeLessThan(30_000);
  });
});
