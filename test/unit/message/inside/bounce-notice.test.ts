/** What the text of a bounce says in its server's own words: for whom, with which code, and about what. */
import { describe, expect, test } from 'vitest';
import { readBounceBody } from '../../../../src/message/inside/bounce-body.js';
import { butFor } from '../parse.js';

const read = (...lines: readonly string[]) => readBounceBody(Buffer.from(lines.join('\r\n')));
const base64 = (text: string) => Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\n');
const HEADER = ['From: desk@example.com', 'Message-ID: <sent@example.com>', 'Subject: Printer'];

describe('an error code', () => {
  test('speaks of a failure', () => {
    const codes = [
      '550 no',
      'said: 450-no',
      '(5.1.1)',
      '#4.2.2 x',
      'x 5.7.509 x',
      '{"notificationType":"x"}',
    ];
    expect(butFor('failed', codes, (text) => read(text).outcome)).toEqual([]);
  });

  test('is nothing else with digits', () => {
    const others = ['250 ok', '1550 x', '5503 x', '15.1.1', '5.1', '3.1.1', '5.1234.1', 'a5.1.1'];
    expect(butFor(null, others, (text) => read(text).outcome)).toEqual([]);
  });
});

describe('a status', () => {
  test.each([
    ['Action: failure', 'failed'],
    ['Action: Failed (user unknown)', 'failed'],
    ['> Action:failed', 'failed'],
    ['\tAction : delayed', 'delayed'],
    ['Reaction: failed', null],
    ['Action: fail', null],
    ['Action: undelayed', null],
  ])('%s', (line, outcome) => {
    expect(read('x', line).outcome).toBe(outcome);
  });
});

describe('a failed recipient', () => {
  const recipients = (...lines: readonly string[]) => read(...lines).failedRecipients;

  test('is read out of a status, however it is written', () => {
    const lines = [
      'Final-Recipient: rfc822; jane@example.org',
      'final-recipient:RFC822;JANE@example.org',
      'Final-Recipient : jane@example.org',
      '> Original-Recipient: utf-8; <jane@example.org>',
      'Final-Recipient: x-local; jane@example.org; x',
    ];
    expect(butFor('jane@example.org', lines, (line) => recipients(line).join())).toEqual([]);
  });

  test('is read out of a line that begins with it', () => {
    const lines = [
      '<jane@example.org>',
      '<jane@example.org>: unknown',
      'jane@example.org (unknown)',
      '  "Doe, Jane" <jane@example.org>',
      "'jane@example.org'",
      'To: jane@example.org',
      'Recipient: <jane@example.org>',
      'Failed recipient : jane@example.org',
      'user: jane@example.org',
      'Could not be delivered to: jane@example.org',
    ];
    expect(butFor('jane@example.org', lines, (line) => recipients('It failed.', line).join())).toEqual([]);
  });

  test('is no address within a sentence, nor in the message that came back', () => {
    const lines = [
      'Ask jane@example.org',
      'jane@example.org knows',
      'From: jane@example.org',
      'x@y',
      '@example.org',
    ];
    expect(butFor('', lines, (line) => recipients('It failed.', line).join())).toEqual([]);
    expect(recipients('It failed.', '', ...HEADER, '', 'jane@example.org')).toEqual([]);
  });

  test('is that of the status where there is one', () => {
    expect(recipients('<kim@example.org>:', '', 'Final-Recipient: rfc822; jane@example.org')).toEqual([
      'jane@example.org',
    ]);
    expect(recipients('<kim@example.org>:', '<lee@example.org>:')).toEqual([
      'kim@example.org',
      'lee@example.org',
    ]);
  });
});

describe('the text is read', () => {
  test.each([
    ['in UTF-8', Buffer.from('Zustellung fehlgeschlagen: unbekannter Empfänger')],
    ['in UTF-8 that is cut off', Buffer.from('Unbekannter Empfänger ä').subarray(0, -1)],
    ['in Latin-1', Buffer.from('Unbekannter Empfänger', 'latin1')],
    ['in quoted-printable', Buffer.from('Unbekannter Empf=C3=A4nger')],
    ['in quoted-printable that breaks lines', Buffer.from('Unbekannter Emp=\r\nf=C3=A4nger')],
    ['in quoted-printable of lines alone', Buffer.from('It is unde=\nliverable')],
    ['in base64', Buffer.from(`\n\n${base64('It is undeliverable, as you see.'.padEnd(90, '.'))}`)],
    ['over several lines', Buffer.from('could not\r\n   be delivered')],
    ['over many blanks', Buffer.from(`could not${' '.repeat(40)}be delivered`)],
  ])('%s', (_, bytes) => {
    expect(readBounceBody(bytes).outcome).toBe('failed');
  });

  test('without what parts its parts', () => {
    const lines = [
      '--undeliverable',
      'Content-Description: Undelivered Message',
      'MIME-Version: undeliverable',
    ];
    expect(butFor(null, lines, (line) => read('x', line).outcome)).toEqual([]);
    expect(read('-- undeliverable').outcome).toBe('failed');
  });

  test('without the header that came back, up to the empty line above it', () => {
    expect(read('See below.', '', 'Subject: undeliverable', ...HEADER).outcome).toBeNull();
    expect(read('It was undeliverable.', '', ...HEADER).outcome).toBe('failed');
  });
});

describe('the message that came back', () => {
  const ids = (...lines: readonly string[]) => read(...lines).returnedIds;

  test.each([
    ['in quotation marks of any depth', ['> > From: x', '> > Message-ID: <a@b>', '> > References: <c@d>']],
    ['in bars', ['| From: x', '| Message-ID: <a@b>', '| References: <c@d>']],
    ['marked line by line in another way', ['>From: x', '> Message-ID: <a@b>', '>References: <c@d>']],
    ['with spaces before the colon', ['From: x', 'Message-Id : <a@b>', 'References: <c@d>']],
    ['with the id last', ['References: <c@d>', 'Message-ID: <a@b>']],
  ])('is named %s', (_, lines) => {
    expect(ids('Failed.', '', ...lines, '', 'In-Reply-To: <x@y>')).toEqual(['a@b', 'c@d']);
  });

  test('is named by the report beside it', () => {
    expect(ids('Original-Message-ID: <a@b>')).toEqual(['a@b']);
    expect(ids('> X-Original-Message-ID : <a@b>')).toEqual(['a@b']);
    expect(ids('Not-Original-Message-ID: <a@b>')).toEqual([]);
    expect(ids('Original-Message-ID: <c@d>', '', ...HEADER)).toEqual(['sent@example.com', 'c@d']);
    expect(ids('Original-Message-ID: <sent@example.com>', '', ...HEADER)).toEqual(['sent@example.com']);
  });

  test('is not what a sentence says', () => {
    expect(ids('The Message-ID: <a@b> is unknown.')).toEqual([]);
  });

  test('may be several', () => {
    expect(ids(...HEADER, '', 'Message-ID: <other@example.com>')).toEqual([
      'sent@example.com',
      'other@example.com',
    ]);
  });
});
