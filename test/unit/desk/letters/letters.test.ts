import { describe, expect, it } from 'vitest';
import { blank } from '../../../../src/desk/decide/question.js';
import { lettersFor } from '../../../../src/desk/letters/letters.js';
import { REQUESTER, signedTicketAddress } from '../../../../src/desk/sign/ticket-address.js';
import type { Decision } from '../../../../src/desk/ticket/decision.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import { ANN, deskPolicy, message, STEVE, ticket } from '../desk.js';

const policy = deskPolicy();
const root = message({ fields: ['Cc: kim@example.net'] });
const held = ticket(1, root);
const steves = message({ from: 'steve@example.org', to: 'support+1@example.com' });

function letters(
  changes: Partial<Decision>,
  facts: Facts = root,
  about = held as typeof held | null,
  desk = policy,
) {
  const decision: Decision = { ...blank(facts), ticket: 1, destination: 'open', ...changes };
  return lettersFor(desk, { decision, facts, ticket: about });
}

const recipients = (...about: Parameters<typeof letters>) =>
  letters(...about).map(({ purpose, to }) => [purpose, to]);

describe('a new ticket', () => {
  it('is acknowledged to its sender', () => {
    expect(letters({ kind: 'new', acknowledge: true })).toEqual([
      { purpose: 'acknowledgement', to: 'jane@example.com' },
    ]);
  });

  it('or holds a note that says why not', () => {
    const why = { name: 'not-answered-list' as const };
    expect(letters({ kind: 'new', why })).toEqual([{ purpose: 'filing-note', to: null, why }]);
    expect(letters({ kind: 'new', reasons: ['it opens one'] })).toEqual([
      { purpose: 'filing-note', to: null, why: { name: 'not-answered' } },
    ]);
    const nobody = message({ from: 'a@example.com, b@example.com' });
    expect(recipients({ kind: 'new', acknowledge: true }, nobody)).toEqual([['filing-note', null]]);
  });

  it('is the only one that is', () => {
    expect(letters({ kind: 'update', acknowledge: true })).toEqual([]);
  });
});

describe('an error report', () => {
  it('goes to the sender, with the number', () => {
    expect(letters({ kind: 'unknown-ticket', ticket: 42, errorReport: true }, root, null)).toEqual([
      { purpose: 'error-report', to: 'jane@example.com', number: 42 },
    ]);
  });

  it('needs a sender, a number and a decision', () => {
    const nobody = message({ from: 'a@example.com, b@example.com' });
    expect(letters({ errorReport: true }, nobody, null)).toEqual([]);
    expect(letters({ errorReport: true, ticket: null }, root, null)).toEqual([]);
    expect(letters({ errorReport: false }, root, null)).toEqual([]);
  });
});

describe('a bounce', () => {
  const told = (fields: readonly string[], kind: Decision['kind'] = 'bounce') =>
    recipients({ kind, notifyStaff: true }, message({ from: 'MAILER-DAEMON@mx.example', fields })).map(
      ([, to]) => to,
    );

  it('is told to staff', () => {
    expect(told(['X-Failed-Recipients: jane@example.com'])).toEqual(['steve@example.org', 'ann@example.org']);
  });

  it('but never to whom it names, by any address of theirs', () => {
    expect(told(['X-Failed-Recipients: STEVE@example.org'])).toEqual(['ann@example.org']);
    expect(told(['X-Failed-Recipients: ann.b@phone.example'])).toEqual(['steve@example.org']);
    expect(told(['X-Failed-Recipients: steve@example.org, ann@example.org'])).toEqual([]);
  });

  it('while other mail keeps nobody from being told', () => {
    expect(told(['X-Failed-Recipients: steve@example.org'], 'update')).toEqual([
      'steve@example.org',
      'ann@example.org',
    ]);
  });
});

describe('a close', () => {
  it('is confirmed to the requester', () => {
    expect(letters({ kind: 'close', confirm: true }, steves)).toEqual([
      { purpose: 'confirmation', to: 'jane@example.com' },
    ]);
    expect(letters({ kind: 'close', confirm: false }, steves)).toEqual([]);
  });

  it.each([
    ['whose opening mail may not be answered', { answerable: false }],
    ['whose requester is nobody', { requester: null }],
    ['whose requester not every server can reach', { requester: 'j\u00e4ne@example.com' }],
  ])('is not confirmed in a ticket %s', (_, entry) => {
    expect(letters({ confirm: true }, steves, { ...held, entry: { ...held.entry, ...entry } })).toEqual([]);
  });
});

describe('a relay', () => {
  it('goes to each who takes part', () => {
    expect(letters({ relay: true, staff: STEVE }, steves)).toEqual([
      { purpose: 'relay', to: 'jane@example.com', member: STEVE },
      { purpose: 'relay', to: 'kim@example.net', member: STEVE },
    ]);
  });

  it('goes to nobody whom the reply itself names', () => {
    const reply = message({ from: 'steve@example.org', fields: ['Cc: KIM <kim@EXAMPLE.net>'] });
    expect(recipients({ relay: true, staff: STEVE }, reply)).toEqual([['relay', 'jane@example.com']]);
  });

  it('that reaches nobody is told to its writer', () => {
    const inside = ticket(1, message({ from: 'ann@example.org' }));
    expect(letters({ relay: true, staff: STEVE }, steves, inside)).toEqual([
      {
        purpose: 'not-relayed',
        to: 'steve@example.org',
        member: STEVE,
        why: { name: 'not-relayed-nobody' },
      },
    ]);
    const beyond = ticket(1, message({ from: 'j\u00e4ne@example.com' }));
    expect(recipients({ relay: true, staff: STEVE }, steves, beyond)).toEqual([
      ['not-relayed', 'steve@example.org'],
    ]);
  });

  it('needs a staff member, a ticket and a decision', () => {
    expect(letters({ relay: true }, steves)).toEqual([]);
    expect(letters({ relay: true, staff: STEVE }, steves, null)).toEqual([]);
    expect(letters({ relay: false, staff: STEVE }, steves)).toEqual([]);
  });
});

it('a reply that is not relayed is told to the member whose address it came to', () => {
  expect(letters({ notRelayedTo: ANN }, steves)).toEqual([
    { purpose: 'not-relayed', to: 'ann@example.org', member: ANN },
  ]);
});

describe('a notice', () => {
  it('goes to the first address of each, and says where an answer goes', () => {
    const answerTo = ['jane@example.com', 'kim@example.net'];
    expect(letters({ notifyStaff: true })).toEqual([
      { purpose: 'notice', to: 'steve@example.org', member: STEVE, answerTo },
      { purpose: 'notice', to: 'ann@example.org', member: ANN, answerTo },
    ]);
  });

  it('does not go to the member who wrote', () => {
    expect(recipients({ notifyStaff: true, staff: STEVE }, steves)).toEqual([['notice', 'ann@example.org']]);
  });

  it('of a staff reply or close is left out where the desk wants none, but not of anybody else’s', () => {
    const desk = deskPolicy({ staffReplies: 'none' });
    const told = (changes: Partial<Decision>) =>
      recipients({ notifyStaff: true, ...changes }, steves, held, desk).map(([purpose]) => purpose);
    expect(told({ staff: STEVE, relay: true })).toEqual(['relay', 'relay']);
    expect(told({ staff: STEVE, kind: 'close' })).toEqual([]);
    expect(told({ staff: STEVE, kind: 'update' })).toEqual(['notice']);
    expect(told({ kind: 'close' })).toEqual(['notice', 'notice']);
  });

  it('about somebody new says that they alone are answered', () => {
    const stranger = message({ from: 'joe@example.net', fields: ['Reply-To: home@example.net'] });
    expect(letters({ notifyStaff: true, newcomer: true }, stranger)).toMatchObject([
      { answerTo: ['home@example.net'] },
      { answerTo: ['home@example.net'] },
    ]);
  });

  it('names the Reply-To of who takes part', () => {
    const asked = ticket(1, root, 'open', [
      message({ to: signedTicketAddress(policy, 1, REQUESTER), fields: ['Reply-To: home@example.com'] }),
    ]);
    expect(letters({ notifyStaff: true }, root, asked)[0]).toMatchObject({
      answerTo: ['home@example.com', 'kim@example.net'],
    });
  });

  it('of mail that goes to review tells why', () => {
    const review = { notifyStaff: true, destination: 'review' as const };
    const why = { name: 'review-failed' as const };
    expect(letters({ ...review, why })).toEqual([
      { purpose: 'review-notice', to: 'steve@example.org', member: STEVE, why },
      { purpose: 'review-notice', to: 'ann@example.org', member: ANN, why },
    ]);
    expect(letters(review)[0]).toMatchObject({ why: { name: 'review-other' } });
    expect(recipients({ notifyStaff: true }, root, null)).toEqual([
      ['review-notice', 'steve@example.org'],
      ['review-notice', 'ann@example.org'],
    ]);
  });
});

it('a close by a staff member is confirmed, passed on and told to the others, in this order', () => {
  const close = { kind: 'close' as const, confirm: true, relay: true, notifyStaff: true, staff: STEVE };
  expect(recipients(close, steves)).toEqual([
    ['confirmation', 'jane@example.com'],
    ['relay', 'jane@example.com'],
    ['relay', 'kim@example.net'],
    ['notice', 'ann@example.org'],
  ]);
});
