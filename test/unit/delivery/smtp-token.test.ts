import { expect, it } from 'vitest';
import { tokenMechanism } from '../../../src/delivery/smtp-token.js';

it.each([
  [
    '250-smtp.gmail.com\r\n250-AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH\r\n250 OK',
    'OAUTHBEARER',
  ],
  ['250-smtp.office365.com\r\n250 AUTH LOGIN XOAUTH2', 'XOAUTH2'],
  ['250-old.example.com\n250-AUTH=LOGIN\n250 auth xoauth2', 'XOAUTH2'],
  ['250-mail.example.com\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 1000', null],
  ['250 mail.example.com XOAUTH2', null],
  ['', null],
])('of %j it uses %s', (ehlo, mechanism) => {
  expect(tokenMechanism(ehlo)).toBe(mechanism);
});
