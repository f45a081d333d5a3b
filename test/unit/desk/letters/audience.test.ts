import { describe, expect, it } from 'vitest';
import {
  answerAddress,
  audienceOf,
  newcomerAddress,
  newcomerId,
} from '../../../../src/desk/letters/audience.js';
import { REQUESTER, signedTicketAddress, threadId } from '../../../../src/desk/sign/ticket-address.js';
import { ANN, deskPolicy, message, STEVE, ticket } from '../desk.js';

const policy = deskPolicy();
const signed = signedTicketAddress(policy, 1, REQUESTER);
const passed = 'Authentication-Results: mx.example.com; dmarc=pass header.from=example.com';
const failed = 'Authentication-Results: mx.example.com; dmarc=fail header.from=example.com';
const authservId = 'mx.example.com';

describe('a staff reply', () => {
  const root = message({ fields: ['Cc: kim@example.net'] });
  const stranger = message({ from: 'joe@example.net' });
  const held = ticket(1, root, 'open', [stranger]);
  const toStranger = newcomerId(policy, { number: 1, member: STEVE, identity: stranger.identity });
  const reply = (references: string) => ({
    facts: message({ from: 'steve@example.org', fields: [`References: ${references}`] }),
    member: STEVE,
  });

  it('goes to all who take part', () => {
    const ours = threadId(policy, 1, { kind: 'staff', member: STEVE });
    expect(audienceOf(policy, held, reply(`<${ours}>`))).toEqual(['jane@example.com', 'kim@example.net']);
  });

  it('to a notice about somebody new goes to that person alone', () => {
    expect(audienceOf(policy, held, reply(`<x@example.org> <${toStranger}>`))).toEqual(['joe@example.net']);
  });

  it('does not take the id of another member or ticket', () => {
    const others = [
      newcomerId(policy, { number: 1, member: ANN, identity: stranger.identity }),
      newcomerId(policy, { number: 2, member: STEVE, identity: stranger.identity }),
    ];
    expect(new Set([toStranger, ...others]).size).toBe(3);
    for (const id of others) expect(audienceOf(policy, held, reply(`<${id}>`))).toHaveLength(2);
  });

  it('about somebody new whose message is in the ticket no more goes to nobody', () => {
    const id = newcomerId(policy, { number: 1, member: STEVE, identity: 'another' });
    expect(audienceOf(policy, held, reply(`<${id}>`))).toEqual([]);
  });

  it('goes to somebody new whatever secret the notice was signed with', () => {
    const rotated = deskPolicy({
      secrets: ['a newer secret, and long enough to sign with', policy.secrets[0]],
    });
    expect(audienceOf(rotated, held, reply(`<${toStranger}>`))).toEqual(['joe@example.net']);
  });
});

describe('somebody new', () => {
  it.each([
    ['in From', {}, ['jane@example.com']],
    ['in Reply-To', { fields: ['Reply-To: home@example.net'] }, ['home@example.net']],
    [
      'in From where Reply-To names two',
      { fields: ['Reply-To: a@example.net, b@example.net'] },
      ['jane@example.com'],
    ],
    ['in From where Reply-To names the desk', { fields: [`Reply-To: ${signed}`] }, ['jane@example.com']],
    ['in From where Reply-To names staff', { fields: ['Reply-To: ann@example.org'] }, ['jane@example.com']],
    [
      'nowhere without a sender',
      { from: 'a@example.net, b@example.net', fields: ['Reply-To: c@example.net'] },
      [],
    ],
  ])('is answered %s', (_, about, expected) => {
    expect(newcomerAddress(policy, message(about))).toEqual(expected);
  });
});

describe('somebody of the ticket', () => {
  const root = message({ fields: ['Reply-To: first@example.net'] });
  const wants = (...more: Parameters<typeof message>[0][]) =>
    answerAddress(
      policy,
      ticket(
        1,
        root,
        'open',
        more.map((about) => message({ authservId, ...about })),
      ),
      'jane@example.com',
    );

  it('is answered where the opening mail says', () => {
    expect(wants()).toBe('first@example.net');
    expect(answerAddress(policy, ticket(1, root), 'kim@example.net')).toBe('kim@example.net');
    expect(answerAddress(policy, ticket(1, message()), 'jane@example.com')).toBe('jane@example.com');
  });

  it.each([
    ['to a signed address', { to: signed, fields: ['Reply-To: last@example.net'] }],
    ['with a DMARC pass', { fields: [passed, 'Reply-To: last@example.net'] }],
  ])('is answered where their last mail says, if it came %s', (_, about) => {
    expect(wants(about)).toBe('last@example.net');
    expect(wants(about, { ...about, fields: [passed] })).toBe('jane@example.com');
  });

  it.each([
    ['without proof', { fields: ['Reply-To: evil@example.net'] }],
    ['from somebody else', { from: 'evil@example.net', to: signed, fields: ['Reply-To: evil@example.net'] }],
    ['with a DMARC fail', { to: signed, fields: [failed, 'Reply-To: evil@example.net'] }],
    [
      'from a machine',
      { to: signed, fields: ['Auto-Submitted: auto-replied', 'Reply-To: evil@example.net'] },
    ],
    [
      'from nobody',
      { from: 'jane@example.com, evil@example.net', to: signed, fields: ['Reply-To: e@example.net'] },
    ],
  ])('is not answered elsewhere for mail %s', (_, about) => {
    expect(wants(about)).toBe('first@example.net');
  });
});
