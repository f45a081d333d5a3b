import { describe, expect, test } from 'vitest';
import {
  cleanFileName,
  describeAttachment,
  listAttachments,
  MAX_FILE_NAME_CHARACTERS,
} from '../../../../src/message/body/attachments.js';
import type { MessagePart } from '../../../../src/message/body/structure.js';
import { butFor, partOf, words } from '../parse.js';

const isAttachment = (part: MessagePart) =>
  listAttachments(partOf('multipart/mixed', { children: [part] })).length > 0;

describe('a file name', () => {
  test('that Windows opens as a device gets a line in front', () => {
    const devices = words('con PRN aux.txt nul.tar.gz COM1 com9.x lpt1 LPT9.');
    expect(butFor(true, devices, (name) => cleanFileName(name) === `_${name}`)).toEqual([]);
    const others = words('conx xcon com10 com lpt lptx prn2 auxiliary nulls.txt x.con');
    expect(butFor(true, others, (name) => cleanFileName(name) === name)).toEqual([]);
  });

  test.each([
    ['/a/b.txt', 'b.txt'],
    ['a/b\\c.txt', 'c.txt'],
    ['a\\b/c.txt', 'c.txt'],
    ['a`b$c|d.txt', 'a_b_c_d.txt'],
    [' . .x', 'x'],
    ['a b.txt', 'a b.txt'],
    ['a.b.c', 'a.b.c'],
  ])('%j is %j', (name, clean) => {
    expect(cleanFileName(name)).toBe(clean);
  });

  test('that is too long keeps an extension of up to twelve characters', () => {
    const long = 'x'.repeat(MAX_FILE_NAME_CHARACTERS);
    const extension = `.${'e'.repeat(11)}`;
    expect(cleanFileName(`${long}${extension}`)).toBe(
      `${'x'.repeat(MAX_FILE_NAME_CHARACTERS - 13)}…${extension}`,
    );
    expect(cleanFileName(`${long}${extension}e`)).toBe(`${'x'.repeat(MAX_FILE_NAME_CHARACTERS - 1)}…`);
    expect(cleanFileName(`${long}x`)).toBe(`${'x'.repeat(MAX_FILE_NAME_CHARACTERS - 1)}…`);
    expect(cleanFileName(long)).toBe(long);
  });
});

test('a type is lower case, harmless and bounded', () => {
  const typeOf = (type: string) => describeAttachment(null, type, 7).type;
  expect(describeAttachment(null, 'Image/SVG+xml', 7)).toEqual({
    fileName: 'unnamed',
    type: 'image/svg+xml',
    size: 7,
  });
  expect(typeOf('application/x; a="b"\r\n')).toBe('application/xab');
  expect(typeOf('application/vnd.ms_x-1')).toBe('application/vnd.ms_x-1');
  expect(typeOf('x'.repeat(101))).toBe('x'.repeat(100));
});

test.each([
  [partOf('text/plain'), false],
  [partOf('text/html'), false],
  [partOf('text/plain', { disposition: 'inline' }), false],
  [partOf('text/html', { disposition: 'attachment' }), true],
  [partOf('text/plain', { fileName: 'a.txt' }), true],
  [partOf('text/calendar'), true],
  [partOf('image/png', { disposition: 'inline' }), true],
])('%o is an attachment: %s', (part, is) => {
  expect(isAttachment(part)).toBe(is);
});
