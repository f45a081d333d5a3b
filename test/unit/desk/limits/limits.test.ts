import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/desk/decide/decide.js';
import { boundNotices } from '../../../../src/desk/letters/notice-limit.js';
import { type Answer, limitReached, SentAutomaticAnswers } from '../../../../src/desk/limits/limits.js';
import { Ledger } from '../../../../src/desk/ticket/ledger.js';
import { deskPolicy, message, STEVE } from '../desk.js';

const MINUTE_MS = 60_000;
const limits = {
  acknowledgementsPerSender: { count: 2, withinMs: 15 * MINUTE_MS },
  acknowledgementsPerTopic: { count: 1, withinMs: 15 * MINUTE_MS },
  acknowledgementsPerExchange: { count: 9, withinMs: 15 * MINUTE_MS },
  errorReportsPerSender: { count: 1, withinMs: 24 * 60 * MINUTE_MS },
  answersPerSender: { count: 5, withinMs: 60 * MINUTE_MS },
  answersPerDomain: { count: 7, withinMs: 60 * MINUTE_MS },
  answersPerDesk: { count: 9, withinMs: 60 * MINUTE_MS },
  noticesPerMember: { count: 3, withinMs: 60 * MINUTE_MS },
};
const policy = deskPolicy({ limits });
const now = new Date('2026-11-23T12:00:00Z');

function ago(minutes: number): Date {
  return new Date(now.getTime() - minutes * MINUTE_MS);
}

function answer(
  minutes: number,
  to = 'jane@example.com',
  purpose: Answer['purpose'] = 'acknowledgement',
): Answer {
  return {
    purpose,
    to,
    cause: `${to} ${minutes} ${purpose}`,
    at: ago(minutes),
    subject: `subject ${'x'.repeat(minutes)}`,
  };
}

function reached(answers: readonly Answer[], asked: ReturnType<typeof wanted>): string | null {
  return limitReached(policy, new SentAutomaticAnswers(answers), asked);
}

function wanted(arrived = now, to = 'jane@example.com', purpose: Answer['purpose'] = 'acknowledgement') {
  return { purpose, to, cause: 'this', at: now, arrived, subject: 'Help' };
}

describe('the limit to one address', () => {
  it('counts what it had been sent when it wrote again, within the window', () => {
    expect(reached([answer(5)], wanted())).toBeNull();
    expect(reached([answer(5), answer(6)], wanted())).toContain('acknowledgements to this sender');
    expect(reached([answer(5), answer(16)], wanted())).toBeNull();
    expect(reached([answer(5), answer(6)], wanted(ago(7)))).toBeNull();
    expect(reached([answer(5, 'JANE@example.com'), answer(6)], wanted())).not.toBeNull();
  });

  it('is narrower for one subject, whatever counts up in it', () => {
    const earlier = { ...answer(5), subject: 'Re: [tracker #41] Your request 41' };
    expect(reached([earlier], { ...wanted(), subject: 'AW: Re: [tracker #42] Your request 42' })).toContain(
      'one subject',
    );
    expect(reached([earlier], { ...wanted(), subject: 'Another request' })).toBeNull();
  });

  it('is narrower in quick exchange, whatever it is about', () => {
    const quick = deskPolicy({
      limits: {
        ...limits,
        acknowledgementsPerSender: { count: 20, withinMs: 24 * 60 * MINUTE_MS },
        acknowledgementsPerExchange: { count: 2, withinMs: 15 * MINUTE_MS },
      },
    });
    const inExchange = (answers: readonly Answer[], arrived = now) =>
      limitReached(quick, new SentAutomaticAnswers(answers), wanted(arrived));
    expect(inExchange([answer(5)])).toBeNull();
    expect(inExchange([answer(5), answer(6)])).toContain('quick exchange');
    expect(inExchange([answer(14), answer(16), answer(18)])).toBeNull();
    // They had all been written before the first answer was there: a person's burst.
    expect(inExchange([answer(1), answer(2), answer(3)], ago(4))).toBeNull();
    expect(inExchange([answer(5, 'joe@example.com'), answer(6)])).toBeNull();
    const reports = [answer(5, 'jane@example.com', 'error-report'), answer(6)];
    expect(inExchange(reports)).toBeNull();
  });

  it('does not count an answer to this very message', () => {
    expect(reached([answer(5), { ...answer(6), cause: 'this' }], wanted())).toBeNull();
  });

  it('is one error report in a window', () => {
    expect(reached([answer(1)], wanted(now, 'jane@example.com', 'error-report'))).toBeNull();
    expect(
      reached(
        [answer(1, 'jane@example.com', 'error-report')],
        wanted(now, 'jane@example.com', 'error-report'),
      ),
    ).toContain('error reports');
  });

  it('bounds what a burst can be sent', () => {
    const burst = [1, 2, 3, 4, 5].map((minutes) => answer(minutes));
    expect(reached(burst.slice(1), wanted(ago(60)))).toBeNull();
    expect(reached(burst, wanted(ago(60)))).toContain('answers to this sender');
  });
});

describe('the wider limits', () => {
  it('count a domain, and the desk', () => {
    const domain = [1, 2, 3, 4, 5, 6, 7].map((n) => answer(n, `n${n}@example.com`));
    expect(reached(domain.slice(1), wanted())).toBeNull();
    expect(reached(domain, wanted())).toContain('domain');
    const all = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => answer(n, `n@d${n}.example`));
    expect(reached(all.slice(1), wanted())).toBeNull();
    expect(reached(all, wanted())).toContain('desk');
  });
});

describe('two programs that answer each other', () => {
  it('fall silent at once when they say the same', () => {
    const ledger = new Ledger(policy, { highest: 0, tickets: [], now });
    let answered = 0;
    for (let round = 1; round <= 10; round += 1) {
      const facts = message({
        from: 'robot@example.net',
        subject: `Round ${round}`,
        at: now.getTime() + round,
      });
      const decision = decide(policy, ledger, facts);
      ledger.takeIn(decision, facts);
      expect(decision.kind).toBe('new');
      answered += decision.acknowledge ? 1 : 0;
    }
    expect(answered).toBe(1);
  });
});

describe('notices to one member', () => {
  it('give way to one digest a window', () => {
    const ledger = new Ledger(policy, { highest: 0, tickets: [], now });
    const send = (cause: string) =>
      boundNotices(policy, ledger, {
        letters: [{ purpose: 'notice', to: 'steve@example.org', member: STEVE, answerTo: [] }],
        cause,
      }).map(({ purpose }) => purpose);
    expect(['a', 'b', 'c', 'd', 'e'].map(send)).toEqual([['notice'], ['notice'], ['notice'], ['digest'], []]);
    // Decided again after a crash, it is the same answer.
    expect(send('a')).toEqual(['notice']);
  });
});
