import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  expandedSet,
  HIGHEST_UID,
  MAX_SET_CHARACTERS,
  MAX_UIDS_IN_A_SET,
  setMembers,
  sortedUids,
  uidChunks,
} from '../../../../src/mailbox/imap/uid-set.js';

/** What a server would take a set for. */
function expand(set: string): number[] {
  return set.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split(':').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

describe('UID sets', () => {
  it.each([
    [[], []],
    [[7], ['7']],
    [[3, 1, 2], ['1:3']],
    [[1, 3, 5], ['1,3,5']],
    [[5, 4, 9, 5, 10, 12], ['4:5,9:10,12']],
    [[0, -1, 1.5, Number.NaN, HIGHEST_UID + 1, 2], ['2']],
  ])('writes %j as %j', (uids, sets) => {
    expect(uidChunks(uids, 100).map(({ set }) => set)).toEqual(sets);
  });

  it.each([
    ['', []],
    ['7', [7]],
    ['3:5,9', [3, 4, 5, 9]],
    ['9,5:3', [9, 3, 4, 5]],
    [String(HIGHEST_UID), [HIGHEST_UID]],
  ])('reads %j', (set, uids) => {
    expect(setMembers(set)).toEqual(uids);
  });

  it.each(['*', '1:*', '0', '1:', ',', '1,,2', '-1', '1.5', 'x', '99999999999'])(
    'does not read %j',
    (set) => {
      expect(setMembers(set)).toBeNull();
    },
  );

  it('reads no set that no mailbox can hold', () => {
    expect(setMembers(`1:${HIGHEST_UID}`)).toBeNull();
    expect(setMembers(`5,7:${MAX_UIDS_IN_A_SET + 6}`)).toBeNull();
    expect(setMembers(`7:${MAX_UIDS_IN_A_SET / 4 + 6}`)).toHaveLength(MAX_UIDS_IN_A_SET / 4);
  });

  it('reads what ascends and is no more than was asked for', () => {
    expect(expandedSet('3:5,9', 4)).toEqual([3, 4, 5, 9]);
    expect(expandedSet('5:3,9', 4)).toEqual([3, 4, 5, 9]);
    for (const set of ['3:5,9,10', '3:5,5', '9,3:5', '', '0', '3,', '1:4294967294'])
      expect(expandedSet(set, 4)).toBeNull();
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 })), (uids) => {
        const read = uidChunks(uids, 1_000).flatMap(({ set }) => setMembers(set) ?? []);
        expect(read).toEqual(sortedUids(uids));
      }),
    );
  });

  it('cuts at the number of messages, and not before', () => {
    expect(uidChunks([1, 2, 3, 4, 5], 2).map(({ set }) => set)).toEqual(['1:2', '3:4', '5']);
    expect(uidChunks([1, 2, 3, 4], 4)).toHaveLength(1);
  });

  it('asks for exactly the UIDs that it was given, in lines of bounded length', () => {
    const uid = fc.oneof(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: HIGHEST_UID - 300, max: HIGHEST_UID }),
    );
    fc.assert(
      fc.property(fc.array(uid, { maxLength: 900 }), fc.integer({ min: 1, max: 500 }), (uids, most) => {
        const chunks = uidChunks(uids, most);
        for (const { set, uids: members } of chunks) {
          expect(expand(set)).toEqual(members);
          expect(members.length).toBeLessThanOrEqual(most);
          expect(set.length).toBeLessThanOrEqual(MAX_SET_CHARACTERS + 25);
        }
        expect(chunks.flatMap((chunk) => chunk.uids)).toEqual(sortedUids(uids));
      }),
      { numRuns: 200 },
    );
  });
});
