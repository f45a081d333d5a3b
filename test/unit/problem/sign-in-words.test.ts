/** Each refusal that is known says what to do, and only those. */
import { describe, expect, it } from 'vitest';
import {
  asSentence,
  isBlocked,
  signInAdvice,
  statusIn,
  tokenStatus,
} from '../../../src/problem/sign-in-words.js';

describe('a refused sign-in', () => {
  it.each([
    [
      'Your account is not enabled for IMAP use. Please visit your Gmail settings page',
      /^IMAP is switched off/,
    ],
    [
      '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.',
      /"Authenticated SMTP" switched on/,
    ],
    [
      'User is authenticated but not connected.',
      /check that imap\.user is the mailbox, that it has a licence/,
    ],
    [
      'Application-specific password required: https://support.google.com/accounts/answer/185833',
      /app password in imap\.password, or OAuth2/,
    ],
    ['Please log in via your web browser: https://support.google.com/x', /with a browser first/],
    ['535 5.7.139 Authentication unsuccessful, basic authentication is disabled.', /takes no passwords/],
  ])('%s', (said, advice) => {
    expect(isBlocked(said)).toBe(true);
    for (const byToken of [true, false]) expect(signInAdvice({ said, byToken }, 'imap')).toMatch(advice);
  });

  it('is about the password, or about the token, where nothing is known', () => {
    const said = 'AUTHENTICATE failed.';
    expect(isBlocked(said)).toBe(false);
    expect(signInAdvice({ said, byToken: false }, 'smtp')).toBe('check smtp.user and smtp.password');
    expect(signInAdvice({ said, byToken: true, status: 'invalid_token' }, 'smtp')).toMatch(
      /^it takes no token of that account: check smtp\.user/,
    );
    expect(signInAdvice({ said, byToken: true, status: 'insufficient_scope' }, 'imap')).toMatch(
      /^the token does not allow this: check the scopes/,
    );
  });

  it('is a sentence', () => {
    expect(asSentence('check it')).toBe('Check it.');
  });
});

it.each([
  ['eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==', '400'],
  [Buffer.from('{"status":"invalid_token"}').toString('base64'), 'invalid_token'],
  [Buffer.from('{"status":7}').toString('base64'), ''],
  [Buffer.from('{"status":"a\\nforged line"}').toString('base64'), ''],
  ['!', ''],
  ['', ''],
])('the answer %s has the status %j', (challenge, status) => {
  expect(tokenStatus(challenge)).toBe(status);
});

it('reads no status where there is none', () => {
  for (const answer of [undefined, null, 'text', [], {}]) expect(statusIn(answer)).toBe('');
});
