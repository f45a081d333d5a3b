import { describe, expect, it } from 'vitest';
import { lifeOf } from '../../../../src/desk/figures/life.js';
import { reachesRequester, voiceOf, waitingIn } from '../../../../src/desk/figures/voice.js';
import { REQUESTER, signedTicketAddress } from '../../../../src/desk/sign/ticket-address.js';
import { asAccounts } from '../../../../src/desk/ticket/in-its-name.js';
import type { Ticket } from '../../../../src/desk/ticket/ticket.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import { deskPolicy, message, STEVE, ticket, type Written } from '../desk.js';

const policy = deskPolicy();
const JANE = 'jane@example.com';
const HOST = 'mx.example.com';
const passed = `Authentication-Results: ${HOST}; dmarc=pass header.from=example.org`;
const failed = `Authentication-Results: ${HOST}; dmarc=fail header.from=example.org`;
const toSteve = signedTicketAddress(policy, 7, { kind: 'staff', member: STEVE });
const toJane = signedTicketAddress(policy, 7, REQUESTER);

const steve = (about: Written): Facts =>
  message({ from: 'Steve <steve@example.org>', authservId: HOST, ...about });
const root = message({ at: 0 });
const open = ticket(7, root);

describe('whose word a message is', () => {
  it.each<[string, Facts, string | null]>([
    ['what opened the ticket', root, 'customer'],
    ['an answer', message({ to: toJane }), 'customer'],
    ['mail of somebody who joins in', message({ from: 'bob@example.net', to: toJane }), 'customer'],
    ['mail that names nobody in From', message({ from: '' }), 'customer'],
    ['an absence note', message({ fields: ['Auto-Submitted: auto-replied'] }), null],
    [
      'a list',
      message({ fields: ['List-Id: <all.example.com>', 'List-Unsubscribe: <mailto:x@example.com>'] }),
      null,
    ],
    ['staff, to the ticket alone', steve({ to: toSteve }), null],
    ['staff, who name the requester, by a signed address', steve({ to: `${toSteve}, ${JANE}` }), 'desk'],
    ['staff, who name the requester, by DMARC', steve({ to: JANE, fields: [passed] }), 'desk'],
    ['staff, who name colleagues', steve({ to: `${toSteve}, ann@example.org`, fields: [passed] }), null],
    ['whoever pretends to be staff', steve({ to: JANE }), null],
    ['staff without DMARC', steve({ to: `${toSteve}, ${JANE}`, fields: [failed] }), null],
    [
      'a person in the account of the desk',
      asAccounts(message({ from: 'support@example.com', to: JANE })),
      'desk',
    ],
    [
      'the same to colleagues',
      asAccounts(message({ from: 'support@example.com', to: 'ann@example.org' })),
      null,
    ],
    ['whoever pretends to be the desk', message({ from: 'support@example.com', to: JANE }), 'customer'],
  ])('%s', (_what, facts, voice) => {
    expect(voiceOf(policy, ticket(7, root, 'open', [facts]), facts)).toBe(voice);
  });

  it('is the customer’s where staff opened the ticket in their name, and nobody’s where staff did for themselves', () => {
    const opening = steve({ to: 'support@example.com', fields: [passed] });
    const own = ticket(7, opening);
    expect(voiceOf(policy, own, opening)).toBeNull();
    const entry = { ...own.entry, requester: JANE, requesterFrom: 'forwarded' as const };
    expect(voiceOf(policy, { ...own, entry }, opening)).toBe('customer');
  });
});

describe('who waits', () => {
  const at = (minutes: number): number => minutes * 60_000;

  it('has said the last words, and waits since the first of them', () => {
    const answered = steve({ to: `${toSteve}, ${JANE}`, at: at(1) });
    const again = message({ to: toJane, at: at(2) });
    const away = message({ to: toJane, fields: ['Auto-Submitted: auto-replied'], at: at(3) });
    const once = message({ from: 'bob@example.net', to: toJane, at: at(4) });
    const waits = (...more: Facts[]): readonly unknown[] => {
      const waiting = waitingIn(policy, ticket(7, root, 'open', more));
      return waiting === null ? [] : [waiting.last.facts, waiting.since.getTime()];
    };
    expect(waits()).toEqual([root, 0]);
    expect(waits(answered)).toEqual([]);
    expect(waits(answered, again)).toEqual([again, at(2)]);
    expect(waits(answered, again, away)).toEqual([again, at(2)]);
    expect(waits(answered, again, away, once)).toEqual([once, at(2)]);
  });

  it('is nobody in a ticket of a program', () => {
    const report = message({ fields: ['Auto-Submitted: auto-generated'] });
    expect(waitingIn(policy, ticket(7, report))).toBeNull();
  });
});

describe('a word of the desk', () => {
  const to = (address: string): Facts => asAccounts(message({ from: 'support@example.com', to: address }));
  const asks = message({ to: toJane, fields: ['Reply-To: jane@home.example'] });
  const known = ticket(7, root, 'open', [asks]);

  it.each([
    [JANE, true],
    ['Jane@EXAMPLE.com', true],
    ['jane@home.example', true],
    ['bob@example.net', false],
  ])('reaches the requester at %s: %s', (address, reaches) => {
    expect(reachesRequester(known, to(address))).toBe(reaches);
  });

  it('reaches a requester whom nothing names', () => {
    const unnamed: Ticket = { ...open, entry: { ...open.entry, requester: null } };
    expect(reachesRequester(unnamed, to('bob@example.net'))).toBe(true);
  });
});

describe('the life of a ticket', () => {
  const hour = (count: number): Date => new Date(count * 3_600_000);
  const gone = (count: number, ...all: readonly Facts[]) => ({
    at: hour(count),
    identities: new Set(all.map(({ identity }) => identity)),
  });
  const later = message({ to: toJane, at: hour(5).getTime() });

  it('has a closing each time that its opening mail went to the archive, and a reopening between two', () => {
    const archived = ticket(7, root, 'archived', [later]);
    expect(lifeOf(policy, archived, [gone(1, root), gone(2, later), gone(6, root, later)]).closings).toEqual([
      { at: hour(1), isDated: true, reopened: hour(5) },
      { at: hour(6), isDated: true, reopened: null },
    ]);
  });

  it('dates a reopening without a word by the closing, and a closing before the opening by that', () => {
    const entry = { ...open.entry, opened: hour(3) };
    expect(lifeOf(policy, { ...open, entry }, [gone(2, root)]).closings).toEqual([
      { at: hour(3), isDated: true, reopened: hour(3) },
    ]);
  });

  it('takes what first went there where the opening mail did not, and knows when it knows nothing', () => {
    const archived = ticket(7, root, 'archived', [later]);
    expect(lifeOf(policy, archived, [gone(2, later), gone(3, later)]).closings).toEqual([
      { at: hour(2), isDated: true, reopened: null },
    ]);
    expect(lifeOf(policy, archived, []).closings).toEqual([{ at: hour(0), isDated: false, reopened: null }]);
    expect(lifeOf(policy, open, []).closings).toEqual([]);
  });
});
