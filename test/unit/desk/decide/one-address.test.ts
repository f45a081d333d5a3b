/** One address is enough to be answered, and gives no power. */
import { describe, expect, it } from 'vitest';
import { silenceOf } from '../../../../src/desk/decide/authority.js';
import { decide } from '../../../../src/desk/decide/decide.js';
import {
  answerAddresses,
  audienceOf,
  newcomerAddress,
  newcomerId,
} from '../../../../src/desk/letters/audience.js';
import { lettersFor } from '../../../../src/desk/letters/letters.js';
import { REQUESTER, signedTicketAddress, threadId } from '../../../../src/desk/sign/ticket-address.js';
import { entryOf } from '../../../../src/desk/ticket/decision.js';
import { participants } from '../../../../src/desk/ticket/participants.js';
import { deskPolicy, LIMITS, ledgerOf, message, STEVE, type Written } from '../desk.js';

const policy = deskPolicy({ authservId: 'mx.example.com' });
const ROE = 'Roe, Jane <jane@example.com>';
const passed = (domain: string) => `Authentication-Results: mx.example.com; dmarc=pass header.from=${domain}`;
const seen = (about: Written) => message({ authservId: 'mx.example.com', ...about });

/** The ticket that such a mail opens, as the ledger has it. */
function opened(about: Written, ...more: readonly Written[]) {
  const ledger = ledgerOf(policy);
  const root = seen(about);
  const decision = decide(policy, ledger, root);
  ledger.takeIn(decision, root);
  const later = more.map((one) => {
    const facts = seen(one);
    const answer = decide(policy, ledger, facts);
    ledger.takeIn(answer, facts);
    return { facts, decision: answer };
  });
  const ticket = ledger.ticket(1);
  if (ticket === null) throw new Error('no ticket');
  return { ledger, ticket, decision, root, later };
}

const signed = signedTicketAddress(policy, 1, REQUESTER);
const fromSteve = (...references: readonly string[]) => ({
  facts: seen({ from: 'steve@example.org', fields: [`References: ${references.join(' ')}`] }),
  member: STEVE,
});
const toAll = fromSteve(`<${threadId(policy, 1, { kind: 'staff', member: STEVE })}>`);

describe('whoever is named by one address alone', () => {
  it('is acknowledged, is the requester, and is whom staff’s reply reaches', () => {
    const { ticket, decision, root } = opened({ from: ROE });
    expect(decision).toMatchObject({ kind: 'new', acknowledge: true });
    expect(lettersFor(policy, { decision, facts: root, ticket })[0]).toEqual({
      purpose: 'acknowledgement',
      to: 'jane@example.com',
    });
    expect(ticket.entry).toMatchObject({ requester: 'jane@example.com', requesterName: 'Roe, Jane' });
    expect(audienceOf(policy, ticket, toAll)).toEqual(['jane@example.com']);
  });

  it('is told of a number that never was', () => {
    const facts = seen({ from: ROE, to: 'support+99@example.com' });
    const decision = decide(policy, ledgerOf(policy), facts);
    expect(decision).toMatchObject({ kind: 'unknown-ticket', errorReport: true });
    expect(lettersFor(policy, { decision, facts, ticket: null })[0]).toMatchObject({
      purpose: 'error-report',
      to: 'jane@example.com',
    });
  });

  it('is counted by the limits as under any other spelling', () => {
    const few = deskPolicy({ limits: { ...LIMITS, answersPerSender: { count: 1, withinMs: 3_600_000 } } });
    const ledger = ledgerOf(few);
    const spellings = [
      ROE,
      'Jane <jane@example.com>;',
      'jane@example.com',
      'Jane (Roe, J.) <jane@example.com>',
    ];
    const answered = spellings.map((from) => {
      const facts = message({ from, subject: from });
      const decision = decide(few, ledger, facts);
      ledger.takeIn(decision, facts);
      return decision.acknowledge;
    });
    expect(answered).toEqual([true, false, false, false]);
  });

  it('brings in nobody by To and Cc', () => {
    expect(participants(policy, opened({ from: ROE, fields: ['Cc: kim@example.net'] }).ticket)).toEqual([
      'jane@example.com',
    ]);
  });

  it.each([
    ['a participant’s DMARC pass', 'support+1-done@example.com', [passed('example.com')]],
    ['the requester’s signed address', signed.replace('@', '-done@'), []],
  ])('closes nothing, even with %s', (_, to, fields) => {
    const { later } = opened({ from: 'jane@example.com' }, { from: ROE, to, fields });
    expect(later[0]?.decision).toMatchObject({ kind: 'update', refused: 'close', changesState: false });
    expect(later[0]?.decision.newcomer).toBe(true);
  });

  it('does not join by writing to a signed address', () => {
    const { ticket } = opened(
      { from: 'jane@example.com' },
      { from: 'Poe, Joe <joe@example.net>', to: signed },
    );
    expect(participants(policy, ticket)).toEqual(['jane@example.com']);
    const plain = opened({ from: 'jane@example.com' }, { from: 'joe@example.net', to: signed }).ticket;
    expect(participants(policy, plain)).toEqual(['jane@example.com', 'joe@example.net']);
  });

  it('is answered alone where they write as somebody new', () => {
    const { ticket, later } = opened(
      { from: 'jane@example.com' },
      { from: 'Poe, Joe <joe@example.net>', to: signed },
    );
    const identity = later[0]?.facts.identity ?? '';
    const reply = fromSteve(`<${newcomerId(policy, { number: 1, member: STEVE, identity })}>`);
    expect(audienceOf(policy, ticket, reply)).toEqual(['joe@example.net']);
  });
});

describe('staff', () => {
  const member = { kind: 'staff' as const, member: STEVE };
  const to = signedTicketAddress(policy, 1, member);
  const reply = (from: string, fields: readonly string[] = []) =>
    opened({ from: 'jane@example.com' }, { from, to, fields }).later[0]?.decision;

  it.each([
    'Steve Roe (Acme, Inc.) <steve@example.org>',
    'Steve Roe <steve@example.org> (Acme: Support)',
    '(Acme, Inc.) Steve Roe <steve@example.org>',
    'Steve Roe < steve@example.org >',
    'Steve Roe <steve@example.org (Acme, Inc.)>',
    'steve@example.org (Roe, Steve (Acme, Inc.))',
    'Steve Roe (Acme (UK), Ltd.) <steve@example.org>',
  ])('are passed on under a legal From: %s', (from) => {
    expect(reply(from)).toMatchObject({ relay: true, staff: STEVE, notRelayedTo: null });
  });

  it.each([
    'Roe, Steve <steve@example.org>',
    'Steve <steve@example.org>;',
    'Steve (boss@corp.example) <steve@example.org>',
    'steve@example.org, Acme',
    '"Steve <steve@example.org>',
  ])('are told so under one that is not: %s', (from) => {
    expect(reply(from, [passed('example.org')])).toMatchObject({
      relay: false,
      staff: null,
      notRelayedTo: STEVE,
    });
  });
});

describe('nobody is answered', () => {
  const silent = (about: Written) => silenceOf(policy, seen(about))?.phrase;

  it.each([
    ['two addresses', { from: 'jane@example.com, joe@example.net' }, 'not-answered-no-sender'],
    ['an address as name', { from: 'boss@corp.example <jane@example.com>' }, 'not-answered-no-sender'],
    [
      'no address but in Reply-To',
      { from: 'Jane', fields: ['Reply-To: jane@example.com'] },
      'not-answered-no-sender',
    ],
    ['the desk’s own address', { from: 'Desk, The <support@example.com>' }, 'not-answered-desk'],
    ['an address beyond ASCII', { from: 'Roe, Jane <jäne@example.com>' }, 'not-answered-address'],
    [
      'a DMARC fail whose domain asks for it',
      { from: ROE, fields: ['Authentication-Results: mx.example.com; dmarc=fail (p=reject)'] },
      'not-answered-unproven',
    ],
    ['a name that nobody reads', { from: 'Acme, Inc. <noreply@example.com>' }, 'not-answered-marked'],
  ])('under %s', (_, about, phrase) => {
    expect(silent(about)).toBe(phrase);
  });
});

describe('a plain Reply-To', () => {
  const home = ['Reply-To: home@example.net'];

  it('is where the requester is answered, and acknowledged is whom From names', () => {
    const { ticket, decision, root } = opened({ from: ROE, fields: home });
    expect(lettersFor(policy, { decision, facts: root, ticket })[0]).toMatchObject({
      to: 'jane@example.com',
    });
    expect(audienceOf(policy, ticket, toAll)).toEqual(['home@example.net']);
  });

  it('is where somebody is answered whom From does not name; they are not acknowledged and have no part', () => {
    for (const from of ['Jane Roe', '<>', 'undisclosed-recipients:;', 'Jane <jane roe@example.com>']) {
      const { ticket, decision } = opened({ from, fields: home });
      expect(decision.acknowledge).toBe(false);
      expect(ticket.entry.requester).toBeNull();
      expect(participants(policy, ticket)).toEqual([]);
      expect(audienceOf(policy, ticket, toAll)).toEqual(['home@example.net']);
    }
  });

  it('is told to staff in the notice', () => {
    const { ticket, decision, root } = opened({ from: 'Jane Roe', fields: home });
    const notice = lettersFor(policy, { decision, facts: root, ticket }).find(
      ({ purpose }) => purpose === 'notice',
    );
    expect(notice).toMatchObject({ answerTo: ['home@example.net'] });
  });

  it.each([
    ['two addresses in From', 'jane@example.com, joe@example.net', home],
    ['an address as name', 'boss@corp.example <jane@example.com>', home],
    ['two names in Reply-To', 'Jane Roe', ['Reply-To: a@example.net, b@example.net']],
    ['staff in Reply-To', 'Jane Roe', ['Reply-To: ann@example.org']],
    ['the desk in Reply-To', 'Jane Roe', ['Reply-To: support+1@example.com']],
    ['a machine', 'Jane Roe', [...home, 'Auto-Submitted: auto-generated']],
  ])('reaches nobody with %s', (_, from, fields) => {
    expect(answerAddresses(policy, opened({ from, fields }).ticket)).toEqual([]);
  });

  it.each([
    ['without an address in From', 'Jane'],
    ['under the requester’s address, not well-formed', ROE],
  ])('in later mail %s draws no answer of others to itself', (_, from) => {
    const evil = ['Reply-To: evil@example.net'];
    const { ticket, later } = opened({ from: 'jane@example.com' }, { from, to: signed, fields: evil });
    expect(audienceOf(policy, ticket, toAll)).toEqual(['jane@example.com']);
    const [last] = later;
    expect(last?.decision.newcomer).toBe(true);
    expect(last === undefined ? [] : newcomerAddress(policy, last.facts)).toEqual(['evil@example.net']);
  });
});

it('whom staff have redirected or attached may be named so as well', () => {
  const fields = ['Resent-From: steve@example.org'];
  const { decision } = opened({ from: ROE, fields });
  expect(decision.requester).toEqual({ address: 'jane@example.com', name: 'Roe, Jane', from: 'redirected' });
  expect(decision.acknowledge).toBe(false);
  const unproven = seen({ from: 'x@example.net', fields: ['Resent-From: Roe, Steve <steve@example.org>'] });
  expect(unproven.resentFrom).toBeNull();
});

it('an entry names nobody where From names two', () => {
  const { decision, root } = opened({ from: 'jane@example.com, joe@example.net' });
  expect(entryOf(decision, root)).toMatchObject({ requester: null, answerable: false });
});
