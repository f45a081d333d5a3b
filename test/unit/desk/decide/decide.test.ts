import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/desk/decide/decide.js';
import { ORIGIN_FIELD, signOrigin } from '../../../../src/desk/sign/origin.js';
import {
  REQUESTER,
  signedDoneAddress,
  signedNoteAddress,
  signedTicketAddress,
  threadId,
} from '../../../../src/desk/sign/ticket-address.js';
import { explained } from '../../../../src/desk/ticket/decision.js';
import { Ledger } from '../../../../src/desk/ticket/ledger.js';
import { splitMessage } from '../../../../src/message/header/header-block.js';
import { readFacts } from '../../../../src/message/read-facts.js';
import { deskPolicy, ledgerOf, message, STEVE, ticket, type Written } from '../desk.js';

const policy = deskPolicy();
const root = message({ id: 'root@example.com' });
const steve = { kind: 'staff' as const, member: STEVE };
const signed = signedTicketAddress(policy, 1, REQUESTER);

function decided(about: Written, state: 'open' | 'archived' = 'open', desk = policy) {
  return decide(desk, ledgerOf(desk, ticket(1, root, state)), message(about));
}

describe('mail that names no ticket', () => {
  it('opens one, and is acknowledged', () => {
    expect(decide(policy, ledgerOf(policy), message())).toMatchObject({
      kind: 'new',
      ticket: 1,
      acknowledge: true,
      notifyStaff: true,
      changesState: false,
      destination: 'open',
    });
  });

  it('gets the number after the highest that was ever given', () => {
    const ledger = new Ledger(policy, { highest: 41, tickets: [] });
    expect(decide(policy, ledger, message()).ticket).toBe(42);
  });

  it.each([
    ['a program', { fields: ['Auto-Submitted: auto-generated'] }],
    ['a list', { fields: ['List-Id: <users.example.org>'] }],
    ['somebody who wants no answer', { fields: ['X-Auto-Response-Suppress: All'] }],
    ['nobody who can be read', { from: 'jane@example.com, joe@example.com' }],
    ['the desk itself, without its signature', { from: 'support@example.com' }],
  ])('from %s opens one without an acknowledgement', (_name, about) => {
    expect(decide(policy, ledgerOf(policy), message(about))).toMatchObject({
      kind: 'new',
      acknowledge: false,
      notifyStaff: true,
    });
  });

  it.each([
    ['an out-of-office', ['Auto-Submitted: auto-replied'], 'automatic'],
    [
      'a bounce',
      ['Return-Path: <>', 'Content-Type: multipart/report; report-type=delivery-status; boundary=x'],
      'bounce',
    ],
  ])('that is %s goes to review, and nobody is told', (_name, fields, kind) => {
    expect(decide(policy, ledgerOf(policy), message({ fields }))).toMatchObject({
      kind,
      ticket: null,
      destination: 'review',
      acknowledge: false,
      notifyStaff: false,
    });
  });
});

describe('mail to a ticket', () => {
  it.each([
    ['a signed address', { to: signed }, 'signed-address'],
    [
      'a signed id of ours',
      { fields: [`References: <${threadId(policy, 1, REQUESTER)}>`] },
      'own-message-id',
    ],
    ['the id of a message in it', { fields: ['In-Reply-To: <root@example.com>'] }, 'message-id'],
    ['its plain address', { to: 'support+1@example.com' }, 'address'],
    ['its tag', { subject: 'Re: [issue1] hello' }, 'tag'],
  ])('by %s joins it', (_name, about, match) => {
    expect(decided(about)).toMatchObject({
      kind: 'update',
      ticket: 1,
      match,
      notifyStaff: true,
      acknowledge: false,
    });
  });

  it('goes by the strongest of several marks', () => {
    const ledger = ledgerOf(
      policy,
      ticket(1, root),
      ticket(2, message({ id: 'two@example.com' })),
      ticket(3, message({ id: 'three@example.com' })),
    );
    const about = { to: signed, subject: '[issue2]', fields: ['In-Reply-To: <three@example.com>'] };
    expect(decide(policy, ledger, message(about))).toMatchObject({ ticket: 1, match: 'signed-address' });
    expect(decide(policy, ledger, message({ ...about, to: 'support+2@example.com' }))).toMatchObject({
      ticket: 3,
      match: 'message-id',
    });
  });

  it('that names two with equal strength goes to the one in which its sender takes part, else to review', () => {
    const other = message({ from: 'joe@example.com', id: 'two@example.com' });
    const ledger = ledgerOf(policy, ticket(1, root), ticket(2, other));
    const subject = '[issue1] and [issue2]';
    expect(decide(policy, ledger, message({ subject }))).toMatchObject({ kind: 'update', ticket: 1 });
    expect(decide(policy, ledger, message({ subject, from: 'mallory@example.net' }))).toMatchObject({
      kind: 'review',
      ticket: null,
      notifyStaff: true,
    });
  });

  it('from somebody new is marked so', () => {
    expect(decided({ from: 'mallory@example.net', to: 'support+1@example.com' })).toMatchObject({
      kind: 'update',
      newcomer: true,
    });
    expect(decided({ from: 'mallory@example.net', to: signed })).toMatchObject({
      kind: 'update',
      newcomer: true,
    });
    expect(decided({ to: 'support+1@example.com' })).toMatchObject({ newcomer: false });
  });

  it('needs a link where it does not prove itself where it belongs', () => {
    expect(decided({ to: signed }).needsLink).toBe(false);
    expect(decided({ to: 'support+1@example.com' }).needsLink).toBe(true);
    expect(decided({ fields: ['In-Reply-To: <root@example.com>'] }).needsLink).toBe(true);
  });

  it('which does not exist is reported once in the window, and never to a machine', () => {
    const ledger = ledgerOf(policy, ticket(1, root));
    const first = message({ to: 'support+9@example.com' });
    const decision = decide(policy, ledger, first);
    expect(decision).toMatchObject({
      kind: 'unknown-ticket',
      ticket: 9,
      errorReport: true,
      destination: 'review',
      notifyStaff: true,
    });
    ledger.takeIn(decision, first);
    expect(decide(policy, ledger, message({ to: 'support+9@example.com' }))).toMatchObject({
      kind: 'unknown-ticket',
      errorReport: false,
    });
    expect(
      decide(
        policy,
        ledger,
        message({ to: 'support+9@example.com', fields: ['Auto-Submitted: auto-replied'] }),
      ),
    ).toMatchObject({ kind: 'automatic', errorReport: false });
  });
});

describe('a close', () => {
  const done = 'support+1-done@example.com';

  it.each([
    ['the done address', { to: done }],
    [
      'the signed done address, from anybody who has it',
      { from: 'joe@example.net', to: signedDoneAddress(policy, 1, REQUESTER) ?? '' },
    ],
    ['the tag', { subject: '[issue1-done]' }],
    ['proven staff', { from: 'steve@example.org', to: signedDoneAddress(policy, 1, steve) ?? '' }],
  ])('by %s closes', (_name, about) => {
    expect(decided(about)).toMatchObject({
      kind: 'close',
      ticket: 1,
      destination: 'archived',
      changesState: true,
      confirm: true,
    });
  });

  it.each([
    ['a stranger', { from: 'mallory@example.net', to: done }],
    ['a staff address that proves nothing', { from: 'steve@example.org', to: done }],
    [
      'a staff token in other hands',
      { from: 'mallory@example.net', to: signedDoneAddress(policy, 1, steve) ?? '' },
    ],
    [
      'nobody in particular',
      { from: 'jane@example.com, steve@example.org', to: signedDoneAddress(policy, 1, REQUESTER) ?? '' },
    ],
    ['a list', { to: done, fields: ['List-Id: <l.example.org>'] }],
  ])('asked for by %s is an update that staff hear of', (_name, about) => {
    expect(decided(about)).toMatchObject({
      kind: 'update',
      refused: 'close',
      changesState: false,
      destination: 'open',
      notifyStaff: true,
    });
  });

  it('does not count beside the normal address, nor in an answer to a message that carried it', () => {
    expect(decided({ to: `${done}, support+1@example.com` })).toMatchObject({
      kind: 'update',
      refused: null,
    });
    const closing = message({ to: done, id: 'closing@example.com' });
    const ledger = ledgerOf(policy, ticket(1, root, 'archived', [closing]));
    const answer = message({ to: done, fields: ['In-Reply-To: <closing@example.com>'] });
    expect(decide(policy, ledger, answer)).toMatchObject({ kind: 'reopen' });
  });

  it('of an archived ticket is filed in silence', () => {
    expect(decided({ to: done }, 'archived')).toMatchObject({
      kind: 'close',
      changesState: false,
      notifyStaff: false,
      confirm: false,
      destination: 'archived',
    });
  });

  it('by number wants a DMARC pass where the border tells', () => {
    const desk = deskPolicy({ authservId: 'mx.example.com' });
    const pass = ['Authentication-Results: mx.example.com; dmarc=pass header.from=example.com'];
    expect(decided({ to: done, authservId: 'mx.example.com' }, 'open', desk)).toMatchObject({
      kind: 'update',
      refused: 'close',
    });
    expect(decided({ to: done, fields: pass, authservId: 'mx.example.com' }, 'open', desk)).toMatchObject({
      kind: 'close',
    });
  });
});

describe('mail to an archived ticket', () => {
  it.each([
    ['a signed address', { from: 'joe@example.net', to: signed }],
    ['a participant', { to: 'support+1@example.com' }],
    ['the thread', { from: 'joe@example.net', fields: ['In-Reply-To: <root@example.com>'] }],
  ])('reopens it by %s', (_name, about) => {
    expect(decided(about, 'archived')).toMatchObject({
      kind: 'reopen',
      destination: 'open',
      changesState: true,
    });
  });

  it('by number from a stranger is filed there, and staff hear of it', () => {
    expect(decided({ from: 'mallory@example.net', to: 'support+1@example.com' }, 'archived')).toMatchObject({
      kind: 'update',
      destination: 'archived',
      refused: 'reopen',
      notifyStaff: true,
    });
  });

  it('from a machine is filed there, and nobody hears of it', () => {
    expect(decided({ to: signed, fields: ['Auto-Submitted: auto-replied'] }, 'archived')).toMatchObject({
      kind: 'automatic',
      destination: 'archived',
      notifyStaff: false,
      changesState: false,
    });
  });
});

describe('staff', () => {
  it('are passed on when they answer from the address that their notice went to', () => {
    const to = signedTicketAddress(policy, 1, steve);
    expect(decided({ from: 'steve@example.org', to })).toMatchObject({
      kind: 'update',
      relay: true,
      staff: STEVE,
    });
  });

  it('are told when what came to their address was not passed on', () => {
    const to = signedTicketAddress(policy, 1, steve);
    expect(decided({ from: 'mallory@example.net', to })).toMatchObject({ relay: false, notRelayedTo: STEVE });
    const failed = ['Authentication-Results: mx.example.com; dmarc=fail'];
    const desk = deskPolicy({ authservId: 'mx.example.com' });
    expect(
      decided({ from: 'steve@example.org', to, fields: failed, authservId: 'mx.example.com' }, 'open', desk),
    ).toMatchObject({ relay: false, notRelayedTo: STEVE });
  });

  it('write to one another at the note address', () => {
    const to = signedNoteAddress(policy, 1, steve) ?? '';
    expect(decided({ from: 'steve@example.org', to })).toMatchObject({
      kind: 'update',
      relay: false,
      notifyStaff: true,
    });
  });

  it('are never passed on when a machine answers for them', () => {
    const to = signedTicketAddress(policy, 1, steve);
    expect(
      decided({ from: 'steve@example.org', to, fields: ['Auto-Submitted: auto-replied'] }),
    ).toMatchObject({ kind: 'automatic', relay: false });
  });
});

describe('mail that was there before', () => {
  it('is a duplicate when the same mail comes along another way', () => {
    const twin = message({ id: 'root@example.com', fields: ['Received: by another way'] });
    expect(decide(policy, ledgerOf(policy, ticket(1, root)), twin)).toMatchObject({
      kind: 'duplicate',
      ticket: 1,
      notifyStaff: false,
    });
  });

  it('is no duplicate when only the Message-ID is the same', () => {
    const other = message({ id: 'root@example.com', subject: 'Something else' });
    expect(decide(policy, ledgerOf(policy, ticket(1, root)), other)).toMatchObject({ kind: 'new' });
  });

  it('is our own by our signature over that very message, and by nothing else', () => {
    const raw = signOrigin(
      policy,
      Buffer.from(
        'Message-ID: <x@example.com>\r\nFrom: support@example.com\r\nTo: jane@example.com\r\nSubject: hi\r\n\r\nhi\r\n',
      ),
    );
    const read = (bytes: Buffer) =>
      readFacts({
        header: splitMessage(bytes).header,
        size: bytes.length,
        receivedAt: new Date(0),
        structure: null,
      });
    expect(decide(policy, ledgerOf(policy), read(raw))).toMatchObject({
      kind: 'own',
      acknowledge: false,
      notifyStaff: false,
    });
    const changed = Buffer.from(raw.toString().replace('Subject: hi', 'Subject: ho'));
    expect(changed.toString()).toContain(ORIGIN_FIELD);
    expect(decide(policy, ledgerOf(policy), read(changed))).toMatchObject({ kind: 'new' });
  });

  it('joins the ticket that the answer to it opened', () => {
    const answer = message({ id: 'answer@example.com', fields: ['In-Reply-To: <late@example.com>'] });
    expect(
      decide(policy, ledgerOf(policy, ticket(1, answer)), message({ id: 'late@example.com' })),
    ).toMatchObject({ kind: 'update', ticket: 1, match: 'message-id' });
  });
});

describe('any message', () => {
  const pieces = fc.record({
    from: fc.constantFrom(
      'jane@example.com',
      'steve@example.org',
      'mallory@example.net',
      'support@example.com',
      '<>',
      'a@b.example, c@d.example',
    ),
    to: fc.constantFrom(
      'support@example.com',
      signed,
      'support+1@example.com',
      'support+1-done@example.com',
      'support+9@example.com',
      signedTicketAddress(policy, 1, steve),
    ),
    subject: fc.constantFrom('hello', '[issue1]', '[issue1-done]', '[issue9]', '[issue1] [issue9]'),
    fields: fc.subarray([
      'Auto-Submitted: auto-replied',
      'List-Id: <l.example>',
      'Return-Path: <>',
      'In-Reply-To: <root@example.com>',
      'X-Auto-Response-Suppress: All',
    ]),
  });

  it('gets one decision that keeps the rules, the same each time', () => {
    fc.assert(
      fc.property(pieces, fc.constantFrom('open' as const, 'archived' as const), (about, state) => {
        const facts = message(about);
        const ledger = () => ledgerOf(policy, ticket(1, root, state));
        const decision = decide(policy, ledger(), facts);
        expect(decide(policy, ledger(), facts)).toEqual(decision);
        if (facts.automatic !== null)
          expect(decision).toMatchObject({
            acknowledge: false,
            relay: false,
            changesState: false,
            errorReport: false,
            confirm: false,
          });
        if (facts.sender.address === null)
          expect(decision).toMatchObject({
            acknowledge: false,
            relay: false,
            changesState: false,
            errorReport: false,
          });
        if (about.from === 'mallory@example.net') expect(decision.relay).toBe(false);
        expect(Object.keys(explained(decision))).toEqual([
          'kind',
          'ticket',
          'match',
          'acknowledge',
          'notifyStaff',
          'relay',
          'changesState',
          'automatic',
          'reasons',
        ]);
        expect(decision.reasons.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
