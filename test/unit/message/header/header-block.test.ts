import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fieldValues,
  MAX_FIELD_NAME_BYTES,
  MAX_HEADER_BYTES,
  MAX_HEADER_FIELDS,
  parseHeaderBlock,
  splitMessage,
} from '../../../../src/message/header/header-block.js';
import { blockOf } from '../parse.js';

describe('splitMessage', () => {
  test.each([
    ['CRLF', 'A: 1\r\n\r\nbody', 'A: 1\r\n\r\n', 'body'],
    ['LF', 'A: 1\n\nbody\n\nmore', 'A: 1\n\n', 'body\n\nmore'],
    ['mixed line ends', 'A: 1\r\n\nbody', 'A: 1\r\n\n', 'body'],
    ['header only', 'A: 1\r\nB: 2', 'A: 1\r\nB: 2', ''],
    ['body only', '\r\nbody', '\r\n', 'body'],
    ['empty', '', '', ''],
    ['bare CRs', 'A: 1\r\rbody', 'A: 1\r\rbody', ''],
    ['a line of one character is not empty', 'A: 1\nx\n\nbody', 'A: 1\nx\n\n', 'body'],
    ['nor is one that begins with a CR', 'A: 1\n\rx\n\nbody', 'A: 1\n\rx\n\n', 'body'],
    ['a line of white space is not empty', 'A: 1\r\n \r\n\r\nbody', 'A: 1\r\n \r\n\r\n', 'body'],
  ])('%s', (_, raw, ...parts) => {
    const { header, body } = splitMessage(Buffer.from(raw));
    expect([header.toString(), body.toString()]).toEqual(parts);
  });

  test('gives back every byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const { header, body } = splitMessage(Buffer.from(bytes));
        expect(Buffer.concat([header, body])).toEqual(Buffer.from(bytes));
      }),
    );
  });
});

describe('parseHeaderBlock', () => {
  test('unfolds, trims and lower-cases names', () => {
    const block = blockOf('Subject: one', '\ttwo', ' three ', 'To:x@example.com');
    expect(block.fields.map(({ name, value }) => [name, value])).toEqual([
      ['subject', 'one\ttwo three'],
      ['to', 'x@example.com'],
    ]);
    expect(block.fields[0]?.raw.toString()).toBe('Subject: one\r\n\ttwo\r\n three \r\n');
    expect(block.ambiguous).toBe(false);
  });

  test('lets white space stand before the colon', () => {
    expect(fieldValues(blockOf('Subject : x'), 'subject')).toEqual(['x']);
    expect(fieldValues(blockOf('Subject \t : x'), 'subject')).toEqual(['x']);
    expect(blockOf('Sub ject: x').fields).toEqual([]);
  });

  test('trims tabs, and unfolds lines that end in LF alone', () => {
    expect(fieldValues(blockOf('Subject:\t x\t '), 'subject')).toEqual(['x']);
    expect(fieldValues(parseHeaderBlock(Buffer.from('Subject: a\n b\n\n')), 'subject')).toEqual(['a b']);
    expect(fieldValues(blockOf('Subject: \t '), 'subject')).toEqual(['']);
  });

  test.each([
    ['an mbox line', 'From jane@example.com Mon Jan 1 00:00:00 2026'],
    ['an escaped mbox line', '>From jane@example.com Mon Jan 1 00:00:00 2026'],
    ['a line without a colon', 'nonsense'],
    ['a colon first', ': x'],
    ['a continuation first', ' x: y'],
  ])('passes over %s', (_, line) => {
    const block = blockOf(line, 'To: x@example.com');
    expect(block.fields.map(({ name }) => name)).toEqual(['to']);
    expect(block.ambiguous).toBe(false);
  });

  test.each([
    ['NUL', 'Subject: a\0b'],
    ['bare CR', 'Subject: a\rFrom: b@example.com'],
    ['byte order mark', '\ufeffFrom: a@example.com'],
    ['a From that begins with white space', ' From: a@example.com'],
    ['a From with something else in its name', 'F rom: a@example.com'],
    ['a From with white space before its colon', 'From : a@example.com'],
  ])('calls a block with %s ambiguous', (_, line) => {
    expect(blockOf(line).ambiguous).toBe(true);
  });

  test('reads UTF-8, and else Latin-1', () => {
    expect(fieldValues(parseHeaderBlock(Buffer.from('S: é', 'utf8')), 's')).toEqual(['é']);
    expect(fieldValues(parseHeaderBlock(Buffer.from('S: é', 'latin1')), 's')).toEqual(['é']);
  });

  test('reads fields and bytes up to the limits, and says if there were more', () => {
    const atLimit = parseHeaderBlock(Buffer.from('A: 1\n'.repeat(MAX_HEADER_FIELDS)));
    expect([atLimit.fields.length, atLimit.truncated]).toEqual([MAX_HEADER_FIELDS, false]);
    const over = parseHeaderBlock(Buffer.from('A: 1\n'.repeat(MAX_HEADER_FIELDS + 1)));
    expect([over.fields.length, over.truncated]).toEqual([MAX_HEADER_FIELDS, true]);
    const long = 'A: '.padEnd(MAX_HEADER_BYTES, 'x');
    expect(parseHeaderBlock(Buffer.from(long)).truncated).toBe(false);
    expect(parseHeaderBlock(Buffer.from(`${long}x`)).truncated).toBe(true);
    const body = 'x'.repeat(MAX_HEADER_BYTES);
    expect(parseHeaderBlock(Buffer.from(`A: 1\n\n${body}`)).truncated).toBe(false);
  });

  test('takes names up to their limit', () => {
    const name = 'n'.repeat(MAX_FIELD_NAME_BYTES);
    expect(fieldValues(blockOf(`${name}: x`), name)).toEqual(['x']);
    expect(blockOf(`${name}n: x`).fields).toEqual([]);
  });

  test('takes a field of ten thousand lines, and a name like a prototype member', () => {
    const block = blockOf(
      'Subject: x',
      ...Array.from({ length: 10_000 }, () => ' y'),
      'constructor: 1',
      '__proto__: 2',
    );
    expect(fieldValues(block, 'subject')[0]).toHaveLength(20_001);
    expect(fieldValues(block, '__proto__')).toEqual(['2']);
    expect(fieldValues(block, 'tostring')).toEqual([]);
  });

  test('never throws, and answers the same for the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        expect(parseHeaderBlock(Buffer.from(bytes))).toEqual(parseHeaderBlock(Buffer.from(bytes)));
      }),
    );
  });
});
