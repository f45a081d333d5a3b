import { describe, expect, it } from 'vitest';
import { messageIdOf } from '../../../../src/mailbox/imap/appending.js';

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
