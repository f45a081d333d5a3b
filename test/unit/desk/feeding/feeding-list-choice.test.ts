/** Which messages and which of several lists count. */
import { expect, it } from 'vitest';
import { feedingList, LOOKED_AT_MESSAGES } from '../../../../src/desk/feeding/feeding-list.js';
import { signOrigin } from '../../../../src/desk/sign/origin.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import { factsOfWhole } from '../../message/facts/facts-of-whole.js';
import { deskPolicy } from '../desk.js';

const policy = deskPolicy();
/** A message for each row of lists, all of one second. */
const mail = (second: number, ...rows: readonly (readonly string[])[]): Facts[] =>
  rows.map((lists) => factsOfWhole(raw(lists), { receivedAt: new Date(second * 1_000) }));
const copies = (second: number, count: number): Facts[] => {
  const own = factsOfWhole(signOrigin(policy, raw([])), { receivedAt: new Date(second * 1_000) });
  return Array.from({ length: count }, () => own);
};
const times = (count: number, ...lists: readonly string[]) => Array.from({ length: count }, () => lists);

function raw(lists: readonly string[]): Buffer {
  const fields = lists.map((list) => `List-Id: <${list}>\r\n`);
  return Buffer.from(`${fields.join('')}From: jane@example.com\r\n\r\n`);
}

it('of several lists it is the one that most messages bear', () => {
  const several = [...times(3, 'rare.example', 'usual.example'), ...times(8, 'usual.example'), []];
  expect(feedingList(policy, mail(1, ...several))).toEqual({
    listId: 'usual.example',
    bearing: 11,
    of: 12,
  });
});

it('only the newest messages count, wherever they stand', () => {
  const newest = mail(2, ...times(LOOKED_AT_MESSAGES, 'new.example'));
  const old = mail(1, ...times(LOOKED_AT_MESSAGES + 1, 'old.example'));
  for (const all of [
    [...newest, ...old],
    [...old, ...newest],
  ])
    expect(feedingList(policy, all)).toEqual({
      listId: 'new.example',
      bearing: LOOKED_AT_MESSAGES,
      of: LOOKED_AT_MESSAGES,
    });
});

it('the desk’s own copies are passed over, but no more of them than leave a view of the newest', () => {
  const listed = mail(1, ...times(LOOKED_AT_MESSAGES, 'help.example'));
  const most = 3 * LOOKED_AT_MESSAGES;
  expect(feedingList(policy, [...listed, ...copies(2, most)])?.of).toBe(LOOKED_AT_MESSAGES);
  expect(feedingList(policy, [...listed, ...copies(2, most + 1)])?.of).toBe(LOOKED_AT_MESSAGES - 1);
  expect(feedingList(policy, [...listed, ...copies(2, 4 * LOOKED_AT_MESSAGES)])).toBeNull();
});
