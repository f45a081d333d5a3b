import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/desk/decide/decide.js';
import {
  REQUESTER,
  signedDoneAddress,
  signedTicketAddress,
  threadId,
} from '../../../../src/desk/sign/ticket-address.js';
import type { Decision } from '../../../../src/desk/ticket/decision.js';
import { deskPolicy, ledgerOf, message, STEVE, ticket, type Written } from '../desk.js';

const DAY_MS = 86_400_000;
const policy = deskPolicy();
const OUTLOOK = `Thread-Index: ${Buffer.from(`0101dbf69898${'c9'.repeat(16)}`, 'hex').toString('base64')}`;
const root = message({ id: 'root@example.com', at: 0, fields: [OUTLOOK] });
const signed = signedTicketAddress(policy, 1, REQUESTER);

function decidedAfter(days: number, about: Written, state: 'open' | 'archived' = 'archived', desk = policy) {
  const ledger = ledgerOf(desk, ticket(1, root, state));
  return decide(desk, ledger, message({ to: signed, subject: 'Fax', at: days * DAY_MS, ...about }));
}

const opens: Partial<Decision> = { kind: 'new', ticket: 2, follows: 1, acknowledge: true };
const reopens: Partial<Decision> = { kind: 'reopen', ticket: 1, follows: null };

describe('mail about something else to the address of a ticket that was closed long ago', () => {
  it.each<[string, Written]>([
    ['signed', {}],
    ['plain', { to: 'support+1@example.com' }],
    ['of whose answer somebody else has the address', { from: 'kim@example.net' }],
    ['with a mark of an answer and nothing that it answers', { subject: 'Re: Fax' }],
  ])('opens a new ticket that names the old one, at an address that is %s', (_, about) => {
    const decision = decidedAfter(31, about);
    expect(decision).toMatchObject(opens);
    expect(decision.reasons[0]).toContain('ticket 1, which it names, was closed too long ago');
  });

  it.each<[string, Written]>([
    ['with the same subject', { subject: 'Printer on fire' }],
    ['with the same subject behind something', { subject: 'AW: [EXT] Printer on fire' }],
    ['without a subject', { subject: '' }],
    ["with the ticket's tag", { subject: '[issue1] Fax' }],
    ['that answers a message of the ticket', { fields: ['In-Reply-To: <root@example.com>'] }],
    ['that answers a message of ours', { fields: [`References: <${threadId(policy, 1, REQUESTER)}>`] }],
    ['that answers something else', { fields: ['In-Reply-To: <lost@example.com>'] }],
    ["of the ticket's conversation in Outlook", { fields: [OUTLOOK] }],
  ])('reopens the ticket as ever %s', (_, about) => {
    expect(decidedAfter(31, about)).toMatchObject(reopens);
  });

  it('reopens it within the 30 days, and joins it while it is open', () => {
    expect(decidedAfter(30, {})).toMatchObject(reopens);
    expect(decidedAfter(90, {}, 'open')).toMatchObject({ kind: 'update', ticket: 1 });
  });

  it('knows every subject that the ticket has had', () => {
    const closed = ticket(1, root, 'archived', [message({ subject: 'Fax', at: 0 })]);
    const later = message({ to: signed, subject: 'Fax', at: 31 * DAY_MS });
    expect(decide(policy, ledgerOf(policy, closed), later)).toMatchObject(reopens);
  });

  it('is as ever from staff, from a stranger, from a machine, and where it closes', () => {
    const role = { kind: 'staff' as const, member: STEVE };
    const staff = { from: 'steve@example.org', to: signedTicketAddress(policy, 1, role) };
    expect(decidedAfter(90, staff)).toMatchObject({ kind: 'reopen', ticket: 1, relay: true });
    const stranger = { from: 'eve@evil.example', to: 'support+1@example.com' };
    expect(decidedAfter(90, stranger)).toMatchObject({ kind: 'update', ticket: 1, destination: 'archived' });
    const machine = { fields: ['Auto-Submitted: auto-replied'] };
    expect(decidedAfter(90, machine)).toMatchObject({ kind: 'automatic', ticket: 1 });
    const done = { to: signedDoneAddress(policy, 1, REQUESTER) ?? '' };
    expect(decidedAfter(90, done)).toMatchObject({ kind: 'close', ticket: 1 });
  });

  it('reopens it at any time where the configuration says "always"', () => {
    const always = deskPolicy({ reopenWithinMs: Number.POSITIVE_INFINITY });
    expect(decidedAfter(900, {}, 'archived', always)).toMatchObject(reopens);
  });

  it('is late by the span that the configuration sets, if it sets one', () => {
    const long = deskPolicy({ reopenWithinMs: 60 * DAY_MS });
    expect(decidedAfter(31, {}, 'archived', long)).toMatchObject(reopens);
    expect(decidedAfter(61, {}, 'archived', long)).toMatchObject(opens);
  });

  it('joins a ticket that follows the old one if it is about that, and else opens one more', () => {
    const first = message({ to: signed, subject: 'Fax', at: 31 * DAY_MS });
    const ledger = ledgerOf(policy, ticket(1, root, 'archived'));
    ledger.takeIn(decide(policy, ledger, first), first);
    const about = { to: signed, at: 32 * DAY_MS };
    expect(decide(policy, ledger, message({ ...about, subject: 'Re: Fax' }))).toMatchObject({
      kind: 'update',
      ticket: 2,
      needsLink: true,
    });
    expect(decide(policy, ledger, message({ ...about, subject: 'Scanner' }))).toMatchObject({
      kind: 'new',
      ticket: 3,
      follows: 1,
    });
  });
});
