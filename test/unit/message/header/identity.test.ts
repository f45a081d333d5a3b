import { expect, it } from 'vitest';
import { identityOf } from '../../../../src/message/header/identity.js';

const HEADER = 'From: jane@example.com\r\nSubject: Printer on fire\r\n';
const MARK = 'X-TUID: 9HxscDVORV3/\r\n';

function identity(header: string, bodySize = 10): string {
  const block = Buffer.from(`${header}\r\n`, 'latin1');
  return identityOf(block, block.length + bodySize);
}

it('is of the header block and the size', () => {
  expect(identity(HEADER)).toMatch(/^[0-9a-f]{64}$/);
  expect(identity(HEADER)).toBe(identity(HEADER));
  expect(identity(HEADER)).not.toBe(identity(HEADER, 11));
  expect(identity(HEADER)).not.toBe(identity(`${HEADER}X-New: 1\r\n`));
});

it.each([
  ['at the end', `${HEADER}${MARK}`],
  ['another one', `${HEADER}X-TUID: AAAAAAAAAAAA\r\n`],
  ['in the middle', HEADER.replace('Subject', `${MARK}Subject`)],
])('does not count the mark that mbsync writes: %s', (_, header) => {
  expect(identity(header)).toBe(identity(HEADER));
});

it.each([
  ['of another form', 'X-TUID: 9HxscDVORV3\r\n'],
  ['with more behind it', 'X-TUID: 9HxscDVORV3/x\r\n'],
  ['twice', `${MARK}${MARK}`],
  ['inside another field', `X-Other: ${MARK}`],
  ['of another name', 'X-TUIDS: 9HxscDVORV3/\r\n'],
])('counts what only looks like it: %s', (_, field) => {
  expect(identity(`${HEADER}${field}`)).not.toBe(identity(HEADER));
});

it('does not count it in a mail whose lines end with LF either', () => {
  const bare = (text: string) => text.replaceAll('\r\n', '\n');
  expect(identity(bare(`${HEADER}${MARK}`))).toBe(identity(bare(HEADER)));
});

it('keeps bytes that are no text', () => {
  expect(identity(`X-Raw: \xff\xfe\r\n${MARK}`)).toBe(identity('X-Raw: \xff\xfe\r\n'));
});
