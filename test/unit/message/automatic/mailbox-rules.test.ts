/** What a rule of an Exchange mailbox passes on, and what it says itself. */
import { describe, expect, test } from 'vitest';
import { classifyAutomatic } from '../../../../src/message/automatic/automatic.js';
import { blockOf, partOf } from '../parse.js';

const RULE = [
  'Auto-Submitted: auto-generated',
  'X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent',
];
const LOOP = 'X-MS-Exchange-Inbox-Rules-Loop: support@old.example';
const FROM = 'From: Jane Doe <jane@example.com>';
const OWNER = 'From: Support <support@old.example>';

const read = (...lines: readonly string[]) => classifyAutomatic(blockOf(...lines), null);
const kindOf = (...lines: readonly string[]) => read(...lines).automatic?.kind ?? null;

describe('mail that a rule redirects', () => {
  test.each([
    ['both fields', ['Resent-From: <support@old.example>', LOOP]],
    ['Resent-From alone', ['Resent-From: Support <support@old.example>']],
    ['the loop field alone', [LOOP]],
    ['the loop field with brackets', ['X-MS-Exchange-Inbox-Rules-Loop: <Support@Old.Example>']],
    [
      'two rules',
      ['Resent-From: support@old.example', LOOP, 'X-MS-Exchange-Inbox-Rules-Loop: help@old.example'],
    ],
    [
      'its own id as parent',
      ['Message-ID: <1@example.com>', 'X-MS-Exchange-Parent-Message-Id: <1@example.com>'],
    ],
    [
      'the author’s own address as resender',
      ['Resent-From: jane@example.com', 'X-MS-Exchange-Inbox-Rules-Loop: jane@example.com'],
    ],
    ['an answer’s references', [LOOP, 'In-Reply-To: <a@b.example>', 'Subject: RE: Printer']],
    ['a forwarding mark of the author’s', [LOOP, 'Subject: FW: Printer']],
    [
      'the rule named twice',
      [LOOP, 'Auto-Submitted: auto-generated', 'X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent'],
    ],
  ])('is its author’s: %s', (_, lines) => {
    expect(read(FROM, ...RULE, ...lines)).toMatchObject({
      automatic: null,
      suppressAnswer: false,
      asAnswer: null,
    });
  });

  test.each([
    ['auto-reply', ['Auto-Submitted: auto-replied']],
    ['auto-reply', ['X-Autoreply: yes']],
    ['auto-reply', ['Subject: Automatic reply: x', 'X-Auto-Response-Suppress: All']],
    ['generated', ['Auto-Submitted: auto-generated']],
    ['generated', ['Return-Path: <>']],
    ['generated', ['X-Redmine-Host: x']],
    ['bounce', ['X-Failed-Recipients: joe@example.net']],
    ['list', ['List-Id: <all.example.net>']],
    ['bulk', ['Precedence: bulk']],
  ])('is %s by what its author has written: %s', (kind, lines) => {
    expect(kindOf(FROM, ...RULE, LOOP, 'Resent-From: support@old.example', ...lines)).toBe(kind);
  });

  test('is not acknowledged where its author asks for that', () => {
    const lines = [FROM, ...RULE, LOOP, 'Resent-From: support@old.example', 'X-Auto-Response-Suppress: All'];
    expect(read(...lines)).toMatchObject({ automatic: null, suppressAnswer: true });
  });

  test('is its author’s with a comment in what the rule has written', () => {
    const agent = 'X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent';
    expect(kindOf(FROM, agent, LOOP, 'Auto-Submitted: auto-generated (rule)')).toBe(null);
    expect(kindOf(FROM, agent, LOOP, 'Auto-Submitted: auto-replied (auto-generated)')).toBe('auto-reply');
  });

  test('keeps what other agents say of it', () => {
    const lines = [
      LOOP,
      'Auto-Submitted: auto-generated',
      'X-MS-Exchange-Generated-Message-Source: Journal Agent',
    ];
    expect(kindOf(FROM, ...lines)).toBe('generated');
  });
});

describe('what a rule says itself', () => {
  const OWN = [OWNER, ...RULE, LOOP];

  test.each([
    ['a template', ['Subject: Thank you for your message', 'X-Auto-Response-Suppress: All']],
    ['an answer in the thread', ['Subject: Re: Printer', 'In-Reply-To: <a@b.example>']],
    ['an absence note', ['Subject: Automatic reply: Printer', 'X-Auto-Response-Suppress: All']],
    [
      'that another mailbox has redirected',
      ['Resent-From: desk@new.example', 'X-MS-Exchange-Inbox-Rules-Loop: desk@new.example'],
    ],
  ])('is automatic: %s', (_, lines) => {
    expect(kindOf(...OWN, ...lines)).toBe('auto-reply');
  });

  test('is automatic where the mailbox has two names, and without any', () => {
    const loop = 'X-MS-Exchange-Inbox-Rules-Loop: support@tenant.example';
    expect(kindOf(OWNER, ...RULE, loop, 'X-Auto-Response-Suppress: All')).toBe('auto-reply');
    expect(kindOf(OWNER, ...RULE)).toBe('auto-reply');
    expect(kindOf(OWNER, ...RULE, 'X-MS-Exchange-Inbox-Rules-Loop: 1')).toBe('auto-reply');
    expect(kindOf('From: Support', ...RULE, LOOP)).toBe('auto-reply');
  });

  test.each([
    'FW: Printer',
    'Fwd: Printer',
    'WG: Drucker',
    'TR : Imprimante',
    'RV: Impresora',
    'I: Stampante',
    'ENC: x',
    'Doorst: x',
    'VB: x',
    '转发: x',
    '転送: x',
    'İLT: x',
    'إعادة توجيه: x',
    'Fwd (2): x',
    '[External] FW: Printer',
  ])('is generated where it forwards: %s', (subject) => {
    expect(read(...OWN, `Subject: ${subject}`)).toMatchObject({
      automatic: { kind: 'generated' },
      asAnswer: { automatic: null, byTracker: false },
    });
  });

  test('is generated where it forwards as an attachment', () => {
    const attached = partOf('multipart/mixed', {
      children: [partOf('text/plain'), partOf('message/rfc822')],
    });
    expect(classifyAutomatic(blockOf(...OWN, 'Subject: Printer'), attached).automatic?.kind).toBe(
      'generated',
    );
    expect(classifyAutomatic(blockOf(...OWN, 'Subject: Printer'), partOf('text/plain')).automatic?.kind).toBe(
      'auto-reply',
    );
  });
});
