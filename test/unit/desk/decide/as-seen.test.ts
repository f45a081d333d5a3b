import { describe, expect, it } from 'vitest';
import { asSeen, readMessage } from '../../../../src/desk/decide/as-seen.js';
import type { DeskPolicy } from '../../../../src/desk/policy.js';
import { REQUESTER, signedId, signedTicketAddress } from '../../../../src/desk/sign/ticket-address.js';
import { splitMessage } from '../../../../src/message/header/header-block.js';
import { deskPolicy, message, STEVE, type Written } from '../desk.js';

const PASSED = 'Authentication-Results: mx.example.com; dmarc=pass header.from=example.com';
const FAILED = 'Authentication-Results: mx.example.com; dmarc=fail (p=reject) header.from=example.com';
const NO_AUTHORITY = { dmarc: 'fail', policy: null };

function seen(changes: Partial<DeskPolicy>, about: Written) {
  return asSeen(deskPolicy(changes), message({ authservId: 'mx.example.com', ...about }));
}

describe('mail that comes on a way of its own', () => {
  it('is as it is, where the configuration says nothing of ways', () => {
    const facts = message({ fields: ['List-Id: <help.example.com>', 'Reply-To: joe@example.net'] });
    expect(asSeen(deskPolicy(), facts)).toEqual(facts);
  });

  it('has no verdict where a forwarder feeds the desk', () => {
    const fields = [FAILED];
    expect(seen({}, { fields }).authentication).toEqual({ dmarc: 'fail', policy: 'reject' });
    expect(seen({ forwarded: true }, { fields }).authentication).toEqual({ dmarc: 'none', policy: null });
    expect(seen({ forwarded: true }, { fields: [PASSED] }).authentication.dmarc).toBe('none');
  });
});

describe('mail out of a tracker', () => {
  const policy = deskPolicy();
  const signed = signedTicketAddress(policy, 7, REQUESTER);
  const tracker = (to: string, ...more: readonly string[]) =>
    asSeen(policy, message({ to, fields: ['RT-Ticket: example.net #71', ...more] }));

  it('is generated, whatever it names', () => {
    expect(tracker('support+7@example.com').automatic?.kind).toBe('generated');
  });

  it('is a person’s answer where it bears a mark that we signed, and not to be answered', () => {
    const sign = 'It has a field of a tracker.';
    expect(tracker(signed)).toMatchObject({
      automatic: null,
      suppressAnswer: true,
      suppressBecause: [sign],
    });
    const id = `In-Reply-To: <${signedId(policy, { number: 7, role: REQUESTER }, 'x')}>`;
    expect(tracker('support@example.com', id)).toMatchObject({ automatic: null, suppressAnswer: true });
    expect(tracker(`support+8@example.com, ${signed}`)).toMatchObject({ automatic: null });
    expect(tracker(signed, 'X-Loop: x').suppressBecause).toEqual([sign, 'It bears a mark against loops.']);
  });

  it.each([
    ['auto-reply', 'Auto-Submitted: auto-replied'],
    ['generated', 'Auto-Submitted: auto-notified'],
    ['generated', 'Auto-Submitted: auto-forwarded'],
    ['generated', 'Return-Path: <>'],
    ['bounce', 'X-Failed-Recipients: joe@example.net'],
    ['auto-reply', 'X-Autoreply: yes'],
  ])('is %s for another sign of it: %s', (kind, field) => {
    expect(tracker(signed, field).automatic?.kind).toBe(kind);
  });

  it('is nobody’s where a monitor wrote it', () => {
    const facts = asSeen(policy, message({ to: signed, fields: ['X-Nagios-Notification: x'] }));
    expect(facts.automatic?.kind).toBe('generated');
  });
});

describe('mail that a program carried', () => {
  const policy = deskPolicy();
  const carried = (to: string, ...fields: readonly string[]) => asSeen(policy, message({ to, fields }));
  const forJane = signedTicketAddress(policy, 7, REQUESTER);
  const forSteve = signedTicketAddress(policy, 7, { kind: 'staff', member: STEVE });
  const signs = [
    'Auto-Submitted: auto-generated',
    'Auto-Submitted: auto_generated',
    'X-Auto-Submitted: auto-generated',
    'Precedence: bulk',
    'Precedence: list',
    'Precedence: junk',
    'List-Id: <all.example.net>',
    'List-Unsubscribe: <https://example.net/u>',
  ];

  it.each(signs)(
    'is a person’s answer where it bears a mark that we signed for the requester: %s',
    (sign) => {
      const facts = carried(forJane, sign, 'X-Auto-Response-Suppress: All');
      expect(facts).toMatchObject({ automatic: null, suppressAnswer: true });
      expect(facts.suppressBecause.length).toBeGreaterThan(1);
    },
  );

  it.each(signs)('is a program’s where the mark was made for staff, or is none of ours: %s', (sign) => {
    for (const to of [forSteve, 'support+7@example.com', 'support@example.com'])
      expect(carried(to, sign).automatic).not.toBeNull();
  });

  it('is told by all signs of it', () => {
    const fields = [
      'Auto-Submitted: auto-generated',
      'Precedence: bulk',
      'X-Redmine-Host: x',
      'List-Id: <a.b>',
    ];
    expect(carried(forJane, ...fields)).toMatchObject({ automatic: null, asAnswer: { byTracker: false } });
  });

  it('is a person’s without more where a list that feeds the desk is all that carried it', () => {
    const own = deskPolicy({ ownLists: ['help.example.com'] });
    const seenBy = (...fields: readonly string[]) =>
      asSeen(own, message({ to: forJane, fields: ['List-Id: <help.example.com>', ...fields] }));
    expect(seenBy('Precedence: list')).toMatchObject({
      automatic: null,
      asAnswer: null,
      suppressAnswer: false,
    });
    expect(seenBy('Auto-Submitted: auto-generated')).toMatchObject({ automatic: null, suppressAnswer: true });
  });
});

describe('a contact form', () => {
  const form = { replyToSenders: ['form@example.com'] };
  const from = 'Web form <Form@example.com>';

  it('speaks for the one address in Reply-To, without authority', () => {
    const facts = seen(form, { from, fields: [PASSED, 'Reply-To: Joe <joe@example.net>'] });
    expect(facts.sender).toMatchObject({ address: 'joe@example.net', name: 'Joe' });
    expect(facts.authentication).toEqual(NO_AUTHORITY);
  });

  it.each([
    ['nobody', []],
    ['two', ['Reply-To: joe@example.net, kim@example.net']],
    ['itself', ['Reply-To: form@example.com']],
    ['the desk', ['Reply-To: support+7@example.com']],
  ])('speaks for nobody where Reply-To names %s', (_, fields) => {
    const facts = seen(form, { from, fields });
    expect(facts.sender.address).toBeNull();
    expect(facts.authentication).toEqual(NO_AUTHORITY);
  });

  it('does not count the desk and itself beside that one', () => {
    const fields = ['Reply-To: support@example.com, form@example.com, joe@example.net'];
    expect(seen(form, { from, fields }).sender.address).toBe('joe@example.net');
  });

  it('keeps what its domain asks for where it failed', () => {
    const facts = seen(form, { from, fields: [FAILED, 'Reply-To: joe@example.net'] });
    expect(facts.authentication).toEqual({ dmarc: 'fail', policy: 'reject' });
  });

  it('is nobody else', () => {
    const fields = [PASSED, 'Reply-To: joe@example.net'];
    const facts = seen(form, { from: 'jane@example.com', fields });
    expect(facts.sender.address).toBe('jane@example.com');
    expect(facts.authentication.dmarc).toBe('pass');
  });
});

describe('a list', () => {
  const lists = { ownLists: ['Help.Example.com'] };
  const listed = ['List-Id: Help <help.example.com>', 'Precedence: list'];

  it('that feeds the desk leaves a person’s mail a person’s', () => {
    expect(seen({}, { fields: listed }).automatic).not.toBeNull();
    const facts = seen(lists, { fields: [PASSED, ...listed] });
    expect(facts).toMatchObject({ automatic: null, suppressAnswer: false, suppressBecause: [] });
    expect(facts.sender.address).toBe('jane@example.com');
    expect(facts.authentication.dmarc).toBe('pass');
  });

  it('that feeds the desk hides no bulk mark of its own, but any other machine', () => {
    expect(seen(lists, { fields: ['List-Id: <help.example.com>', 'Precedence: bulk'] }).automatic).toBeNull();
    const auto = ['Auto-Submitted: auto-replied', 'X-Auto-Response-Suppress: All', ...listed];
    const facts = seen(lists, { fields: auto });
    expect(facts.automatic).not.toBeNull();
    expect(facts.automatic?.kind).not.toBe('list');
  });

  it('of somebody else stays one', () => {
    const facts = seen(lists, { fields: ['List-Id: <news.example.com>', 'Precedence: list'] });
    expect(facts.automatic).not.toBeNull();
  });

  it.each([
    [
      'X-Original-From',
      ['X-Original-From: Joe <joe@example.net>', 'Reply-To: kim@example.net'],
      'joe@example.net',
    ],
    ['Reply-To', ['Reply-To: Kim <kim@example.net>'], 'kim@example.net'],
    ['nothing', [], null],
    ['only the list', ['Reply-To: help@example.com'], null],
  ])('that stands in From has its author in %s', (_, fields, author) => {
    const from = '"Joe via Help" <Help@example.com>';
    const facts = seen(lists, { from, fields: [PASSED, ...listed, ...fields] });
    expect(facts.sender.address).toBe(author);
    expect(facts.authentication).toEqual(NO_AUTHORITY);
    expect(facts.automatic).toBeNull();
  });

  it('that stands in From without a sender has none', () => {
    const facts = seen(lists, { from: 'help@example.com, joe@example.net', fields: listed });
    expect(facts.sender.address).toBeNull();
    expect(facts.authentication.dmarc).toBe('none');
  });
});

describe('reading', () => {
  const raw = Buffer.from(`${PASSED}\r\nX-Junk: Yes\r\nFrom: jane@example.com\r\nSubject: Hello\r\n\r\n`);
  const stored = {
    header: splitMessage(raw).header,
    size: raw.length,
    receivedAt: new Date(0),
    structure: null,
  };

  it('takes the authserv-id and the fields of spam from the policy', () => {
    expect(readMessage(deskPolicy(), stored)).toMatchObject({ spam: [], authentication: { dmarc: 'none' } });
    const facts = readMessage(deskPolicy({ authservId: 'mx.example.com', spamFields: ['x-junk'] }), stored);
    expect(facts.authentication.dmarc).toBe('pass');
    expect(facts.spam).toHaveLength(1);
  });

  it('sees the message as the policy says', () => {
    const policy = deskPolicy({ authservId: 'mx.example.com', forwarded: true });
    expect(readMessage(policy, stored).authentication.dmarc).toBe('none');
  });
});
