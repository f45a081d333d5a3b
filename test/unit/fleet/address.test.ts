/** The address of a Redis: what is none is refused, with what to do and without the address itself. */
import { expect, it } from 'vitest';
import { checkAddress } from '../../../src/fleet/redis.js';
import type { Problem } from '../../../src/problem/problem.js';

function problemOf(url: string): Pick<Problem, 'code' | 'exitCode' | 'message'> | null {
  try {
    checkAddress(url, 'fleet.redis');
    return null;
  } catch (error) {
    return error as Problem;
  }
}

it.each([
  'redis://127.0.0.1',
  'redis://:a-long-password-of-your-own@10.0.0.5:6379',
  'rediss://user:pass:word@redis.example.com:6380/2',
  'redis://user:p%2Fa%23s%25s%3F@10.0.0.5/',
  'redis://[::1]:6379',
])('takes %s', (url) => {
  expect(problemOf(url)).toBeNull();
});

it.each([
  'http://10.0.0.5',
  '10.0.0.5:6379',
  // A password that is not encoded.
  'redis://:sec/ret@10.0.0.5:6379',
  'redis://:sec#ret@10.0.0.5:6379',
  'redis://:sec?ret@10.0.0.5:6379',
  'redis://user:12#ret@10.0.0.5:6379',
  'redis://user:12/ret@10.0.0.5:6379',
  'redis://user:12?ret@10.0.0.5:6379',
  'redis://:sec%ret@10.0.0.5:6379',
  'redis://sec%ret@10.0.0.5:6379',
  'redis://:sec%FFret@10.0.0.5:6379',
])('refuses %s, and says how a password is written', (url) => {
  const problem = problemOf(url);
  expect(problem).toMatchObject({ code: 'fleet-address-invalid', exitCode: 78 });
  expect(problem?.message).toMatch(/^fleet\.redis: expected the address of a Redis, .*%25 for %/);
  expect(problem?.message).not.toMatch(/sec|ret|10\.0\.0\.5/);
});
