/** How header values are written: what is folded where, and what is encoded. */
import { describe, expect, test } from 'vitest';
import { decodeText } from '../../../../src/message/header/encoded-words.js';
import {
  encodeUnstructured,
  foldField,
  formatMailbox,
  MAX_WORD_CHARACTERS,
} from '../../../../src/message/header/header-encoding.js';

describe('a field', () => {
  test('stands on one line up to 76 characters, and is broken before the word that passes them', () => {
    const first = 'x'.repeat(10);
    expect(foldField('A', `${first} ${'y'.repeat(62)}`)).toBe(`A: ${first} ${'y'.repeat(62)}\r\n`);
    expect(foldField('A', `${first} ${'y'.repeat(63)}`)).toBe(`A: ${first}\r\n ${'y'.repeat(63)}\r\n`);
  });

  test('of many words has no line beyond 76 characters', () => {
    const lines = foldField('References', 'a-word '.repeat(60).trim()).split('\r\n');
    expect(lines.slice(0, -1).map(({ length }) => length)).toEqual([74, 70, 70, 70, 70, 70, 7]);
    expect(lines.join('')).toBe(`References: ${'a-word '.repeat(60).trim()}`);
  });

  test('begins with its first word, however long', () => {
    expect(foldField('A', 'x'.repeat(200))).toBe(`A: ${'x'.repeat(200)}\r\n`);
    expect(foldField('A', `  x`)).toBe('A: x\r\n');
    expect(foldField('A', '')).toBe('A:\r\n');
  });

  test('keeps the spaces between its words, in front of the later one where it is broken', () => {
    expect(foldField('A', `x   y`)).toBe('A: x   y\r\n');
    expect(foldField('A', `${'x'.repeat(40)}  ${'y'.repeat(40)}`)).toBe(
      `A: ${'x'.repeat(40)}\r\n  ${'y'.repeat(40)}\r\n`,
    );
  });

  test('with a word that fits no line breaks it in pieces', () => {
    const word = 'x'.repeat(2 * MAX_WORD_CHARACTERS + 1);
    expect(foldField('A', word).split('\r\n')).toEqual([
      `A: ${'x'.repeat(MAX_WORD_CHARACTERS)}`,
      ` ${'x'.repeat(MAX_WORD_CHARACTERS)}`,
      ' x',
      '',
    ]);
  });
});

describe('text', () => {
  test.each([
    ['ASCII stays', 'Hello, you', 'Hello, you'],
    ['one word', 'größer', '=?UTF-8?Q?gr=C3=B6=C3=9Fer?='],
    ['a word among others', 'ein größer Drucker', 'ein =?UTF-8?Q?gr=C3=B6=C3=9Fer?= Drucker'],
    ['mostly beyond ASCII', '日本', '=?UTF-8?B?5pel5pys?='],
    ['what looks encoded', 'a =?x?=', '=?UTF-8?Q?a_=3D=3Fx=3F=3D?='],
  ])('%s', (_, text, encoded) => {
    expect(encodeUnstructured(text)).toBe(encoded);
    expect(decodeText(encoded)).toBe(text);
  });

  test('from the first foreign word to the last is encoded as one, with what stands between', () => {
    expect(decodeText(encodeUnstructured('das größte und die schönste Haus'))).toBe(
      'das größte und die schönste Haus',
    );
    expect(encodeUnstructured('a ä b ö c')).toMatch(/^a =\?UTF-8\?[BQ]\?[^ ]*\?= c$/);
  });

  test('has no encoded word beyond 75 characters', () => {
    const words = encodeUnstructured('ä'.repeat(100)).split(' ');
    expect(words.length).toBeGreaterThan(1);
    for (const word of words) expect(word.length).toBeLessThanOrEqual(75);
  });
});

describe('a mailbox', () => {
  test.each([
    ['', 'a@example.com'],
    ['Jane Doe', 'Jane Doe <a@example.com>'],
    ["O'Neil-Doe 2", "O'Neil-Doe 2 <a@example.com>"],
    ['Doe, Jane', '"Doe, Jane" <a@example.com>'],
    ['The "boss" \\o/', '"The \\"boss\\" \\\\o/" <a@example.com>'],
    ['b@example.com', '"b@example.com" <a@example.com>'],
    ['Jäne', '=?UTF-8?Q?J=C3=A4ne?= <a@example.com>'],
    ['a =?x?=', '=?UTF-8?Q?a_=3D=3Fx=3F=3D?= <a@example.com>'],
  ])('of %j', (name, written) => {
    expect(formatMailbox(name, 'a@example.com')).toBe(written);
  });
});
