import { describe, expect, test } from 'vitest';
import { readContentType } from '../../../../src/message/header/content-type.js';
import { blockOf } from '../parse.js';

const read = (...lines: readonly string[]) => {
  const { type, parameters } = readContentType(blockOf(...lines));
  return [type, Object.fromEntries(parameters)];
};

describe('the content type', () => {
  test.each([
    ['Text/HTML; Charset="UTF-8"', ['text/html', { charset: 'UTF-8' }]],
    ['text/plain (really); format=flowed', ['text/plain', { format: 'flowed' }]],
    ['multipart / mixed; boundary=a', ['multipart/mixed', { boundary: 'a' }]],
    ["text/plain; name*=utf-8''J%C3%A4ne.txt", ['text/plain', { name: 'Jäne.txt' }]],
    ['', ['text/plain', {}]],
  ])('%s', (value, expected) => {
    expect(read(`Content-Type: ${value}`)).toEqual(expected);
  });

  test('is the first of several, and that of plain text where there is none', () => {
    expect(read('Content-Type: text/html', 'Content-Type: image/png')).toEqual(['text/html', {}]);
    expect(read('Subject: x')).toEqual(['text/plain', {}]);
  });
});
