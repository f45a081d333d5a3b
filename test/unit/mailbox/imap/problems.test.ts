import { describe, expect, it } from 'vitest';
import { commandProblem, connectProblem } from '../../../../src/mailbox/imap/problems.js';
import { Problem } from '../../../../src/problem/problem.js';
import { cleanServerText } from '../../../../src/problem/server-text.js';

const SERVER = { host: 'imap.example.com', port: 993, user: 'desk', password: 'open sesame' };

function failure(properties: object): Error {
  return Object.assign(new Error('Command failed'), properties);
}

const answer = (code: string): object => ({
  attributes: [{ type: 'ATOM', value: '', section: [{ type: 'ATOM', value: code }] }],
});

describe('a failed command', () => {
  it.each([
    [{ responseStatus: 'NO', responseText: 'Not now' }, 'imap-refused', 'folder', true, false],
    [{ responseStatus: 'NO', serverResponseCode: 'UNAVAILABLE' }, 'imap-refused', 'server', true, true],
    [{ responseStatus: 'NO', serverResponseCode: 'inuse' }, 'imap-refused', 'folder', true, true],
    [{ responseStatus: 'NO', serverResponseCode: 'OVERQUOTA' }, 'imap-refused', 'account', true, true],
    [{ responseStatus: 'NO', serverResponseCode: 'LIMIT' }, 'imap-refused', 'account', true, true],
    [{ responseStatus: 'NO', serverResponseCode: 'NOPERM' }, 'imap-refused', 'folder', false, true],
    [{ responseStatus: 'NO', serverResponseCode: 'SERVERBUG' }, 'imap-refused', 'server', true, false],
    [{ responseStatus: 'NO', serverResponseCode: 'X-ODD' }, 'imap-refused', 'folder', true, false],
    [{ responseStatus: 'BAD', responseText: 'Syntax' }, 'imap-refused', 'folder', false, false],
    [{ responseStatus: 'BAD', code: 'ETHROTTLE' }, 'imap-refused', 'account', true, true],
    [{ serverResponseCode: 'APPENDLIMIT' }, 'imap-refused', 'message', false, true],
    [{ responseStatus: 'NO', serverResponseCode: 'TOOBIG' }, 'imap-refused', 'message', false, true],
    [{ responseStatus: 'NO', serverResponseCode: 'TRYCREATE' }, 'imap-folder-missing', 'folder', false, true],
    [{ responseStatus: 'NO', response: answer('NONEXISTENT') }, 'imap-folder-missing', 'folder', false, true],
    [{ responseStatus: 'NO', mailboxMissing: true }, 'imap-folder-missing', 'folder', false, true],
    [{ code: 'NoConnection' }, 'imap-connection-lost', 'server', true, true],
    [{ code: 'ECONNRESET' }, 'imap-connection-lost', 'server', true, true],
    [{ code: 'ParserError3' }, 'imap-failed', 'server', true, true],
    [{}, 'imap-failed', 'server', true, true],
  ])('%j', (properties, code, scope, temporary, explained) => {
    const problem = commandProblem(failure(properties), 'read flags');
    expect(problem).toMatchObject({ code, scope, temporary, explained });
  });

  it('says what the server said, with its code', () => {
    const refusal = {
      responseStatus: 'NO',
      serverResponseCode: 'OVERQUOTA',
      responseText: 'Mailbox is full',
    };
    expect(commandProblem(failure(refusal), 'store a message in Outbox').message).toBe(
      'The IMAP server refused to store a message in Outbox [OVERQUOTA]: Mailbox is full',
    );
  });

  it('leaves a Problem as it is, and copes with anything thrown', () => {
    const problem = new Problem('x', 'y');
    expect(commandProblem(problem, 'z')).toBe(problem);
    for (const odd of [undefined, null, 'text', 7]) expect(commandProblem(odd, 'z').code).toBe('imap-failed');
  });
});

describe('a failed attempt to connect', () => {
  it.each([
    [{ authenticationFailed: true, responseText: 'No: open sesame' }, 'imap-sign-in-refused', 77],
    [{ authenticationFailed: true, serverResponseCode: 'AUTHENTICATIONFAILED' }, 'imap-sign-in-refused', 77],
    [{ authenticationFailed: true, serverResponseCode: 'UNAVAILABLE' }, 'imap-unreachable', 75],
    [
      { authenticationFailed: true, responseText: 'Too many simultaneous connections' },
      'imap-too-many-connections',
      75,
    ],
    [{ code: 'CERT_HAS_EXPIRED' }, 'imap-certificate', 69],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'imap-certificate', 69],
    [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'imap-certificate', 69],
    [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'imap-tls', 69],
    [{ tlsFailed: true }, 'imap-tls', 69],
    [{ code: 'ECONNREFUSED' }, 'imap-unreachable', 69],
    [{ code: 'ClosedAfterConnectTLS', reason: 'Server shuts down' }, 'imap-unreachable', 69],
    [{ code: 'ClosedAfterConnectTLS', reason: 'Too many connections' }, 'imap-too-many-connections', 69],
  ])('%j', (properties, code, exitCode) => {
    const problem = connectProblem(failure(properties), SERVER);
    const passes = ['imap-unreachable', 'imap-too-many-connections'].includes(code);
    expect(problem).toMatchObject({ code, exitCode, temporary: passes });
    expect(problem.message).not.toContain(SERVER.password);
  });
});

describe('a token', () => {
  const byToken = { host: 'imap.example.com', port: 993, user: 'desk', accessToken: 'open-sesame-token' };

  it('that is refused is told as such, with what the server has answered to it', () => {
    const refused = failure({
      authenticationFailed: true,
      responseText: 'Authentication failed for open-sesame-token.',
      oauthError: { status: 'invalid_token', scope: 'mail' },
    });
    expect(connectProblem(refused, byToken)).toMatchObject({ code: 'imap-sign-in-refused', exitCode: 77 });
    expect(connectProblem(refused, byToken).message).toMatch(
      /Authentication failed for \[hidden\]\. It takes no token of that account: check imap\.user/,
    );
    const narrow = { authenticationFailed: true, oauthError: { status: 'insufficient_scope' } };
    expect(connectProblem(failure(narrow), byToken).message).toMatch(/does not allow this: check the scopes/);
  });

  it('that a server has no way to take is a refusal, too', () => {
    const none = failure({ message: 'Unsupported authentication mechanism' });
    expect(connectProblem(none, byToken)).toMatchObject({ code: 'imap-sign-in-refused', exitCode: 77 });
    expect(connectProblem(none, SERVER)).toMatchObject({ code: 'imap-unreachable' });
  });

  it('that is taken by a server that lets the account do nothing is refused', () => {
    const blocked = failure({
      responseStatus: 'BAD',
      responseText: 'User is authenticated but not connected.',
    });
    expect(commandProblem(blocked, 'list folders')).toMatchObject({
      code: 'imap-sign-in-refused',
      exitCode: 77,
      temporary: false,
    });
  });
});

it('an account whose IMAP is switched off is refused for good, whatever else the server says', () => {
  const off = failure({
    authenticationFailed: true,
    serverResponseCode: 'ALERT',
    responseText: 'Your account is not enabled for IMAP use, try again later. (Failure)',
  });
  const problem = connectProblem(off, SERVER);
  expect(problem).toMatchObject({ code: 'imap-sign-in-refused', temporary: false });
  expect(problem.message).toMatch(
    /IMAP is switched off for this account: have it switched on in its settings\.$/,
  );
});

describe('text from a server', () => {
  it('becomes one short line', () => {
    expect(cleanServerText('a\r\n\u001b[31mb\u202ec\u0000  d ')).toBe('a [31mb c d');
    expect(cleanServerText('x'.repeat(200))).toHaveLength(200);
    expect(cleanServerText('x'.repeat(201))).toHaveLength(201);
    expect(cleanServerText('x'.repeat(9999))).toMatch(/^x{200}…$/);
    expect(cleanServerText(7)).toBe('');
  });
});

it('a sentence that goes on has one full stop, whatever the server ended with', () => {
  const refused = failure({ authenticationFailed: true, responseText: 'Authentication failed.' });
  expect(connectProblem(refused, SERVER).message).toBe(
    'The IMAP server imap.example.com refused the sign-in of desk: Authentication failed. Check imap.user and imap.password.',
  );
});
