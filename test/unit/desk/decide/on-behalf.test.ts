import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/desk/decide/decide.js';
import { openerOf, whoseMatter } from '../../../../src/desk/decide/on-behalf.js';
import { composeLetter } from '../../../../src/desk/letters/compose-letter.js';
import { lettersFor } from '../../../../src/desk/letters/letters.js';
import { signedTicketAddress, threadId } from '../../../../src/desk/sign/ticket-address.js';
import { entryOf } from '../../../../src/desk/ticket/decision.js';
import { Ledger } from '../../../../src/desk/ticket/ledger.js';
import { participants } from '../../../../src/desk/ticket/participants.js';
import { type Ticket } from '../../../../src/desk/ticket/ticket.js';
import { asBody } from '../../../../src/message/compose/original.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import { deskPolicy, LIMITS, ledgerOf, message, STEVE, ticket, type Written } from '../desk.js';

const policy = deskPolicy({ authservId: 'mx.example.com' });
const PASSED = 'Authentication-Results: mx.example.com; dmarc=pass header.from=example.org';
const writer = {
  policy,
  now: new Date(0),
  folders: { review: 'Review', open: 'Open', archived: 'Archived' },
};
const NOTHING_READ = { excerpt: '', left: null, cut: false, attachments: [], body: null, part: null };

function ofStaff(about: Written = {}): Facts {
  return message({
    from: 'Steve <steve@example.org>',
    authservId: 'mx.example.com',
    ...about,
    fields: [PASSED, ...(about.fields ?? [])],
  });
}

function attached(from: string, facts: Facts = ofStaff()): Facts {
  return { ...facts, forwarded: { from: { name: 'Jane', address: from }, messageId: 'inside@example.net' } };
}

/** A new ticket as it is decided, with its entry and letters. */
function opened(facts: Facts, desk = policy) {
  const ledger = ledgerOf(desk);
  const decision = decide(desk, ledger, facts);
  ledger.takeIn(decision, facts);
  const made = ledger.ticket(1);
  if (made === null) throw new Error('no ticket was opened');
  return { ledger, decision, ticket: made, letters: lettersFor(desk, { decision, facts, ticket: made }) };
}

describe('the requester', () => {
  const mark = { subject: '[for kim@other.example] Printer on fire' };
  const copied = { to: 'support@example.com, Lee <lee@other.example>, ann@example.org' };
  const inside = attached('jane@customer.example', ofStaff({ ...mark, ...copied }));

  it.each([
    ['the author of an attached message first', inside, 'jane@customer.example', 'forwarded'],
    ['then whom the subject names', ofStaff({ ...mark, ...copied }), 'kim@other.example', 'subject'],
    ['then the one outsider in To and Cc', ofStaff(copied), 'lee@other.example', 'recipient'],
    [
      'an outsider beside an attached message of staff',
      attached('ann@example.org', ofStaff(copied)),
      'lee@other.example',
      'recipient',
    ],
    [
      'an outsider named twice',
      ofStaff({ to: 'lee@other.example, Lee@other.example' }),
      'lee@other.example',
      'recipient',
    ],
    [
      'the sender of what staff redirected',
      message({ fields: ['Resent-From: ann@example.org'] }),
      'jane@example.com',
      'redirected',
    ],
  ])('is %s', (_, facts, address, from) => {
    const { requester } = whoseMatter(policy, facts, from !== 'redirected');
    expect(requester).toMatchObject({ address, from });
    const { ticket: made } = opened(facts);
    expect(made.entry).toMatchObject({ requester: address, requesterFrom: from });
    expect(participants(policy, made)[0]).toBe(address);
    expect(participants(policy, made)).not.toContain('steve@example.org');
  });

  it.each([
    ['nobody else is named', ofStaff()],
    ['two outsiders are', ofStaff({ to: 'lee@other.example, kim@other.example' })],
    [
      'only the desk and staff are',
      ofStaff({ subject: '[for ann@example.org] x', to: 'support+4@example.com' }),
    ],
    ['no plain address is', ofStaff({ subject: '[for Kim <kim@other.example>] x' })],
  ])('is the staff member where %s', (_, facts) => {
    expect(whoseMatter(policy, facts, true)).toMatchObject({
      requester: null,
      silent: 'not answered: it comes from proven staff',
    });
  });

  it('is never anybody else’s choice than proven staff’s', () => {
    const facts = attached(
      'victim@other.example',
      message({
        from: 'steve@example.org',
        to: 'victim@other.example',
        subject: '[for victim@other.example] x',
      }),
    );
    const { ticket: made, decision } = opened(facts);
    expect(made.entry).toMatchObject({
      requester: 'steve@example.org',
      requesterFrom: 'sender',
      subject: facts.subject,
    });
    expect(decision).toMatchObject({ requester: null, staff: null, acknowledge: true });
  });

  it('is the sender of a redirected mail, whoever is said to have redirected it', () => {
    for (const resent of ['ann@example.org, steve@example.org', 'kim@other.example'])
      expect(
        whoseMatter(policy, message({ fields: [`Resent-From: ${resent}`] }), false).requester,
      ).toBeNull();
  });
});

describe('letters', () => {
  it('tell the other staff alone, and nobody outside', () => {
    const { letters } = opened(attached('jane@customer.example'));
    expect(letters.map(({ purpose, to }) => [purpose, to])).toEqual([
      ['filing-note', null],
      ['notice', 'ann@example.org'],
    ]);
    expect(letters[1]).toMatchObject({ answerTo: ['jane@customer.example'] });
  });

  it('tell all staff of what was redirected, as nothing proves who did it', () => {
    const { letters } = opened(message({ fields: ['Resent-From: steve@example.org'] }));
    expect(letters.map(({ purpose, to }) => [purpose, to])).toEqual([
      ['filing-note', null],
      ['notice', 'steve@example.org'],
      ['notice', 'ann@example.org'],
    ]);
  });

  it('acknowledge whom the subject names, with nothing of the staff’s side in it', () => {
    const own = threadId(policy, 0, { kind: 'staff', member: STEVE });
    const facts = attached(
      'kim@other.example',
      ofStaff({
        id: 'from-steve@example.org',
        subject: 'Printer [for kim@other.example] on fire',
        fields: [`References: <${own}> <office@example.org>`],
      }),
    );
    const { letters, decision, ticket: made } = opened(facts);
    const [letter] = letters;
    expect(letter).toEqual({ purpose: 'acknowledgement', to: 'kim@other.example' });
    expect(made.entry).toMatchObject({ subject: 'Printer on fire', answerable: true });
    if (letter === undefined) return;
    const { raw } = composeLetter(
      writer,
      { decision, facts, ticket: made },
      { letter, reading: NOTHING_READ },
    );
    const sent = raw.toString().replace(/^X-Imapdesk-Stage.*\r\n/gm, '');
    expect(sent).toContain('Subject: Re: [issue1] Printer on fire\r\n');
    expect(sent).toContain('In-Reply-To: <inside@example.net>\r\n');
    expect(sent).not.toContain('example.org');
    expect(sent).not.toContain(own);
  });

  it('are bounded for each address that is named', () => {
    const desk = deskPolicy({
      authservId: 'mx.example.com',
      limits: { ...LIMITS, acknowledgementsPerSender: { count: 1, withinMs: 3_600_000 } },
    });
    const ledger = new Ledger(desk, { highest: 0, tickets: [], now: new Date(0) });
    const kinds = ['kim', 'kim', 'lee'].map((name) => {
      const facts = ofStaff({ subject: `[for ${name}@other.example] x`, at: 1_000 });
      const decision = decide(desk, ledger, facts);
      ledger.takeIn(decision, facts);
      return decision.acknowledge;
    });
    expect(kinds).toEqual([true, false, true]);
  });

  it('of a reply name nothing of staff’s first mail', () => {
    const { ticket: made } = opened(attached('jane@customer.example'));
    const facts = message({
      from: 'steve@example.org',
      to: signedTicketAddress(policy, 1, { kind: 'staff', member: STEVE }),
    });
    const decision = decide(policy, ledgerOf(policy, made), facts);
    const [letter] = lettersFor(policy, { decision, facts, ticket: made });
    expect(letter).toMatchObject({ purpose: 'relay', to: 'jane@customer.example' });
    if (letter === undefined) return;
    const source = Buffer.from('From: steve@example.org\r\n\r\nText\r\n');
    const occasion = { decision, facts, ticket: made };
    const { raw } = composeLetter(writer, occasion, {
      letter,
      reading: { ...NOTHING_READ, body: asBody(source) },
    });
    expect(raw.toString()).not.toContain(made.entry.rootMessageId);
  });
});

it('no letter to anybody outside names an id that was made for staff', () => {
  const root = message();
  const id = threadId(policy, 1, { kind: 'staff', member: STEVE });
  const facts = message({
    from: 'steve@example.org',
    to: 'support+1-done@example.com',
    fields: [PASSED, `References: <${id}> <kept@example.com>`],
    authservId: 'mx.example.com',
  });
  const made = ticket(1, root);
  const decision = decide(policy, ledgerOf(policy, made), facts);
  expect(decision).toMatchObject({ kind: 'close', confirm: true });
  const letter = { purpose: 'confirmation' as const, to: 'jane@example.com' };
  const { raw } = composeLetter(writer, { decision, facts, ticket: made }, { letter, reading: NOTHING_READ });
  expect(raw.toString()).toContain('kept@example.com');
  expect(raw.toString()).not.toContain(id);
});

it('who opened a ticket is told by its first message', () => {
  const facts = attached('jane@customer.example');
  const { ticket: made } = opened(facts);
  const of = (about: Ticket) => openerOf(policy, about);
  expect(of(made)).toBe(STEVE);
  expect(of({ ...made, messages: [] })).toBeNull();
  expect(of(ticket(1, ofStaff()))).toBeNull();
  const resent = message({ fields: ['Resent-From: ann@example.org'] });
  expect(of(opened(resent).ticket)?.name).toBe('Ann');
  expect(entryOf(opened(resent).decision, resent)).toMatchObject({ requesterName: 'Jane Doe' });
});
