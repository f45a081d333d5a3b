import { describe, expect, test } from 'vitest';
import {
  decodeQuotedPrintable,
  encodeQuotedPrintable,
} from '../../../../src/message/body/quoted-printable.js';

describe('a line is encoded', () => {
  test.each([
    ['plain', 'Hello, you!~', 'Hello, you!~'],
    ['beyond ASCII', 'Grüße', 'Gr=C3=BC=C3=9Fe'],
    ['an equals sign', 'a=b', 'a=3Db'],
    ['a tab', 'a\tb', 'a\tb'],
    ['a control', 'a\u0001\u007fb', 'a=01=7Fb'],
    ['a space at the end', 'a ', 'a=20'],
    ['a tab at the end', 'a\t', 'a=09'],
    ['a space alone', ' ', '=20'],
    ['what mbox files take as theirs', 'From here', '=46rom here'],
    ['what they do not', 'Fromage', 'Fromage'],
    ['not at the start', 'x From here', 'x From here'],
    ['a dot in front', '..a.', '=2E.a.'],
    ['nothing', '', ''],
  ])('%s', (_, line, encoded) => {
    expect(encodeQuotedPrintable(line)).toBe(encoded);
  });

  test('in pieces of 76 characters', () => {
    expect(encodeQuotedPrintable('x'.repeat(76))).toBe('x'.repeat(76));
    expect(encodeQuotedPrintable('x'.repeat(77))).toBe(`${'x'.repeat(75)}=\r\nxx`);
    expect(encodeQuotedPrintable(`${'x'.repeat(73)}=`)).toBe(`${'x'.repeat(73)}=3D`);
    expect(encodeQuotedPrintable(`${'x'.repeat(74)}=`)).toBe(`${'x'.repeat(74)}=\r\n=3D`);
    expect(encodeQuotedPrintable(`${'x'.repeat(73)}=x`)).toBe(`${'x'.repeat(73)}=\r\n=3Dx`);
    expect(encodeQuotedPrintable(`${'x'.repeat(75)}.x`)).toBe(`${'x'.repeat(75)}=\r\n=2Ex`);
  });
});

describe('a text is decoded', () => {
  test.each([
    ['bytes', 'Gr=C3=bc=c3=9Fe', 'Grüße'],
    ['a soft line end', 'a=\r\nb=\nc', 'abc'],
    ['a soft line end with white space', 'a= \t\r\nb', 'ab'],
    ['with too much of it', `a=${' '.repeat(9)}\nb`, `a=${' '.repeat(9)}\nb`],
    ['what is cut off', 'a=C', 'a=C'],
    ['what is no code', 'a=XY=4', 'a=XY=4'],
    ['an encoded word at the end of a line', '=?utf-8?Q?x?=\r\ny', '=?utf-8?Q?x?=\r\ny'],
    ['base64 at the end of a line', 'QUJDRA==\r\ny', 'QUJDRA==\r\ny'],
  ])('%s', (_, text, decoded) => {
    expect(decodeQuotedPrintable(text).toString()).toBe(decoded);
  });
});
