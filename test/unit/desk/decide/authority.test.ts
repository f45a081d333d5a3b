import { describe, expect, it } from 'vitest';
import { authorityOf, provenStaff, silence } from '../../../../src/desk/decide/authority.js';
import type { TicketMatch } from '../../../../src/desk/decide/match.js';
import type { DeskPolicy } from '../../../../src/desk/policy.js';
import { REQUESTER } from '../../../../src/desk/sign/ticket-address.js';
import { ANN, deskPolicy, ledgerOf, message, STEVE, ticket, type Written } from '../desk.js';

const authservId = 'mx.example.com';
const passed = (domain: string) => [
  `Authentication-Results: mx.example.com; dmarc=pass header.from=${domain}`,
];
const failed = (domain: string, asks = 'none') => [
  `Authentication-Results: mx.example.com; dmarc=fail (p=${asks}) header.from=${domain}`,
];
const staffRole = (member: typeof STEVE) => ({ kind: 'staff' as const, member });

function matched(by: TicketMatch['by'], role: TicketMatch['role'] = null): TicketMatch {
  return { by, role, number: 1 };
}

describe('proof of staff', () => {
  const proof = (about: Written, role: TicketMatch['role']) =>
    provenStaff(deskPolicy(), message({ authservId, ...about }), matched('signed-address', role));

  it.each([
    ['their own signed address', {}, staffRole(STEVE), STEVE],
    ['a DMARC pass', { fields: passed('example.org') }, null, STEVE],
    ['nothing', {}, null, null],
    ['another member’s address', {}, staffRole(ANN), null],
    ['the requester’s address', {}, REQUESTER, null],
    ['their own address and a DMARC fail', { fields: failed('example.org') }, staffRole(STEVE), null],
  ])('by %s', (_, about, role, expected) => {
    expect(proof({ from: 'steve@example.org', ...about }, role)).toBe(expected);
  });

  it('needs a From of staff', () => {
    expect(proof({ from: 'jane@example.com', fields: passed('example.com') }, staffRole(STEVE))).toBeNull();
  });

  it('needs no match', () => {
    const facts = message({ authservId, from: 'steve@example.org', fields: passed('example.org') });
    expect(provenStaff(deskPolicy(), facts, null)).toBe(STEVE);
  });
});

describe('authority', () => {
  const allowed = (about: Written, match: TicketMatch, changes: Partial<DeskPolicy> = {}) => {
    const policy = deskPolicy(changes);
    const ledger = ledgerOf(policy, ticket(1, message()));
    return authorityOf(policy, ledger, { facts: message({ authservId, ...about }), match });
  };
  const nothing = { mayClose: false, mayReopen: false, newcomer: true, staff: null };

  it.each([
    ['no single sender', { from: 'a@example.com, b@example.com' }, {}, 'no single well-formed sender'],
    ['a DMARC fail', { fields: failed('example.com') }, {}, 'failed authentication'],
    ['no signed mark, behind a forwarder', {}, { forwarded: true }, 'only a signed address'],
  ])('is none with %s', (_, about, changes, because) => {
    const answer = allowed(about, matched('message-id'), changes);
    expect(answer).toMatchObject(nothing);
    expect(answer.because).toContain(because);
  });

  it('is none with a signed mark and a DMARC fail', () => {
    expect(allowed({ fields: failed('example.com') }, matched('signed-address', REQUESTER))).toMatchObject(
      nothing,
    );
  });

  it('is whole for proven staff, behind a forwarder too', () => {
    const match = matched('signed-address', staffRole(STEVE));
    expect(allowed({ from: 'steve@example.org' }, match, { forwarded: true })).toMatchObject({
      mayClose: true,
      mayReopen: true,
      newcomer: false,
      staff: STEVE,
    });
  });

  it.each([
    ['the requester', 'jane@example.com', false],
    ['somebody else', 'joe@example.net', true],
  ])('of a signed mark is that of %s', (_, from, newcomer) => {
    expect(allowed({ from }, matched('signed-address', REQUESTER))).toMatchObject({
      mayClose: true,
      mayReopen: true,
      newcomer,
      staff: null,
    });
  });

  it.each([
    ['by thread', 'message-id' as const, {}, authservId, true],
    ['by tag', 'tag' as const, {}, authservId, false],
    ['by address', 'address' as const, {}, authservId, false],
    ['by tag with a DMARC pass', 'tag' as const, { fields: passed('example.com') }, authservId, true],
    ['by tag where nobody checks', 'tag' as const, {}, null, true],
  ])('of a participant %s', (_, by, about, border, mayClose) => {
    expect(allowed(about, matched(by), { authservId: border })).toMatchObject({
      mayClose,
      mayReopen: true,
      newcomer: false,
      staff: null,
    });
  });

  it('of a stranger is to reopen by thread', () => {
    const from = 'joe@example.net';
    expect(allowed({ from }, matched('message-id'))).toMatchObject({ ...nothing, mayReopen: true });
    expect(allowed({ from }, matched('tag'))).toMatchObject(nothing);
  });
});

describe('silence', () => {
  const policy = deskPolicy();
  const why = (about: Written) => silence(policy, message({ authservId, ...about }));

  it.each([
    ['a machine', { fields: ['Auto-Submitted: auto-replied'] }, 'mail'],
    ['who wants none', { fields: ['X-Auto-Response-Suppress: All'] }, 'asks for no automatic answer'],
    ['nobody', { from: 'a@example.com, b@example.com' }, 'no single well-formed sender'],
    ['an address beyond ASCII', { from: 'jäne@example.com' }, 'not every server'],
    ['the desk', { from: 'support+1@example.com' }, 'the desk itself'],
    [
      'a failed domain that quarantines',
      { fields: failed('example.com', 'quarantine') },
      'to quarantine such mail',
    ],
    ['a failed domain that rejects', { fields: failed('example.com', 'reject') }, 'to reject such mail'],
  ])('towards %s', (_, about, because) => {
    expect(why(about)).toMatch(/^not answered: ./);
    expect(why(about)).toContain(because);
  });

  it.each([
    ['a person', {}],
    ['a failed domain that asks for nothing', { fields: failed('example.com') }],
    ['a domain that passed', { fields: passed('example.com') }],
  ])('not towards %s', (_, about) => {
    expect(why(about)).toBeNull();
  });
});
