import { describe, expect, it } from 'vitest';
import { limitReached, SentAutomaticAnswers } from '../../../../src/desk/limits/limits.js';
import { deskPolicy } from '../desk.js';

const HOUR_MS = 3_600_000;
const usual = deskPolicy();
const policy = deskPolicy({
  limits: { ...usual.limits, acknowledgementsPerTopic: { count: 1, withinMs: HOUR_MS } },
});
const now = new Date(100 * HOUR_MS);

function isSameTopic(one: string, other: string): boolean {
  const answer = { purpose: 'acknowledgement' as const, to: 'jane@example.com', at: now };
  const earlier = { ...answer, cause: 'earlier', subject: one };
  return (
    limitReached(policy, new SentAutomaticAnswers([earlier]), {
      ...answer,
      cause: 'this',
      arrived: now,
      subject: other,
    }) !== null
  );
}

describe('one subject', () => {
  it.each([
    ['Hello', 'HELLO'],
    ['Hello', 'Re: Hello'],
    ['Hello', ' AW: re:Fwd: Hello '],
    ['Hello', '[tracker #12] Hello'],
    ['Hello', 'Re: [tracker] Re: [] Hello'],
    ['Hello you', 'Hello [x] you'],
    ['Hello you', 'Hello[x]you'],
    ['Hello  you', 'Hello you'],
    ['Ticket 9', 'Ticket 1234'],
    ['Ticket 9', 'Ticket ٤٢'],
    ['Case 12 of 13', 'Case of'],
    ['', 'Re: 17'],
  ])('%j is %j', (one, other) => {
    expect(isSameTopic(one, other)).toBe(true);
    expect(isSameTopic(other, one)).toBe(true);
  });

  it.each([
    ['Hello', 'Hello again'],
    ['Hello', 'Question: Hello'],
    ['Hello', 'Hello re: Hello'],
    ['Hello you', 'Helloyou'],
    ['Request: re: x', 'Request: x'],
    ['a [b', 'a'],
  ])('%j is not %j', (one, other) => {
    expect(isSameTopic(one, other)).toBe(false);
  });
});

describe('a window', () => {
  const limit = { count: 2, withinMs: HOUR_MS };
  const isFull = (...ages: readonly number[]) => {
    const answers = ages.map((ms, index) => ({
      purpose: 'acknowledgement' as const,
      to: 'jane@example.com',
      cause: `earlier ${index}`,
      at: new Date(now.getTime() - ms),
      subject: '',
    }));
    return new SentAutomaticAnswers(answers).isFull('of the desk', limit, { at: now, cause: 'this' });
  };

  it('is full at the count, and forgets what is as old as it is long', () => {
    expect(isFull(0)).toBe(false);
    expect(isFull(0, HOUR_MS - 1)).toBe(true);
    expect(isFull(HOUR_MS - 1, 0, HOUR_MS)).toBe(true);
    expect(isFull(0, HOUR_MS)).toBe(false);
    expect(
      new SentAutomaticAnswers().isFull('of the desk', { ...limit, count: 0 }, { at: now, cause: 'this' }),
    ).toBe(true);
  });
});

it('what came in the same second as the answer to the one before comes after it', () => {
  const answer = { purpose: 'acknowledgement' as const, to: 'jane@example.com', subject: 'Hello' };
  const earlier = { ...answer, cause: 'earlier', at: new Date(now.getTime() - 1_000) };
  const wanted = (arrived: number) => ({ ...answer, cause: 'this', at: now, arrived: new Date(arrived) });
  expect(
    limitReached(policy, new SentAutomaticAnswers([earlier]), wanted(earlier.at.getTime())),
  ).not.toBeNull();
  expect(
    limitReached(policy, new SentAutomaticAnswers([earlier]), wanted(earlier.at.getTime() - 1)),
  ).toBeNull();
});
