import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHeaderBlock } from '../../../../src/message/header/header-block.js';
import {
  MAX_FIRST_REFERENCE_IDS,
  MAX_IN_REPLY_TO_IDS,
  MAX_MESSAGE_ID_CHARACTERS,
  MAX_NEWEST_REFERENCE_IDS,
  MAX_REFERENCE_IDS,
  ownMessageId,
  referencedIds,
} from '../../../../src/message/header/message-ids.js';
import { blockOf } from '../parse.js';

const ids = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `r${from + index}@x`);

describe('ownMessageId', () => {
  test.each([
    ['<a@x>', 'a@x'],
    [' <a@x> (added by x)', 'a@x'],
    ['a@x', 'a@x'],
    ['<no-at-sign>', 'no-at-sign'],
    ['', null],
    ['<>', null],
    ['<a b@x>', null],
    ['a b', null],
    ['<a@x', null],
    ['a@x>', null],
  ])('of %j is %j', (value, id) => {
    expect(ownMessageId(blockOf(`Message-ID: ${value}`))).toBe(id);
  });

  test('is the first usable one of two, and null without the field', () => {
    expect(ownMessageId(blockOf('Message-ID: <>', 'Message-Id: <b@x>', 'Message-ID: <c@x>'))).toBe('b@x');
    expect(ownMessageId(blockOf('Subject: x'))).toBeNull();
  });

  test('is null beyond its length', () => {
    const id = 'a'.repeat(MAX_MESSAGE_ID_CHARACTERS);
    expect(ownMessageId(blockOf(`Message-ID: <${id}>`))).toBe(id);
    expect(ownMessageId(blockOf(`Message-ID: <${id}a>`))).toBeNull();
  });
});

describe('referencedIds', () => {
  test.each([
    [['References: <a@x> <b@x>'], ['a@x', 'b@x']],
    [
      ['In-Reply-To: <b@x>', 'References: <a@x> <b@x>'],
      ['a@x', 'b@x'],
    ],
    [
      ['In-Reply-To: <b@x>', 'In-Reply-To: <c@x>'],
      ['b@x', 'c@x'],
    ],
    [['In-Reply-To: Your message of "Mon, 1 Jan" <b@x>'], ['b@x']],
    [
      ['References: <a@x>,<b@x>,', ' <c@x>'],
      ['a@x', 'b@x', 'c@x'],
    ],
    [['References: <a@', ' x>'], ['a@x']],
    [['References: a@x, b@x'], ['a@x', 'b@x']],
    [['References: <a@x', ' <b@x>'], ['b@x']],
    [['References: <a@x'], []],
    [['References: <> <<<a@x>>'], ['a@x']],
    [['References: nothing'], []],
  ])('of %j is %j', (lines, expected) => {
    expect(referencedIds(blockOf(...lines))).toEqual(expected);
  });

  test('keeps the first and the newest', () => {
    const cap = MAX_FIRST_REFERENCE_IDS + MAX_NEWEST_REFERENCE_IDS;
    const field = (count: number): string =>
      `References: ${ids(0, count)
        .map((id) => `<${id}>`)
        .join(' ')}`;
    expect(referencedIds(blockOf(field(cap)))).toEqual(ids(0, cap));
    const over = [...ids(0, MAX_FIRST_REFERENCE_IDS), ...ids(MAX_FIRST_REFERENCE_IDS + 1, cap + 1)];
    expect(referencedIds(blockOf(field(cap + 1)))).toEqual(over);
    expect(referencedIds(blockOf(field(50_000)))).toHaveLength(cap);
    const replied = blockOf(
      `In-Reply-To: ${ids(0, MAX_IN_REPLY_TO_IDS + 1)
        .map((id) => `<${id}>`)
        .join('')}`,
    );
    expect(referencedIds(replied)).toHaveLength(MAX_IN_REPLY_TO_IDS);
  });

  test('never throws, and stays within its bounds', () => {
    const unit = fc.constantFrom('<', '>', '@', 'a', ' ', ',', '\r\n ', '"', '(');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 400 }), (value) => {
        const found = referencedIds(
          parseHeaderBlock(Buffer.from(`References: ${value}\r\nIn-Reply-To: ${value}\r\n`)),
        );
        expect(found.length).toBeLessThanOrEqual(MAX_REFERENCE_IDS);
        for (const id of found) expect(id).toMatch(/^[^\s<>]{1,900}$/);
      }),
    );
  });
});
