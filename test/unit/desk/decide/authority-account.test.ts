/** What a person may do who is signed in to the desk's own account, and a requester of a ticket that was merged. */
import { describe, expect, it } from 'vitest';
import { authorityOf } from '../../../../src/desk/decide/authority.js';
import type { TicketMatch } from '../../../../src/desk/decide/match.js';
import type { DeskPolicy } from '../../../../src/desk/policy.js';
import { REQUESTER } from '../../../../src/desk/sign/ticket-address.js';
import { deskPolicy, ledgerOf, message, ticket, type Written } from '../desk.js';

const authservId = 'mx.example.com';

function judged(about: Written, match: TicketMatch, changes: Partial<DeskPolicy> & { account?: true } = {}) {
  const { account, ...others } = changes;
  const policy = deskPolicy({ authservId, ...others });
  const ledger = ledgerOf(policy, ticket(1, message()), ticket(2, message()), ticket(3, message()));
  ledger.merges.add([
    { uid: 1, from: 2, into: 1, joinPeople: true },
    { uid: 2, from: 3, into: 1, joinPeople: false },
  ]);
  const facts = message({ authservId, ...about });
  return authorityOf(policy, ledger, {
    facts: account === undefined ? facts : { ...facts, fromAccount: account },
    match,
  });
}

describe('the desk’s own account', () => {
  const byTag: TicketMatch = { by: 'tag', role: null, number: 1 };
  const stranger = { from: 'kim@other.example' };

  it.each([{}, { forwarded: true }])('has every power with %j', (changes) => {
    expect(judged(stranger, byTag, { ...changes, account: true })).toEqual({
      mayClose: true,
      mayReopen: true,
      newcomer: false,
      staff: null,
      because: "a person sent it from the desk's own account",
    });
  });

  it('is nothing that a sender has without that proof', () => {
    expect(judged(stranger, byTag)).toMatchObject({ mayClose: false, mayReopen: false, newcomer: true });
    expect(judged(stranger, byTag, { forwarded: true }).because).toBe(
      'only a signed address gives power here',
    );
  });

  it('has none where the sender is not told or failed authentication', () => {
    const failed = 'Authentication-Results: mx.example.com; dmarc=fail header.from=other.example';
    for (const about of [{ ...stranger, fields: [failed] }, { from: 'a@example.com, b@example.com' }])
      expect(judged(about, byTag, { account: true })).toMatchObject({ mayClose: false, mayReopen: false });
  });
});

it.each([
  ['its own number', {}, true],
  ['a number whose people joined', { via: 2 }, true],
  ['a number whose people did not join', { via: 3 }, false],
])('a mark for the requester gives power under %s', (_, via, mayClose) => {
  const match: TicketMatch = { by: 'signed-address', role: REQUESTER, number: 1, ...via };
  expect(judged({ from: 'kim@other.example' }, match)).toMatchObject({ mayClose, mayReopen: true });
});
