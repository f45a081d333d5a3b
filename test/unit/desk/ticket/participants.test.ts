import { describe, expect, it } from 'vitest';
import { signOrigin } from '../../../../src/desk/sign/origin.js';
import { REQUESTER, type Role, signedTicketAddress } from '../../../../src/desk/sign/ticket-address.js';
import { participants } from '../../../../src/desk/ticket/participants.js';
import { splitMessage } from '../../../../src/message/header/header-block.js';
import { readFacts } from '../../../../src/message/read-facts.js';
import { deskPolicy, message, STEVE, ticket, type Written } from '../desk.js';

const policy = deskPolicy();
const to = (role: Role, number = 1) => signedTicketAddress(policy, number, role);
const verdict = (dmarc: string, domain = 'example.com') =>
  `Authentication-Results: mx.example.com; dmarc=${dmarc} header.from=${domain}`;
const seen = (about: Written) => message({ authservId: 'mx.example.com', ...about });
const people = (root: Written, ...more: readonly Written[]) =>
  participants(policy, ticket(1, seen(root), 'open', more.map(seen)));

describe('the opening mail', () => {
  it('brings in its sender and whom it names', () => {
    const fields = ['Cc: Joe <joe@example.org>, support+1@example.com'];
    expect(people({ to: 'support@example.com, kim@example.net', fields })).toEqual([
      'jane@example.com',
      'kim@example.net',
      'joe@example.org',
    ]);
  });

  it('brings in nobody of the desk', () => {
    const fields = ['Cc: ann.b@phone.example, support+7@example.com'];
    expect(people({ from: 'steve@example.org', to: 'support@example.com', fields })).toEqual([]);
    expect(people({ from: 'support@example.com' })).toEqual([]);
  });

  it('brings in nobody where a machine wrote it, but its sender stays the requester', () => {
    expect(people({ fields: ['Auto-Submitted: auto-generated', 'Cc: kim@example.net'] })).toEqual([
      'jane@example.com',
    ]);
  });

  it('brings in nobody else if it failed authentication', () => {
    expect(people({ fields: [verdict('fail'), 'Cc: kim@example.net'] })).toEqual(['jane@example.com']);
  });

  it('has no requester without one sender', () => {
    expect(people({ from: 'jane@example.com, joe@example.net' })).toEqual([]);
  });

  it('is the one that the entry names', () => {
    const other = ticket(1, seen({}), 'open', [
      seen({ from: 'joe@example.net', fields: ['Cc: kim@example.net'] }),
    ]);
    expect(participants(policy, other)).toEqual(['jane@example.com']);
  });
});

describe('a later message brings in its sender and whom it names', () => {
  const kim = ['Cc: kim@example.net'];
  const joe = 'joe@example.net';

  it.each([
    ['to a signed address', { from: joe, to: to(REQUESTER), fields: kim }, [joe, 'kim@example.net']],
    [
      'from proven staff',
      { from: 'steve@example.org', fields: [verdict('pass', 'example.org'), ...kim] },
      ['kim@example.net'],
    ],
    [
      'from staff at their signed address',
      { from: 'steve@example.org', to: to({ kind: 'staff', member: STEVE }), fields: kim },
      ['kim@example.net'],
    ],
    ['from a participant with a DMARC pass', { fields: [verdict('pass'), ...kim] }, ['kim@example.net']],
  ])('%s', (_, about, joined) => {
    expect(people({}, about)).toEqual(['jane@example.com', ...joined]);
  });

  it.each([
    ['of a stranger', { from: joe, fields: kim }],
    ['of a stranger with a DMARC pass', { from: joe, fields: [verdict('pass', 'example.net'), ...kim] }],
    ['of a participant without one', { fields: kim }],
    ['of somebody in staff’s name', { from: 'steve@example.org', fields: kim }],
    ['to the signed address of another ticket', { from: joe, to: to(REQUESTER, 2), fields: kim }],
    [
      'to a staff member’s signed address',
      { from: joe, to: to({ kind: 'staff', member: STEVE }), fields: kim },
    ],
    [
      'of one staff member at another’s address',
      { from: 'ann@example.org', to: to({ kind: 'staff', member: STEVE }), fields: kim },
    ],
    [
      'that failed authentication',
      { from: joe, to: to(REQUESTER), fields: [verdict('fail', 'example.net'), ...kim] },
    ],
    ['of a machine', { from: joe, to: to(REQUESTER), fields: ['Auto-Submitted: auto-replied', ...kim] }],
    ['of nobody', { from: `${joe}, x@example.net`, to: to(REQUESTER), fields: kim }],
  ])('but not one %s', (_, about) => {
    expect(people({}, about)).toEqual(['jane@example.com']);
  });

  it('as soon as they take part themselves', () => {
    const pass = verdict('pass', 'example.net');
    const joined = { from: joe, to: to(REQUESTER) };
    const names = { from: 'Joe <joe@EXAMPLE.net>', fields: [pass, ...kim] };
    expect(people({}, joined, names)).toEqual(['jane@example.com', joe, 'kim@example.net']);
    expect(people({}, names, joined)).toEqual(['jane@example.com', joe]);
  });

  it('but not where the desk wrote it itself', () => {
    const raw = Buffer.from(
      `From: joe@example.net\r\nTo: ${to(REQUESTER)}\r\nCc: kim@example.net\r\nSubject: x\r\n\r\nx`,
    );
    const factsOf = (bytes: Buffer) =>
      readFacts({
        header: splitMessage(bytes).header,
        size: bytes.length,
        receivedAt: new Date(0),
        structure: null,
      });
    const root = seen({});
    expect(participants(policy, ticket(1, root, 'open', [factsOf(raw)]))).toHaveLength(3);
    expect(participants(policy, ticket(1, root, 'open', [factsOf(signOrigin(policy, raw))]))).toEqual([
      'jane@example.com',
    ]);
  });
});

it('the same person in another spelling is one', () => {
  const fields = ['Cc: KIM@example.net, Jane@Example.com'];
  expect(people({ fields: ['Cc: kim@example.net'] }, { to: to(REQUESTER), fields })).toEqual([
    'jane@example.com',
    'kim@example.net',
  ]);
});

it('twenty take part, and no more', () => {
  const named = (count: number) =>
    `Cc: ${Array.from({ length: count }, (_, index) => `p${index}@example.net`).join(', ')}`;
  expect(people({ fields: [named(19)] })).toHaveLength(20);
  expect(people({ fields: [named(20)] })).toHaveLength(20);
  expect(people({ fields: [named(60)] }).at(-1)).toBe('p18@example.net');
});

it('another policy reads the same messages anew', () => {
  const root = seen({ fields: ['Cc: ann@example.org'] });
  const without = deskPolicy({ staff: [STEVE] });
  expect(participants(policy, ticket(1, root))).toEqual(['jane@example.com']);
  expect(participants(without, ticket(1, root))).toEqual(['jane@example.com', 'ann@example.org']);
});
