import { expect, it } from 'vitest';
import { longestWindowMs, SentAutomaticAnswers } from '../../../../src/desk/limits/limits.js';
import { deskPolicy, LIMITS } from '../desk.js';

it('what is remembered reaches as far back as the longest window', () => {
  const day = { count: 1, withinMs: 86_400_000 };
  expect(longestWindowMs(deskPolicy())).toBe(86_400_000);
  const longer = { ...LIMITS, answersPerDesk: { count: 1, withinMs: 7 * day.withinMs } };
  expect(longestWindowMs(deskPolicy({ limits: longer }))).toBe(7 * day.withinMs);
});

it('an answer counts once, however often the mailbox tells of it', () => {
  const answer = {
    purpose: 'acknowledgement' as const,
    to: 'jane@example.com',
    cause: 'earlier',
    at: new Date(2_000),
    subject: 'Hello',
  };
  const limit = { count: 2, withinMs: 3_600_000 };
  const wanted = { at: new Date(3_000), cause: 'this' };
  const sent = new SentAutomaticAnswers([answer, { ...answer, at: new Date(2_500) }]);
  expect(sent.isFull('of the desk', limit, wanted)).toBe(false);
  sent.note({ ...answer, purpose: 'error-report' });
  expect(sent.isFull('of the desk', limit, wanted)).toBe(true);
});
