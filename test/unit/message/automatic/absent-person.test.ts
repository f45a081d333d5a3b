/** Whom the sentence of an absence note is about. */
import { expect, it } from 'vitest';
import { isAboutSender } from '../../../../src/message/automatic/absent-person.js';

const about = (whom: string, name: string, address: string | null = 'x1@example.org') =>
  isAboutSender(whom, { name, address });

it.each([
  ['Jane Roe', 'Jane Roe', null],
  ['Jane Roe', 'Jane', null],
  ['Jane', 'Roe, Jane', null],
  ['Jane Roe/ACME/Berlin/DE', 'Jane Roe', null],
  ['[EXTERN] Jane Roe', 'Jane Roe', null],
  ['Jürgen Müller', 'JURGEN Muller', null],
  ['Jane Roe', '', 'jane.roe@example.org'],
  ['Jane Roe', '', 'jroe@example.org'],
])('%s is the sender %s <%s>', (whom, name, address) => {
  expect(about(whom, name, address)).toBe(true);
});

it.each([
  ['My mother', 'Kim', 'kim@example.org'],
  ['Our admin', 'Admin', 'admin@example.org'],
  ['The admin', 'Admin', 'admin@example.org'],
  ['Mein Kollege Kim', 'Kim', 'kim@example.org'],
  ['Kim’s mother', 'Kim', 'kim@example.org'],
  ["Kim's mother", 'Kim', 'kim@example.org'],
  ['The whole team that Kim leads', 'Kim', 'kim@example.org'],
  ['Steve', 'Jane Roe', 'jane@example.org'],
  ['Al', '', 'alice@example.org'],
  ['J. R.', 'J. R.', null],
  ['', '', null],
  ['Jane', '', null],
])('%s is not the sender %s <%s>', (whom, name, address) => {
  expect(about(whom, name, address)).toBe(false);
});
