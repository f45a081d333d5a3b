import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/desk/decide/decide.js';
import { signOrigin } from '../../../../src/desk/sign/origin.js';
import {
  REQUESTER,
  signedId,
  signedTicketAddress,
  threadId,
} from '../../../../src/desk/sign/ticket-address.js';
import { marks, theirTags } from '../../../../src/desk/ticket/marks.js';
import { splitMessage } from '../../../../src/message/header/header-block.js';
import { MAX_SUBJECT_TAGS } from '../../../../src/message/header/subject.js';
import { readFacts } from '../../../../src/message/read-facts.js';
import { deskPolicy, ledgerOf, message, STEVE, ticket, type Written } from '../desk.js';

const policy = deskPolicy();
const theirs = deskPolicy({
  address: 'help@vendor.test',
  secrets: ['the secret of another desk, 32 characters'],
  addresses: { ticket: 'help+{id}@vendor.test', done: 'help+{id}-done@vendor.test' },
});
/** A desk of another configuration under our own domain. */
const sales = deskPolicy({
  address: 'sales@example.com',
  secrets: ['the secret of the sales desk, 32 characters'],
  addresses: { ticket: 'sales+{id}@example.com', done: 'sales+{id}-done@example.com' },
});
const references = (...ids: readonly string[]) => `References: ${ids.map((id) => `<${id}>`).join(' ')}`;
const tagsOf = (about: Written) =>
  marks(policy, message(about)).flatMap(({ by, number, done }) =>
    by === 'tag' ? [`${number}${done ? '-done' : ''}`] : [],
  );

const theirThread = threadId(theirs, 7, REQUESTER);
const theirAddress = signedTicketAddress(theirs, 7, REQUESTER);
const ourThread = threadId(policy, 42, REQUESTER);
const ORIGIN = 'X-Imapdesk-Origin: kzq2mfrx3p5vd7aw';
const ROUNDUP = ['X-Roundup-Name: Tracker', 'X-Roundup-Loop: hello', 'X-Roundup-Issue-Id: 7'];

describe("the tag is somebody else's beside", () => {
  it.each<[string, Written]>([
    ['the field that another desk signs', { fields: [ORIGIN] }],
    ['any field of another desk', { fields: ['X-Imapdesk-Relay: 1'] }],
    ['the fields of Roundup, whose tag is the same', { fields: ROUNDUP }],
    ['an id that another desk signed, in References', { fields: [references('a@b.example', theirThread)] }],
    ['the same in In-Reply-To', { fields: [`In-Reply-To: <${theirThread}>`] }],
    ['the same as its own id', { id: signedId(theirs, { number: 7, role: REQUESTER }, 'a1b2') }],
    ['an id under our domain that is not ours', { fields: [references(threadId(sales, 7, REQUESTER))] }],
    [
      'an address that another desk signed, in Reply-To',
      { fields: [`Reply-To: "Vendor (ticket 7)" <${theirAddress}>`] },
    ],
    ['the same in From', { from: `Vendor <${theirAddress}>` }],
    ['the same in Cc', { fields: [`Cc: ${theirAddress}`] }],
    ['the same in To', { to: `support@example.com, ${theirAddress}` }],
    [
      'a signed address of a desk next door',
      { fields: [`Reply-To: ${signedTicketAddress(sales, 7, REQUESTER)}`] },
    ],
    ['its number in Reply-To', { fields: ['Reply-To: tickets+7@other.test'] }],
    ['the same in another form', { fields: ['Reply-To: <case7@other.test>'] }],
    ['the same as the whole local part', { fields: ['Reply-To: 7@tickets.other.test'] }],
    ['its number by itself in From', { from: 'Tracker <ticket-7@other.test>' }],
    ['its own words in From', { from: 'Tracker <issue7@other.test>' }],
    ['its own words in Cc', { fields: ['Cc: Issue7 <issue7@bugs.other.test>'] }],
    [
      'its own words in an id, as Roundup writes them',
      { fields: [references('1700000000.12.0.5.issue7@bugs.other.test')] },
    ],
  ])('%s', (_, about) => {
    const seen: Written = { subject: 'Re: [issue7] Printer', ...about };
    expect(tagsOf(seen)).toEqual([]);
    expect(theirTags(policy, message(seen))).toMatchObject([{ number: 7, done: false }]);
  });
});

describe('the tag is ours beside', () => {
  it.each<[string, Written]>([
    ['nothing', {}],
    ['an id of somebody else for another number', { fields: [references(threadId(theirs, 8, REQUESTER))] }],
    ['an address of somebody else for another number', { fields: ['Reply-To: tickets+77@other.test'] }],
    ['a number inside a longer word', { fields: ['Reply-To: a7b@other.test'] }],
    ['a number behind letters, in From', { from: 'Jane <jane7@other.test>' }],
    [
      'the same in a Reply-To that is From again',
      { from: 'Jane <jane7@other.test>', fields: ['Reply-To: Jane <JANE7@other.test>'] },
    ],
    ['a number behind letters, in Cc', { fields: ['Cc: jane7@other.test'] }],
    ['a number with a zero before it', { fields: ['Reply-To: tickets+07@other.test'] }],
    ['a number in the domain', { fields: ['Reply-To: tickets@7.other.test'] }],
    ['a number in a name', { fields: ['Reply-To: "Ticket 7" <tickets@other.test>'] }],
    [
      'a number in an id of no desk',
      {
        fields: [
          references('7@other.test', 'x.7.y@other.test', 'myissue7@other.test', 'about.issue7@other.test'),
        ],
      },
    ],
    ['a plain address of ours', { fields: ['Reply-To: support+7@example.com'] }],
    ['an address of ours that does not verify', { to: 'support+7.aaaaaaaa@example.com' }],
    ['an address that the desk had once', { to: 'ticket-7.aaaaaaaa@example.com' }],
    ['an id of ours', { fields: [references(threadId(policy, 7, REQUESTER))] }],
    ['a staff address with that number', { from: 'Seven <desk-7@example.org>' }],
    ['fields of other programs', { fields: ['X-Imapdesker: 1', 'X-Mailer: imapdesk', 'X-RT-Ticket: 7'] }],
  ])('%s', (_, about) => {
    const staff = [STEVE, { name: 'Seven', addresses: ['desk-7@example.org'] }];
    const facts = message({ subject: 'Re: [issue7] Printer', ...about });
    const found = marks({ ...policy, staff }, facts).filter(({ by }) => by === 'tag');
    expect(found).toMatchObject([{ number: 7 }]);
    expect(theirTags({ ...policy, staff }, facts)).toEqual([]);
  });

  it('our own signature, when our mail comes back', () => {
    const text =
      'From: support@example.com\r\nTo: jane@example.com\r\nSubject: [issue7] x\r\nMessage-ID: <a@example.com>\r\n\r\nText\r\n';
    const raw = signOrigin(policy, Buffer.from(text));
    const { header } = splitMessage(raw);
    const facts = readFacts({ header, size: raw.length, receivedAt: new Date(0), structure: null });
    expect(facts.deskFields).toBe(true);
    expect(marks(policy, facts)).toMatchObject([{ by: 'tag', number: 7 }]);
    expect(theirTags(theirs, facts)).toMatchObject([{ number: 7 }]);
  });
});

describe("with both desks' tags", () => {
  const subject = 'Re: [issue7] [issue42] Printer';

  it('each takes its own', () => {
    const relayed: Written = { subject, fields: [ORIGIN, references(theirThread, ourThread)] };
    expect(tagsOf(relayed)).toEqual(['42']);
    const other = marks(theirs, message(relayed)).filter(({ by }) => by === 'tag');
    expect(other).toMatchObject([{ number: 7 }]);
  });

  it('ours is the one beside our signed address', () => {
    const to = signedTicketAddress(policy, 42, REQUESTER);
    expect(tagsOf({ subject, to, fields: [`Reply-To: ${theirAddress}`] })).toEqual(['42']);
    expect(tagsOf({ subject, to, fields: [ORIGIN] })).toEqual(['42']);
  });

  it('a person who answers them keeps ours without any mark of ours', () => {
    expect(tagsOf({ subject, fields: [references(theirThread)] })).toEqual(['42']);
  });

  it('a number that both desks have stays, but nobody can tell which of them is to be closed', () => {
    const fields = [references(theirThread, threadId(policy, 7, REQUESTER))];
    expect(tagsOf({ subject: 'Re: [issue7] x', fields })).toEqual(['7']);
    expect(tagsOf({ subject: 'Re: [issue7-done] x', fields })).toEqual([]);
    expect(tagsOf({ subject: 'Re: [issue7-done] x', fields: [fields[0] ?? '', ORIGIN] })).toEqual([]);
  });

  it('ids of theirs do not crowd out ours', () => {
    const many = Array.from({ length: 20 }, (_, n) => threadId(theirs, n + 100, REQUESTER));
    const found = marks(policy, message({ subject, fields: [references(...many, ourThread)] }));
    expect(found).toMatchObject([
      { by: 'own-message-id', number: 42 },
      { by: 'tag', number: 7 },
      { by: 'tag', number: 42 },
    ]);
  });

  it('is bounded work', () => {
    const many = Array.from({ length: 300 }, (_, n) => `tickets+${n + 1}.aaaaaaaa@other.test`).join(', ');
    const tags = Array.from({ length: 300 }, (_, n) => `[issue${n + 1}]`).join('');
    expect(
      tagsOf({ subject: tags, fields: [`Cc: ${many}`, `Reply-To: ${'7-'.repeat(50_000)}@other.test`] }),
    ).toEqual([]);
    expect(theirTags(policy, message({ subject: tags, fields: [`Cc: ${many}`] }))).toHaveLength(
      MAX_SUBJECT_TAGS,
    );
  });
});

describe('a number sign', () => {
  const one = ticket(1, message({ id: 'one@example.com' }));
  const kind = (about: Written) => {
    const {
      kind: found,
      ticket: number,
      errorReport,
    } = decide(policy, ledgerOf(policy, one), message(about));
    return `${found} ${number} ${errorReport ? 'reported' : 'silent'}`;
  };

  it.each([
    ['[issue#1] x', 'update 1 silent'],
    ['[issue 1] x', 'update 1 silent'],
    // How other trackers write their marks: a number that we never gave is none of ours.
    ['[issue#118192] x', 'new 2 silent'],
    ['[issue 118192] x', 'unknown-ticket 118192 reported'],
    ['【issue118192】 x', 'unknown-ticket 118192 reported'],
  ])('in %j: %s', (subject, expected) => {
    expect(kind({ subject })).toBe(expected);
  });

  it("in what a tracker sends is that tracker's", () => {
    expect(kind({ subject: '[issue#1] x', fields: ['X-Redmine-Host: other.test'] })).toBe('new 2 silent');
    expect(kind({ subject: '[issue#1] x', fields: ['Precedence: bulk'] })).toBe('new 2 silent');
  });
});

describe('what is decided', () => {
  const root = message({ id: 'root@example.com', from: 'help@vendor.test' });
  const ledger = () => ledgerOf(policy, ticket(7, root));

  it('is a new ticket where nothing else names one', () => {
    const facts = message({ from: 'help@vendor.test', subject: 'Re: [issue7] x', fields: [ORIGIN] });
    expect(decide(policy, ledger(), facts)).toMatchObject({
      kind: 'new',
      ticket: 8,
      acknowledge: true,
      reasons: [
        'it names no ticket, so it opens one',
        "[issue7] in its subject is the mark of somebody else's desk",
        'the sender is acknowledged',
      ],
    });
  });

  it('follows the other marks where there are some', () => {
    const fields = [ORIGIN, references('root@example.com')];
    const facts = message({ from: 'help@vendor.test', subject: 'Re: [issue99] x', fields });
    expect(decide(policy, ledger(), facts)).toMatchObject({ kind: 'update', ticket: 7, match: 'message-id' });
  });

  it('reports no number that their desk has given', () => {
    const fields = [`Reply-To: <${theirAddress.replace('7', '99')}>`];
    const facts = message({ subject: 'Re: [issue99] x', fields });
    expect(decide(policy, ledger(), facts)).toMatchObject({ kind: 'new', errorReport: false });
  });

  it('never closes by their mark', () => {
    const fields = ['Reply-To: tickets+7@vendor.test', references('root@example.com')];
    const facts = message({ from: 'help@vendor.test', subject: '[issue7-done] x', fields });
    expect(decide(policy, ledger(), facts)).toMatchObject({ kind: 'update', ticket: 7 });
  });

  it('leaves automatic mail of theirs in Review', () => {
    const fields = [ORIGIN, 'Auto-Submitted: auto-replied'];
    const facts = message({ from: 'help@vendor.test', subject: 'Re: [issue7] x', fields });
    expect(decide(policy, ledger(), facts)).toMatchObject({
      kind: 'automatic',
      ticket: null,
      errorReport: false,
    });
  });
});
