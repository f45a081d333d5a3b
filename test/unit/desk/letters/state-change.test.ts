/** What a notice says of a message that closed or reopened its ticket. */
import { expect, it } from 'vitest';
import { blank } from '../../../../src/desk/decide/question.js';
import { composeLetter } from '../../../../src/desk/letters/compose-letter.js';
import type { Letter } from '../../../../src/desk/letters/letters.js';
import type { Reading } from '../../../../src/desk/letters/reading.js';
import { verifyStaged } from '../../../../src/desk/letters/staging.js';
import type { Decision } from '../../../../src/desk/ticket/decision.js';
import { asPart } from '../../../../src/message/compose/original.js';
import { fieldValues, parseHeaderBlock, splitMessage } from '../../../../src/message/header/header-block.js';
import { ANN, deskPolicy, message, READING, STEVE, ticket } from '../desk.js';

const root = message();
const held = ticket(1, root);
let shown: Readonly<Record<string, unknown>> = {};
const policy = deskPolicy({
  render: (name, variables) => {
    shown = variables;
    return `Text of ${name}\n`;
  },
});

function write(letter: Letter, decision: Partial<Decision> = {}, reading: Partial<Reading> = {}) {
  const writer = { policy, now: new Date(0), folders: { review: 'R', open: 'O', archived: 'A' } };
  const occasion = { decision: { ...blank(root), ...decision }, facts: root, ticket: held };
  const { raw } = composeLetter(writer, occasion, { letter, reading: { ...READING, ...reading } });
  const { header, body } = splitMessage(verifyStaged(policy, raw)?.raw ?? Buffer.alloc(0));
  const block = parseHeaderBlock(header);
  return { body: body.toString(), field: (name: string) => fieldValues(block, name)[0] };
}

const NOTICE: Letter = {
  purpose: 'notice',
  to: 'steve@example.org',
  member: STEVE,
  answerTo: ['jane@example.com'],
};
const WHOLE: Letter = { ...NOTICE, whole: true };
const CLOSED = { kind: 'close', changesState: true, staff: ANN } as const;
const REOPENED = { kind: 'reopen', changesState: true } as const;
const part = asPart(Buffer.from('Subject: x\r\nContent-Type: text/html\r\n\r\n<p>Thanks</p>\r\n'));

it('stands in the subject, and in that of no other letter', () => {
  expect(write(NOTICE, CLOSED).field('subject')).toBe('[issue1: closed] Printer on fire');
  expect(write(WHOLE, REOPENED, { part }).field('subject')).toBe('[issue1: reopened] Printer on fire');
  expect(write(NOTICE, { ...CLOSED, changesState: false }).field('subject')).toBe('[issue1] Printer on fire');
  const confirmation = write({ purpose: 'confirmation', to: 'jane@example.com' }, CLOSED);
  expect(confirmation.field('subject')).toBe('Re: [issue1] Printer on fire');
});

it('keeps the thread, and the address of an answer', () => {
  for (const name of ['references', 'in-reply-to', 'reply-to'])
    expect(write(NOTICE, CLOSED).field(name)).toBe(write(NOTICE).field(name));
});

it('stands above the message itself, as a part of its own', () => {
  const { body } = write(WHOLE, CLOSED, { part });
  expect(body).toMatch(
    /^--[0-9a-f]{40}-part\r\nContent-Type: text\/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\nAnn closed this ticket\.\r\n\r\n--[0-9a-f]{40}-part\r\nContent-Type: text\/html\r\n\r\n<p>Thanks<\/p>\r\n\r\n--[0-9a-f]{40}-part\r\n/,
  );
  expect(shown['changed']).toBeNull();
  expect(write(WHOLE, {}, { part }).body).not.toContain('this ticket.');
});

it('stands in the text where no message is above it', () => {
  for (const letter of [WHOLE, NOTICE]) {
    expect(write(letter, CLOSED).body).toBe('Text of notice\r\n');
    expect(shown['changed']).toBe('Ann closed this ticket.');
  }
});
