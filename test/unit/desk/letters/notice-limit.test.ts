import { describe, expect, it } from 'vitest';
import type { Letter } from '../../../../src/desk/letters/letters.js';
import { boundNotices } from '../../../../src/desk/letters/notice-limit.js';
import { Ledger } from '../../../../src/desk/ticket/ledger.js';
import { ANN, deskPolicy, STEVE } from '../desk.js';

const HOUR_MS = 3_600_000;
const usual = deskPolicy();
const policy = deskPolicy({ limits: { ...usual.limits, noticesPerMember: { count: 2, withinMs: HOUR_MS } } });
const now = new Date(100.5 * HOUR_MS);
const to = 'steve@example.org';

const ledgerAt = (at = now) => new Ledger(policy, { highest: 0, tickets: [], now: at });
const notice = { purpose: 'notice' as const, to, member: STEVE, answerTo: [] };
const report = { purpose: 'not-relayed' as const, to, member: STEVE };
const noted = (purpose: 'notice' | 'not-relayed', cause: string, hoursAgo: number, address = to) => ({
  purpose,
  to: address,
  cause,
  at: new Date(now.getTime() - hoursAgo * HOUR_MS),
});

describe('notices to a member', () => {
  it('count with what was sent within the window, to that member, as a notice, for another cause', () => {
    const ledger = ledgerAt();
    ledger.notices.note(noted('notice', 'one', 0.5, 'STEVE@example.org'));
    ledger.notices.note(noted('notice', 'old', 1));
    ledger.notices.note(noted('notice', 'this', 0.5));
    ledger.notices.note(noted('notice', 'other', 0.5, 'ann@example.org'));
    ledger.notices.note(noted('not-relayed', 'report', 0.5));
    expect(boundNotices(policy, ledger, { letters: [notice], cause: 'this' })).toEqual([notice]);
    ledger.notices.note(noted('notice', 'two', 0.9));
    expect(boundNotices(policy, ledger, { letters: [notice], cause: 'this' })).toEqual([
      { purpose: 'digest', to, member: STEVE, window: 100 },
    ]);
  });

  it('are bounded for each member, and other letters are not', () => {
    const ledger = ledgerAt();
    for (const cause of ['one', 'two']) ledger.notices.note(noted('notice', cause, 0.1));
    ledger.notices.noteDigest({ to: 'ann@example.org', window: 100 });
    ledger.notices.noteDigest({ to, window: 99 });
    const toAnn = { ...notice, to: 'ann@example.org', member: ANN };
    const acknowledgement = { purpose: 'acknowledgement' as const, to };
    const letters = [acknowledgement, notice, toAnn];
    expect(boundNotices(policy, ledger, { letters, cause: 'this' })).toEqual([
      acknowledgement,
      { purpose: 'digest', to, member: STEVE, window: 100 },
      toAnn,
    ]);
    expect(boundNotices(policy, ledger, { letters, cause: 'that' })).toEqual([acknowledgement, toAnn]);
    expect(ledger.notices.digests).toContainEqual({ to, window: 100 });
  });

  it('of review count as well', () => {
    const ledger = ledgerAt();
    for (const cause of ['one', 'two']) ledger.notices.note(noted('notice', cause, 0.1));
    const letters = [
      { purpose: 'review-notice' as const, to, member: STEVE, why: { name: 'review-other' as const } },
    ];
    const [letter] = boundNotices(policy, ledger, { letters, cause: 'this' });
    expect(letter?.purpose).toBe('digest');
  });
});

describe('a report that a reply was not relayed', () => {
  it('goes once an hour to one member, and again for the same cause', () => {
    const ledger = ledgerAt();
    const send = (cause: string, letter = report) =>
      boundNotices(policy, ledger, { letters: [letter], cause });
    ledger.notices.note(noted('not-relayed', 'old', 1));
    ledger.notices.note(noted('notice', 'notice', 0.1));
    expect(send('a')).toEqual([report]);
    expect(send('a')).toEqual([report]);
    expect(send('b')).toEqual([]);
    expect(send('b', { ...report, to: 'STEVE@example.org' })).toEqual([]);
    expect(send('b', { ...report, to: 'ann@example.org', member: ANN })).toHaveLength(1);
  });

  it('that a program may answer takes the others’ notices with it where it comes too soon', () => {
    const ledger = ledgerAt();
    const toAnn = { ...notice, to: 'ann@example.org', member: ANN };
    const send = (cause: string, first: Letter) =>
      boundNotices(policy, ledger, { letters: [first, toAnn], cause });
    const hushing = { ...report, hushes: true as const };
    expect(send('a', hushing)).toEqual([hushing, toAnn]);
    expect(send('a', hushing)).toEqual([hushing, toAnn]);
    expect(send('b', hushing)).toEqual([]);
    expect(send('b', report)).toEqual([toAnn]);
  });
});
