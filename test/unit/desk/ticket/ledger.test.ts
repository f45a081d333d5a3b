import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/desk/decide/decide.js';
import { openSuccessor } from '../../../../src/desk/decide/late-mail.js';
import { blank } from '../../../../src/desk/decide/question.js';
import { REQUESTER, signedTicketAddress } from '../../../../src/desk/sign/ticket-address.js';
import type { Decision } from '../../../../src/desk/ticket/decision.js';
import { entryOf } from '../../../../src/desk/ticket/decision.js';
import { Ledger, type LedgerContents } from '../../../../src/desk/ticket/ledger.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import { deskPolicy, message, ticket } from '../desk.js';

const policy = deskPolicy();
const root = message({ id: 'root@example.com', fields: ['References: <asked@example.org>'] });
const reply = message({ id: 'reply@example.com', fields: ['References: <other@example.org>'] });
const held = ticket(3, root, 'open', [reply]);
const ledgerWith = (contents: Partial<LedgerContents> = {}) =>
  new Ledger(policy, { highest: 0, tickets: [held], ...contents });
const decision = (facts: Facts, changes: Partial<Decision>): Decision => ({
  ...blank(facts),
  ticket: 3,
  destination: 'open',
  ...changes,
});

const HOUR_MS = 3_600_000;
const LATER = new Date(HOUR_MS);

/** How many answers of a group the ledger counts, up to a moment. */
function answersOf(ledger: Ledger, group: string, until = LATER): number {
  const wanted = { at: LATER, cause: 'another', until };
  let count = 0;
  while (ledger.answers.isFull(group, { count: count + 1, withinMs: HOUR_MS }, wanted)) count += 1;
  return count;
}

describe('what a ledger knows', () => {
  it('is the highest number that was given, by whoever knows of a higher one', () => {
    expect(ledgerWith().highest).toBe(3);
    expect(ledgerWith({ highest: 9 }).highest).toBe(9);
  });

  it('is the tickets', () => {
    const ledger = ledgerWith();
    expect(ledger.tickets).toEqual([held]);
    expect(ledger.ticket(3)).toEqual(held);
    expect(ledger.ticket(4)).toBeNull();
    expect([ledger.exists(3), ledger.exists(4)]).toEqual([true, false]);
  });

  it('offline is that whatever a message names exists', () => {
    expect(ledgerWith({ offline: true }).exists(4)).toBe(true);
    expect([ledgerWith().offline, ledgerWith({ offline: true }).offline]).toEqual([false, true]);
  });

  it('is the time, 1970 if it is told none', () => {
    const now = new Date('2026-01-01T00:00:00Z');
    expect([ledgerWith().now, ledgerWith({ now }).now]).toEqual([new Date(0), now]);
  });

  it('is which ticket holds a message, by its id', () => {
    const ledger = ledgerWith();
    expect(ledger.ticketsHolding('root@example.com')).toEqual([3]);
    expect(ledger.ticketsHolding('reply@example.com')).toEqual([3]);
    expect(ledger.ticketsHolding('asked@example.org')).toEqual([]);
    expect(
      ledgerWith({ tickets: [ticket(1, root), ticket(2, root)] }).ticketsHolding('root@example.com'),
    ).toEqual([1, 2]);
  });

  it('is the id of a root whose message is not at hand', () => {
    expect(ledgerWith({ tickets: [{ ...held, messages: [] }] }).ticketsHolding('root@example.com')).toEqual([
      3,
    ]);
    const nameless = { ...held, entry: { ...held.entry, rootMessageId: null }, messages: [] };
    expect(ledgerWith({ tickets: [nameless] }).ticketsHolding('root@example.com')).toEqual([]);
  });

  it('is which message an opening mail answers, and no later one', () => {
    expect(ledgerWith().ticketsAnswering('asked@example.org')).toEqual([3]);
    expect(ledgerWith().ticketsAnswering('other@example.org')).toEqual([]);
  });

  it('is where the register puts a message', () => {
    const ledger = ledgerWith();
    expect(ledger.registeredTicket(root.identity)).toBe(3);
    expect(ledger.registeredTicket(reply.identity)).toBeNull();
    expect([ledger.isRoot(root.identity), ledger.isRoot(reply.identity)]).toEqual([true, false]);
    ledger.addLink({ identity: reply.identity, messageId: 'linked@example.com', ticket: 3 });
    expect(ledger.registeredTicket(reply.identity)).toBe(3);
    expect(ledger.ticketsHolding('linked@example.com')).toEqual([3]);
    ledger.addLink({ identity: 'x', messageId: null, ticket: 3 });
    expect(ledger.registeredTicket('x')).toBe(3);
  });

  it('is whether this very message was filed', () => {
    const ledger = ledgerWith();
    expect(ledger.isFiled(reply.identity, 3)).toBe(true);
    expect(ledger.isFiled('another', 3)).toBe(false);
    expect(ledger.isFiled(reply.identity, 4)).toBe(false);
    const unread = { ...held, messages: [] };
    expect(ledgerWith({ tickets: [unread] }).isFiled(root.identity, 3)).toBe(true);
    expect(ledgerWith({ tickets: [{ ...unread, underWay: true }] }).isFiled(root.identity, 3)).toBe(false);
    expect(ledgerWith({ tickets: [unread] }).isFiled(reply.identity, 3)).toBe(false);
  });

  it('is the newest open ticket that takes up a closed one again', () => {
    const following = (number: number, follows: number, state: 'open' | 'archived' = 'open') => {
      const one = ticket(number, message(), state);
      return { ...one, entry: { ...one.entry, follows } };
    };
    const successor = (...tickets: readonly ReturnType<typeof following>[]) =>
      openSuccessor(ledgerWith({ tickets: [held, ...tickets] }), 3);
    expect(successor()).toBeNull();
    expect(successor(following(4, 3))).toBe(4);
    expect(successor(following(4, 3), following(6, 3), following(5, 3))).toBe(6);
    expect(successor(following(4, 3), following(5, 3, 'archived'))).toBe(4);
    expect(successor(following(4, 2))).toBeNull();
    expect(successor(following(2, 3))).toBeNull();
    expect(successor(following(3, 3))).toBeNull();
  });

  it('is where a stored message belongs: as the register says, else as its signed marks do', () => {
    const marked = message({ to: signedTicketAddress(policy, 5, REQUESTER) });
    const ledger = ledgerWith();
    expect(ledger.membership(root)).toBe(3);
    expect(ledger.membership(marked)).toBe(5);
    expect(ledger.membership(message({ to: 'support+5@example.com' }))).toBeNull();
    ledger.addLink({ identity: marked.identity, messageId: null, ticket: 3 });
    expect(ledger.membership(marked)).toBe(3);
  });
});

describe('the same mail along another way', () => {
  const twin: Facts = { ...root, identity: 'another way' };

  it('is known by its id, its signed fields and its body', () => {
    const ledger = ledgerWith();
    expect(ledger.sameEvent(twin)).toBe(root);
    expect(ledger.sameEvent({ ...twin, bodySize: twin.bodySize + 1 })).toBeNull();
    expect(ledger.sameEvent({ ...twin, originSubject: 'x' })).toBeNull();
    expect(ledger.sameEvent({ ...twin, messageId: 'x@example.com' })).toBeNull();
    expect(ledger.sameEvent({ ...twin, messageId: null })).toBeNull();
  });

  it('is not that very message', () => {
    expect(ledgerWith().sameEvent(root)).toBeNull();
  });

  it('is found among others of the same id', () => {
    const tickets = [ticket(1, { ...root, identity: 'first', originSubject: 'x' }), held];
    expect(ledgerWith({ tickets }).sameEvent(twin)).toBe(root);
  });
});

describe('what was sent of late', () => {
  const now = new Date(1_000);

  it('counts an answer once for its cause and purpose', () => {
    const ledger = ledgerWith();
    const answer = {
      purpose: 'acknowledgement' as const,
      to: 'a@example.com',
      cause: 'c',
      at: now,
      subject: 's',
    };
    ledger.answers.note(answer);
    ledger.answers.note({ ...answer, at: new Date(2_000) });
    expect(answersOf(ledger, 'of the desk')).toBe(1);
    ledger.answers.note({ ...answer, purpose: 'error-report' });
    ledger.answers.note({ ...answer, cause: 'd' });
    expect(answersOf(ledger, 'of the desk')).toBe(3);
    expect(answersOf(ledger, 'acknowledgement to a@example.com')).toBe(2);
  });

  it('counts a notice once for its cause, purpose and recipient', () => {
    const ledger = ledgerWith();
    const notice = { purpose: 'notice' as const, to: 'steve@example.org', cause: 'c', at: now };
    ledger.notices.note(notice);
    ledger.notices.note({ ...notice, at: new Date(2_000) });
    const asked = { ...notice, cause: 'another' };
    expect(ledger.notices.since(0, asked)).toBe(1);
    expect(ledger.notices.since(0, notice)).toBe(0);
    expect(ledger.notices.since(1_000, asked)).toBe(0);
    ledger.notices.note({ ...notice, purpose: 'not-relayed' });
    ledger.notices.note({ ...notice, to: 'ann@example.org' });
    ledger.notices.note({ ...notice, cause: 'd' });
    expect(ledger.notices.since(0, asked)).toBe(2);
    expect(ledger.notices.since(0, { ...asked, purpose: 'not-relayed' })).toBe(1);
    expect(ledger.notices.since(0, { ...asked, to: 'ann@example.org' })).toBe(1);
  });

  it('keeps digests', () => {
    const ledger = ledgerWith();
    expect(ledger.notices.digests).toEqual([]);
    ledger.notices.noteDigest({ to: 'steve@example.org', window: 4 });
    expect(ledger.notices.digests).toEqual([{ to: 'steve@example.org', window: 4 }]);
  });
});

describe('following a decision', () => {
  const fresh = message({ from: 'Kim <kim@example.net>', id: 'fresh@example.net' });

  it('opens the ticket, whose opening is under way', () => {
    const ledger = ledgerWith({ now: new Date(5_000) });
    const opening = decision(fresh, { kind: 'new', ticket: 4, acknowledge: true });
    ledger.takeIn(opening, fresh);
    expect(ledger.ticket(4)).toEqual({
      entry: entryOf(opening, fresh),
      state: 'open',
      underWay: true,
      messages: [{ facts: fresh, folder: 'open', uid: null }],
    });
    expect(ledger.highest).toBe(4);
    expect(answersOf(ledger, 'acknowledgement to kim@example.net')).toBe(1);
    expect(answersOf(ledger, 'acknowledgement to kim@example.net', new Date(4_999))).toBe(0);
    const own = { at: LATER, cause: fresh.identity };
    expect(ledger.answers.isFull('of the desk', { count: 1, withinMs: HOUR_MS }, own)).toBe(false);
  });

  it('makes an entry of what the opening mail says', () => {
    expect(entryOf(decision(fresh, { ticket: 4, acknowledge: true }), fresh)).toEqual({
      number: 4,
      rootIdentity: fresh.identity,
      rootMessageId: 'fresh@example.net',
      requester: 'kim@example.net',
      requesterName: 'Kim',
      requesterFrom: 'sender',
      subject: 'Printer on fire',
      answerable: true,
      opened: fresh.receivedAt,
    });
    expect(entryOf(decision(fresh, { acknowledge: false }), fresh).answerable).toBe(false);
    expect(entryOf(decision(fresh, { follows: 3 }), fresh).follows).toBe(3);
  });

  it('counts an error report', () => {
    const ledger = ledgerWith({ now: new Date(5_000) });
    ledger.takeIn(
      decision(fresh, { kind: 'unknown-ticket', ticket: 9, destination: 'review', errorReport: true }),
      fresh,
    );
    expect(answersOf(ledger, 'error-report to kim@example.net')).toBe(1);
    expect(answersOf(ledger, 'of the desk')).toBe(1);
    expect(ledger.ticket(9)).toBeNull();
  });

  it('counts no answer where there is none, or nobody to get it', () => {
    const ledger = ledgerWith({ now: new Date(5_000) });
    ledger.takeIn(decision(fresh, { kind: 'update' }), fresh);
    const nobody = message({ from: 'a@example.com, b@example.com' });
    ledger.takeIn(decision(nobody, { kind: 'new', ticket: 5, acknowledge: true }), nobody);
    expect(answersOf(ledger, 'of the desk')).toBe(0);
  });

  it('adds an update where the ticket is', () => {
    const ledger = ledgerWith({ tickets: [{ ...held, state: 'archived' }] });
    ledger.takeIn(decision(fresh, { kind: 'update', destination: 'archived' }), fresh);
    const after = ledger.ticket(3);
    expect([after?.state, after?.underWay]).toEqual(['archived', false]);
    expect(after?.messages.map(({ facts, folder, uid }) => [facts.identity, folder, uid])).toEqual([
      [root.identity, 'open', 1],
      [reply.identity, 'open', 2],
      [fresh.identity, 'archived', null],
    ]);
    expect(ledger.ticketsHolding('fresh@example.net')).toEqual([3]);
  });

  it.each([
    ['close', 'open', 'archived'],
    ['reopen', 'archived', 'open'],
  ] as const)('moves the whole ticket on a %s', (kind, from, to) => {
    const ledger = ledgerWith({ tickets: [ticket(3, root, from, [reply])] });
    ledger.takeIn(decision(fresh, { kind, destination: to }), fresh);
    expect(ledger.ticket(3)?.state).toBe(to);
    expect(ledger.ticket(3)?.messages.map(({ folder }) => folder)).toEqual([to, to, to]);
  });

  it('keeps the state and the places of the rest on an update', () => {
    const ledger = ledgerWith();
    ledger.takeIn(decision(fresh, { kind: 'update' }), fresh);
    expect(ledger.ticket(3)?.state).toBe('open');
  });

  it('knows a link that the decision needs, and no other', () => {
    const ledger = ledgerWith();
    ledger.takeIn(decision(fresh, { kind: 'update', needsLink: true }), fresh);
    expect(ledger.registeredTicket(fresh.identity)).toBe(3);
    const proven = message();
    ledger.takeIn(decision(proven, { kind: 'update', needsLink: false }), proven);
    expect(ledger.registeredTicket(proven.identity)).toBeNull();
  });

  it.each([
    ['in review', { destination: 'review' as const }],
    ['of no ticket', { ticket: null }],
    ['of a ticket that nobody knows', { ticket: 8, kind: 'update' as const }],
  ])('leaves no trace of mail %s', (_, changes) => {
    const ledger = ledgerWith();
    ledger.takeIn(decision(fresh, changes), fresh);
    expect(ledger.tickets).toEqual([held]);
    expect(ledger.ticketsHolding('fresh@example.net')).toEqual([]);
  });

  it('lets the next message be decided as if this one were filed', () => {
    const ledger = ledgerWith({ tickets: [] });
    ledger.takeIn(decide(policy, ledger, fresh), fresh);
    const answer = message({ from: 'kim@example.net', fields: ['In-Reply-To: <fresh@example.net>'] });
    expect(decide(policy, ledger, answer)).toMatchObject({ kind: 'update', ticket: 1, newcomer: false });
  });
});
