import { describe, expect, it } from 'vitest';
import { provenStaff } from '../../../../src/desk/decide/authority.js';
import { whoseMatter } from '../../../../src/desk/decide/on-behalf.js';
import { writeNew, writeReply } from '../../../../src/desk/letters/staff-mail.js';
import { newMailId } from '../../../../src/desk/sign/new-mail.js';
import {
  signedDoneAddress,
  signedId,
  signedTicketAddress,
  threadId,
} from '../../../../src/desk/sign/ticket-address.js';
import { readForMark } from '../../../../src/message/header/for-mark.js';
import { factsOfWhole } from '../../message/facts/facts-of-whole.js';
import { ANN, deskPolicy, message, STEVE, ticket, WRITING } from '../desk.js';

const policy = deskPolicy();
const staff = { kind: 'staff' as const, member: STEVE };
const factsOf = (raw: Buffer) => factsOfWhole(raw, { receivedAt: new Date(0) });

function opened(acknowledge: boolean, changes: (text: string) => string = (text) => text) {
  const about = {
    requester: 'jane@example.com',
    subject: 'Fire [for kim@other.example]',
    acknowledge,
    writing: WRITING,
  };
  return factsOf(Buffer.from(changes(writeNew(policy, about).toString())));
}

describe('a new mail', () => {
  it('proves its writer, and names the customer once', () => {
    expect(provenStaff(policy, opened(true), null)).toBe(STEVE);
    expect(readForMark(opened(true).subject)).toEqual({ address: 'jane@example.com' });
    expect(opened(false)).toMatchObject({ subject: 'Fire', references: [expect.stringContaining('.new-')] });
    expect(opened(false).toAndCc.map(({ address }) => address)).toEqual([
      'support@example.com',
      'jane@example.com',
    ]);
  });

  it('still does so after a change of the secret', () => {
    const changed = deskPolicy({ secrets: ['another secret, long enough for this test', policy.secrets[0]] });
    expect(provenStaff(changed, opened(false), null)).toBe(STEVE);
    expect(
      provenStaff(
        deskPolicy({ secrets: ['another secret, long enough for this test'] }),
        opened(false),
        null,
      ),
    ).toBeNull();
  });

  it.each([
    ['another Message-ID', (text: string) => text.replace('<unique@', '<other@')],
    ['another From', (text: string) => text.replace('Steve <steve@example.org>', 'Ann <ann@example.org>')],
    ['another subject', (text: string) => text.replace('Subject: Fire', 'Subject: Ice')],
    ['another Cc', (text: string) => text.replace('Cc: jane@', 'Cc: kim@')],
    ['one more To', (text: string) => `To: kim@other.example\r\n${text}`],
  ])('with %s proves nothing', (_, changes) => {
    expect(opened(false, changes).identity).not.toBe(opened(false).identity);
    expect(provenStaff(policy, opened(false, changes), null)).toBeNull();
  });

  it('makes nobody the requester whose mail somebody has attached to it', () => {
    const forwarded = { from: { name: '', address: 'kim@other.example' }, messageId: null };
    expect(whoseMatter(policy, { ...opened(false), forwarded }, true).requester?.address).toBe(
      'jane@example.com',
    );
  });

  it('proves nothing for a ticket, where authentication failed, or by another of our ids', () => {
    const facts = opened(false);
    expect(provenStaff(policy, facts, { number: 1, by: 'tag', role: null })).toBeNull();
    const failed = { ...facts, authentication: { dmarc: 'fail' as const, policy: null } };
    expect(provenStaff(policy, failed, null)).toBeNull();
    for (const id of [
      signedId(policy, { number: 0, role: staff }, 'review-notice'),
      signedId(policy, { number: 0, role: staff }, 'new-made-up'),
      newMailId(policy, ANN, facts),
    ])
      expect(provenStaff(policy, { ...facts, references: [id] }, null)).toBeNull();
  });
});

describe('a reply', () => {
  const root = message({ id: 'root@example.com' });
  const done = message({ id: 'done@example.com', to: 'support+1-done@example.com' });
  const about = ticket(1, root, 'open', [done]);

  it('answers the last message that came in, in the thread of its writer', () => {
    const to = signedTicketAddress(policy, 1, staff);
    expect(factsOf(writeReply(policy, about, { kind: 'reply', to, writing: WRITING }))).toMatchObject({
      messageId: 'unique@example.com',
      subject: 'Re: [issue1] Printer on fire',
      sender: { name: 'Steve', address: 'steve@example.org' },
      recipients: [to],
      references: [threadId(policy, 1, staff), 'done@example.com'],
    });
  });

  it('that closes names no message that carried the done mark', () => {
    const to = signedDoneAddress(policy, 1, staff) ?? '';
    const facts = factsOf(writeReply(policy, about, { kind: 'close', to, writing: WRITING }));
    expect(facts.references).toEqual([threadId(policy, 1, staff), 'root@example.com']);
  });

  it('closes by its tag where there is no done address', () => {
    const plain = deskPolicy({ addresses: null });
    const facts = factsOf(writeReply(plain, about, { kind: 'close', to: plain.address, writing: WRITING }));
    expect(facts.subject).toBe('Re: [issue1-done] Printer on fire');
  });
});
