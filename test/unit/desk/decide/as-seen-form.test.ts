/** The site's own form, and the group whose List-Id is the desk's own address. */
import { describe, expect, it } from 'vitest';
import { asSeen } from '../../../../src/desk/decide/as-seen.js';
import { whoseMatter } from '../../../../src/desk/decide/on-behalf.js';
import type { DeskPolicy } from '../../../../src/desk/policy.js';
import { REQUESTER, signedTicketAddress, threadId } from '../../../../src/desk/sign/ticket-address.js';
import {
  addressInFrom,
  asAccounts,
  isInItsName,
  mayBeAccounts,
} from '../../../../src/desk/ticket/in-its-name.js';
import { deskPolicy, message, type Written } from '../desk.js';

const policy = deskPolicy();
const FAILED = 'Authentication-Results: mx.example.com; dmarc=fail (p=reject) header.from=example.com';
const NO_AUTHORITY = { dmarc: 'fail', policy: null };
const desk = 'Website <support@example.com>';
const visitor = 'Reply-To: Joe <joe@example.net>';

function seen(about: Written, changes: Partial<DeskPolicy> = {}) {
  return asSeen(deskPolicy(changes), message({ from: desk, authservId: 'mx.example.com', ...about }));
}

describe('the site’s own form', () => {
  it('speaks for its visitor, without authority, and keeps what From says', () => {
    const facts = seen({ fields: [visitor] });
    expect(facts.sender).toMatchObject({ address: 'joe@example.net', name: 'Joe' });
    expect(facts.authentication).toEqual(NO_AUTHORITY);
    expect(facts.asWritten?.sender.address).toBe('support@example.com');
    expect(addressInFrom(facts)).toBe('support@example.com');
  });

  it.each([
    ['nobody', []],
    ['the desk', ['Reply-To: support@example.com']],
    ['a ticket of the desk', ['Reply-To: support+7@example.com']],
    ['staff', ['Reply-To: ann.b@phone.example']],
    ['two', ['Reply-To: joe@example.net, kim@example.net']],
    ['one, and another in a second field', [visitor, 'Reply-To: kim@example.net']],
    ['one and a ticket of the desk', ['Reply-To: joe@example.net, support+7@example.com']],
    ['one, in an answer', [visitor, 'In-Reply-To: <x@example.net>']],
    ['one, in an answer to the desk', [visitor, `References: <${threadId(policy, 7, REQUESTER)}>`]],
    ['one, with our field', [visitor, 'X-Imapdesk-Origin: x']],
    ['one, through a list', [visitor, 'List-Id: <news.example.net>']],
    ['one, through a list without an id', [visitor, 'List-Post: <mailto:news@example.net>']],
    [
      'one, through a list that can be left',
      [visitor, 'List-Unsubscribe: <mailto:x@example.net>', 'Precedence: list'],
    ],
    ['one, in a mail client’s letter', [visitor, 'User-Agent: Mozilla Thunderbird']],
    ['one, in a letter of an iPhone', [visitor, 'X-Mailer: iPhone Mail (22F76)']],
    ['one, in an absence note', [visitor, 'Auto-Submitted: auto-replied']],
    ['one, in a receipt', [visitor, 'Content-Type: message/disposition-notification']],
    ['one, in a report', [visitor, 'TLS-Report-Domain: example.com']],
  ])('is nobody’s but the desk’s where Reply-To names %s', (_, fields) => {
    const facts = seen({ fields });
    expect(facts.sender.address).toBe('support@example.com');
    expect(facts.asWritten).toBeUndefined();
  });

  it.each([
    ['a plain ticket address', { to: 'support+7@example.com' }],
    ['a signed one', { to: signedTicketAddress(policy, 7, REQUESTER) }],
    ['a tag', { subject: '[issue7] Printer' }],
    ['the address that closes', { to: 'support@example.com, support+7-done@example.com' }],
  ])('is nobody’s but the desk’s where it names a ticket by %s', (_, about) => {
    expect(seen({ fields: [visitor], ...about }).sender.address).toBe('support@example.com');
  });

  it.each(['X-Mailer: PHPMailer 6.9.1', 'X-Mailer: Microsoft Outlook Express', 'User-Agent: CodeIgniter'])(
    'may call itself what it likes: %s',
    (field) => {
      expect(seen({ fields: [visitor, field] }).sender.address).toBe('joe@example.net');
    },
  );

  it.each([
    'Auto-Submitted: auto-generated',
    'Precedence: junk',
    'Return-Path: <>',
    'List-Unsubscribe: <mailto:x@example.net>',
  ])('has its visitor for requester, though it says that nobody shall be answered: %s', (field) => {
    const facts = seen({ fields: [visitor, field] });
    expect(facts.sender.address).toBe('joe@example.net');
    expect(facts.automatic).not.toBeNull();
  });

  it('is forged where it fails DMARC', () => {
    const { authentication, sender } = seen({ fields: [FAILED, visitor] });
    expect(authentication).toEqual({ dmarc: 'fail', policy: 'reject' });
    expect(sender.address).toBe('joe@example.net');
  });

  it('has no verdict behind a forwarder, and no authority', () => {
    expect(seen({ fields: [FAILED, visitor] }, { forwarded: true }).authentication).toEqual(NO_AUTHORITY);
  });

  it('is not the site’s under another address', () => {
    for (const from of ['www@example.com', 'support+7@example.com', 'support@example.com, www@example.com'])
      expect(seen({ from, fields: [visitor] }).asWritten).toBeUndefined();
  });
});

describe('whether answers are read', () => {
  const nobody = 'Nobody reads answers at its sender.';
  const form = { replyToSenders: ['wordpress@example.com'] };

  it('is told by whom Reply-To names, and not by the form', () => {
    const from = 'wordpress@example.com';
    expect(seen({ from, fields: [visitor] }).suppressBecause).toEqual([nobody]);
    expect(seen({ from, fields: [visitor] }, form)).toMatchObject({
      suppressAnswer: false,
      suppressBecause: [],
    });
    expect(seen({ fields: ['Reply-To: no-reply@example.net'] }).suppressBecause).toEqual([nobody]);
  });

  it('is not told by the service that sends for the site, but by one that sends for a list’s author', () => {
    const service = 'X-Mailgun-Sid: x';
    const from = 'wordpress@site.example';
    expect(seen({ fields: [visitor, service] }).suppressBecause).toEqual([]);
    const named = { replyToSenders: [from] };
    expect(seen({ from, fields: [visitor, service] }, named).suppressBecause).toEqual([]);
    expect(seen({ from, fields: [visitor, service] }).suppressAnswer).toBe(true);
    const list = ['List-Id: <support.example.com>', 'X-Original-From: joe@example.net'];
    expect(seen({ fields: [...list, service] }).suppressAnswer).toBe(true);
  });

  it('leaves what else keeps the desk silent', () => {
    const suppress = 'X-Auto-Response-Suppress: All';
    expect(seen({ fields: [visitor, suppress] }).suppressAnswer).toBe(true);
  });
});

describe('a list that is the desk’s own address', () => {
  it.each(['<support.example.com>', '<Support.Example.com>', 'Help <support@example.com>'])(
    'is its own without being named: %s',
    (id) => {
      const facts = seen({ from: 'Joe <joe@example.net>', fields: [`List-Id: ${id}`, 'Precedence: list'] });
      expect(facts).toMatchObject({ automatic: null, sender: { address: 'joe@example.net' } });
    },
  );

  it.each(['<support.example.com.example.net>', '<x.support.example.com>', '<example.com>'])(
    'is no other: %s',
    (id) => {
      const facts = seen({ from: 'Joe <joe@example.net>', fields: [`List-Id: ${id}`] });
      expect(facts.automatic?.kind).toBe('list');
    },
  );

  it.each([
    ['X-Original-From', ['X-Original-From: Joe <joe@example.net>', 'Reply-To: support@example.com']],
    ['Reply-To', ['Reply-To: Joe <joe@example.net>']],
  ])('has its author in %s where it stands in From', (_, fields) => {
    const list = ['List-Id: <support.example.com>', 'Precedence: list'];
    const facts = seen({ from: '"Joe via Support" <support@example.com>', fields: [...list, ...fields] });
    expect(facts.sender.address).toBe('joe@example.net');
    expect(facts.authentication).toEqual(NO_AUTHORITY);
    expect(facts.automatic).toBeNull();
  });

  it('takes away what is about the way, and nothing that is about the author', () => {
    const list = ['List-Id: <support.example.com>', 'X-Loop: list@example.com'];
    const from = (local: string) => seen({ from: `${local}@example.net`, fields: list }).suppressBecause;
    expect(from('joe')).toEqual([]);
    expect(from('no-reply')).toEqual(['Nobody reads answers at its sender.']);
  });

  it('is forged where it stands in From and fails DMARC', () => {
    const fields = [FAILED, 'List-Id: <support.example.com>', visitor];
    expect(seen({ fields }).authentication).toEqual({ dmarc: 'fail', policy: 'reject' });
  });
});

describe('mail under the desk’s address', () => {
  it('is in its name though it is taken for a visitor’s, but not where a list has put it there', () => {
    expect(isInItsName(policy, seen({ fields: [visitor] }))).toBe(true);
    expect(isInItsName(policy, seen({ from: 'joe@example.net' }))).toBe(false);
    const list = ['List-Id: <support.example.com>', 'X-Original-From: joe@example.net'];
    expect(isInItsName(policy, seen({ fields: list }))).toBe(false);
  });

  it('is the account’s own letter again where that is proven', () => {
    const plain = message({ from: desk, authservId: 'mx.example.com', fields: [visitor] });
    expect(asAccounts(asSeen(policy, plain))).toEqual({ ...plain, fromAccount: true });
    expect(asAccounts(plain)).toEqual({ ...plain, fromAccount: true });
  });

  it('may be a person’s if it is written to others than the desk and the visitor', () => {
    const to = (...addresses: readonly string[]) =>
      mayBeAccounts(policy, seen({ to: addresses.join(', '), fields: [visitor] }));
    expect(to('support@example.com')).toBe(false);
    expect(to('support@example.com', 'Joe@example.net', 'steve@example.org')).toBe(false);
    expect(to('kim@example.net', 'support@example.com')).toBe(true);
    expect(mayBeAccounts(policy, seen({ to: 'kim@example.net' }))).toBe(false);
    const fields = [visitor, 'List-Id: <support.example.com>'];
    expect(mayBeAccounts(policy, seen({ to: 'kim@example.net', fields }))).toBe(false);
  });

  it('is the visitor’s matter where the account’s own letter names nobody else, who is not acknowledged', () => {
    const own = (about: Written) => whoseMatter(policy, asAccounts(seen(about)), true);
    expect(own({ fields: [visitor] })).toMatchObject({
      requester: { address: 'joe@example.net', from: 'reply-to' },
      silent: 'not answered: it comes from proven staff',
    });
    expect(own({ to: 'kim@example.net', fields: [visitor] }).requester?.address).toBe('kim@example.net');
    expect(own({ fields: ['Reply-To: joe@example.net, kim@example.net'] }).requester).toBeNull();
    const staff = message({ from: 'steve@example.org', fields: [visitor] });
    expect(whoseMatter(policy, staff, true).requester).toBeNull();
  });
});
