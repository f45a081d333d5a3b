import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  MAX_HOP_ADDRESSES,
  MAX_LIST_IDS,
  MAX_RECIPIENTS,
  MAX_REPLY_TO,
  MAX_TO_AND_CC,
} from '../../../../src/message/read-facts.js';
import { factsOf } from '../parse.js';

const MESSAGE = [
  'Return-Path: <jane@example.com>',
  'Delivered-To: support+42@example.org',
  'From: =?utf-8?Q?J=C3=A4ne?= <jane@Example.com>',
  'To: "Support" <support@example.org>, Bob <bob@example.net>',
  'Cc: bob@example.net',
  'Subject: =?utf-8?Q?Printer_=E2=80=AE?= on',
  ' fire',
  'Message-ID: <1@example.com>',
  'References: <0@example.com>',
  'X-Imapdesk-Origin: abc',
  'Date: Mon, 1 Jan  2026',
  ' 00:00:00 +0000',
  '',
  'Hello',
].join('\r\n');

const fields = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}: u${index}@example.com`).join('\r\n');

test('facts of a plain message', () => {
  const header = MESSAGE.slice(0, -'Hello'.length);
  expect(factsOf(MESSAGE)).toEqual({
    identity: createHash('sha256').update(`${header}:${MESSAGE.length}`).digest('hex'),
    messageId: '1@example.com',
    subject: 'Printer on fire',
    sender: {
      address: 'jane@example.com',
      answerTo: 'jane@example.com',
      namesNobody: false,
      shown: 'Jäne <jane@Example.com>',
      name: 'Jäne',
    },
    recipients: ['support+42@example.org', 'support@example.org', 'bob@example.net'],
    toAndCc: [
      { name: 'Support', address: 'support@example.org' },
      { name: 'Bob', address: 'bob@example.net' },
      { name: '', address: 'bob@example.net' },
    ],
    references: ['0@example.com'],
    receivedAt: new Date(0),
    size: MESSAGE.length,
    bodySize: 5,
    automatic: null,
    suppressAnswer: false,
    suppressBecause: [],
    inWords: false,
    asAnswer: null,
    mayBeBounce: false,
    mayBeReaction: false,
    reaction: null,
    resentFrom: null,
    forwarded: null,
    returnedIds: [],
    failedRecipients: [],
    spam: [],
    listIds: [],
    replyTo: [],
    originalFrom: [],
    hops: { received: 0, deliveredTo: ['support+42@example.org'] },
    authentication: { dmarc: 'none', policy: null },
    origin: 'abc',
    deskFields: true,
    originSubject: [
      '<1@example.com>',
      '=?utf-8?Q?J=C3=A4ne?= <jane@Example.com>',
      '"Support" <support@example.org>, Bob <bob@example.net>',
      'Mon, 1 Jan 2026 00:00:00 +0000',
      '=?utf-8?Q?Printer_=E2=80=AE?= on fire',
    ].join('\n'),
  });
});

test('an added field changes what the origin field signs', () => {
  expect(factsOf(`To: x@example.com\r\n${MESSAGE}`).originSubject).not.toBe(factsOf(MESSAGE).originSubject);
});

test('what lists, forwarders, filters and servers on the way have added', () => {
  const lines = [
    'X-Spam-Flag: YES',
    'Delivered-To: <Support@example.org>',
    'Received: a',
    'Received: b',
    'List-Id: Help <Help.example.com>',
    'List-Id: bare.example.com',
    'Reply-To: Jane <jane@example.com>, bob@example.net',
    'X-Original-From: Jane <jane@example.com>',
    'X-Failed-Recipients: Kim@example.org, lee@example.org',
  ];
  expect(factsOf(`${lines.join('\r\n')}\r\n\r\n`)).toMatchObject({
    spam: ['x-spam-flag says that it is spam.'],
    hops: { received: 2, deliveredTo: ['support@example.org'] },
    listIds: ['help.example.com', 'bare.example.com'],
    replyTo: [
      { name: 'Jane', address: 'jane@example.com' },
      { name: '', address: 'bob@example.net' },
    ],
    originalFrom: [{ name: 'Jane', address: 'jane@example.com' }],
    failedRecipients: ['kim@example.org', 'lee@example.org'],
  });
});

const list = (count: number): string =>
  Array.from({ length: count }, (_, index) => `u${index}@example.com`).join(', ');

describe('bounds', () => {
  test('list ids, answers and hops at their limits, and one over', () => {
    for (const more of [0, 1]) {
      expect(factsOf(`${fields('List-Id', MAX_LIST_IDS + more)}\r\n\r\n`).listIds).toHaveLength(MAX_LIST_IDS);
      expect(factsOf(`Reply-To: ${list(MAX_REPLY_TO + more)}\r\n\r\n`).replyTo).toHaveLength(MAX_REPLY_TO);
      const { hops } = factsOf(`${fields('Delivered-To', MAX_HOP_ADDRESSES + more)}\r\n\r\n`);
      expect(hops.deliveredTo).toHaveLength(MAX_HOP_ADDRESSES);
    }
  });

  test('recipients and To and Cc at their limits, and one over', () => {
    expect(factsOf(`To: ${list(MAX_RECIPIENTS)}\n\n`).recipients).toHaveLength(MAX_RECIPIENTS);
    expect(factsOf(`To: ${list(MAX_RECIPIENTS + 1)}\n\n`).recipients).toHaveLength(MAX_RECIPIENTS);
    expect(factsOf(`Cc: ${list(MAX_TO_AND_CC)}\n\n`).toAndCc).toHaveLength(MAX_TO_AND_CC);
    expect(factsOf(`Cc: ${list(MAX_TO_AND_CC + 1)}\n\n`).toAndCc).toHaveLength(MAX_TO_AND_CC);
  });

  test('of two fields together', () => {
    const raw = `To: ${list(MAX_TO_AND_CC - 1)}\r\nCc: ${list(MAX_TO_AND_CC)}\r\n\r\n`;
    expect(factsOf(raw).toAndCc).toHaveLength(MAX_TO_AND_CC);
  });

  test('the address that it was delivered to is never pushed out', () => {
    const raw = `Cc: ${list(10_000)}\r\nX-Original-To: support@example.org\r\n\r\n`;
    expect(factsOf(raw).recipients[0]).toBe('support@example.org');
  });

  test.each([
    ['a megabyte of references', `References: ${'<a@b> '.repeat(170_000)}\n\n`],
    ['a hundred thousand fields', `${'A: b\n'.repeat(100_000)}\n`],
    ['a hundred thousand folds', `Subject: x\n${' y\n'.repeat(100_000)}\n`],
    ['a megabyte of encoded words', `Subject: ${'=?utf-8?Q?x?= '.repeat(70_000)}\n\n`],
    ['a megabyte of open brackets', `References: ${'<'.repeat(1_000_000)}\n\n`],
    ['a megabyte of open comments', `From: ${'('.repeat(1_000_000)}\n\n`],
    ['a megabyte of open quotes', `To: ${'"'.repeat(1_000_000)}\n\n`],
    ['a megabyte of backslashes', `To: "${'\\'.repeat(1_000_000)}\n\n`],
    ['a megabyte of white space', `Subject: a${' '.repeat(1_000_000)}b\n\n`],
    ['a megabyte of At signs', `To: ${'@'.repeat(1_000_000)}\n\n`],
    ['a megabyte of parameters', `Content-Type: a/b${'; x=y'.repeat(200_000)}\n\n`],
    ['a megabyte of results', `Authentication-Results: ours; ${'dmarc=pass ('.repeat(80_000)}\n\n`],
    ['a megabyte of Auto-Submitted', `Auto-Submitted: ${'(('.repeat(500_000)}\n\n`],
    ['a megabyte of suppression', `X-Auto-Response-Suppress: ${', '.repeat(500_000)}\n\n`],
    ['a megabyte of white space in a name', `From${' '.repeat(1_000_000)}x: a\n\n`],
    ['a megabyte of tags', `Subject: ${'[issue'.repeat(170_000)}\n\n`],
  ])('%s takes little time', (_, raw) => {
    // Not a measure of speed: work that grows with the square of its input would take minutes.
    const begin = performance.now();
    factsOf(raw, 'ours');
    expect(performance.now() - begin).toBeLessThan(30_000);
  });
});

test('any bytes give the same facts twice, and never an exception', () => {
  const piece = fc.constantFrom(
    'From: ',
    'To: ',
    'Subject: ',
    'References: ',
    'Auto-Submitted: ',
    'Content-Type: ',
    'Authentication-Results: ',
    'Return-Path: ',
    '\r\n',
    '\n',
    ' ',
    '<',
    '>',
    '@',
    '"',
    '(',
    ')',
    ';',
    '=?utf-8?Q?',
    '?=',
    'x.example',
    'multipart/report',
    '\0',
    '\r',
    '\xe4',
    '=',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 400 }),
        fc.array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
      ),
      (raw) => {
        const bytes = typeof raw === 'string' ? Buffer.from(raw, 'latin1') : Buffer.from(raw);
        expect(factsOf(bytes, 'x.example')).toEqual(factsOf(bytes, 'x.example'));
      },
    ),
    { numRuns: 2_000 },
  );
});
