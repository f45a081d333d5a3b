import { describe, expect, test } from 'vitest';
import {
  deliveriesToOne,
  hasForeignLoopMark,
  MAX_DELIVERIES_TO_ONE_ADDRESS,
  readForwarding,
} from '../../../../src/message/automatic/route.js';
import { parseHeaderBlock } from '../../../../src/message/header/header-block.js';
import { cpuMs } from '../cpu-time.js';

const block = (...lines: readonly string[]) => parseHeaderBlock(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`));
const delivered = (...addresses: readonly string[]) => addresses.map((address) => `Delivered-To: ${address}`);

describe('deliveries to one address', () => {
  test.each([
    [0, []],
    [1, delivered('a@example.org', 'b@example.org')],
    [2, delivered('a@example.org', '<A@Example.org>')],
    [3, delivered('b@x.test', 'a@x.test', 'b@x.test', 'a@x.test', 'b@x.test')],
  ])('are %i', (count, lines) => {
    expect(deliveriesToOne(block(...lines))).toBe(count);
  });

  test('as many as a host and a filter beside it write are no loop', () => {
    expect(MAX_DELIVERIES_TO_ONE_ADDRESS).toBe(3);
  });

  test('of a huge header cost little', () => {
    const lines = Array.from({ length: 9_000 }, (_, index) => `Delivered-To: a${index}@example.org`);
    expect(deliveriesToOne(block(...lines, ...delivered('z@x.test', 'z@x.test')))).toBe(2);
  });
});

describe('a mark against loops', () => {
  const own = 'X-Loop: old@example.org';
  test.each([
    ['Delivered-To: <OLD@example.org>'],
    ['X-Original-To: old@example.org'],
    ['Envelope-To: old@example.org'],
    ['X-Forwarded-For: old@example.org desk@example.com'],
    ['Resent-From: Old box <old@example.org>'],
    ['To: "Support, old" <old@example.org>'],
    ['Cc: jane@example.com, old@example.org'],
  ])('of a mailbox on the way is no foreign one: %s', (line) => {
    expect(hasForeignLoopMark(block(own, line))).toBe(false);
  });

  test.each([
    [[own]],
    [[own, 'From: old@example.org']],
    [[own, 'Reply-To: old@example.org', 'Return-Path: <old@example.org>']],
    [[own, 'To: older@example.org']],
    [['X-Loop: yes', 'To: yes']],
    [['X-Loop:', 'To: jane@example.com']],
    [[own, 'X-Loop: robot@example.net', 'To: old@example.org']],
  ])('of somebody else is: %j', (lines) => {
    expect(hasForeignLoopMark(block(...lines))).toBe(true);
  });

  test('is none where there is none', () => {
    expect(hasForeignLoopMark(block('To: old@example.org'))).toBe(false);
  });
});

describe('the forwarder', () => {
  test.each([
    [
      'Gmail, by its envelope sender',
      ['Return-Path: <old.box+caf_=desk=example.com@gmail.com>'],
      { by: 'gmail', from: 'old.box@gmail.com' },
    ],
    [
      'Gmail, by its fields',
      ['X-Forwarded-To: desk@example.com', 'X-Forwarded-For: old@gmail.com desk@example.com'],
      { by: 'gmail', from: 'old@gmail.com' },
    ],
    [
      'Microsoft 365, by its mark',
      ['X-MS-Exchange-Inbox-Rules-Loop: old@example.org', 'Resent-From: <other@example.org>'],
      { by: 'microsoft-365', from: 'old@example.org' },
    ],
    [
      'Microsoft 365, by its agent',
      ['X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent', 'Resent-From: <old@example.org>'],
      { by: 'microsoft-365', from: 'old@example.org' },
    ],
    [
      'Microsoft 365, of no mailbox',
      ['X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent'],
      { by: 'microsoft-365', from: null },
    ],
    [
      'Sieve',
      ['X-Sieve: Pigeonhole Sieve 0.5.19', 'X-Sieve-Redirected-From: old@example.org'],
      { by: 'sieve', from: 'old@example.org' },
    ],
    [
      'Yahoo',
      ['X-Yahoo-Forwarded: from old@yahoo.test to desk@example.com'],
      { by: 'yahoo', from: 'old@yahoo.test' },
    ],
    ['Yandex', ['X-Yandex-Forward: 0123456789abcdef'], { by: 'yandex', from: null }],
    ['Mail.ru', ['X-MailRu-Forward: 1'], { by: 'mail-ru', from: null }],
    ['SRS', ['Return-Path: <SRS0=h=t=cust.test=jane@old.example>'], { by: 'srs', from: 'old.example' }],
    [
      'SRS, a second time',
      ['Return-Path: SRS1+h=a.example==h=t=cust.test=jane@b.example'],
      { by: 'srs', from: 'b.example' },
    ],
    [
      'SRS of a mailbox at Microsoft',
      ['Return-Path: <shop+SRS=44ldt=IX=cust.test=jane@contoso.example>'],
      { by: 'srs', from: 'contoso.example' },
    ],
    ['Zimbra', ['X-Zimbra-Forwarded: shop@old.example'], { by: 'zimbra', from: 'shop@old.example' }],
    [
      'SRS of Microsoft',
      ['Return-Path: <bounces+SRS=44ldt=IX@contoso.example>'],
      { by: 'srs', from: 'contoso.example' },
    ],
    ['a redirect', ['Resent-From: Old <old@example.org>'], { by: 'redirect', from: 'old@example.org' }],
  ])('is %s', (_, lines, forwarding) => {
    expect(readForwarding(block(...lines))).toEqual(forwarding);
  });

  test.each([
    [['Return-Path: <jane@example.org>', 'Delivered-To: support@example.com']],
    // A proxy of the web writes it into what a form sends.
    [['X-Forwarded-For: 192.0.2.1']],
    [['X-MS-Exchange-Generated-Message-Source: Antispam Quarantine Agent']],
    [['Return-Path: <srs0@example.org>']],
    [['Return-Path: <jane+srs@example.org>']],
    [['Return-Path: <jane+x=srs=y@example.org>']],
    [['Return-Path: <jane@example.org>', 'Return-Path: <SRS0=h=t=cust.test=jane@old.example>']],
    [[]],
  ])('is not seen in %j', (lines) => {
    expect(readForwarding(block(...lines))).toBeNull();
  });

  test('costs little to look for', () => {
    const long = `<${'SRS0='.repeat(50_000)}@`;
    const started = cpuMs();
    readForwarding(block(`Return-Path: ${long}`, `X-Forwarded-To: ${long}`, `X-Forwarded-For: ${long}`));
    hasForeignLoopMark(block(`X-Loop: ${long}`, `To: ${long}`));
    expect(cpuMs() - started).toBeLessThan(1_000);
  });
});
