import { describe, expect, it } from 'vitest';
import { marks } from '../../../src/desk/marks.js';
import { REQUESTER, signedTicketAddress } from '../../../src/desk/ticket-address.js';
import { deskPolicy, message } from './desk.js';

const policy = deskPolicy();

function addressed(forged: number): number {
  const bogus = Array.from({ length: forged }, (_, index) => `support+${index + 1}.00000000@example.com`);
  const facts = message({ to: [...bogus, signedTicketAddress(policy, 77, REQUESTER)].join(', ') });
  return marks(policy, facts).filter(({ role }) => role !== null).length;
}

describe('forged marks', () => {
  it('are verified up to the cap, and what comes after it is plain', () => {
    expect(addressed(9)).toBe(1);
    expect(addressed(10)).toBe(0);
  });
});
