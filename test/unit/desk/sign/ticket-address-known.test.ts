/**
 * Addresses and ids as they stand in mail that is out already: whatever is changed here would make them worthless, so
 * these known answers must stay as they are.
 */
import { expect, it } from 'vitest';
import {
  isOurForm,
  REQUESTER,
  type Role,
  readSignedId,
  readTicketAddress,
  signedBounceAddress,
  signedDoneAddress,
  signedId,
  signedNoteAddress,
  signedTicketAddress,
  threadId,
} from '../../../../src/desk/sign/ticket-address.js';
import { ANN, deskPolicy } from '../desk.js';

const policy = deskPolicy();
const staff: Role = { kind: 'staff', member: ANN };
const limited: Role = { kind: 'staff', member: ANN, limited: true };

it.each([
  ['the requester', REQUESTER, 'mh85879q'],
  ['staff', staff, 'bpws40cq'],
  ['staff, where it may be quoted', limited, 'r2j73kwh'],
])('are for %s what they have always been', (_, role, token) => {
  expect([
    signedTicketAddress(policy, 42, role),
    signedDoneAddress(policy, 42, role),
    signedNoteAddress(policy, 42, role),
    signedBounceAddress(policy, 42, role),
    threadId(policy, 42, role),
  ]).toEqual([
    `support+42.${token}@example.com`,
    `support+42.${token}-done@example.com`,
    `support+42.${token}-note@example.com`,
    `support+42.${token}-bounce@example.com`,
    `imapdesk.42.${token}.ticket@example.com`,
  ]);
});

it('are the same however the addresses of desk and staff are written', () => {
  const shouted = deskPolicy({ address: 'Support@Example.com' });
  expect(signedTicketAddress(shouted, 42, REQUESTER)).toBe(signedTicketAddress(policy, 42, REQUESTER));
  const member = { name: 'Ann', addresses: ['Ann@Example.org'] };
  const spelled = deskPolicy({ staff: [member] });
  expect(signedTicketAddress(spelled, 42, { kind: 'staff', member })).toBe(
    signedTicketAddress(policy, 42, staff),
  );
});

it('tell what was made for everything from what may be quoted to anybody', () => {
  expect(readTicketAddress(policy, signedTicketAddress(policy, 42, limited))?.role).toEqual(limited);
  expect(readTicketAddress(policy, signedTicketAddress(policy, 42, staff))?.role).toEqual(staff);
  expect(readSignedId(policy, threadId(policy, 42, limited))?.role).toEqual(limited);
});

it('that come back name their ticket, and are neither a note nor done', () => {
  const address = signedBounceAddress(policy, 42, REQUESTER) ?? '';
  const named = { number: 42, done: false, note: false, role: REQUESTER };
  expect(readTicketAddress(deskPolicy(), address)).toEqual(named);
});

it('of staff are read by each of their addresses, as another one may have been the first', () => {
  const member = { name: 'Ann', addresses: ['new@example.org', 'ANN@example.org'] };
  const role = readTicketAddress(
    deskPolicy({ staff: [member] }),
    signedTicketAddress(policy, 42, staff),
  )?.role;
  expect(role).toEqual({ kind: 'staff', member });
});

it('ids are read in any case, and have the domain of the desk', () => {
  const id = signedId(policy, { number: 42, role: staff }, 'x1-y.z');
  expect(id).toMatch(/\.x1-y\.z@example\.com$/);
  expect(readSignedId(policy, id.toUpperCase())).toEqual({ number: 42, role: staff });
  expect(isOurForm(id.toUpperCase())).toBe(true);
  const there = deskPolicy({ address: '"a@b"@desk.example' });
  expect(threadId(there, 1, REQUESTER)).toMatch(/\.ticket@desk\.example$/);
});

it('ids have our form only with all their parts', () => {
  const id = (rest: string) => `imapdesk.42.abcdefgh.${rest}@x`;
  expect(isOurForm(id('a'.repeat(80)))).toBe(true);
  for (const other of [
    id('a'.repeat(81)),
    id(''),
    id('a_b'),
    `x${id('a')}`,
    'imapdesk.1234567890.abcdefgh.a@x',
    'imapdesk.42.abcdefg.a@x',
    'imapdesk.42.a@x',
  ])
    expect(isOurForm(other)).toBe(false);
});

it('there is only the plain address of the desk where no addresses are set', () => {
  const plain = deskPolicy({ addresses: null });
  expect(signedTicketAddress(plain, 42, REQUESTER)).toBe('support@example.com');
  for (const signed of [signedDoneAddress, signedNoteAddress, signedBounceAddress])
    expect(signed(plain, 42, REQUESTER)).toBeNull();
  expect(readTicketAddress(plain, signedTicketAddress(policy, 42, REQUESTER))).toBeNull();
});
