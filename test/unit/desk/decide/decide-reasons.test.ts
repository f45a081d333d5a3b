/** The reasons that `explain` and the log give, and where they end up in mail to staff. */
import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/desk/decide/decide.js';
import { signOrigin } from '../../../../src/desk/sign/origin.js';
import {
  REQUESTER,
  type Role,
  signedId,
  signedTicketAddress,
  threadId,
} from '../../../../src/desk/sign/ticket-address.js';
import { splitMessage } from '../../../../src/message/header/header-block.js';
import { readFacts } from '../../../../src/message/read-facts.js';
import { deskPolicy, LIMITS, ledgerOf, message, STEVE, ticket, type Written } from '../desk.js';

const policy = deskPolicy();
const root = message({ id: 'root@example.com' });
const ledger = () => ledgerOf(policy, ticket(1, root), ticket(2, message({ from: 'joe@example.net' })));
const decided = (about: Written, desk = policy) =>
  decide(desk, ledgerOf(desk, ...ledger().tickets), message({ authservId: 'mx.example.com', ...about }));
const to = (role: Role) => signedTicketAddress(policy, 1, role);
const RECEIPT = 'Content-Type: multipart/report; report-type=disposition-notification';
const BOUNCE = 'X-Failed-Recipients: kim@example.org';
const bounced = 'automatic: It has a field that only servers write which send mail back.';

describe('mail that names two tickets with equal strength', () => {
  it('goes to review, and says which they are', () => {
    expect(decided({ from: 'eve@example.net', subject: '[issue2] [issue1]' })).toMatchObject({
      kind: 'review',
      reasons: ['it names the tickets 2, 1 with equal strength, and its sender does not settle which'],
      why: { name: 'review-conflict', values: { numbers: '2, 1' } },
      notifyStaff: true,
    });
  });

  it('tells nobody if a program wrote it', () => {
    const about = { from: 'eve@example.net', subject: '[issue2] [issue1]', fields: [BOUNCE] };
    expect(decided(about)).toMatchObject({ kind: 'review', notifyStaff: false });
    expect(decided(about).reasons[1]).toBe(bounced);
  });
});

describe('how a message names its ticket', () => {
  it.each<[Written, string]>([
    [{ to: to(REQUESTER) }, 'an address that we signed names ticket 1'],
    [
      { fields: [`References: <${threadId(policy, 1, REQUESTER)}>`] },
      'it answers a message of ours about ticket 1',
    ],
    [{ fields: ['In-Reply-To: <root@example.com>'] }, 'it answers a message in ticket 1'],
    [{ to: 'support+1@example.com' }, 'its address names ticket 1'],
    [{ subject: '[issue1] x' }, 'its subject names ticket 1'],
  ])('%j', (about, reason) => {
    expect(decided(about).reasons[0]).toBe(reason);
  });
});

describe('mail to a number that never was', () => {
  const unknown = { to: 'support+99@example.com' };
  const why = { name: 'review-unknown-ticket', values: { number: 99 } };

  it('is told to its sender', () => {
    expect(decided(unknown)).toMatchObject({
      kind: 'unknown-ticket',
      ticket: 99,
      match: 'address',
      destination: 'review',
      errorReport: true,
      notifyStaff: true,
      why,
      reasons: ['it names ticket 99, which does not exist', 'the sender is told so'],
    });
  });

  it.each<[string, Written, string]>([
    ['that asks for none', { fields: ['X-Loop: x'] }, 'not answered: It bears a mark against loops.'],
    ['of a list', { fields: ['List-Id: <x.example.org>'] }, 'not answered: list mail'],
  ])('but not to one %s', (_, about, reason) => {
    const decision = decided({ ...unknown, ...about });
    expect(decision).toMatchObject({ kind: 'unknown-ticket', errorReport: false });
    expect(decision.reasons.at(-1)).toBe(reason);
  });

  it('is not told beyond a limit', () => {
    const none = deskPolicy({ limits: { ...LIMITS, errorReportsPerSender: { count: 0, withinMs: 1_000 } } });
    expect(decided(unknown, none)).toMatchObject({
      errorReport: false,
      reasons: [
        'it names ticket 99, which does not exist',
        'not answered: the limit of error reports to this sender is reached',
      ],
    });
  });

  it.each([
    ['a bounce', BOUNCE, 'bounce'],
    ['a receipt', RECEIPT, 'automatic'],
    ['a program’s', 'Auto-Submitted: auto-generated', 'automatic'],
  ])('is not told of %s', (_, field, kind) => {
    expect(decided({ ...unknown, fields: [field] })).toMatchObject({
      kind,
      ticket: null,
      errorReport: false,
      notifyStaff: false,
      destination: 'review',
    });
  });
});

describe('automatic mail that names no ticket', () => {
  it.each([
    ['a bounce', BOUNCE, 'bounce', bounced],
    ['a receipt', RECEIPT, 'automatic', 'automatic: It is a read receipt.'],
    ['a report', 'TLS-Report-Domain: x', 'automatic', 'automatic: It is a TLS report.'],
    [
      'a late delivery',
      `${BOUNCE}\r\nSubject: Delayed Mail`,
      'automatic',
      'automatic: It tells of a delivery that is late or done, not of one that failed.',
    ],
    [
      'an absence note',
      'X-Autoreply: yes',
      'automatic',
      'automatic: It has a field that only auto-responders write.',
    ],
  ])('goes to review: %s', (_, field, kind, reason) => {
    const decision = decided({ fields: [field] });
    expect(decision).toMatchObject({ kind, destination: 'review', notifyStaff: false, ticket: null });
    expect(decision.reasons.slice(0, 2)).toEqual(['it names no ticket', reason]);
  });

  it.each([
    ['an alert', 'Auto-Submitted: auto-generated'],
    ['a list’s', 'List-Id: <x.example.org>'],
  ])('opens a ticket: %s', (_, field) => {
    expect(decided({ fields: [field] })).toMatchObject({
      kind: 'new',
      ticket: 3,
      acknowledge: false,
      notifyStaff: true,
    });
  });
});

describe('automatic mail to a ticket', () => {
  const filed = 'it is filed with the ticket and changes nothing';

  it('is filed with it, and only a bounce is told', () => {
    expect(decided({ to: to(REQUESTER), fields: [BOUNCE] })).toMatchObject({
      kind: 'bounce',
      ticket: 1,
      notifyStaff: true,
      reasons: ['an address that we signed names ticket 1', bounced, filed],
    });
    expect(decided({ to: to(REQUESTER), fields: ['X-Autoreply: yes'] })).toMatchObject({
      kind: 'automatic',
      notifyStaff: false,
      changesState: false,
    });
  });

  it('is not told if it is the bounce of a notice', () => {
    expect(decided({ to: to({ kind: 'staff', member: STEVE }), fields: [BOUNCE] })).toMatchObject({
      kind: 'bounce',
      notifyStaff: false,
    });
  });
});

describe('why a new ticket is not acknowledged', () => {
  const pass = 'Authentication-Results: mx.example.com; dmarc=pass header.from=example.org';

  it.each<[string, Written, readonly string[]]>([
    [
      'staff',
      { from: 'steve@example.org', fields: [pass] },
      [
        'it names nobody else, so the staff member is the requester',
        'not answered: it comes from proven staff',
      ],
    ],
    ['nobody', { from: 'a@b.example, c@d.example' }, ['not answered: there is no single well-formed sender']],
  ])('%s', (_, about, reasons) => {
    expect(decided(about).reasons).toEqual(['it names no ticket, so it opens one', ...reasons]);
  });

  it('a limit', () => {
    const none = deskPolicy({
      limits: { ...LIMITS, acknowledgementsPerSender: { count: 0, withinMs: 1_000 } },
    });
    expect(decided({}, none).reasons).toEqual([
      'it names no ticket, so it opens one',
      'not answered: the limit of acknowledgements to this sender is reached',
    ]);
    expect(decided({}).reasons).toEqual([
      'it names no ticket, so it opens one',
      'the sender is acknowledged',
    ]);
  });
});

describe('our own mail', () => {
  const ours = (id: string, address = 'jane@example.com') => {
    const raw = Buffer.from(
      `From: support@example.com\r\nTo: ${address}\r\nSubject: x\r\nMessage-ID: <${id}>\r\n\r\nx\r\n`,
    );
    const signed = signOrigin(policy, raw);
    const { header } = splitMessage(signed);
    return readFacts({ header, size: signed.length, receivedAt: new Date(0), structure: null });
  };
  const reasons = ['it carries our own signature: it is a message that this desk sent'];
  const automatic = { kind: 'own', because: reasons };

  it('lies with its ticket', () => {
    expect(decide(policy, ledger(), ours(threadId(policy, 1, REQUESTER)))).toMatchObject({
      kind: 'own',
      ticket: 1,
      destination: 'open',
      notifyStaff: false,
      automatic,
      reasons,
    });
  });

  it.each([
    ['names none', 'x@example.com'],
    ['is about none', signedId(policy, { number: 0, role: REQUESTER }, 'x')],
    ['names one that is not there', threadId(policy, 99, REQUESTER)],
  ])('goes to review where it %s', (_, id) => {
    expect(decide(policy, ledger(), ours(id))).toMatchObject({
      kind: 'own',
      ticket: null,
      destination: 'review',
      automatic,
      reasons,
    });
  });
});

it('the same mail along another way says where it is', () => {
  const twin = message({ id: 'root@example.com', fields: ['Received: by another way'] });
  expect(decide(policy, ledger(), twin)).toMatchObject({
    kind: 'duplicate',
    match: 'message-id',
    reasons: ['the same message is in ticket 1 already, delivered along another way'],
  });
});
