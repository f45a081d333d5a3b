import { expect, it } from 'vitest';
import { nearest } from '../../../src/config/near-miss.js';

const KNOWN = ['auth', 'authservId', 'host', 'port', 'user', 'password', 'security', 'envelopeFrom'];

it.each([
  ['hots', 'host'],
  ['prot', 'port'],
  ['Port', 'port'],
  ['pasword', 'password'],
  ['pass', 'password'],
  ['passwords', 'password'],
  ['secuirty', 'security'],
  ['envelope-from', 'envelopeFrom'],
  ['username', 'user'],
  ['authserv-id', 'authservId'],
  ['xyz', null],
  ['', null],
  ['po', null],
  ['p'.repeat(41), null],
])('%j is meant as %j', (written, meant) => {
  expect(nearest(written, KNOWN)).toBe(meant);
});
