import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/desk/decide/decide.js';
import {
  REQUESTER,
  signedDoneAddress,
  signedTicketAddress,
  threadId,
} from '../../../../src/desk/sign/ticket-address.js';
import type { Decision } from '../../../../src/desk/ticket/decision.js';
import { entryOf } from '../../../../src/desk/ticket/decision.js';
import { deskPolicy, ledgerOf, message, STEVE, ticket, type Written } from '../desk.js';

const DAY_MS = 86_400_000;
const policy = deskPolicy({ reopenWithinMs: 30 * DAY_MS });
const root = message({ id: 'root@example.com', at: 0 });
const signed = signedTicketAddress(policy, 1, REQUESTER);

function decidedAfter(days: number, about: Written, desk = policy): Decision {
  const ledger = ledgerOf(desk, ticket(1, root, 'archived'));
  return decide(desk, ledger, message({ to: signed, at: days * DAY_MS, ...about }));
}

describe('mail to a closed ticket', () => {
  it('reopens it until the span is over', () => {
    expect(decidedAfter(30, {})).toMatchObject({ kind: 'reopen', ticket: 1, follows: null });
  });

  it('opens a new one that names the old one after that', () => {
    const decision = decidedAfter(31, { subject: 'Burning again' });
    expect(decision).toMatchObject({
      kind: 'new',
      ticket: 2,
      follows: 1,
      acknowledge: true,
      match: 'signed-address',
    });
    expect(decision.reasons[0]).toContain('ticket 1, which it names, was closed too long ago');
    expect(entryOf(decision, root)).toMatchObject({ number: 2, follows: 1 });
  });

  it('reopens it at any time where no span is set', () => {
    expect(decidedAfter(9_000, {}, deskPolicy())).toMatchObject({ kind: 'reopen', ticket: 1 });
  });

  it('counts from the last word, not from the first', () => {
    const later = message({ id: 'later@example.com', at: 20 * DAY_MS });
    const closed = ticket(1, root, 'archived');
    const ledger = ledgerOf(policy, {
      ...closed,
      messages: [...closed.messages, { facts: later, folder: 'archived', uid: 2 }],
    });
    expect(decide(policy, ledger, message({ to: signed, at: 45 * DAY_MS }))).toMatchObject({
      kind: 'reopen',
    });
    expect(decide(policy, ledger, message({ to: signed, at: 51 * DAY_MS }))).toMatchObject({ kind: 'new' });
  });

  it('reopens it at any time if proven staff wrote it', () => {
    const role = { kind: 'staff' as const, member: STEVE };
    const about = { from: 'steve@example.org', to: signedTicketAddress(policy, 1, role) };
    expect(decidedAfter(90, about)).toMatchObject({ kind: 'reopen', ticket: 1, relay: true });
  });

  it.each([
    [
      'from a machine',
      { fields: ['Auto-Submitted: auto-replied', `In-Reply-To: <${threadId(policy, 1, REQUESTER)}>`] },
      'automatic',
    ],
    ['that asks to close', { to: signedDoneAddress(policy, 1, REQUESTER) ?? '' }, 'close'],
    [
      'from a stranger who guessed the number',
      { from: 'eve@evil.example', to: 'support+1@example.com' },
      'update',
    ],
  ])('is filed with it %s', (_name, about, kind) => {
    expect(decidedAfter(90, about)).toMatchObject({
      kind,
      ticket: 1,
      destination: 'archived',
      follows: null,
    });
  });

  it('joins the ticket that follows it, while that one is open', () => {
    const first = message({ to: signed, at: 31 * DAY_MS });
    const ledger = ledgerOf(policy, ticket(1, root, 'archived'));
    ledger.takeIn(decide(policy, ledger, first), first);
    const next = decide(policy, ledger, message({ to: signed, at: 32 * DAY_MS }));
    expect(next).toMatchObject({ kind: 'update', ticket: 2, needsLink: true });
    expect(next.reasons[0]).toContain('ticket 2 follows it');
  });

  it('is an update of a ticket that is open still, however long nobody wrote', () => {
    const ledger = ledgerOf(policy, ticket(1, root));
    const decision = decide(policy, ledger, message({ to: signed, at: 90 * DAY_MS }));
    expect(decision).toMatchObject({ kind: 'update', ticket: 1, follows: null });
  });

  it('is what the register says, where it has been filed before', () => {
    const known = message({ id: 'known@example.com', to: signed, at: 90 * DAY_MS });
    const ledger = ledgerOf(policy, ticket(1, root, 'archived'));
    ledger.addLink({ identity: known.identity, messageId: known.messageId, ticket: 1 });
    expect(decide(policy, ledger, known)).toMatchObject({ ticket: 1, follows: null });
  });

  it('joins the ticket that follows it also after a merge of the one or the other', () => {
    const merged = ledgerOf(policy, ticket(1, root, 'archived'), ticket(9, message({ at: 0 }), 'archived'));
    const first = message({ to: signed, at: 31 * DAY_MS });
    const opened = decide(policy, merged, first);
    expect(opened).toMatchObject({ kind: 'new', ticket: 10, follows: 1 });
    merged.takeIn(opened, first);
    merged.merges.add([{ uid: 1, from: 1, into: 9, joinPeople: true }]);
    const next = message({ to: signed, at: 32 * DAY_MS });
    expect(decide(policy, merged, next)).toMatchObject({ kind: 'update', ticket: 10 });
  });
});
