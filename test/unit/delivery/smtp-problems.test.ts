import { describe, expect, it } from 'vitest';
import { isServerUnusable, smtpProblem } from '../../../src/delivery/smtp-problems.js';

const SERVER = { host: 'smtp.example.com', port: 465, user: 'desk', password: 'open sesame' };

function failure(properties: object): Error {
  return Object.assign(new Error('It failed'), properties);
}

function reply(responseCode: number, command: string, text = 'Reply'): object {
  return { responseCode, command, code: 'EENVELOPE', response: `${String(responseCode)} ${text}` };
}

describe('a failed transaction', () => {
  it.each([
    [reply(550, 'RCPT TO'), 'smtp-recipient-refused', false, false],
    [reply(450, 'RCPT TO'), 'smtp-deferred', true, false],
    [reply(554, 'DATA'), 'smtp-message-refused', false, false],
    [reply(451, 'DATA'), 'smtp-deferred', true, false],
    [reply(552, 'MAIL FROM'), 'smtp-message-refused', false, false],
    [reply(550, 'MAIL FROM'), 'smtp-unusable-sender', false, true],
    [reply(530, 'MAIL FROM'), 'smtp-sign-in-refused', false, true],
    [reply(421, 'RCPT TO'), 'smtp-unusable-connection', true, true],
    [reply(503, 'RCPT TO'), 'smtp-unusable-connection', true, true],
    [reply(554, 'CONN'), 'smtp-unusable-server', false, true],
    [reply(454, 'AUTH PLAIN'), 'smtp-unusable-connection', true, true],
    [{ ...reply(535, 'AUTH PLAIN', 'No: open sesame'), code: 'EAUTH' }, 'smtp-sign-in-refused', false, true],
    [{ code: 'ETIMEDOUT' }, 'smtp-unusable-connection', true, true],
    [{ code: 'ESOCKET', message: 'self-signed certificate' }, 'smtp-unusable-certificate', false, true],
    [{ code: 'ETLS' }, 'smtp-unusable-tls', false, true],
    [{}, 'smtp-unusable-connection', true, true],
    [reply(550, 'RCPT TO', 'Your certificate is unknown'), 'smtp-recipient-refused', false, false],
  ])('%j', (properties, ...[code, temporary, unusable]) => {
    const problem = smtpProblem(failure(properties), SERVER);
    expect(problem).toMatchObject({ code, temporary });
    expect(isServerUnusable(problem)).toBe(unusable);
    expect(problem.message).not.toContain(SERVER.password);
  });

  it('copes with anything thrown, and shows one line of it', () => {
    for (const odd of [undefined, null, 'text', 7]) expect(smtpProblem(odd, SERVER).temporary).toBe(true);
    const problem = smtpProblem(failure(reply(550, 'RCPT TO', `a\r\nb\u001b[31m${'x'.repeat(999)}`)), SERVER);
    expect(problem.message).toMatch(/^[^\r\n\u001b]{1,300}$/);
  });
});
