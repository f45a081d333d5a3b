import { describe, expect, it } from 'vitest';
import {
  feedingList,
  feedingListWarning,
  LOOKED_AT_MESSAGES,
  MIN_TELLING_MESSAGES,
} from '../../../../src/desk/feeding/feeding-list.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import { deskPolicy, message } from '../desk.js';

const policy = deskPolicy();

function mail(count: number, list: string | null = null): Facts[] {
  const fields = list === null ? [] : [`List-Id: Help <${list}>`];
  return Array.from({ length: count }, () => message({ fields }));
}

describe('a list that seems to feed the desk', () => {
  it('is the one that more than half of the mail bears', () => {
    const listed = mail(6, 'Help.example.com');
    const found = feedingList(policy, [...listed, ...mail(5)]);
    expect(found).toEqual({ listId: 'help.example.com', bearing: 6, of: 11 });
    expect(feedingList(policy, [...listed, ...mail(6)])).toBeNull();
    expect(feedingListWarning({ listId: 'help.example.com', bearing: 6, of: 11 })).toMatch(
      /^6 of the newest 11 messages bear the List-Id <help\.example\.com>.*"ownLists"$/,
    );
  });

  it('is none that the configuration names, and no other beside it', () => {
    const own = deskPolicy({ ownLists: ['Help.example.com'] });
    expect(feedingList(own, mail(20, 'help.example.com'))).toBeNull();
    expect(feedingList(own, [...mail(9, 'help.example.com'), ...mail(11, 'news.example')])?.listId).toBe(
      'news.example',
    );
  });

  it('is not told of too little mail, and of the newest only', () => {
    expect(feedingList(policy, mail(MIN_TELLING_MESSAGES - 1, 'help.example.com'))).toBeNull();
    expect(feedingList(policy, mail(MIN_TELLING_MESSAGES, 'help.example.com'))).not.toBeNull();
    const old = mail(200, 'help.example.com');
    expect(feedingList(policy, [...old, ...mail(LOOKED_AT_MESSAGES)])).toBeNull();
  });
});
