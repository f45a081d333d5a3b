/** When what was appended to the register need not be looked at again. */
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../../src/desk/ticket/ledger.js';
import { appendEntries } from '../../../../src/worker/carry-out/append-entries.js';
import { isUnbroken } from '../../../../src/worker/carry-out/unbroken.js';
import { unclaimed } from '../../../../src/worker/workplace/claim.js';
import type { WorkingDesk } from '../../../../src/worker/workplace/desk.js';
import { deskPolicy } from '../../desk/desk.js';

const SEEN = 7;

describe('the other entries of the register, after some were appended', () => {
  const policy = deskPolicy();
  const now = (): Date => new Date(0);
  it.each([
    ['are as they were seen, where these are links alone', 'link', [7], false],
    ['are to be read, where others wrote before them', 'link', [8], true],
    ['are to be read, where these are some of them', 'taken', [7], true],
  ] as const)('%s', async (_, kind, uids, others) => {
    const append = (): Promise<readonly number[]> => Promise.resolve(uids);
    const desk = { policy, now, newId: () => 'id', folders: { register: 'Register' }, store: { append } };
    const survey = {
      ledger: new Ledger(policy, { highest: 1, tickets: [] }),
      registerUidNext: SEEN,
      written: { others: false },
    };
    const link = { kind: 'link', identity: 'one', ticket: 1, messageId: null } as const;
    const record = kind === 'link' ? link : ({ kind, messageIds: ['<a@b>'] } as const);
    await appendEntries({ ...desk, claim: unclaimed } as unknown as WorkingDesk, survey, [{ record }]);
    expect(survey.written.others).toBe(others);
  });
});

describe('entries that were just appended', () => {
  it.each([
    ['the very next UIDs', [7, 8, 9], [], true, 10],
    ['none', [], [], true, 7],
    ['somebody wrote before them', [8, 9], [], false, 7],
    ['somebody wrote between them', [7, 9], [], false, 7],
    ['a UID that was there before', [6], [], false, 7],
    ['the own claim lies before them', [8, 9], [7], true, 10],
    ['a renewal of it lies between them', [7, 9, 12], [8, 10, 11], true, 13],
    ['the own claim and another entry lie before them', [9], [7], false, 7],
  ])('%s', (_, uids, ofClaim, unbroken, next) => {
    const survey = { registerUidNext: SEEN };
    const claim = { ...unclaimed, wrote: (uid: number) => ofClaim.some((own) => own === uid) };
    expect(isUnbroken({ claim }, survey, uids)).toBe(unbroken);
    expect(survey.registerUidNext).toBe(next);
  });
});
