import { expect, it } from 'vitest';
import { findMatch } from '../../../../src/desk/decide/match.js';
import { REQUESTER, signedTicketAddress, threadId } from '../../../../src/desk/sign/ticket-address.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import { deskPolicy, ledgerOf, message, ticket } from '../desk.js';

const policy = deskPolicy();
const ledger = ledgerOf(policy, ticket(1, message({ id: 'root@example.com' })));
const match = (facts: Facts) => findMatch(policy, ledger, facts);
const ours = [`References: <${threadId(policy, 1, REQUESTER)}>`];

it('a match by what we signed has the role that it was signed for', () => {
  const to = signedTicketAddress(policy, 1, REQUESTER);
  expect(match(message({ to }))).toEqual({ number: 1, by: 'signed-address', role: REQUESTER });
  expect(match(message({ fields: ours }))).toEqual({ number: 1, by: 'own-message-id', role: REQUESTER });
});

it('a match by anything else has none', () => {
  const fields = ['In-Reply-To: <root@example.com>'];
  expect(match(message({ fields }))).toEqual({ number: 1, by: 'message-id', role: null });
  expect(match(message({ to: 'support+1@example.com' }))).toEqual({ number: 1, by: 'address', role: null });
  expect(match(message({ subject: '[issue1]' }))).toEqual({ number: 1, by: 'tag', role: null });
});

it('what came back names the ticket that holds it', () => {
  const returned = (...ids: readonly string[]) => match({ ...message(), returnedIds: ids });
  expect(returned('other@example.com', 'root@example.com')).toEqual({
    number: 1,
    by: 'message-id',
    role: null,
  });
  expect(returned(threadId(policy, 1, REQUESTER))).toMatchObject({ number: 1, by: 'own-message-id' });
  expect(returned('other@example.com')).toBeNull();
});
