/** Mail that the register knows already, mail that the server holds for spam, and what staff write. */
import { describe, expect, it } from 'vitest';
import { decide, forReview } from '../../../../src/desk/decide/decide.js';
import {
  REQUESTER,
  type Role,
  signedDoneAddress,
  signedNoteAddress,
  signedTicketAddress,
} from '../../../../src/desk/sign/ticket-address.js';
import { Ledger } from '../../../../src/desk/ticket/ledger.js';
import { ANN, deskPolicy, ledgerOf, message, STEVE, ticket, type Written } from '../desk.js';

const policy = deskPolicy();
const root = message({ id: 'root@example.com' });
const steve: Role = { kind: 'staff', member: STEVE };
const limited: Role = { kind: 'staff', member: STEVE, limited: true };
const to = (role: Role, number = 1) => signedTicketAddress(policy, number, role);
const ledger = () => ledgerOf(policy, ticket(1, root), ticket(2, message({ from: 'joe@example.net' })));

describe('a message that the register gives to a ticket', () => {
  it('is its root, where a worker died before it was filed', () => {
    const begun = { ...ticket(7, root), underWay: true, messages: [] };
    expect(decide(policy, ledgerOf(policy, begun), root)).toMatchObject({
      kind: 'new',
      ticket: 7,
      destination: 'open',
      acknowledge: true,
      needsLink: false,
      reasons: ['the register already gives it this number', 'the sender is acknowledged'],
    });
  });

  it('and that lies there is a duplicate if somebody puts it back', () => {
    const reply = message({ to: 'support+1@example.com' });
    const filed = ledgerOf(policy, ticket(1, root, 'open', [reply]));
    filed.addLink({ identity: reply.identity, messageId: null, ticket: 1 });
    for (const facts of [root, reply])
      expect(decide(policy, filed, facts)).toMatchObject({
        kind: 'duplicate',
        ticket: 1,
        notifyStaff: false,
      });
  });

  it.each<[string, Written, object]>([
    ['whatever it says', { subject: 'Hello' }, { match: 'message-id', role: null }],
    ['although it names another', { to: to(REQUESTER, 2) }, { match: 'message-id', role: null }],
    [
      'although it names two',
      { from: 'eve@example.net', subject: '[issue1] [issue2]' },
      { match: 'message-id', role: null },
    ],
    ['as it says itself', { to: to(REQUESTER) }, { match: 'signed-address', role: REQUESTER }],
    ['although it is spam', { fields: ['X-Spam-Flag: YES'] }, { match: 'message-id' }],
  ])('by a link belongs there, %s', (_, about, expected) => {
    const facts = message(about);
    const known = ledger();
    known.addLink({ identity: facts.identity, messageId: null, ticket: 1 });
    expect(decide(policy, known, facts)).toMatchObject({ kind: 'update', ticket: 1, ...expected });
  });
});

describe('mail that the server holds for spam', () => {
  const spam = (about: Written) =>
    decide(policy, ledger(), message({ ...about, fields: ['X-Spam-Flag: YES', ...(about.fields ?? [])] }));

  it.each<[string, Written]>([
    ['names no ticket', {}],
    ['names one without proof', { to: 'support+1@example.com' }],
    ['answers one', { fields: ['In-Reply-To: <root@example.com>'] }],
    ['names two', { from: 'eve@example.net', subject: '[issue1] [issue2]' }],
    ['names one that never was', { to: 'support+99@example.com' }],
  ])('lies in review, and nobody is told, if it %s', (_, about) => {
    expect(spam(about)).toMatchObject({
      kind: 'review',
      ticket: null,
      destination: 'review',
      notifyStaff: false,
      acknowledge: false,
      errorReport: false,
      reasons: ['spam: x-spam-flag says that it is spam.', 'not answered'],
    });
  });

  it('is mail like any other if it carries a mark that we signed', () => {
    expect(spam({ to: to(REQUESTER) })).toMatchObject({ kind: 'update', ticket: 1, notifyStaff: true });
  });
});

it('mail that failed too often is set aside, and staff are told', () => {
  expect(forReview(root, 'it failed three times')).toMatchObject({
    kind: 'review',
    ticket: null,
    destination: 'review',
    notifyStaff: true,
    acknowledge: false,
    reasons: ['it failed three times'],
  });
});

describe('what a staff member writes', () => {
  const pass = 'Authentication-Results: mx.example.com; dmarc=pass header.from=example.org';
  const steves = (about: Written) =>
    decide(policy, ledger(), message({ from: 'steve@example.org', authservId: 'mx.example.com', ...about }));
  const note = (number: number) => signedNoteAddress(policy, number, steve) ?? '';

  it('to their address is relayed', () => {
    expect(steves({ to: to(steve) })).toMatchObject({ staff: STEVE, relay: true, notRelayedTo: null });
  });

  it('to the note address is not, and they know it', () => {
    for (const also of ['', ', kim@example.net', `, ${to(steve)}`])
      expect(steves({ to: `${note(1)}${also}` })).toMatchObject({
        staff: STEVE,
        relay: false,
        notRelayedTo: null,
      });
  });

  it('is relayed where the note address is that of another ticket', () => {
    const facts = message({
      from: 'steve@example.org',
      to: note(2),
      authservId: 'mx.example.com',
      fields: [pass],
    });
    const known = ledger();
    known.addLink({ identity: facts.identity, messageId: null, ticket: 1 });
    expect(decide(policy, known, facts)).toMatchObject({ ticket: 1, staff: STEVE, relay: true });
  });

  it('to an address out of a notice’s text is relayed only with a DMARC pass', () => {
    expect(steves({ to: to(limited) })).toMatchObject({
      relay: false,
      notRelayedTo: STEVE,
      why: { name: 'not-relayed-limited' },
    });
    expect(steves({ to: to(limited), fields: [pass] })).toMatchObject({ relay: true, notRelayedTo: null });
    expect(steves({ to: to(steve), fields: [pass] })).toMatchObject({ relay: true, notRelayedTo: null });
  });

  it('is not relayed if a program wrote it, and they are told', () => {
    expect(steves({ to: to(steve), fields: ['List-Id: <x.example.org>'] })).toMatchObject({
      relay: false,
      notRelayedTo: STEVE,
    });
  });

  it('is not relayed in anybody else’s hands, and the member is told', () => {
    const others = (from: string, address: string) =>
      decide(policy, ledger(), message({ from, to: address }));
    const why = { name: 'not-relayed-unproven' };
    expect(others('jane@example.com', to(steve))).toMatchObject({
      relay: false,
      staff: null,
      notRelayedTo: STEVE,
      why,
    });
    const failed = 'Authentication-Results: mx.example.com; dmarc=fail header.from=example.org';
    expect(steves({ to: to(steve), fields: [failed] })).toMatchObject({
      relay: false,
      notRelayedTo: STEVE,
      why: { name: 'not-relayed-failed' },
    });
    expect(steves({ from: 'ann@example.org', to: to(steve), fields: [failed] })).toMatchObject({ why });
    expect(others('ann@example.org', to(steve))).toMatchObject({ relay: false, notRelayedTo: STEVE });
    expect(others('jane@example.com', note(1))).toMatchObject({ relay: false, notRelayedTo: STEVE });
    expect(others('jane@example.com', to({ kind: 'staff', member: ANN }))).toMatchObject({
      notRelayedTo: ANN,
    });
    expect(others('jane@example.com', to(REQUESTER))).toMatchObject({
      relay: false,
      notRelayedTo: null,
      why: null,
    });
  });
});

describe('a close by a staff member', () => {
  const done = signedDoneAddress(policy, 1, steve) ?? '';
  const closing = (state: 'open' | 'archived', bodySize: number) =>
    decide(policy, ledgerOf(policy, ticket(1, root, state)), {
      ...message({ from: 'steve@example.org', to: done }),
      bodySize,
    });

  it('passes its words on, and nothing where there are none', () => {
    expect(closing('open', 3)).toMatchObject({
      kind: 'close',
      relay: true,
      confirm: true,
      changesState: true,
    });
    expect(closing('open', 2)).toMatchObject({
      kind: 'close',
      relay: false,
      notRelayedTo: null,
      confirm: true,
    });
  });

  it('of a closed ticket is filed in silence', () => {
    expect(closing('archived', 3)).toMatchObject({
      kind: 'close',
      destination: 'archived',
      relay: false,
      notifyStaff: false,
      confirm: false,
      changesState: false,
    });
  });

  it('is not confirmed where the desk wants none', () => {
    const silent = deskPolicy({ confirmClose: 'none' });
    const facts = message({ from: 'steve@example.org', to: done });
    expect(decide(silent, ledgerOf(silent, ticket(1, root)), facts)).toMatchObject({
      kind: 'close',
      confirm: false,
    });
  });
});

it('nothing is known offline, and every number exists', () => {
  const offline = new Ledger(policy, { highest: 0, tickets: [], offline: true });
  expect(decide(policy, offline, message({ to: 'support+42@example.com' }))).toMatchObject({
    kind: 'update',
    ticket: 42,
    newcomer: false,
  });
});
