/** The tolerant reading of address lists: one entry for each comma, and what belongs to which. */
import { describe, expect, test } from 'vitest';
import { splitMailboxes } from '../../../../src/message/header/mailbox-list.js';

describe('an entry', () => {
  test.each([
    ['an address', 'a@example.com', '', 'a@example.com'],
    ['a member of a group', 'Staff:a@example.com;', '', 'a@example.com'],
    ['white space in the brackets', '< a@example.com >', '', 'a@example.com'],
    ['comments in the brackets', 'Jane <(b) a@example.com (c, d)>', 'Jane', 'a@example.com'],
    ['comments and white space beside the at sign', '<a (b) @ (c) example.com>', '', 'a@example.com'],
    ['a name with an at sign', 'Jane @ Acme', 'Jane Acme', '@'],
    ['a name', '  Jane  <a@example.com> ', 'Jane', 'a@example.com'],
    ['words about a bare address', 'Jane \t Doe  a@example.com ', 'Jane Doe', 'a@example.com'],
    ['a comment as name', '<a@example.com> (Jane)', 'Jane', 'a@example.com'],
    ['a comment in front', '(Jane) a@example.com', 'Jane', 'a@example.com'],
    ['a comment beside a name', 'Jane (Sales) <a@example.com>', 'Jane', 'a@example.com'],
    ['a mark in a comment', '(Jane \\) Doe) a@example.com', 'Jane  Doe', 'a@example.com'],
    ['a mark in a name', '"Jane \\" Doe" <a@example.com>', 'Jane " Doe', 'a@example.com'],
    ['the first of two brackets', '<a@example.com> <b@example.com>', '', 'a@example.com'],
    ['a word', 'Jane', 'Jane', ''],
  ])('%s', (_, value, name, address) => {
    expect(splitMailboxes(value).map((entry) => [entry.name.trim(), entry.address])).toEqual([
      [name, address],
    ]);
  });

  test('what is in quotes is never part of the address', () => {
    const [entry] = splitMailboxes('a"b"@example.com');
    expect(entry?.address).not.toBe('a@example.com');
    expect(entry?.address).not.toBe('ab@example.com');
  });
});

describe('entries are parted', () => {
  test.each([
    ['by commas without spaces', 'Jane <a@example.com>,b@example.com'],
    ['by semicolons', 'a@example.com;b@example.com'],
    ['behind a comment', 'a@example.com (Jane), b@example.com'],
    ['behind a comment in a comment', 'a@example.com (Jane (the, first) Doe), b@example.com'],
    ['behind an empty one', ', a@example.com, ,b@example.com,'],
  ])('%s', (_, value) => {
    expect(splitMailboxes(value).map(({ address }) => address)).toEqual(['a@example.com', 'b@example.com']);
  });

  test('and nothing between commas is none', () => {
    expect(splitMailboxes('')).toEqual([]);
    expect(splitMailboxes(', ,;')).toEqual([]);
  });
});
