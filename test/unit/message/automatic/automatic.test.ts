import { describe, expect, test } from 'vitest';
import { classifyAutomatic } from '../../../../src/message/automatic/automatic.js';
import { AUTOMATIC_RULES } from '../../../../src/message/automatic/automatic-rules.js';
import { MAX_VIEWED_PARTS } from '../../../../src/message/automatic/automatic-view.js';
import {
  MAX_RECEIVED_FIELDS_ANSWERED,
  SILENCE_RULES,
} from '../../../../src/message/automatic/silence-rules.js';
import { MAX_CONTENT_TYPE_CHARACTERS } from '../../../../src/message/header/content-type.js';
import { MAX_HEADER_FIELDS } from '../../../../src/message/header/header-block.js';
import { blockOf, partOf } from '../parse.js';

const PERSON = ['From: Jane <jane@example.com>', 'Subject: Printer'];
const classify = (...lines: readonly string[]) => classifyAutomatic(blockOf(...lines), null);
const kindOf = (...lines: readonly string[]): string | null => classify(...lines).automatic?.kind ?? null;
const asks = (...lines: readonly string[]): boolean => classify(...lines).mayBeBounce;
const reply = ['In-Reply-To: <a@b>'];

describe('Auto-Submitted', () => {
  test.each([
    ['no', null],
    ['NO (really)', null],
    ['no; x=y', null],
    ['auto-replied', 'auto-reply'],
    ['Auto-Replied', 'auto-reply'],
    ['auto-replied (vacation)', 'auto-reply'],
    ['(vacation) auto-replied; owner-email="x@example.com"', 'auto-reply'],
    ['auto-generated', 'generated'],
    ['auto-generated; type=x', 'generated'],
    ['auto-notified; owner-email="x@example.com"', 'generated'],
    ['yes', 'generated'],
    ['something-new', 'generated'],
  ])('%s is %s', (value, kind) => {
    expect(kindOf(...PERSON, `Auto-Submitted: ${value}`)).toBe(kind);
    expect(kindOf(...PERSON, `AUTO-SUBMITTED:${value}`)).toBe(kind);
  });

  test('twice', () => {
    expect(kindOf(...PERSON, 'Auto-Submitted: no', 'Auto-Submitted: auto-replied')).toBe('auto-reply');
  });
});

describe('bounces', () => {
  test.each([
    ['a report', [...PERSON, 'Content-Type: multipart/report; report-type=delivery-status; boundary=x']],
    [
      'a report in odd spelling',
      [...PERSON, 'Content-Type: Multipart/Report; boundary="x"; Report-Type="Delivery-Status"'],
    ],
    ['failed recipients', [...PERSON, 'X-Failed-Recipients: x@example.com']],
    ['a daemon', ['From: MAILER-DAEMON@example.com', 'Auto-Submitted: no']],
    [
      'a daemon with a name',
      ['From: Mail Delivery System <Mailer-Daemon@example.com>', 'Auto-Submitted: auto-replied'],
    ],
    ['a daemon without a domain', ['From: MAILER-DAEMON']],
    ['the null address', ['From: <>', 'Subject: Returned mail']],
    ['a postmaster', ['From: postmaster@example.com', 'Subject: Undeliverable: x']],
    [
      'Exchange',
      ['From: Microsoft Exchange <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.com>'],
    ],
    [
      'a null sender',
      ['Return-Path: <>', ...PERSON.slice(0, 1), 'Subject: Undelivered Mail Returned to Sender'],
    ],
    [
      'a null sender in German',
      ['Return-Path: < >', ...PERSON.slice(0, 1), 'Subject: =?utf-8?Q?Unzustellbar=3A_x?='],
    ],
    [
      'one that a list passed on',
      ['From: MAILER-DAEMON@example.com', 'List-Id: <x.example.com>', 'Precedence: list'],
    ],
  ])('%s', (_, lines) => {
    expect(kindOf(...lines)).toBe('bounce');
  });

  test('by their parts, but not by the parts of an attached message', () => {
    const status = partOf('message/delivery-status');
    const report = partOf('multipart/mixed', { children: [partOf('text/plain'), status] });
    expect(classifyAutomatic(blockOf(...PERSON), report).automatic?.kind).toBe('bounce');
    const many = (count: number) =>
      partOf('multipart/mixed', {
        children: [...Array.from({ length: count }, () => partOf('text/plain')), status],
      });
    expect(classifyAutomatic(blockOf(...PERSON), many(MAX_VIEWED_PARTS - 2)).automatic?.kind).toBe('bounce');
    expect(classifyAutomatic(blockOf(...PERSON), many(MAX_VIEWED_PARTS - 1)).automatic).toBeNull();
    const forwarded = partOf('multipart/mixed', {
      children: [partOf('message/rfc822', { children: [report] })],
    });
    expect(classifyAutomatic(blockOf(...PERSON), forwarded).automatic).toBeNull();
  });

  test.each([
    'Delivery Status Notification (Delay)',
    'Delayed Mail (still being retried)',
    'Warning: could not send message for past 4 hours',
    'Successful Mail Delivery Report',
    'Relayed: Printer',
  ])('are not what is late or has arrived: %s', (subject) => {
    const lines = [
      'From: MAILER-DAEMON@example.com',
      `Subject: ${subject}`,
      'Content-Type: multipart/report; report-type=delivery-status',
    ];
    expect(kindOf(...lines)).toBe('delivery-notice');
  });
});

describe('other automatic mail', () => {
  test.each([
    ['auto-reply', ['X-Autoreply: yes']],
    ['auto-reply', ['X-Autorespond: x']],
    ['auto-reply', ['Precedence: auto_reply']],
    ['auto-reply', ['Precedence: bulk', 'X-Auto-Reply-From: x@example.com']],
    ['auto-reply', ['Delivered-To: Autoresponder']],
    ['auto-reply', ['X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent']],
    ['auto-reply', ['X-Autogenerated: Reply']],
    ['auto-reply', ['X-Auto-Submitted: auto_replied']],
    ['auto-reply', ['X-Boxbe-Request: 1']],
    ['auto-reply', ['X-Mailer: Vacation 1.2']],
    ['auto-reply', ['Content-Type: text/calendar; method=COUNTER']],
    ['auto-reply', ['Content-Type: text/calendar; method=REPLY']],
    ['auto-reply', ['Return-Path: <>', ...reply]],
    [
      'read-receipt',
      ['Content-Type: multipart/report; report-type=disposition-notification', 'Return-Path: <>'],
    ],
    ['report', ['Content-Type: multipart/report; report-type=feedback-report']],
    ['report', ['Content-Type: multipart/report; report-type=tlsrpt', 'TLS-Report-Domain: example.com']],
    ['generated', ['Return-Path: <>']],
    ['generated', ['X-Cron-Env: <SHELL=/bin/sh>']],
    ['generated', ['X-Amz-Sns-Message-Id: x']],
    ['generated', ['RT-Ticket: x #1']],
    ['list', ['List-Id: <x.example.com>', 'X-Loop: x']],
    ['list', ['List-Unsubscribe: <https://example.com>']],
    ['list', ['Precedence: list']],
    ['bulk', ['Precedence: bulk']],
    ['bulk', ['Precedence: Junk']],
  ])('%s: %j', (kind, lines) => {
    expect(kindOf(...lines, ...PERSON)).toBe(kind);
  });

  test('a DMARC report', () => {
    const subject = 'Subject: Report Domain: example.com Submitter: google.com Report-ID: 123';
    expect(kindOf('From: noreply-dmarc-support@google.com', subject)).toBe('report');
  });

  test.each([
    'Automatic reply: x',
    'Out of Office: x',
    'Abwesenheitsnotiz',
    'Réponse automatique : x',
    '自动答复: x',
    'Автоответ: x',
  ])('an absence note needs a second sign: %s', (subject) => {
    const lines = ['From: Jane <jane@example.com>', `Subject: ${subject}`];
    expect(kindOf(...lines)).toBeNull();
    expect(kindOf(...lines, 'X-Auto-Response-Suppress: All')).toBe('auto-reply');
    expect(kindOf(...lines, 'Precedence: bulk')).toBe('auto-reply');
    expect(kindOf('Return-Path: <>', ...lines)).toBe('auto-reply');
    expect(kindOf(...lines, ...reply)).toBe('auto-reply');
    expect(kindOf(...lines, ...reply, 'User-Agent: Mozilla Thunderbird')).toBeNull();
  });

  test('a calendar answer in a mail of several parts needs its subject', () => {
    const parts = partOf('multipart/alternative', {
      children: [partOf('text/plain'), partOf('text/calendar')],
    });
    const kind = (subject: string) =>
      classifyAutomatic(blockOf('From: a@example.com', `Subject: ${subject}`), parts).automatic?.kind;
    expect(kind('Accepted: Meeting')).toBe('auto-reply');
    expect(kind('Meeting about the printer')).toBeUndefined();
  });
});

describe('people are people', () => {
  test.each([
    ['plain mail', PERSON],
    ['a forwarded bounce', [...PERSON.slice(0, 1), 'Subject: Fwd: Undelivered Mail Returned to Sender']],
    ['mail about a bounce', [...PERSON.slice(0, 1), 'Subject: Undeliverable mail again']],
    ['mail about absence', [...PERSON.slice(0, 1), 'Subject: Out of office next week, who covers?']],
    ['first-class precedence', [...PERSON, 'Precedence: first-class']],
    [
      'mail that a mailbox rule passes on',
      [...PERSON, 'X-MS-Exchange-Inbox-Rules-Loop: jane@example.com', 'X-Autogenerated: Forward'],
    ],
    ['an auto-responder that says no', [...PERSON, 'X-Autoreply: no']],
    ['a postmaster who writes', ['From: Paul <postmaster@example.com>', 'Subject: Your SPF record']],
    ['nobody, without any other sign', ['From: <>', 'Subject: Printer']],
    [
      'a host that wrote Return-Path twice',
      ['Return-Path: <jane@example.com>', 'Return-Path: Jane@example.com', ...PERSON],
    ],
    [
      'nobody with a mail client',
      ['From: <>', 'User-Agent: Mutt/2.2', 'Subject: Undeliverable: what is that?'],
    ],
    [
      'a postmaster with a mail client',
      ['From: postmaster@example.com', 'User-Agent: Mutt/2.2', 'Subject: A question'],
    ],
    ['a request for a receipt', [...PERSON, 'Disposition-Notification-To: <jane@example.com>']],
    ['a Return-Path', ['Return-Path: <jane@example.com>', ...PERSON]],
    ['suppressed receipts', [...PERSON, 'X-Auto-Response-Suppress: DR, RN, NRN']],
    [
      'a forwarder’s Return-Path above the sender’s',
      ['Return-Path: <SRS0=x=y=example.com=jane@old.example>', 'Return-Path: <jane@example.com>', ...PERSON],
    ],
    ['a double stamp', ['Delivered-To: support@example.com', 'Delivered-To: Support@example.com', ...PERSON]],
    [
      'the mark of a mailbox that it came through',
      ['X-Loop: old@example.com', 'Delivered-To: <Old@example.com>', ...PERSON],
    ],
    [
      'the mark of the mailbox it was written to',
      ['X-Loop: old@example.com', 'Cc: Old <old@example.com>', ...PERSON],
    ],
  ])('%s', (_, lines) => {
    expect(classify(...lines)).toMatchObject({ automatic: null, suppressAnswer: false, suppressBecause: [] });
  });
});

describe('no answer, but a person', () => {
  test.each([
    [['X-Auto-Response-Suppress: All']],
    [['X-Loop: x']],
    [['X-Loop: robot@example.com', 'To: support@example.com']],
    [['X-Loop: yes', 'Delivered-To: yes']],
    [
      [
        'Delivered-To: support@example.com',
        'Delivered-To: Support@example.com',
        'Delivered-To: <support@example.com>',
        'Delivered-To: support@example.com',
      ],
    ],
    [['To: support@example.com, owner-list@example.org']],
    [['X-SG-EID: x']],
    [['X-Auto-Response-Suppress: DR, OOF, AutoReply']],
    [['x-auto-response-suppress: oof;rn']],
  ])('%j', (lines) => {
    const { automatic, suppressAnswer, suppressBecause } = classify(...PERSON, ...lines);
    expect([automatic, suppressAnswer, suppressBecause.length]).toEqual([null, true, 1]);
  });

  test.each([
    ['[AUTO GENERATED] Disk', true],
    ['[auto-generated message] Disk', true],
    ['[Automatically generated] Disk', true],
    ['Re: [AUTO GENERATED] Disk', false],
    ['Auto generated code does not compile', false],
  ])('subject %s', (subject, isSilent) => {
    const { automatic, suppressAnswer } = classify('From: Jane <jane@example.com>', `Subject: ${subject}`);
    expect([automatic, suppressAnswer]).toEqual([null, isSilent]);
  });

  test.each([
    'noreply',
    'no-reply',
    'nagios',
    'DoNotReply',
    'owner-list',
    'list-request',
    'list-bounces',
    'listserv',
  ])('%s@', (local) => {
    expect(classify(`From: ${local}@example.com`)).toMatchObject({ automatic: null, suppressAnswer: true });
  });

  test('up to the limit of servers it is answered, and not beyond', () => {
    const lines = Array.from({ length: MAX_RECEIVED_FIELDS_ANSWERED }, () => 'Received: x');
    expect(classify(...PERSON, ...lines).suppressAnswer).toBe(false);
    expect(classify(...PERSON, ...lines, 'Received: x').suppressBecause).toEqual([
      'It has passed too many servers.',
    ]);
  });

  test('a header that is too long to be read is not answered', () => {
    const lines = Array.from({ length: MAX_HEADER_FIELDS }, () => 'X-A: x');
    expect(classify(...PERSON, ...lines)).toMatchObject({
      automatic: null,
      suppressBecause: ['Its header is too long to be read in full.'],
    });
  });
});

function kindOfReport(contentTypeLength: number): string | null {
  const end = '; report-type=delivery-status';
  return kindOf(
    ...PERSON,
    `Content-Type: ${'multipart/report; a='.padEnd(contentTypeLength - end.length, 'x')}${end}`,
  );
}

test('a content type is read up to its limit', () => {
  expect(kindOfReport(MAX_CONTENT_TYPE_CHARACTERS)).toBe('bounce');
  expect(kindOfReport(MAX_CONTENT_TYPE_CHARACTERS + 1)).toBeNull();
});

describe('mail whose body may tell more', () => {
  test.each([
    ['a null sender', ['Return-Path: <>', ...PERSON]],
    ['a postmaster', ['From: post_master@carrier.example', 'Subject: Re:Printer']],
    ['nobody', ['From: <>', 'Subject: Printer']],
    ['a subject of returned mail', ['From: relay@example.com', 'Subject: Mail could not be delivered']],
    ['a subject that speaks of it', ['From: relay@example.com', 'Subject: RE: Printer : non remis']],
    ['a report of another type', [...PERSON, 'Content-Type: multipart/report; report-type=x']],
    ['a list server', [...PERSON, 'X-MLServer: fml']],
  ])('%s', (_, lines) => {
    expect(asks(...lines)).toBe(true);
    const people = lines.every((line) => !line.startsWith('Return-Path'));
    expect(asks(...lines, 'User-Agent: Mutt/2.2')).toBe(!people);
  });

  test.each([
    ['plain mail', PERSON],
    ['a forwarded bounce', ['From: jane@example.com', 'Subject: Fwd: Undelivered Mail Returned to Sender']],
    [
      'a list post about it',
      [...PERSON.slice(0, 1), 'Subject: Re: mail delivery failure', 'List-Id: <x.example>'],
    ],
  ])('not %s', (_, lines) => {
    expect(asks(...lines)).toBe(false);
  });
});

test('all reasons are told, the deciding one first', () => {
  const { automatic } = classify(
    'From: MAILER-DAEMON@example.com',
    'Return-Path: <>',
    'Auto-Submitted: auto-replied',
    'Subject: x',
  );
  expect(automatic?.because).toEqual([
    'A mail daemon sent it.',
    'A postmaster or nobody sent it, of its own accord, and no mail client that people use.',
    'Auto-Submitted says that it is an automatic reply.',
    'Auto-Submitted says that a program wrote it.',
    'It has a null sender.',
  ]);
});

test('every rule has a sentence of its own and a source', () => {
  const rules = [...AUTOMATIC_RULES, ...SILENCE_RULES];
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
  for (const { name, source } of rules)
    expect([name, source]).toEqual([expect.stringMatching(/^[A-Z].*\.$/), expect.stringMatching(/\S/)]);
});
