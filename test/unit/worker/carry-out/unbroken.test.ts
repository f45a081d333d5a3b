/** When what was appended to the register need not be looked at again. */
import { describe, expect, it } from 'vitest';
import { isUnbroken } from '../../../../src/worker/carry-out/unbroken.js';
import { unclaimed } from '../../../../src/worker/workplace/claim.js';

const SEEN = 7;

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
