/** What the subject of an answer says of its writer, and what becomes of the answer. */
import { describe, expect, it } from 'vitest';
import { asSeen } from '../../../../src/desk/decide/as-seen.js';
import { decide } from '../../../../src/desk/decide/decide.js';
import {
  REQUESTER,
  type Role,
  signedDoneAddress,
  signedId,
  signedTicketAddress,
} from '../../../../src/desk/sign/ticket-address.js';
import { participants } from '../../../../src/desk/ticket/participants.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import { ANN, deskPolicy, ledgerOf, message, STEVE, ticket, type Written } from '../desk.js';

const policy = deskPolicy();
const OF_STEVE: Role = { kind: 'staff', member: STEVE };
const OUTLOOK = 'X-Mailer: Microsoft Outlook 16.0';
const threadOf = (role: Role) => `In-Reply-To: <${signedId(policy, { number: 1, role }, 'x')}>`;

function decided(about: Written, opening = 'Printer', state: 'open' | 'archived' = 'archived') {
  const ledger = ledgerOf(policy, ticket(1, message({ subject: opening }), state));
  return decide(policy, ledger, asSeen(policy, message(about)));
}

const answered = (subject: string, opening?: string, ...fields: readonly string[]) =>
  decided(
    { to: signedTicketAddress(policy, 1, REQUESTER), subject, fields: [threadOf(REQUESTER), ...fields] },
    opening,
  );

const bySteve = (subject: string, opening = 'Printer', ...fields: readonly string[]) =>
  decided(
    {
      from: 'steve@example.org',
      to: signedTicketAddress(policy, 1, OF_STEVE),
      subject,
      fields: [threadOf(OF_STEVE), ...fields],
    },
    opening,
    'open',
  );

describe('an absence note that says so only in words', () => {
  const notes = [
    'Out of Office reply',
    'Abwesenheitsnotiz',
    'Jane Roe is out of the office.',
    '[issue1] Printer - Automatic reply',
    'Re: [issue1] Printer - Automatic reply',
    'Re: [issue1] Printer (Abwesenheitsnotiz)',
    'Out of office: [issue1] Printer',
    'Out of office Re: [issue1] Printer',
    'Automatische Antwort: Re: [issue1] Printer',
    'Réponse automatique : [issue1] Printer',
    'Respuesta automática: [issue1] Printer',
    'AUTO: [issue1] Printer',
    'AUTO: Jane Roe is out of the office (returning 12/01/2026)',
    '[issue1] 自動応答',
  ];

  it.each(notes)('joins in silence and reopens nothing: %s', (subject) => {
    for (const fields of [[], [OUTLOOK], ['X-Mailer: Lotus Notes Release 8.5.3']]) {
      expect(answered(subject, 'Printer', ...fields)).toMatchObject({
        kind: 'automatic',
        ticket: 1,
        destination: 'archived',
        notifyStaff: false,
        changesState: false,
        relay: false,
        notRelayedTo: null,
      });
    }
  });

  it.each(notes)('of a staff member goes to nobody, and the member is told how to send it: %s', (subject) => {
    for (const fields of [[], [OUTLOOK]]) {
      expect(bySteve(subject.replace('Jane', 'Steve'), 'Printer', ...fields)).toMatchObject({
        kind: 'automatic',
        notifyStaff: false,
        relay: false,
        notRelayedTo: STEVE,
        why: { name: 'not-relayed-absence' },
      });
    }
  });

  it('names a ticket by its tag alone', () => {
    expect(decided({ subject: '[issue1] Printer - Automatic reply' })).toMatchObject({
      kind: 'automatic',
      ticket: 1,
    });
  });

  it('closes nothing', () => {
    const about = { to: 'support+1-done@example.com', subject: 'Out of office: [issue1] Printer' };
    expect(decided(about, 'Printer', 'open')).toMatchObject({ kind: 'automatic', destination: 'open' });
  });

  it('is told to nobody who is only said to be a staff member', () => {
    const note = { from: 'steve@example.org', subject: 'Out of office: [issue1] Printer', fields: [OUTLOOK] };
    expect(decided(note)).toMatchObject({ kind: 'automatic', notRelayedTo: null });
    const byAnother = { ...note, from: 'eve@example.net', to: signedTicketAddress(policy, 1, OF_STEVE) };
    expect(decided(byAnother)).toMatchObject({ kind: 'automatic', notRelayedTo: null });
  });
});

describe('a person', () => {
  it.each([
    ['Out of office on Friday, who takes over?', 'Printer'],
    ['Re: [issue1] Printer', 'Printer'],
    ['[issue1] Printer', 'Printer'],
    ['Printer, and I am on holiday next week', 'Printer'],
    ['Re: [issue1] Out of office reply broken', 'Out of office reply broken'],
    ['[issue1] Out of office reply broken', 'Out of office reply broken'],
    ['AW: [issue1] Abwesenheitsnotiz', 'Abwesenheitsnotiz'],
    ['[issue1] Abwesenheitsnotiz', 'Abwesenheitsnotiz'],
    ['Out of office', 'My out of office reply is broken'],
    ['Re: [issue1] Printer - Automatic reply', 'Printer - Automatic reply'],
  ])('reopens, and is passed on where it is staff: %s', (subject, opening) => {
    expect(answered(subject, opening, OUTLOOK)).toMatchObject({ kind: 'reopen', notifyStaff: true });
    expect(bySteve(subject, opening, OUTLOOK)).toMatchObject({
      kind: 'update',
      relay: true,
      notRelayedTo: null,
    });
  });

  it('needs no mail client’s name where the words are the ticket’s own', () => {
    const title = 'Automatic reply does not work';
    expect(answered(`[issue1] ${title}`, title)).toMatchObject({ kind: 'reopen' });
    expect(bySteve(`[issue1] ${title}`, title)).toMatchObject({ relay: true });
  });

  it('who answers a note is told to staff, reopens nothing, and is passed on to nobody', () => {
    const note = 'RE: Out of office: [issue1] Printer';
    expect(answered(note, 'Printer', OUTLOOK)).toMatchObject({
      kind: 'update',
      destination: 'archived',
      notifyStaff: true,
      changesState: false,
    });
    expect(answered(note).reasons.at(-2)).toContain('like that of an absence note');
    expect(bySteve(note, 'Printer', OUTLOOK)).toMatchObject({
      kind: 'update',
      notifyStaff: true,
      relay: false,
      notRelayedTo: STEVE,
      why: { name: 'not-relayed-absence' },
    });
  });

  it.each([
    'Our admin is on vacation',
    'My mother is on leave',
    'Jane’s assistant is out of the office',
    'Kim Roe is out of the office.',
    'Unser Administrator ist im Urlaub',
    'Request: on holiday',
    '[issue1] Printer - on holiday',
    'Request - on leave',
  ])('who writes of others, or of absence at the end, is told to staff and closes nothing: %s', (subject) => {
    for (const fields of [[], ['X-Mailer: Apple Mail (2.3774)']]) {
      const outcome = answered(subject, 'Printer', ...fields);
      expect(outcome).toMatchObject({
        kind: 'update',
        destination: 'archived',
        notifyStaff: true,
        changesState: false,
        perhapsAnswersNotices: true,
      });
      expect(outcome.reasons.at(-2)).toContain('like that of an absence note');
      expect(bySteve(subject, 'Printer', ...fields)).toMatchObject({
        kind: 'update',
        notifyStaff: true,
        relay: false,
        notRelayedTo: STEVE,
        perhapsAnswersNotices: true,
      });
    }
    const done = signedDoneAddress(policy, 1, REQUESTER) ?? '';
    expect(decided({ to: done, subject }, 'Printer', 'open')).toMatchObject({ refused: 'close' });
  });

  it('has no words beyond the matter where only that is in the subject twice', () => {
    expect(
      answered('Out of office: Out of office reply broken', 'Out of office reply broken', OUTLOOK).kind,
    ).toBe('automatic');
  });

  it('writes about another ticket’s matter than the words of a merged one', () => {
    expect(answered('[issue1] (no subject)', '').kind).toBe('reopen');
  });
});

describe('an answer that a program carried', () => {
  const GENERATED = 'Auto-Submitted: auto-generated';

  it('joins, is told and reopens, and is neither answered nor passed on', () => {
    expect(answered('Re: Re: [issue1] Printer', 'Printer', GENERATED)).toMatchObject({
      kind: 'reopen',
      notifyStaff: true,
      acknowledge: false,
      relay: false,
      automatic: null,
    });
  });

  it.each([
    'Automatic reply: [issue1] Printer',
    'Re: Out of office',
    'Out of office, and I shall not read any of this before Monday',
    '[Request received] Printer',
    '[issue1] Your request has been received: Printer',
    '[#5] AutoReply: Printer',
  ])('is the program’s own by its subject: %s', (subject) => {
    expect(answered(subject, 'Printer', GENERATED)).toMatchObject({ kind: 'automatic', notifyStaff: false });
  });

  it('is a person’s where those words are the ticket’s', () => {
    const title = 'Ticket created twice';
    expect(answered(`Re: [issue1] ${title}`, title, GENERATED).kind).toBe('reopen');
    expect(answered('[#5] Request received', 'Request received in error', GENERATED).kind).toBe('reopen');
    expect(answered('[issue1] Automatic reply broken', 'Automatic reply broken', GENERATED).kind).toBe(
      'reopen',
    );
  });

  it('closes nothing, unless it is a tracker’s by its fields alone', () => {
    const done = signedDoneAddress(policy, 1, REQUESTER) ?? '';
    const asked = (...fields: readonly string[]) => decided({ to: done, fields }, 'Printer', 'open');
    expect(asked(GENERATED)).toMatchObject({ kind: 'update', refused: 'close', notifyStaff: true });
    expect(asked('RT-Ticket: x')).toMatchObject({ kind: 'close' });
    expect(asked('RT-Ticket: x', GENERATED)).toMatchObject({ kind: 'update', refused: 'close' });
  });

  it('of a staff member is passed on to nobody, and told to that member alone', () => {
    expect(bySteve('Re: [issue1] Printer', 'Printer', GENERATED)).toMatchObject({
      kind: 'automatic',
      notifyStaff: false,
      relay: false,
      notRelayedTo: STEVE,
      why: { name: 'not-relayed-program' },
    });
    expect(
      bySteve('Re: [issue1] Printer', 'Printer', 'Auto-Submitted: auto-replied').notRelayedTo,
    ).toBeNull();
    expect(bySteve('Re: [issue1] Printer', 'Printer', 'RT-Ticket: x')).toMatchObject({
      kind: 'update',
      notifyStaff: true,
      relay: false,
      notRelayedTo: STEVE,
      why: { name: 'not-relayed-program' },
    });
  });

  it('is a program’s without a mark that we signed', () => {
    expect(decided({ to: 'support+1@example.com', fields: [GENERATED] })).toMatchObject({
      kind: 'automatic',
      notifyStaff: false,
    });
  });

  it('brings nobody into the ticket', () => {
    const opening = message({ subject: 'Printer' });
    const to = `${signedTicketAddress(policy, 1, REQUESTER)}, joe@example.net`;
    const answers = (field: string) =>
      asSeen(policy, message({ from: 'clerk@example.net', to, fields: [field] }));
    expect(participants(policy, ticket(1, opening, 'open', [answers(GENERATED)]))).toEqual([
      'jane@example.com',
    ]);
    expect(participants(policy, ticket(1, opening, 'open', [answers('X-Mailer: x')]))).toEqual([
      'jane@example.com',
      'clerk@example.net',
      'joe@example.net',
    ]);
  });

  it('is the last word to which no close is confirmed, so that no program takes up a ticket again and again', () => {
    const opening = message({ subject: 'Printer' });
    const carriedOne = asSeen(
      policy,
      message({ to: signedTicketAddress(policy, 1, REQUESTER), fields: [GENERATED] }),
    );
    const done = signedDoneAddress(policy, 1, OF_STEVE) ?? '';
    const closed = (...said: readonly Facts[]) =>
      decide(
        policy,
        ledgerOf(policy, ticket(1, opening, 'open', said)),
        asSeen(policy, message({ from: 'steve@example.org', to: done, fields: [threadOf(OF_STEVE)] })),
      );
    const own = asSeen(policy, message({ from: 'steve@example.org', subject: 'Re: [issue1] Printer' }));
    expect(closed()).toMatchObject({ kind: 'close', confirm: true });
    expect(closed(carriedOne)).toMatchObject({ kind: 'close', confirm: false });
    expect(closed(carriedOne, own)).toMatchObject({ kind: 'close', confirm: false });
    expect(closed(carriedOne, message({ subject: 'Re: [issue1] Printer' }))).toMatchObject({ confirm: true });
  });

  it('is told to no machine that would answer it: staff’s own marks bring no notices', () => {
    const receipt = {
      from: 'ann@example.org',
      to: signedTicketAddress(policy, 1, { kind: 'staff', member: ANN }),
      subject: 'Re: [issue1] Printer',
      fields: [GENERATED],
    };
    expect(decided(receipt, 'Printer', 'open').notifyStaff).toBe(false);
  });
});
