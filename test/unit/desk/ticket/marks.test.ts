import { describe, expect, it } from 'vitest';
import {
  REQUESTER,
  signedDoneAddress,
  signedId,
  signedNoteAddress,
  signedTicketAddress,
  threadId,
} from '../../../../src/desk/sign/ticket-address.js';
import {
  answersOwnStaff,
  marks,
  returnedMarks,
  signedRole,
  signedTicket,
} from '../../../../src/desk/ticket/marks.js';
import { ANN, deskPolicy, message, STEVE } from '../desk.js';

const policy = deskPolicy();
const steve = { kind: 'staff' as const, member: STEVE };
const ann = { kind: 'staff' as const, member: ANN };
const references = (...ids: readonly string[]) => [`References: ${ids.map((id) => `<${id}>`).join(' ')}`];

describe('marks', () => {
  it.each([
    ['signed', signedTicketAddress(policy, 1, REQUESTER), { by: 'signed-address', role: REQUESTER }],
    ['plain', 'support+1@example.com', { by: 'address', role: null }],
    ['forged', 'support+1.aaaaaaaa@example.com', { by: 'address', role: null }],
    ['done', signedDoneAddress(policy, 1, REQUESTER) ?? '', { by: 'signed-address', done: true }],
    ['note', signedNoteAddress(policy, 1, steve) ?? '', { by: 'signed-address', note: true, role: steve }],
  ])('of an address that is %s', (_, to, expected) => {
    const usual = { number: 1, done: false, note: false };
    expect(marks(policy, message({ to, subject: 'x' }))).toMatchObject([{ ...usual, ...expected }]);
  });

  it('of ids are those of tickets', () => {
    const fields = references(
      'a@example.com',
      signedId(policy, { number: 0, role: steve }, 'x'),
      threadId(policy, 7, ann),
    );
    expect(marks(policy, message({ fields }))).toEqual([
      { by: 'own-message-id', number: 7, role: ann, done: false, note: false },
    ]);
  });

  it('of a subject have no role', () => {
    expect(marks(policy, message({ subject: 'Re: [issue3-done] x' }))).toEqual([
      { by: 'tag', number: 3, role: null, done: true, note: false },
    ]);
  });

  it('are verified up to ten addresses; the rest is plain', () => {
    const to = Array.from({ length: 11 }, (_, n) => signedTicketAddress(policy, n + 1, REQUESTER)).join(', ');
    const found = marks(policy, message({ to, subject: 'x' }));
    expect(found.map(({ by }) => by)).toEqual([
      ...Array.from({ length: 10 }, () => 'signed-address'),
      'address',
    ]);
  });

  it('are verified up to ten ids, and those of others do not count', () => {
    const foreign = Array.from({ length: 5 }, (_, n) => `foreign-${n}@example.com`);
    const ours = Array.from({ length: 11 }, (_, n) => threadId(policy, n + 1, REQUESTER));
    const found = marks(policy, message({ fields: references(...foreign, ...ours) }));
    expect(found).toHaveLength(10);
  });

  it('are read anew for another policy', () => {
    const facts = message({ to: signedTicketAddress(policy, 1, REQUESTER), subject: 'x' });
    const other = deskPolicy({ secrets: ['another secret, 32 characters long also'] });
    expect(marks(policy, facts)[0]?.role).toBe(REQUESTER);
    expect(marks(other, facts)[0]?.role).toBeNull();
    expect(marks(policy, facts)).toBe(marks(policy, facts));
  });
});

describe('what came back', () => {
  const returned = (...ids: readonly string[]) => ({ ...message({ subject: 'x' }), returnedIds: ids });

  it('names the tickets of our ids', () => {
    const ids = [
      threadId(policy, 4, REQUESTER),
      'x@example.com',
      signedId(policy, { number: 0, role: ann }, 'x'),
    ];
    expect(returnedMarks(policy, returned(...ids))).toEqual([
      { by: 'own-message-id', number: 4, role: REQUESTER, done: false, note: false },
    ]);
  });

  it('is an answer to staff if we wrote it to staff', () => {
    expect(answersOwnStaff(policy, returned(threadId(policy, 4, REQUESTER)))).toBe(false);
    expect(answersOwnStaff(policy, returned('x@example.com', threadId(policy, 4, ann)))).toBe(true);
    expect(answersOwnStaff(policy, message({ fields: references(threadId(policy, 4, ann)) }))).toBe(true);
    expect(answersOwnStaff(policy, message({ to: signedTicketAddress(policy, 4, ann) }))).toBe(true);
    expect(answersOwnStaff(policy, message({ to: signedTicketAddress(policy, 4, REQUESTER) }))).toBe(false);
    const summary = signedId(policy, { number: 0, role: steve }, 'x');
    expect(answersOwnStaff(policy, message({ fields: references(summary) }))).toBe(true);
  });
});

describe('the ticket of signed marks', () => {
  it('is the one that all agree on', () => {
    const to = signedTicketAddress(policy, 5, REQUESTER);
    expect(signedTicket(policy, message({ to, fields: references(threadId(policy, 5, ann)) }))).toBe(5);
    expect(signedTicket(policy, message({ to, fields: references(threadId(policy, 6, ann)) }))).toBeNull();
    expect(signedTicket(policy, message({ to: 'support+5@example.com' }))).toBeNull();
    expect(signedTicket(policy, message({ to, subject: '[issue6] x' }))).toBe(5);
  });

  it('is not what an unsigned message says of itself', () => {
    expect(signedTicket(policy, message({ id: threadId(policy, 5, REQUESTER) }))).toBeNull();
  });
});

describe('the role of signed marks', () => {
  const to = [ann, steve, REQUESTER].map((role) => signedTicketAddress(policy, 1, role)).join(', ');
  it.each([
    ['staff’s own', { from: 'steve@example.org', to }, steve],
    ['the requester’s for anybody else', { to }, REQUESTER],
    ['the first where there is no better', { to: signedTicketAddress(policy, 1, ann) }, ann],
    ['none of another ticket', { to: signedTicketAddress(policy, 2, REQUESTER) }, null],
    ['none of a plain address', { to: 'support+1@example.com' }, null],
  ])('is %s', (_, about, expected) => {
    expect(signedRole(policy, message(about), 1)).toEqual(expected);
  });
});

describe('forged marks', () => {
  const addressed = (forged: number): number => {
    const bogus = Array.from({ length: forged }, (_, index) => `support+${index + 1}.00000000@example.com`);
    const facts = message({ to: [...bogus, signedTicketAddress(policy, 77, REQUESTER)].join(', ') });
    return marks(policy, facts).filter(({ role }) => role !== null).length;
  };

  it('are verified up to the cap, and what comes after it is plain', () => {
    expect(addressed(9)).toBe(1);
    expect(addressed(10)).toBe(0);
  });
});
