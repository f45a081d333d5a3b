import { describe, expect, it } from 'vitest';
import { type Writing, writeReply } from '../../../src/desk/staff-mail.js';
import { signedDoneAddress, signedTicketAddress, threadId } from '../../../src/desk/ticket-address.js';
import { factsOfWhole } from '../../../src/message/whole.js';
import { deskPolicy, message, STEVE, ticket } from './desk.js';

const policy = deskPolicy();
const WRITING: Writing = {
  member: STEVE,
  as: 'steve@example.org',
  text: 'Hello',
  files: [],
  at: new Date(0),
  id: 'unique',
};
const staff = { kind: 'staff' as const, member: STEVE };
const factsOf = (raw: Buffer) => factsOfWhole(raw, { receivedAt: new Date(0) });

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
