import { describe, expect, it } from 'vitest';
import { automaticReasons, beside, blank, maybePerson } from '../../../../src/desk/decide/question.js';
import { REQUESTER, signedTicketAddress } from '../../../../src/desk/sign/ticket-address.js';
import { deskPolicy, ledgerOf, message, ticket } from '../desk.js';

const policy = deskPolicy();
const root = message();
const automatic = message({ fields: ['Return-Path: <>', 'Auto-Submitted: auto-generated'] });

it('a decision begins with nothing that goes out, and nothing that changes', () => {
  expect(blank(automatic)).toEqual({
    kind: 'review',
    ticket: null,
    match: null,
    destination: 'review',
    acknowledge: false,
    notifyStaff: false,
    relay: false,
    changesState: false,
    automatic: automatic.automatic,
    reasons: [],
    why: null,
    errorReport: false,
    confirm: false,
    newcomer: false,
    refused: null,
    staff: null,
    notRelayedTo: null,
    perhapsAnswersNotices: false,
    role: null,
    follows: null,
    requester: null,
    via: null,
    needsLink: false,
  });
});

it.each([
  ['a person', [], true],
  ['a list', ['List-Id: <x.example.org>'], true],
  ['somebody who sends to many', ['Precedence: bulk'], true],
  ['a program', ['Auto-Submitted: auto-generated'], false],
  ['an auto-responder', ['Auto-Submitted: auto-replied'], false],
])('%s may be a person: %s', (_, fields, is) => {
  expect(maybePerson(message({ fields }))).toBe(is);
});

it('each rule that fits is a reason', () => {
  expect(automaticReasons(automatic)).toEqual([
    'automatic: Auto-Submitted says that a program wrote it.',
    'automatic: It has a null sender.',
  ]);
  expect(automaticReasons(root)).toEqual([]);
});

describe('a message filed with a ticket', () => {
  const ledger = ledgerOf(policy, ticket(1, root, 'archived'));
  const filed = (facts: typeof root, number = 1) => beside({ policy, ledger, facts }, number);

  it('goes where the ticket is, and changes nothing', () => {
    expect(filed(root)).toEqual({ ...blank(root), ticket: 1, destination: 'archived' });
    expect(filed(root, 7)).toMatchObject({ ticket: 7, destination: 'open' });
  });

  it('needs a link unless it is the root, or proves the ticket', () => {
    const to = (number: number) => message({ to: signedTicketAddress(policy, number, REQUESTER) });
    expect(filed(root).needsLink).toBe(false);
    expect(filed(to(1)).needsLink).toBe(false);
    expect(filed(to(2)).needsLink).toBe(true);
    expect(filed(message()).needsLink).toBe(true);
  });
});
