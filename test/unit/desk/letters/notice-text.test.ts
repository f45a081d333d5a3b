import { describe, expect, it } from 'vitest';
import { blank } from '../../../../src/desk/decide/question.js';
import { NOTICE_TEXT, noticeWords } from '../../../../src/desk/letters/notice-text.js';
import type { Reading } from '../../../../src/desk/letters/reading.js';
import { signedDoneAddress, signedNoteAddress } from '../../../../src/desk/sign/ticket-address.js';
import type { Decision } from '../../../../src/desk/ticket/decision.js';
import type { Ticket } from '../../../../src/desk/ticket/ticket.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import { deskPolicy, message, STEVE, ticket } from '../desk.js';

const root = message();
const FOLDERS = { open: 'Tickets/Open', archived: 'Tickets/Archived' };
const limited = { kind: 'staff' as const, member: STEVE, limited: true };
const policy = deskPolicy();

function said(
  about: {
    facts?: Facts;
    ticket?: Ticket | null;
    decision?: Partial<Decision>;
    reading?: Partial<Reading>;
    answerTo?: readonly string[];
  } = {},
  desk = policy,
): Record<string, unknown> {
  const { facts = root, answerTo = ['jane@example.com'] } = about;
  const occasion = {
    decision: { ...blank(facts), ...about.decision },
    facts,
    ticket: about.ticket === undefined ? ticket(1, root) : about.ticket,
  };
  const reading: Reading = {
    excerpt: 'It burns.',
    left: null,
    cut: false,
    attachments: [],
    body: null,
    part: null,
    ...about.reading,
  };
  const letter = { to: 'steve@example.org', member: STEVE, answerTo };
  const words = noticeWords({ policy: desk, occasion, letter, number: 1 }, { reading, folders: FOLDERS });
  return { name: NOTICE_TEXT.name, ...words };
}

describe('a notice', () => {
  it('says below the words what a reader should know', () => {
    const desk = deskPolicy({
      phrase: (name, values = {}) => `«${[name, ...Object.values(values)].join(' ')}»`,
    });
    const excerptOf = (reading: Partial<Reading>) => said({ reading }, desk)['excerpt'];
    const attached = { kind: 'attached-message', subject: 'Fax', from: 'Bob' } as const;
    expect(excerptOf({ notes: [] })).toBe('It burns.');
    expect(excerptOf({ notes: [{ kind: 'encrypted' }, attached] })).toBe(
      'It burns.\n\n«note-encrypted»\n«note-attached-message Fax Bob»',
    );
    expect(excerptOf({ excerpt: '', notes: [{ ...attached, subject: '', from: '' }] })).toBe(
      '«note-attached-message «no-subject» «unknown-sender»»',
    );
  });

  it('says what came, and what can be done', () => {
    expect(said()).toEqual({
      name: 'notice',
      deskName: 'Example Support',
      number: 1,
      writtenBy: null,
      changed: null,
      attachedTo: null,
      excerpt: 'It burns.',
      left: null,
      hasAttachments: false,
      attachments: [],
      automatic: false,
      newcomer: false,
      closeRefused: false,
      reopenRefused: false,
      unproven: null,
      follows: null,
      openedFor: null,
      openedBy: null,
      redirected: false,
      forwarded: false,
      namedInSubject: false,
      namedAsRecipient: false,
      namedInReplyTo: false,
      hasNotJoined: false,
      notJoined: [],
      doneAddress: signedDoneAddress(policy, 1, limited),
      replyGoesTo: 'jane@example.com',
      colleaguesAddress: signedNoteAddress(policy, 1, limited),
    });
  });

  it.each([
    [{ lines: 1, quoted: 0 }, '… 1 more line; the whole mail is in Tickets/Open (ticket 1)'],
    [{ lines: 2, quoted: 0 }, '… 2 more lines; the whole mail is in Tickets/Open (ticket 1)'],
    [{ lines: 1, quoted: 1 }, '… 1 more line, quoted; the whole mail is in Tickets/Open (ticket 1)'],
    [
      { lines: 2, quoted: 2 },
      '… 2 more lines, all of them quoted; the whole mail is in Tickets/Open (ticket 1)',
    ],
    [
      { lines: 34, quoted: 2 },
      '… 34 more lines, 2 of them quoted; the whole mail is in Tickets/Open (ticket 1)',
    ],
  ])('says that it leaves out %j', (left, words) => {
    expect(said({ reading: { left } })['left']).toBe(words);
    const archived = { ...ticket(1, root), state: 'archived' as const };
    expect(said({ ticket: archived, reading: { left } })['left']).toBe(
      words.replace('Tickets/Open', 'Tickets/Archived'),
    );
  });

  it('says that there is more than was read', () => {
    const words = `… more than was read for this notice; the whole mail, of ${root.size} bytes, is in Tickets/Open (ticket 1)`;
    for (const left of [null, { lines: 2, quoted: 2 }])
      expect(said({ reading: { left, cut: true } })['left']).toBe(words);
  });

  it('names all who are answered', () => {
    expect(said({ answerTo: ['a@example.com', 'b@example.com'] })['replyGoesTo']).toBe(
      'a@example.com, b@example.com',
    );
  });

  it('says who closed or reopened the ticket, unless that stands above', () => {
    const change = (decision: Partial<Decision>, desk = policy) =>
      said({ decision: { changesState: true, ...decision } }, desk)['changed'];
    expect(change({ kind: 'close', staff: STEVE })).toBe('Steve closed this ticket.');
    expect(change({ kind: 'close', staff: { ...STEVE, name: '' } })).toBe('Jane Doe closed this ticket.');
    expect(change({ kind: 'reopen' })).toBe('Jane Doe reopened this ticket.');
    expect(change({ kind: 'update' })).toBeNull();
    expect(change({ kind: 'close', changesState: false })).toBeNull();
  });

  it('names the closed ticket that it follows', () => {
    expect(said({ decision: { follows: 7 } })['follows']).toBe(7);
  });

  it('has no address for colleagues where there are none', () => {
    const alone = { ...policy, staff: [STEVE] };
    expect(said({}, alone)['colleaguesAddress']).toBeNull();
  });

  it('says that a machine wrote, but not of a list', () => {
    const automatic = (kind: 'generated' | 'list') =>
      said({ decision: { automatic: { kind, because: [] } } });
    expect(automatic('generated')['automatic']).toBe(true);
    expect(automatic('list')['automatic']).toBe(false);
  });

  it('says that somebody new wrote, and that they may not close', () => {
    expect(said({ decision: { newcomer: true, refused: 'close' } })).toMatchObject({
      newcomer: true,
      closeRefused: true,
    });
    const late = said({ decision: { refused: 'reopen' } });
    expect(late).toMatchObject({ closeRefused: false, reopenRefused: true, unproven: null });
  });

  it('says of mail under a member’s address that nothing proves it, and no more of theirs', () => {
    const byAnn = message({ from: 'ann@example.org' });
    const unproven = (decision: Partial<Decision>, desk = policy, facts = byAnn) =>
      said({ facts, decision: { kind: 'update', ...decision } }, desk)['unproven'];
    const stranger = { newcomer: true };
    const words = unproven(stranger);
    expect(words).toMatch(
      /^This message bears the address of Ann, and nothing proves[^]*`authservId` \(`imapdesk check`/,
    );
    expect(said({ facts: byAnn, decision: { kind: 'update', newcomer: true } })['newcomer']).toBe(false);
    for (const desk of [deskPolicy({ authservId: 'mx.example.com' }), deskPolicy({ forwarded: true })])
      expect(unproven(stranger, desk)).toBe(policy.phrase('staff-unproven', { who: 'Ann' }));
    const nameless = deskPolicy({ staff: [{ ...STEVE, name: '' }] });
    expect(unproven(stranger, nameless, message({ from: 'steve@example.org' }))).toContain(
      'steve@example.org',
    );
    for (const decision of [{}, { ...stranger, kind: 'new' as const }, { ...stranger, staff: STEVE }])
      expect(unproven(decision)).toBeNull();
    expect(unproven(stranger, policy, { ...byAnn, fromAccount: true })).toBeNull();
    expect(unproven(stranger, policy, message({ from: 'kim@example.net' }))).toBeNull();
    const listed = message({ from: 'ann@example.org', fields: ['List-Id: <x.example.org>'] });
    expect(unproven(stranger, policy, listed)).toBeNull();
  });

  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1_000, '1 kB'],
    [1_600, '2 kB'],
    [999_000, '999 kB'],
    [1_000_000, '1.0 MB'],
    [2_540_000, '2.5 MB'],
    [2_560_000, '2.6 MB'],
    [19_990_000, '20.0 MB'],
  ])('shows a file of %i bytes as %s', (size, shown) => {
    const attachments = [{ fileName: 'a.pdf', type: 'application/pdf', size }];
    expect(said({ reading: { attachments } })).toMatchObject({
      hasAttachments: true,
      attachments: [{ fileName: 'a.pdf', type: 'application/pdf', size: shown }],
    });
  });
});

describe('whom the message names, but who have not joined', () => {
  it('are outsiders that the ticket does not know', () => {
    const fields = ['Cc: kim@example.net, JANE@example.com, ann.b@phone.example, support+1@example.com'];
    expect(said({ facts: message({ fields }) })).toMatchObject({
      hasNotJoined: true,
      notJoined: ['kim@example.net'],
    });
  });

  it('are none of several who take part', () => {
    const joined = ticket(1, message({ fields: ['Cc: kim@example.net, joe@example.net'] }));
    const facts = message({ fields: ['Cc: joe@example.net, lee@example.net'] });
    expect(said({ facts, ticket: joined })['notJoined']).toEqual(['lee@example.net']);
  });

  it('are none where there is no ticket', () => {
    expect(said({ facts: message({ fields: ['Cc: kim@example.net'] }), ticket: null })).toMatchObject({
      hasNotJoined: false,
      notJoined: [],
      number: 0,
    });
  });

  it('are ten at most', () => {
    const named = Array.from({ length: 11 }, (_, index) => `p${index}@example.net`);
    const facts = message({ fields: [`Cc: ${named.join(', ')}`] });
    expect(said({ facts })['notJoined']).toEqual(named.slice(0, 10));
  });
});
