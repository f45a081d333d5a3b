import { describe, expect, it } from 'vitest';
import { appendedUids, messageIdOf } from '../../../../src/mailbox/imap/appending.js';

describe('the Message-ID of a message to be stored', () => {
  it.each([
    ['From: a\r\nMessage-ID: <a@b>\r\n\r\n', '<a@b>'],
    ['message-id:<a@b>\r\nSubject: x\r\n\r\n', '<a@b>'],
    ['Message-ID:\r\n <a@b>\r\nTo: c\r\n\r\n', '<a@b>'],
    ['Subject: x\r\n\r\nMessage-ID: <body@b>\r\n', null],
    ['Message-ID:\r\n\r\n', null],
    ['Resent-Message-ID: <a@b>\r\n\r\n', null],
    ['', null],
  ])('%j', (raw, id) => {
    expect(messageIdOf(Buffer.from(raw))).toBe(id);
  });
});

describe('the UIDs of an answer to APPEND', () => {
  const answer = (...code: readonly string[]) => ({
    attributes: [{ type: 'ATOM', section: code.map((value) => ({ type: 'ATOM', value })) }],
  });

  it.each([
    ['one', answer('APPENDUID', '7', '12'), 1, [12]],
    ['a range', answer('APPENDUID', '7', '12:14'), 3, [12, 13, 14]],
    ['a range that is written the other way round', answer('APPENDUID', '7', '14:12'), 3, [12, 13, 14]],
    ['several ranges', answer('appenduid', '7', '3955,3957:3958'), 3, [3955, 3957, 3958]],
    ['too few', answer('APPENDUID', '7', '12:13'), 3, null],
    ['too many', answer('APPENDUID', '7', '12:15'), 3, null],
    ['more than anybody could count', answer('APPENDUID', '7', '1:4294967295'), 3, null],
    ['not in order', answer('APPENDUID', '7', '12,11,13'), 3, null],
    ['one twice', answer('APPENDUID', '7', '12,12,13'), 3, null],
    ['no number', answer('APPENDUID', '7', '12,*'), 2, null],
    ['zero', answer('APPENDUID', '7', '0'), 1, null],
    ['no UIDVALIDITY', answer('APPENDUID', '', '12'), 1, null],
    ['another code', answer('COPYUID', '7', '12'), 1, null],
    ['nothing', {}, 1, null],
  ])('%s', (_, told, count, uids) => {
    expect(appendedUids(told, count)).toEqual(uids);
  });
});
