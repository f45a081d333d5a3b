import { describe, expect, test } from 'vitest';
import {
  MAX_BOUNCE_BODY_BYTES,
  MAX_FAILED_RECIPIENTS,
  MAX_RETURNED_HEADERS,
  MAX_RETURNED_IDS,
  readBounceBody,
} from '../../../../src/message/inside/bounce-body.js';

const read = (...lines: readonly string[]) => readBounceBody(Buffer.from(lines.join('\r\n')));
const HEADER = [
  'From: desk@example.com',
  'Message-ID: <sent@example.com>',
  'References: <asked@example.org>',
  '\t<thread@example.com>',
];
const report = (...actions: readonly string[]) => [
  'We are sorry.',
  '',
  ...actions.flatMap((action) => ['Final-Recipient: rfc822; Jane@example.org', `Action: ${action}`, '']),
  ...HEADER,
];

const at = (bytes: number) =>
  readBounceBody(Buffer.from(`${' '.repeat(bytes - 15)}\nAction: failed`)).outcome;
const headers = (count: number) =>
  Array.from({ length: count }, (_, index) => ['', `Message-ID: <${index}@example.com>`]).flat();
const named = (count: number) =>
  Array.from({ length: count }, (_, index) => `<${index}@example.com>`).join(' ');
const failed = (count: number) =>
  Array.from({ length: count }, (_, index) => `Final-Recipient: rfc822; u${index}@example.com`);

describe('what became of the mail, by its status', () => {
  test.each([
    [['failed'], 'failed'],
    [['Delayed'], 'delayed'],
    [['delivered'], 'delivered'],
    [['relayed'], 'delivered'],
    [['expanded'], 'delivered'],
    [['delivered', 'delayed'], 'delayed'],
    [['delayed', 'failed', 'delivered'], 'failed'],
  ])('%j is %s', (actions, outcome) => {
    expect(read(...report(...actions))).toMatchObject({ outcome, proven: true });
  });

  test('an action that no RFC knows says nothing', () => {
    expect(read('Action: considered').outcome).toBeNull();
  });
});

describe('what became of the mail, by its words', () => {
  test.each([
    ['failed', 'The message could not be delivered to one or more recipients.'],
    ['failed', "This is a permanent error; I've given up. Sorry it didn't work out."],
    ['failed', 'Warning: it was delayed, but delivery failed permanently.'],
    ['failed', '550 5.1.1 <jane@example.org>'],
    ['failed', 'Konnte nicht zugestellt werden: jane@example.org'],
    ['failed', "Votre message n'a pas pu être remis."],
    ['failed', 'Сообщение не было доставлено.'],
    ['failed', '送信先のメールボックスが一杯のため、送信できませんでした。'],
    ['failed', '无法投递到以下收件人'],
    ['delayed', 'THIS IS A WARNING MESSAGE ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.'],
    ['delayed', 'Your message has not yet been delivered after 4 hours. We will continue to try.'],
    ['delayed', 'Could not deliver it; no action is required on your part.'],
    ['delivered', 'Your message was successfully delivered to the destination(s) listed below.'],
    [null, 'Thank you for your message. We are away.'],
  ])('%s: %s', (outcome, text) => {
    expect(read(text).outcome).toBe(outcome);
  });

  test('words of the message that came back do not count', () => {
    const body = [...HEADER, '', 'Your message could not be delivered.'];
    expect(read('Thank you for your message.', '', ...body).outcome).toBeNull();
  });
});

describe('words alone prove nothing', () => {
  const FAILED = 'The message could not be delivered.';
  test.each([
    ['words', [FAILED], false],
    ['a returned header', [FAILED, '', ...HEADER], true],
    ['a recipient', [FAILED, '', '<jane@example.org>:'], true],
    ['an error code', [FAILED, '550 5.1.1 no such user'], true],
    ['a header, but no words', ['See below.', '', ...HEADER], false],
    ['a person who tells of it', ['Hello,', FAILED, '', '<jane@example.org>:', '', ...HEADER], false],
    ['a forward', ['---------- Forwarded message ---------', FAILED, '550 5.1.1', '', ...HEADER], false],
    ['an answer', ['On Monday Jane wrote:', '> x', '', FAILED, '550 5.1.1'], false],
    ['words far down', ['x'.repeat(2_000), FAILED, '550 5.1.1 no such user'], false],
    [
      'qmail, which greets',
      ['Hi. This is the qmail-send program at mail.example.org.', FAILED, '', '<jane@example.org>:'],
      true,
    ],
  ])('%s', (_, lines, proven) => {
    expect(read(...lines).proven).toBe(proven);
  });
});

describe('which message it was', () => {
  const ids = ['sent@example.com', 'asked@example.org', 'thread@example.com'];

  test.each([
    ['plain', HEADER],
    ['quoted', HEADER.map((line) => `> ${line}`)],
    ['indented', HEADER.map((line) => `   ${line}`)],
    ['after its own received fields', ['Received: from x', '\tby y', ...HEADER]],
  ])('%s', (_, header) => {
    expect(read('Failed.', '', ...header, '', 'Message-Text').returnedIds).toEqual(ids);
  });

  test('in base64, and in quoted-printable with lines that end in an equals sign', () => {
    const text = [
      'It could not be delivered to jane@example.org, which is not known here.',
      '',
      ...HEADER,
    ].join('\r\n');
    const base64 = Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\r\n');
    expect(read(...base64.split('\r\n')).returnedIds).toEqual(ids);
    expect(read('Content-Transfer-Encoding: base64', '', ...base64.split('\r\n')).returnedIds).toEqual(ids);
    expect(read('caf=C3=A9', '', 'Subject: =?utf-8?Q?x?=', ...HEADER).returnedIds).toEqual(ids);
  });

  test('named by the report', () => {
    expect(read('Original-Message-ID: <sent@example.com>').returnedIds).toEqual(['sent@example.com']);
  });

  test('cut off anywhere, it does not throw', () => {
    const whole = Buffer.from(report('failed').join('\r\n'));
    for (let end = 0; end <= whole.length; end += 1) readBounceBody(whole.subarray(0, end));
    expect(readBounceBody(whole.subarray(0, 0))).toEqual({
      outcome: null,
      proven: false,
      returnedIds: [],
      failedRecipients: [],
    });
  });
});

describe('whom it did not reach', () => {
  test.each([
    ['Final-Recipient: rfc822; Jane@Example.org'],
    ['Original-Recipient: rfc822;<jane@example.org>'],
    ['<jane@example.org>: user unknown'],
    ['  jane@example.org'],
    ['Could not be delivered to: <jane@example.org>'],
    ['"Jane" <jane@example.org>'],
  ])('%s', (line) => {
    expect(read('It failed.', line).failedRecipients).toEqual(['jane@example.org']);
  });
});

describe('bounds', () => {
  test('bytes', () => {
    expect(at(MAX_BOUNCE_BODY_BYTES)).toBe('failed');
    expect(at(MAX_BOUNCE_BODY_BYTES + 10)).toBeNull();
  });

  test('headers, ids, recipients', () => {
    expect(read(...headers(MAX_RETURNED_HEADERS)).returnedIds).toHaveLength(MAX_RETURNED_HEADERS);
    expect(read(...headers(MAX_RETURNED_HEADERS + 1)).returnedIds).toHaveLength(MAX_RETURNED_HEADERS);
    const many = Array.from({ length: MAX_RETURNED_HEADERS }, (_, index) => [
      '',
      `Message-ID: <m${index}@x>`,
      `References: ${named(30).replaceAll('@', `${index}@`)}`,
    ]).flat();
    expect(read(...many).returnedIds).toHaveLength(MAX_RETURNED_IDS);
    expect(read(...failed(MAX_FAILED_RECIPIENTS)).failedRecipients).toHaveLength(MAX_FAILED_RECIPIENTS);
    expect(read(...failed(MAX_FAILED_RECIPIENTS + 1)).failedRecipients).toHaveLength(MAX_FAILED_RECIPIENTS);
  });

  test.each([
    ['one line', 'a'.repeat(MAX_BOUNCE_BODY_BYTES)],
    ['addresses', '<a@b.c '.repeat(10_000)],
    ['base64', `${'A'.repeat(76)}\r\n`.repeat(900)],
    ['white space', ' \t'.repeat(32_000)],
    ['delivery', 'delivery to '.repeat(6_000)],
    ['marks', '> '.repeat(30_000)],
    ['equals signs', '= \t'.repeat(20_000)],
    ['quotes', '"'.repeat(MAX_BOUNCE_BODY_BYTES)],
    ['ids', 'Message-ID:\n'.repeat(5_000)],
  ])('time is bounded: %s', (_, text) => {
    // Not a measure of speed: work that grows with the square of its input would take minutes.
    const begin = performance.now();
    readBounceBody(Buffer.from(text));
    expect(performance.now() - begin).toBeLessThan(30_000);
  });
});
