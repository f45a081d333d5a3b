import { describe, expect, it } from 'vitest';
import { asksToClose, findMatch, isParticipant } from '../../../../src/desk/decide/match.js';
import {
  REQUESTER,
  readTicketAddress,
  signedBounceAddress,
  signedDoneAddress,
  signedTicketAddress,
} from '../../../../src/desk/sign/ticket-address.js';
import { Ledger } from '../../../../src/desk/ticket/ledger.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import { deskPolicy, ledgerOf, message, STEVE, ticket, type Written } from '../desk.js';

const policy = deskPolicy();
const one = message({ id: 'one@example.com', fields: ['Cc: kim@example.net'] });
const two = message({ id: 'two@example.com', from: 'joe@example.net' });
const ledger = ledgerOf(policy, ticket(1, one), ticket(2, two));
const found = (about: Written) => findMatch(policy, ledger, message(about));
const done = signedDoneAddress(policy, 1, REQUESTER) ?? '';

function mailFrom(address: string | null): Facts {
  const facts = message({});
  return { ...facts, sender: { ...facts.sender, address } };
}

describe('who takes part', () => {
  it.each([
    ['jane@example.com', 1, true],
    ['KIM@example.net', 1, true],
    ['joe@example.net', 1, false],
    ['joe@example.net', 2, true],
    ['joe@example.net', 3, false],
    [null, 1, false],
  ])('%s in ticket %d: %s', (address, number, expected) => {
    expect(isParticipant(policy, ledger, { facts: mailFrom(address), number })).toBe(expected);
  });

  it('is anybody with an address, where nothing is known', () => {
    const offline = new Ledger(policy, { highest: 0, tickets: [], offline: true });
    expect(isParticipant(policy, offline, { facts: mailFrom('joe@example.net'), number: 9 })).toBe(true);
    expect(isParticipant(policy, offline, { facts: mailFrom(null), number: 9 })).toBe(false);
  });
});

describe('of two tickets with equal strength', () => {
  const both = 'support+1@example.com, support+2@example.com';

  it('it is the one in which the sender takes part', () => {
    expect(found({ to: both })).toMatchObject({ number: 1, by: 'address' });
    expect(found({ to: both, from: 'joe@example.net' })).toMatchObject({ number: 2, by: 'address' });
  });

  it.each([
    ['neither', 'ann@example.net'],
    ['nobody can tell', 'a@example.net, b@example.net'],
  ])('it is a conflict where the sender takes part in %s', (_, from) => {
    expect(found({ to: both, from })).toEqual({ conflict: [1, 2] });
  });

  it('it is a conflict where the sender takes part in both', () => {
    const shared = ledgerOf(policy, ticket(1, one), ticket(2, message({ id: 'again@example.com' })));
    expect(findMatch(policy, shared, message({ to: both }))).toEqual({ conflict: [1, 2] });
  });
});

describe('the stronger mark', () => {
  it('decides, and only a signed one has a role', () => {
    const fields = ['References: <two@example.com>'];
    expect(found({ fields, subject: '[issue1]' })).toEqual({ number: 2, by: 'message-id', role: null });
    const to = signedTicketAddress(policy, 1, REQUESTER);
    expect(found({ to, fields })).toEqual({ number: 1, by: 'signed-address', role: REQUESTER });
    expect(found({ to: `${to}, support+2@example.com` })).toMatchObject({ number: 1, role: REQUESTER });
  });

  it('is missing where there is none', () => {
    expect(found({ subject: 'Printer' })).toBeNull();
  });
});

describe('a close is asked for', () => {
  const asks = (about: Written, number = 1) => asksToClose(policy, ledger, { facts: message(about), number });

  it.each([
    ['at the done address', { to: done }, true],
    ['at the done address of another ticket', { to: 'support+2-done@example.com' }, false],
    ['beside the normal address', { to: `${done}, support+1@example.com` }, false],
    ['beside the signed address', { to: `${done}, ${signedTicketAddress(policy, 1, REQUESTER)}` }, false],
    ['beside the address of another ticket', { to: `${done}, support+2@example.com` }, true],
    ['beside the tag', { to: done, subject: '[issue1] x' }, true],
    ['in the subject', { subject: '[issue1-done]' }, true],
    ['not at all', { to: 'support+1@example.com' }, false],
  ])('%s: %s', (_, about, expected) => {
    expect(asks(about)).toBe(expected);
  });

  it('but not in an answer to what asked for it', () => {
    const asked = message({ id: 'asked@example.com', subject: '[issue1-done] [issue2] x' });
    const open = message({ id: 'open@example.com', subject: '[issue2-done] [issue1] x' });
    const held = ledgerOf(policy, ticket(1, one, 'open', [asked, open]));
    const answer = (id: string) =>
      asksToClose(policy, held, {
        facts: message({ subject: 'Re: [issue1-done] x', fields: [`In-Reply-To: <${id}>`] }),
        number: 1,
      });
    expect(answer('asked@example.com')).toBe(false);
    expect(answer('open@example.com')).toBe(true);
    expect(answer('one@example.com')).toBe(true);
    expect(asks({ subject: '[issue9-done]' }, 9)).toBe(true);
  });
});

describe('other forms of a ticket address', () => {
  const limited = { kind: 'staff' as const, member: STEVE, limited: true };

  it('a bounce address names its ticket', () => {
    const address = signedBounceAddress(policy, 1, REQUESTER) ?? '';
    expect(address).toMatch(/^support\+1\.[0-9a-z]{8}-bounce@example\.com$/);
    expect(readTicketAddress(policy, address)).toEqual({
      number: 1,
      done: false,
      note: false,
      role: REQUESTER,
    });
  });

  it('an address with limits is told from one without', () => {
    const address = signedTicketAddress(policy, 1, limited);
    expect(address).not.toBe(signedTicketAddress(policy, 1, { kind: 'staff', member: STEVE }));
    expect(readTicketAddress(policy, address)?.role).toEqual(limited);
  });

  it('without plus-addressing there are none', () => {
    const plain = deskPolicy({ addresses: null });
    expect(readTicketAddress(plain, 'support+1@example.com')).toBeNull();
    expect(signedTicketAddress(plain, 1, REQUESTER)).toBe('support@example.com');
    expect(signedDoneAddress(plain, 1, REQUESTER)).toBeNull();
    expect(signedBounceAddress(plain, 1, REQUESTER)).toBeNull();
  });
});
