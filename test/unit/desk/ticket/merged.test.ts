/** Whose ticket a merged one is, and what those may do who know it by the number that it had. */
import { describe, expect, it } from 'vitest';
import { authorityOf } from '../../../../src/desk/decide/authority.js';
import { decide } from '../../../../src/desk/decide/decide.js';
import { findMatch } from '../../../../src/desk/decide/match.js';
import { audienceOf, newcomerId, partMeant } from '../../../../src/desk/letters/audience.js';
import {
  REQUESTER,
  type Role,
  signedDoneAddress,
  signedTicketAddress,
  threadId,
} from '../../../../src/desk/sign/ticket-address.js';
import { Ledger } from '../../../../src/desk/ticket/ledger.js';
import { participants } from '../../../../src/desk/ticket/participants.js';
import { type Ticket } from '../../../../src/desk/ticket/ticket.js';
import { ANN, deskPolicy, message, STEVE, ticket, type Written } from '../desk.js';

const authservId = 'mx.example.com';
const policy = deskPolicy();
const STAFF: Role = { kind: 'staff', member: STEVE };
const passed = (domain: string) => `Authentication-Results: mx.example.com; dmarc=pass header.from=${domain}`;

const first = message({ from: 'jane@example.com', fields: ['Cc: kim@example.net'] });
const second = message({ from: 'bob@example.com', fields: ['Cc: lee@example.net'] });
const stranger = message({ from: 'joe@example.net', to: 'support+2@example.com' });
/** Proven staff brought somebody into ticket 2. */
const named = message({
  from: 'steve@example.org',
  to: `${signedTicketAddress(policy, 2, STAFF)}, max@example.net`,
});

/** Ticket 2 in ticket 1, and that in ticket 3 where a third one is asked for. */
function ledger({ join = false, third = false } = {}): Ledger {
  const known = new Ledger(policy, { highest: 0, tickets: [] });
  known.add({ ...ticket(1, first), messages: third ? [] : ticket(1, first).messages });
  known.add({ ...ticket(2, second), messages: [] });
  known.addLink({ identity: stranger.identity, messageId: stranger.messageId, ticket: 2 });
  known.merges.add([
    { uid: 1, from: 2, into: 1, joinPeople: join },
    ...(third ? [{ uid: 2, from: 1, into: 3, joinPeople: false }] : []),
  ]);
  const last = message({ from: 'zoe@example.com' });
  known.add(
    third
      ? ticket(3, last, 'open', [first, second, stranger, named])
      : ticket(1, first, 'open', [second, stranger, named]),
  );
  return known;
}

function held(options: Parameters<typeof ledger>[0] = {}): Ticket {
  const found = ledger(options).ticket(2);
  if (found === null) throw new Error('there is no such ticket');
  return found;
}

describe('the people of a ticket', () => {
  it('are not those of one that was merged into it', () => {
    expect(participants(policy, held())).toEqual(['jane@example.com', 'kim@example.net']);
  });

  it('are those too where they join', () => {
    expect(participants(policy, held({ join: true }))).toEqual([
      'jane@example.com',
      'bob@example.com',
      'kim@example.net',
      'lee@example.net',
      'max@example.net',
    ]);
  });

  it('do not join by a merge further up', () => {
    expect(participants(policy, held({ join: true, third: true }))).toEqual(['zoe@example.com']);
  });

  it('are bounded however many are merged', () => {
    const known = new Ledger(policy, { highest: 0, tickets: [ticket(1, first)] });
    for (let number = 2; number < 40; number += 1) {
      known.add(ticket(number, message({ from: `person-${number}@example.com` })));
      known.merges.add([{ uid: number, from: number, into: 1, joinPeople: true }]);
    }
    const all = known.ticket(1);
    expect(all === null ? [] : participants(policy, all)).toHaveLength(20);
  });
});

describe('a staff reply to a notice about a merged ticket', () => {
  const reply = (...ids: readonly string[]) => ({
    facts: message({
      from: 'steve@example.org',
      fields: [`References: ${ids.map((id) => `<${id}>`).join(' ')}`],
    }),
    member: STEVE,
  });
  const its = ['bob@example.com', 'lee@example.net', 'max@example.net'];

  it.each([
    ['without', {}],
    ['with', { join: true }],
    ['further up without', { third: true }],
  ])('goes to its own people, merged %s them', (_, options) => {
    const about = reply(threadId(policy, 2, STAFF));
    expect(audienceOf(policy, held(options), about)).toEqual(its);
    expect(partMeant(policy, held(options), about).entry.number).toBe(2);
  });

  it('goes to the people of the ticket that took it in, if the notice was about that', () => {
    expect(audienceOf(policy, held(), reply(threadId(policy, 1, STAFF)))).toEqual([
      'jane@example.com',
      'kim@example.net',
    ]);
    expect(audienceOf(policy, held({ join: true, third: true }), reply(threadId(policy, 1, STAFF)))).toEqual([
      'jane@example.com',
      'bob@example.com',
      'kim@example.net',
      'lee@example.net',
      'max@example.net',
    ]);
  });

  it.each([1, 2])('about somebody new goes to that person alone, under the number %i of then', (number) => {
    const id = newcomerId(policy, { number, member: STEVE, identity: stranger.identity });
    expect(audienceOf(policy, held(), reply(threadId(policy, 1, STAFF), id))).toEqual(['joe@example.net']);
    expect(partMeant(policy, held(), reply(id)).entry.number).toBe(2);
  });

  it("takes the member's own mark before others, and the message that it answers without any", () => {
    const others = threadId(policy, 1, { kind: 'staff', member: ANN });
    expect(audienceOf(policy, held(), reply(others, threadId(policy, 2, STAFF)))).toEqual(its);
    expect(audienceOf(policy, held(), reply(first.messageId ?? '', second.messageId ?? ''))).toEqual(its);
    expect(audienceOf(policy, held(), reply(first.messageId ?? ''))).not.toContain('bob@example.com');
  });
});

describe('whoever writes to a number that was merged', () => {
  const judge = (about: Written, options: Parameters<typeof ledger>[0] = {}) => {
    const known = ledger(options);
    const facts = message({ authservId, ...about });
    const match = findMatch(policy, known, facts);
    if (match === null || 'conflict' in match) throw new Error('no ticket is named');
    return { match, authority: authorityOf(policy, known, { facts, match }) };
  };
  const theirs = { from: 'bob@example.com', to: signedTicketAddress(policy, 2, REQUESTER) };

  it('is somebody new who may reopen and not close', () => {
    const { match, authority } = judge(theirs);
    expect(match).toMatchObject({ number: 1, via: 2, role: REQUESTER });
    expect(authority).toMatchObject({ mayClose: false, mayReopen: true, newcomer: true, staff: null });
  });

  it('is one of the people where these joined', () => {
    expect(judge(theirs, { join: true }).authority).toMatchObject({ mayClose: true, newcomer: false });
    expect(judge(theirs, { join: true, third: true }).authority).toMatchObject({
      mayClose: false,
      newcomer: true,
    });
  });

  it('has the power that they have by the other number', () => {
    const jane = { ...theirs, from: 'jane@example.com' };
    expect(judge(jane).authority).toMatchObject({ mayClose: true, newcomer: false });
    const proven = { ...jane, fields: [passed('example.com')] };
    expect(judge(proven).authority).toMatchObject({ mayClose: true, newcomer: false });
  });

  it('is staff with the address that was made for them', () => {
    const staff = { from: 'steve@example.org', to: signedTicketAddress(policy, 2, STAFF) };
    expect(judge(staff).authority).toMatchObject({ mayClose: true, staff: STEVE });
    expect(judge({ ...staff, from: 'ann@example.org' }).authority.staff).toBeNull();
  });

  it('is filed with the ticket that took it in, and the reasons say so', () => {
    const done = signedDoneAddress(policy, 2, REQUESTER) ?? '';
    const decision = decide(policy, ledger(), message({ from: 'bob@example.com', to: done }));
    expect(decision).toMatchObject({
      kind: 'update',
      ticket: 1,
      refused: 'close',
      newcomer: true,
      needsLink: false,
    });
    expect(decision.reasons).toContain('ticket 2 was merged into ticket 1');
    const plain = decide(policy, ledger(), message({ from: 'bob@example.com', to: 'support+2@example.com' }));
    expect(plain).toMatchObject({ kind: 'update', ticket: 1, needsLink: true });
  });
});
