import { describe, expect, it } from 'vitest';
import { authorityOf } from '../../../../src/desk/decide/authority.js';
import { decide } from '../../../../src/desk/decide/decide.js';
import { REQUESTER, signedTicketAddress } from '../../../../src/desk/sign/ticket-address.js';
import { MAX_TICKETS_NAMING } from '../../../../src/desk/ticket/conversations.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import {
  MAX_FIRST_CONVERSATION_IDS,
  MAX_NEWEST_CONVERSATION_IDS,
} from '../../../../src/message/header/message-ids.js';
import { deskPolicy, ledgerOf, message, STEVE, ticket, type Written } from '../desk.js';

const DAY_MS = 86_400_000;
const policy = deskPolicy();
const DESK = 'support@example.com';

interface Mail extends Omit<Written, 'fields'> {
  readonly cc?: string;
  /** As References has them. */
  readonly refs?: string;
  readonly lines?: readonly string[];
}

function mail({ cc, refs, lines = [], ...about }: Mail): Facts {
  const fields = [
    ...lines,
    ...(cc === undefined ? [] : [`Cc: ${cc}`]),
    ...(refs === undefined ? [] : [`References: ${refs}`]),
  ];
  return message({ subject: 'Re: Offer 7', from: 'ann@buyer.example', ...about, fields });
}

/** What the first mail opens, and what becomes of the second one. */
function after(first: Mail, second: Mail, state: 'open' | 'archived' = 'open') {
  const ledger = ledgerOf(policy, ticket(1, mail({ at: 0, ...first }), state));
  return decide(policy, ledger, mail({ at: 1_000, ...second }));
}

const ANN = 'ann@buyer.example';
const BEN = 'ben@buyer.example';
const CORA = 'cora@buyer.example';
const VIC = 'vic@seller.example';
const FIRST: Mail = { from: ANN, to: VIC, cc: DESK, refs: '<x@seller.example>' };
const joins = { kind: 'update', ticket: 1, match: 'thread', acknowledge: false, needsLink: true };
const opens = { kind: 'new', ticket: 2, match: null, acknowledge: true };

describe('answers to a mail that the desk never had', () => {
  it.each<[string, Mail, Mail]>([
    ['from the other side', FIRST, { from: VIC, to: ANN, cc: DESK, refs: '<x@seller.example>' }],
    ['from the same person to the same one', FIRST, FIRST],
    ['from somebody who was named there', { ...FIRST, cc: `${DESK}, ${BEN}` }, { ...FIRST, from: BEN }],
    ['from colleagues who answer the same person', FIRST, { ...FIRST, from: BEN }],
    ['from somebody who names both', FIRST, { ...FIRST, from: BEN, cc: `${DESK}, ${ANN}` }],
    ['with another subject, if two people are in both', FIRST, { ...FIRST, subject: 'Re: [EXT] Prices' }],
    [
      'from somebody else in the same row of mails',
      { ...FIRST, refs: '<w@buyer.example> <x@seller.example>' },
      { ...FIRST, from: BEN, refs: '<w@buyer.example> <x@seller.example>' },
    ],
    [
      'later in that row, by its beginning and by a mail in the middle',
      { ...FIRST, refs: '<w@buyer.example> <x@seller.example> <y@buyer.example>' },
      {
        ...FIRST,
        from: BEN,
        refs: `<w@buyer.example> ${Array.from({ length: 30 }, (_, index) => `<${index}@a.example>`).join(' ')} <y@buyer.example>`,
      },
    ],
    [
      'by In-Reply-To alone',
      { ...FIRST, refs: undefined as never, lines: ['In-Reply-To: <x@seller.example>'] },
      { from: VIC, to: ANN, cc: DESK, lines: ['In-Reply-To: <x@seller.example>'] },
    ],
    [
      'from three people of one house, to one of them each',
      { ...FIRST, to: CORA },
      { ...FIRST, from: BEN, to: CORA },
    ],
    [
      'from one person to the desk alone',
      { from: ANN, refs: '<x@a.example>' },
      { from: ANN, refs: '<x@a.example>' },
    ],
    [
      'with what gateways, trackers and forwarding put in front of the subject',
      { from: ANN, refs: '<x@a.example>' },
      { from: ANN, refs: '<x@a.example>', subject: 'AW: [EXT] [Ticket#11] Fwd: Offer 7' },
    ],
  ])('are one ticket %s', (_, first, second) => {
    expect(after(first, second)).toMatchObject(joins);
  });

  it.each<[string, Mail, Mail]>([
    [
      'two readers of one newsletter, who write to its sender and the desk',
      { from: 'a@one.example', to: 'news@shop.example', cc: DESK, refs: '<n@shop.example>' },
      { from: 'b@two.example', to: 'news@shop.example', cc: DESK, refs: '<n@shop.example>' },
    ],
    [
      'two readers of one newsletter, who answer to the desk',
      { from: 'a@mail.example', refs: '<n@shop.example>' },
      { from: 'b@mail.example', refs: '<n@shop.example>' },
    ],
    [
      "the newsletter's sender, who writes to another reader",
      { from: 'a@mail.example', to: 'news@shop.example', cc: DESK, refs: '<n@shop.example>' },
      { from: 'news@shop.example', to: 'b@mail.example', cc: DESK, refs: '<n@shop.example>' },
    ],
    [
      'one person with another subject',
      { from: ANN, refs: '<x@a.example>' },
      { from: ANN, refs: '<x@a.example>', subject: 'Fax' },
    ],
    ['the same people about another mail', FIRST, { ...FIRST, refs: '<y@seller.example>' }],
    ['the same people, where nothing is named', { ...FIRST, refs: '' }, { ...FIRST, refs: '' }],
    ['two who share nothing but the mail', FIRST, { from: BEN, to: DESK, refs: '<x@seller.example>' }],
    ['people of two houses, to one person each', FIRST, { ...FIRST, from: 'ben@else.example' }],
    ['colleagues who answer one person about something else', FIRST, { ...FIRST, from: BEN, subject: 'Fax' }],
    ['who is the desk by its From', FIRST, { ...FIRST, from: DESK, cc: ANN }],
    ['nobody in particular', FIRST, { ...FIRST, from: `${ANN}, ${BEN}` }],
  ])('are tickets of their own: %s', (_, first, second) => {
    expect(after(first, second)).toMatchObject({ kind: 'new', ticket: 2, match: null });
  });

  it.each<[string, Mail, Mail]>([
    [
      'a newsletter that is known to everybody',
      { from: 'eve@evil.example', to: 'news@shop.example', cc: `${DESK}, ${BEN}`, refs: '<n@shop.example>' },
      { from: BEN, to: 'news@shop.example', cc: DESK, refs: '<n@shop.example>' },
    ],
    [
      'a row of mails that a list has published',
      { from: 'eve@evil.example', to: VIC, cc: `${DESK}, ${BEN}`, refs: '<w@a.example> <x@a.example>' },
      { from: BEN, to: VIC, cc: DESK, refs: '<w@a.example> <x@a.example>' },
    ],
    [
      'the same, under a domain where anybody has an address',
      { from: 'eve@gmail.com', to: VIC, cc: `${DESK}, ben@gmail.com`, refs: '<w@a.example> <x@a.example>' },
      { from: 'ben@gmail.com', to: VIC, cc: DESK, refs: '<w@a.example> <x@a.example>' },
    ],
    [
      'mail to the desk alone',
      { from: 'eve@evil.example', cc: BEN, refs: '<w@a.example> <x@a.example>' },
      { from: BEN, refs: '<w@a.example> <x@a.example>' },
    ],
  ])('join no ticket that somebody else has begun for them, who named them in Cc: %s', (_, first, second) => {
    expect(after(first, second)).toMatchObject({ kind: 'new', ticket: 2, match: null });
  });

  it('tell nothing if they are automatic, on either side', () => {
    const absent = { ...FIRST, lines: ['Auto-Submitted: auto-replied'] };
    expect(after(FIRST, absent)).toMatchObject({ kind: 'automatic', ticket: null });
    expect(after({ ...FIRST, lines: ['Precedence: bulk'] }, FIRST)).toMatchObject(opens);
  });

  it('are no conversation by an id that the desk itself has made, genuine or not', () => {
    const own: Mail = { ...FIRST, refs: '<imapdesk.0.abcdefgh.new-x@example.com>' };
    expect(after(own, own)).toMatchObject(opens);
    const others: Mail = { ...FIRST, refs: '<imapdesk.9.abcdefgh.ticket@seller.example>' };
    expect(after(others, others)).toMatchObject(joins);
  });

  it('are several tickets where several would fit', () => {
    const ledger = ledgerOf(policy, ticket(1, mail(FIRST)), ticket(2, mail(FIRST)));
    expect(decide(policy, ledger, mail(FIRST))).toMatchObject({ kind: 'new', match: null });
  });

  it('are a mass mail beyond so many tickets', () => {
    const about = { from: ANN, refs: '<x@a.example>' };
    const others = Array.from({ length: MAX_TICKETS_NAMING }, (_, index) =>
      ticket(index + 2, mail({ from: `p${index}@mail.example`, refs: '<x@a.example>' })),
    );
    const [, ...fewer] = others;
    expect(decide(policy, ledgerOf(policy, ticket(1, mail(about)), ...fewer), mail(about))).toMatchObject(
      joins,
    );
    expect(decide(policy, ledgerOf(policy, ticket(1, mail(about)), ...others), mail(about))).toMatchObject({
      kind: 'new',
    });
  });

  it('are found by so many ids as tell a conversation, and no more', () => {
    const first = Array.from({ length: MAX_FIRST_CONVERSATION_IDS }, (_, index) => `<f${index}@a.example>`);
    const newest = Array.from({ length: MAX_NEWEST_CONVERSATION_IDS }, (_, index) => `<n${index}@a.example>`);
    const row = [...first, '<m@a.example>', ...newest].join(' ');
    const about = { from: ANN, to: VIC, cc: DESK };
    expect(after({ ...about, refs: row }, { ...about, refs: '<m@a.example>' })).toMatchObject(opens);
    expect(after({ ...about, refs: row }, { ...about, refs: '<n0@a.example>' })).toMatchObject(joins);
    expect(after({ ...about, refs: row }, { ...about, refs: first.at(-1) ?? '' })).toMatchObject(joins);
  });

  it('take in the mail that they name, where that comes after a later one', () => {
    const more = mail({ ...FIRST, refs: '<x@seller.example> <z@seller.example>' });
    const ledger = ledgerOf(policy, ticket(1, mail({ from: ANN, to: VIC, cc: DESK }), 'open', [more]));
    const named = mail({ from: VIC, to: ANN, cc: DESK, id: 'z@seller.example' });
    expect(decide(policy, ledger, named)).toMatchObject(joins);
  });

  it('join each other in one pass, whatever they name in a circle', () => {
    const ledger = ledgerOf(policy);
    const one = mail({ ...FIRST, id: 'one@buyer.example', refs: '<two@seller.example>' });
    const two = mail({ from: VIC, to: ANN, cc: DESK, id: 'two@seller.example', refs: '<one@buyer.example>' });
    ledger.takeIn(decide(policy, ledger, one), one);
    expect(decide(policy, ledger, two)).toMatchObject({ ticket: 1, match: 'message-id' });
  });
});

describe('what such evidence is worth', () => {
  const same = { from: VIC, to: ANN, cc: DESK, refs: '<x@seller.example>' };

  it('is less than a tag, an address and the id of a message that is held', () => {
    const other = ticket(2, mail({ from: VIC, id: 'held@seller.example', subject: 'Fax' }));
    const ledger = ledgerOf(policy, ticket(1, mail(FIRST)), other);
    const of = (changes: Mail) => decide(policy, ledger, mail({ ...same, ...changes }));
    expect(of({})).toMatchObject({ ticket: 1, match: 'thread' });
    expect(of({ subject: '[issue2] Re: Offer 7' })).toMatchObject({ ticket: 2, match: 'tag' });
    expect(of({ cc: 'support+2@example.com' })).toMatchObject({ ticket: 2, match: 'address' });
    expect(of({ refs: '<x@seller.example> <held@seller.example>' })).toMatchObject({
      ticket: 2,
      match: 'message-id',
    });
    const signed = signedTicketAddress(policy, 2, REQUESTER);
    expect(of({ cc: signed })).toMatchObject({ ticket: 2, match: 'signed-address' });
  });

  it('reopens a closed ticket for its people, as their number would', () => {
    expect(after(FIRST, same, 'archived')).toMatchObject({ kind: 'reopen', ticket: 1, match: 'thread' });
  });

  it.each<[string, Mail]>([
    ['for somebody new, whose mail would lie there unseen', { ...FIRST, from: BEN, cc: `${DESK}, ${ANN}` }],
    ['after 30 days', { ...same, at: 31 * DAY_MS }],
  ])('does not reach into a closed ticket %s', (_, second) => {
    expect(after(FIRST, second, 'archived')).toMatchObject(opens);
  });

  it('reaches no further back than reopenWithin', () => {
    const short = deskPolicy({ reopenWithinMs: 2 * DAY_MS });
    const ledger = ledgerOf(short, ticket(1, mail({ ...FIRST, at: 0 }), 'archived'));
    expect(decide(short, ledger, mail({ ...same, at: DAY_MS }))).toMatchObject({ kind: 'reopen' });
    expect(decide(short, ledger, mail({ ...same, at: 3 * DAY_MS }))).toMatchObject({
      kind: 'new',
      follows: null,
    });
    const always = deskPolicy({ reopenWithinMs: Number.POSITIVE_INFINITY });
    const closed = ledgerOf(always, ticket(1, mail({ ...FIRST, at: 0 }), 'archived'));
    expect(decide(always, closed, mail({ ...same, at: 31 * DAY_MS }))).toMatchObject({ kind: 'new' });
  });

  it.each(['thread', 'thread-index'] as const)('closes nothing, whoever writes: %s', (by) => {
    const root = mail(FIRST);
    const ledger = ledgerOf(policy, ticket(1, root));
    const match = { number: 1, by, role: null };
    expect(authorityOf(policy, ledger, { facts: root, match })).toMatchObject({
      mayClose: false,
      mayReopen: true,
      newcomer: false,
    });
    const stranger = mail({ ...FIRST, from: 'eve@evil.example' });
    expect(authorityOf(policy, ledger, { facts: stranger, match })).toMatchObject({
      mayClose: false,
      mayReopen: false,
      newcomer: true,
    });
  });

  it('makes somebody new no participant', () => {
    expect(after(FIRST, { ...FIRST, from: BEN, cc: `${DESK}, ${ANN}` })).toMatchObject({
      ...joins,
      newcomer: true,
    });
  });

  describe('for staff', () => {
    const proven = deskPolicy({ authservId: 'mx.example.com' });
    const pass = 'Authentication-Results: mx.example.com; dmarc=pass header.from=example.org';
    const decided = (changes: Mail) => {
      const root = mail(FIRST);
      const about = {
        from: STEVE.addresses[0] ?? '',
        refs: '<x@seller.example>',
        authservId: 'mx.example.com',
      };
      const ledger = ledgerOf(proven, ticket(1, root));
      return decide(proven, ledger, mail({ ...about, lines: [pass], ...changes }));
    };

    it('is no relay: they have addressed whom they mean', () => {
      const decision = decided({ to: ANN, cc: DESK });
      expect(decision).toMatchObject({ ...joins, relay: false, notRelayedTo: null, notifyStaff: true });
      expect(decision.staff?.name).toBe('Steve');
    });

    it('brings nobody new into the ticket', () => {
      expect(decided({ to: `${ANN}, ${VIC}`, cc: DESK })).toMatchObject({ ticket: 1 });
      expect(decided({ to: `${ANN}, ${VIC}`, cc: `${DESK}, ${BEN}` })).toMatchObject({ kind: 'new' });
    });

    it('is nothing where they write to the desk alone', () => {
      expect(decided({ to: DESK })).toMatchObject({ kind: 'new' });
    });
  });
});

describe("a conversation of Outlook's", () => {
  const GUID = 'c2860f5551a14fb0c64315f44967c9aa';
  const index = (more = '', guid = GUID): readonly string[] => [
    `Thread-Index: ${Buffer.from(`0101dbf69898${guid}${more}`, 'hex').toString('base64')}`,
  ];
  const first: Mail = { from: ANN, subject: 'Offer 7', lines: index() };
  const again: Mail = { from: ANN, lines: index('8000000010') };
  const found = { kind: 'update', ticket: 1, match: 'thread-index', needsLink: true };

  it.each<[string, Mail, Mail]>([
    ['of the same person', first, again],
    ['of somebody who takes part', { ...first, cc: BEN }, { ...again, from: BEN }],
    ['in another language', first, { ...again, subject: 'AW: Offer 7' }],
    ['of two mails without a mark of an answer', first, { ...again, lines: index() }],
  ])('is one ticket: mail %s', (_, one, two) => {
    expect(after(one, two)).toMatchObject(found);
  });

  it.each<[string, Mail, Mail]>([
    ['of somebody new', first, { ...again, from: BEN }],
    ['of whom a stranger has named', { ...first, from: 'eve@evil.example', cc: ANN }, again],
    ['about something else', first, { ...again, subject: 'Re: Fax' }],
    ['of another conversation', first, { ...again, lines: index('8000000010', `${GUID.slice(2)}00`) }],
    ['that names an id, which is worth more', first, { ...again, refs: '<y@a.example>' }],
    [
      'of a machine',
      first,
      {
        ...again,
        lines: [...(again.lines ?? []), 'X-Auto-Response-Suppress: All', 'Auto-Submitted: auto-generated'],
      },
    ],
    [
      'beside mail of a machine',
      { ...first, lines: [...index(), 'Precedence: bulk'], from: VIC },
      { ...again, from: VIC },
    ],
  ])('is no ticket: mail %s', (_, one, two) => {
    expect(after(one, two)).toMatchObject({ kind: 'new', ticket: 2, match: null });
  });

  it('is weaker than the tag', () => {
    const ledger = ledgerOf(policy, ticket(1, mail(first)), ticket(2, mail({ from: ANN, subject: 'Fax' })));
    const tagged = mail({ ...again, subject: 'Re: [issue2] Offer 7' });
    expect(decide(policy, ledger, tagged)).toMatchObject({ ticket: 2, match: 'tag' });
  });

  it('reopens a ticket that was closed of late, and none that was closed long ago', () => {
    expect(after(first, again, 'archived')).toMatchObject({
      kind: 'reopen',
      ticket: 1,
      match: 'thread-index',
    });
    expect(after(first, { ...again, at: 31 * DAY_MS }, 'archived')).toMatchObject({ kind: 'new' });
  });
});
