/** What becomes of a letter, by its purpose. */
import { expect, it } from 'vitest';
import { PURPOSES, type Purpose } from '../../../../src/desk/letters/letters.js';
import { rowOf } from '../../../../src/desk/letters/staging.js';
import { TEXTS } from '../../../../src/desk/letters/texts.js';

const those = (is: (row: ReturnType<typeof rowOf>) => boolean): readonly string[] =>
  Object.keys(PURPOSES).filter((purpose) => is(rowOf({ purpose: purpose as Purpose })));

it.each([
  [
    'go to staff',
    those(({ toStaff }) => toStaff === true),
    ['not-relayed', 'review-notice', 'notice', 'digest', 'summary'],
  ],
  [
    'are told to staff where they are refused',
    those((row) => row.refusalTold === true),
    ['confirmation', 'relay'],
  ],
  ['are news of other mail', those(({ news }) => news === true), ['summary']],
  ['are what a command waits for', those(({ awaited }) => awaited === true), ['acknowledgement', 'relay']],
  [
    'show which message opened a ticket',
    those(({ opens }) => opens === true),
    ['acknowledgement', 'filing-note'],
  ],
  ['count as a notice', those(({ countsAs }) => countsAs === 'notice'), ['review-notice', 'notice']],
  ['count as a report', those(({ countsAs }) => countsAs === 'not-relayed'), ['not-relayed']],
  ['count as a digest', those(({ countsAs }) => countsAs === 'digest'), ['digest']],
  ['count as an error report', those(({ countsAs }) => countsAs === 'error-report'), ['error-report']],
  ['need words of their cause', those(({ reads }) => reads === 'words'), ['notice']],
  ['need all of their cause', those(({ reads }) => reads === 'whole'), ['relay']],
])('these %s', (_, found, expected) => {
  expect(found).toEqual(expected);
});

it('no two texts have one name', () => {
  expect(new Set(TEXTS.map(({ name }) => name)).size).toBe(TEXTS.length);
});
