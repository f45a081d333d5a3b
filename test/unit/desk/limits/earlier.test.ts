import { describe, expect, it } from 'vitest';
import { asTheyStand, EarlierLetters } from '../../../../src/desk/limits/earlier.js';
import { type Answer, answerToRemember, SentAutomaticAnswers } from '../../../../src/desk/limits/limits.js';
import { noticeToRemember, SentNotices } from '../../../../src/desk/limits/sent-notices.js';

const hash = (name: string): string => Buffer.from(name).toString('hex');
const answer: Answer = {
  purpose: 'acknowledgement',
  to: 'Jane@Example.org',
  cause: 'one',
  at: new Date(5_000),
  subject: 'Printer 7',
};
const wanted = { at: new Date(9_000), cause: 'two' };
const HOUR_MS = 3_600_000;

function counted(sent: SentAutomaticAnswers, group: string, of = wanted): number {
  let count = 0;
  while (sent.isFull(group, { count: count + 1, withinMs: HOUR_MS }, of)) count += 1;
  return count;
}

function remembering(...answers: readonly Answer[]): SentAutomaticAnswers {
  const sent = new SentAutomaticAnswers();
  const letters = answers.map((each) => answerToRemember(each, hash));
  sent.earlier = new EarlierLetters(hash, letters);
  return sent;
}

describe('answers from before the pass', () => {
  it('are counted in each group as if they were noted, and not for their own cause', () => {
    const noted = new SentAutomaticAnswers([answer]);
    const groups = [
      'of the desk',
      'in example.org',
      'to jane@example.org',
      'acknowledgement to jane@example.org',
    ];
    groups.push('acknowledgement to jane@example.org about printer', 'to bob@example.org');
    for (const of of [wanted, { ...wanted, cause: 'one' }]) {
      for (const group of groups)
        expect(counted(remembering(answer), group, of), group).toBe(counted(noted, group, of));
    }
    expect(counted(remembering(answer), 'of the desk')).toBe(1);
  });

  it('count beside those of the pass, each cause once', () => {
    const sent = remembering(answer);
    sent.note({ ...answer, at: new Date(6_000) });
    expect(counted(sent, 'of the desk')).toBe(1);
    sent.note({ ...answer, cause: 'three' });
    sent.note({ ...answer, purpose: 'error-report' });
    expect(counted(sent, 'of the desk')).toBe(3);
  });

  it('are told once for a cause', () => {
    expect(counted(remembering(answer, { ...answer, at: new Date(6_000) }), 'of the desk')).toBe(1);
  });

  it('tell of no address, domain or subject', () => {
    const told = JSON.stringify(answerToRemember(answer, () => '…'));
    expect(told).not.toMatch(/jane|example|printer|one/i);
  });

  it('are taken away while they do not count, and given otherwise while they count otherwise', () => {
    const [first, second] = [answer, { ...answer, cause: 'three' }].map((each) =>
      answerToRemember(each, hash),
    );
    if (first === undefined || second === undefined) throw new Error('two were remembered');
    const sent = new SentAutomaticAnswers();
    sent.earlier = asTheyStand(new EarlierLetters(hash, [first, second]), {
      withheld: new EarlierLetters(hash, [first]),
      instead: new EarlierLetters(hash, [{ ...first, cause: hash('four') }]),
    });
    expect(counted(sent, 'of the desk')).toBe(2);
    expect(counted(sent, 'of the desk', { ...wanted, cause: 'four' })).toBe(1);
    expect(counted(sent, 'of the desk', { ...wanted, cause: 'one' })).toBe(2);
    // It was not sent after all.
    sent.note(answer);
    expect(counted(sent, 'of the desk')).toBe(3);
    sent.note({ ...answer, cause: 'four' });
    expect(counted(sent, 'of the desk')).toBe(3);
  });
});

describe('notices from before the pass', () => {
  const notice = { purpose: 'notice', to: 'Steve@example.org', cause: 'one', at: new Date(5_000) } as const;

  function remember(...notices: readonly Parameters<typeof noticeToRemember>[0][]): SentNotices {
    const sent = new SentNotices();
    sent.earlier = new EarlierLetters(
      hash,
      notices.map((each) => noticeToRemember(each, hash)),
    );
    return sent;
  }

  it('count beside those of the pass, for each member and purpose', () => {
    const sent = remember(notice, { ...notice, purpose: 'not-relayed', cause: 'two' });
    const asked = { purpose: 'notice', to: 'steve@example.org', cause: 'three' } as const;
    expect(sent.since(4_999, asked)).toBe(1);
    expect(sent.since(5_000, asked)).toBe(0);
    expect(sent.since(0, { ...asked, cause: 'one' })).toBe(0);
    expect(sent.since(0, { ...asked, to: 'ann@example.org' })).toBe(0);
    sent.note({ ...notice, at: new Date(6_000) });
    expect(sent.since(0, asked)).toBe(1);
    sent.note({ ...notice, cause: 'four' });
    expect(sent.since(0, asked)).toBe(2);
  });

  it('tell in which window there was a digest', () => {
    const sent = remember({ ...notice, purpose: 'digest', at: new Date(2_000) });
    const told = (window: number, to = 'steve@example.org'): boolean => sent.hasDigest({ to, window }, 1_000);
    expect([1, 2, 3].map((window) => told(window))).toEqual([false, true, false]);
    expect(told(2, 'ann@example.org')).toBe(false);
    expect(sent.since(0, { purpose: 'notice', to: 'steve@example.org', cause: 'x' })).toBe(0);
    sent.noteDigest({ to: 'steve@example.org', window: 7 });
    expect(told(7)).toBe(true);
  });
});
