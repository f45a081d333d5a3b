import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/desk/decide/decide.js';
import { lettersFor } from '../../../../src/desk/letters/letters.js';
import {
  signedDoneAddress,
  signedNoteAddress,
  signedTicketAddress,
} from '../../../../src/desk/sign/ticket-address.js';
import { deskPolicy, ledgerOf, message, STEVE, ticket } from '../desk.js';

const role = { kind: 'staff' as const, member: STEVE };
const policy = deskPolicy();
const quiet = deskPolicy({ staffReplies: 'none' });

function toldTo(desk: typeof policy, to: string | null, from = 'steve@example.org'): readonly string[] {
  const root = message();
  const ledger = ledgerOf(desk, ticket(1, root));
  const facts = message({ from, to: to ?? '' });
  const decision = decide(desk, ledger, facts);
  const letters = lettersFor(desk, { decision, facts, ticket: ledger.ticket(decision.ticket ?? 0) });
  return letters.map((letter) => `${letter.purpose} ${letter.to}`);
}

describe('what one of the staff answers', () => {
  it('is shown to the others, never to its writer', () => {
    expect(toldTo(policy, signedTicketAddress(policy, 1, role))).toEqual([
      'relay jane@example.com',
      'notice ann@example.org',
    ]);
  });

  it('is shown to nobody where the desk wants it so', () => {
    expect(toldTo(quiet, signedTicketAddress(policy, 1, role))).toEqual(['relay jane@example.com']);
    expect(toldTo(quiet, signedDoneAddress(policy, 1, role))).not.toContain('notice ann@example.org');
  });

  it('is shown to the others at any rate if it is a note to them', () => {
    expect(toldTo(quiet, signedNoteAddress(policy, 1, role))).toEqual(['notice ann@example.org']);
  });

  it('does not keep what others write from anybody', () => {
    const notices = ['notice steve@example.org', 'notice ann@example.org'];
    expect(toldTo(quiet, 'support+1@example.com', 'jane@example.com')).toEqual(notices);
  });
});
