/** Where staff's mail from the command line goes, and what it names. */
import { describe, expect, it } from 'vitest';
import {
  addressFor,
  lastIncoming,
  type ReplyKind,
  writeNew,
  writeReply,
} from '../../../../src/desk/letters/staff-mail.js';
import { isNewMailOf, newMailId } from '../../../../src/desk/sign/new-mail.js';
import {
  signedDoneAddress,
  signedNoteAddress,
  signedTicketAddress,
  threadId,
} from '../../../../src/desk/sign/ticket-address.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import { fieldValues, parseHeaderBlock, splitMessage } from '../../../../src/message/header/header-block.js';
import { factsOfWhole } from '../../message/facts/facts-of-whole.js';
import { deskPolicy, message, STEVE, ticket, WRITING } from '../desk.js';

const policy = deskPolicy();
const plain = deskPolicy({ addresses: null });
const role = { kind: 'staff' as const, member: STEVE };
const KINDS: readonly ReplyKind[] = ['reply', 'note', 'close'];

describe('a reply', () => {
  it('goes to the address of its kind', () => {
    const to = (desk: typeof policy) => KINDS.map((kind) => addressFor(desk, { kind, number: 7, role }));
    expect(to(policy)).toEqual([
      signedTicketAddress(policy, 7, role),
      signedNoteAddress(policy, 7, role),
      signedDoneAddress(policy, 7, role),
    ]);
    expect(to(plain)).toEqual(['support@example.com', null, 'support@example.com']);
  });

  const root = message({ id: 'root@example.com' });
  const written = (kind: ReplyKind, more: readonly Facts[], desk = policy) => {
    const reply = { kind, to: 'support@example.com', writing: WRITING };
    const block = parseHeaderBlock(
      splitMessage(writeReply(desk, ticket(1, root, 'open', more), reply)).header,
    );
    const value = (name: string) => fieldValues(block, name).join(', ');
    return { answers: value('in-reply-to'), thread: value('references'), subject: value('subject') };
  };
  const own = `<${threadId(policy, 1, role)}>`;

  it('names the thread of its writer where nothing came in that has an id', () => {
    const nameless = { ...message(), messageId: null };
    expect(written('reply', [nameless])).toMatchObject({ answers: own, thread: own });
    const reply = { kind: 'reply' as const, to: 'support@example.com', writing: WRITING };
    const raw = writeReply(policy, { ...ticket(1, root), messages: [] }, reply);
    expect(factsOfWhole(raw, { receivedAt: new Date(0) }).references).toEqual([threadId(policy, 1, role)]);
    expect(lastIncoming(policy, { ...ticket(1, root), messages: [] })).toBeNull();
  });

  it('names what it answers', () => {
    expect(written('reply', [])).toMatchObject({
      answers: '<root@example.com>',
      thread: `${own} <root@example.com>`,
    });
  });

  it.each([
    ['support+1-done@example.com', '<root@example.com>'],
    ['support+1@example.com', '<next@example.com>'],
    ['support+2-done@example.com', '<next@example.com>'],
  ])('that closes, after one to %s, answers %s', (to, answers) => {
    expect(written('close', [message({ id: 'next@example.com', to })]).answers).toBe(answers);
  });

  it('has the done mark in its subject only where nothing else can close', () => {
    const subjects = (desk: typeof policy) => KINDS.map((kind) => written(kind, [], desk).subject);
    const usual = 'Re: [issue1] Printer on fire';
    expect(subjects(policy)).toEqual([usual, usual, usual]);
    expect(subjects(plain)).toEqual([usual, usual, 'Re: [issue1-done] Printer on fire']);
  });
});

describe('a new mail', () => {
  const write = (acknowledge: boolean) =>
    writeNew(policy, { requester: 'jane@example.com', subject: 'Fire', acknowledge, writing: WRITING });
  const facts = factsOfWhole(write(false), { receivedAt: new Date(0) });
  const id = newMailId(policy, STEVE, facts);

  it.each([
    [true, []],
    [false, ['cc']],
  ])('has no other field than it needs (acknowledged: %j)', (acknowledge, more) => {
    const { fields } = parseHeaderBlock(splitMessage(write(acknowledge)).header);
    expect(fields.map(({ name }) => name)).toEqual([
      'from',
      'to',
      'subject',
      'date',
      'message-id',
      'references',
      ...more,
      'mime-version',
      'content-type',
      'content-transfer-encoding',
    ]);
  });

  it('is proven by an id that must stay what it is', () => {
    expect(id).toBe('imapdesk.0.rdemt24q.new-0jcch628vxhfs91x7bmj@example.com');
  });

  it('is proven whatever other ids stand before that one', () => {
    const others = [threadId(policy, 0, role), 'imapdesk.new-1@example.com', 'other@example.com'];
    expect(isNewMailOf(policy, { ...facts, references: [...others, id] }, STEVE)).toBe(true);
    expect(isNewMailOf(policy, { ...facts, references: others }, STEVE)).toBe(false);
    expect(isNewMailOf(policy, { ...facts, references: [] }, STEVE)).toBe(false);
  });
});
