import { expect, it } from 'vitest';
import { EXIT, joined, Problem } from '../../../src/problem/problem.js';

it('a problem is for good and unavailable, unless it is said to pass', () => {
  const lasting = new Problem('some-code', 'It is broken.');
  expect([lasting.code, lasting.message, lasting.temporary, lasting.exitCode]).toEqual([
    'some-code',
    'It is broken.',
    false,
    69,
  ]);
  const passing = new Problem('some-code', 'It is busy.', { temporary: true });
  expect([passing.temporary, passing.exitCode]).toEqual([true, 75]);
  expect(new Problem('some-code', 'x', { temporary: true, exitCode: EXIT.configuration }).exitCode).toBe(78);
});

it('a problem names itself and keeps its cause', () => {
  const cause = new Error('deeper');
  const problem = new Problem('some-code', 'It is broken.', { cause });
  expect([problem.name, problem.cause, problem instanceof Error]).toEqual(['Problem', cause, true]);
});

it('the exit codes are those of sysexits', () => {
  expect(EXIT).toEqual({
    done: 0,
    someToReview: 1,
    usage: 64,
    unavailable: 69,
    tryLater: 75,
    signInRefused: 77,
    configuration: 78,
  });
});

it('reasons bring no full stop into a sentence', () => {
  expect(joined(['It has a null sender.', 'not answered.'])).toBe('It has a null sender; not answered');
});
