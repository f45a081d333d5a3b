import { describe, expect, it } from 'vitest';
import { MailRefusal } from '../../../src/delivery/refusal.js';
import { smtpProblem } from '../../../src/delivery/smtp-problems.js';

const SERVER = { host: 'smtp.example.com', port: 465, user: 'desk', password: 'open sesame' };

function failure(properties: object): Error {
  return Object.assign(new Error('It failed'), properties);
}

function reply(responseCode: number, command: string, text = 'Reply'): object {
  return { responseCode, command, code: 'EENVELOPE', response: `${String(responseCode)} ${text}` };
}

describe('a failed transaction', () => {
  it.each([
    [reply(550, 'RCPT TO', '5.1.1 No such user'), 'smtp-recipient-refused', false, 'message'],
    [reply(550, 'RCPT TO', '5.2.1 Disabled'), 'smtp-recipient-refused', false, 'message'],
    [reply(550, 'RCPT TO', '5.1.90 Over your daily limit'), 'smtp-refused', false, 'server'],
    [reply(552, 'RCPT TO', '5.2.2 Full'), 'smtp-refused', false, 'server'],
    [reply(550, 'RCPT TO'), 'smtp-refused', false, 'server'],
    [reply(550, 'DATA', '5.1.1 No such user'), 'smtp-recipient-refused', false, 'message'],
    [reply(450, 'RCPT TO'), 'smtp-deferred', true, 'message'],
    [reply(554, 'DATA', '5.7.1 Spam'), 'smtp-refused', false, 'server'],
    [reply(451, 'DATA'), 'smtp-deferred', true, 'message'],
    [{ ...reply(452, 'DATA'), code: 'EMESSAGE' }, 'smtp-deferred', true, 'message'],
    [{ ...reply(552, 'DATA'), code: 'EMESSAGE' }, 'smtp-too-large', false, 'message'],
    [{ ...reply(552, 'DATA', '5.7.0 Blocked'), code: 'EMESSAGE' }, 'smtp-refused', false, 'server'],
    [reply(552, 'MAIL FROM'), 'smtp-too-large', false, 'message'],
    [reply(552, 'MAIL FROM', '5.3.4 Too big'), 'smtp-too-large', false, 'message'],
    [
      { code: 'EMESSAGE', message: 'Message size larger than allowed 9', command: 'MAIL FROM' },
      'smtp-too-large',
      false,
      'message',
    ],
    [reply(550, 'MAIL FROM', '5.6.7 SMTPUTF8 wanted'), 'smtp-message-refused', false, 'message'],
    [reply(550, 'MAIL FROM'), 'smtp-unusable-sender', false, 'server'],
    [reply(451, 'MAIL FROM'), 'smtp-unusable-sender', true, 'server'],
    [reply(530, 'MAIL FROM'), 'smtp-sign-in-refused', false, 'account'],
    [reply(550, 'RCPT TO', '5.7.8 Sign in'), 'smtp-sign-in-refused', false, 'account'],
    [reply(421, 'RCPT TO'), 'smtp-unusable-connection', true, 'server'],
    [reply(503, 'RCPT TO'), 'smtp-unusable-connection', true, 'server'],
    [reply(554, 'CONN'), 'smtp-unusable-server', false, 'server'],
    [reply(454, 'STARTTLS'), 'smtp-unusable-tls', true, 'server'],
    [reply(454, 'AUTH PLAIN'), 'smtp-unusable-sign-in', true, 'server'],
    [reply(421, 'AUTH PLAIN'), 'smtp-unusable-sign-in', true, 'server'],
    [
      { ...reply(535, 'AUTH PLAIN', 'No: open sesame'), code: 'EAUTH' },
      'smtp-sign-in-refused',
      false,
      'account',
    ],
    [{ code: 'EAUTH', message: 'Unknown method', command: 'API' }, 'smtp-sign-in-refused', false, 'account'],
    [{ code: 'ETIMEDOUT' }, 'smtp-unusable-connection', true, 'server'],
    [{ code: 'ESOCKET', message: 'self-signed certificate' }, 'smtp-unusable-certificate', false, 'server'],
    [{ code: 'ETLS' }, 'smtp-unusable-tls', false, 'server'],
    [{}, 'smtp-unusable-connection', true, 'server'],
    [reply(550, 'RCPT TO', 'Your certificate is unknown'), 'smtp-refused', false, 'server'],
  ])('%j', (properties, ...[code, temporary, scope]) => {
    const problem = smtpProblem(failure(properties), SERVER);
    expect(problem).toMatchObject({ code, temporary, scope });
    // What the server said of one message says so; anything else is said of all mail.
    const ofMail = !code.startsWith('smtp-unusable') && code !== 'smtp-sign-in-refused';
    expect(problem instanceof MailRefusal).toBe(ofMail);
    expect(problem.message).not.toContain(SERVER.password);
  });

  it('tells a message that is too large with its size and the limit', () => {
    const own = smtpProblem(
      failure({ code: 'EMESSAGE', message: 'Message size larger than allowed 9' }),
      SERVER,
      10,
    );
    const other = smtpProblem(failure(reply(552, 'DATA', '5.3.4 Too big')), SERVER, 10);
    expect(own).toMatchObject({ because: { kind: 'too-large', size: 10, limit: 9 } });
    expect(other).toMatchObject({ because: { kind: 'too-large', size: 10, limit: null } });
  });

  it('shows no address in what a server says', () => {
    const said = reply(550, 'RCPT TO', '5.1.1 <jane@example.org>: jane@example.org is unknown');
    expect(smtpProblem(failure(said), SERVER)).toMatchObject({
      message: 'The SMTP server refused the recipient: 550 5.1.1 <…>: … is unknown',
      because: { kind: 'answer', answer: '550 5.1.1 <…>: … is unknown' },
    });
  });

  it('knows refusals of one kind from others', () => {
    const kinds = [
      reply(554, 'DATA', '5.7.1 a'),
      reply(554, 'DATA', '5.7.1 b'),
      reply(554, 'DATA', '5.7.0 a'),
    ];
    const [one, same, other] = kinds.map((kind) => smtpProblem(failure(kind), SERVER)) as MailRefusal[];
    expect(one?.sameness).toBe(same?.sameness);
    expect(one?.sameness).not.toBe(other?.sameness);
  });

  it('copes with anything thrown, and shows one line of it', () => {
    for (const odd of [undefined, null, 'text', 7]) expect(smtpProblem(odd, SERVER).temporary).toBe(true);
    const problem = smtpProblem(failure(reply(550, 'RCPT TO', `a\r\nb\u001b[31m${'x'.repeat(999)}`)), SERVER);
    expect(problem.message).toMatch(/^[^\r\n\u001b]{1,300}$/);
  });
});

it('a sentence that goes on has one full stop, whatever the server ended with', () => {
  const refused = { code: 'EAUTH', command: 'AUTH PLAIN', response: '535 5.7.8 Authentication failed.' };
  expect(smtpProblem(failure(refused), SERVER).message).toBe(
    'The SMTP server smtp.example.com:465 refused the sign-in: 535 5.7.8 Authentication failed. Check smtp.user and smtp.password.',
  );
  const sender = { code: 'EENVELOPE', command: 'MAIL FROM', response: '550 5.7.1 Not you..' };
  expect(smtpProblem(failure(sender), SERVER).message).toContain('Not you. Check address');
});
