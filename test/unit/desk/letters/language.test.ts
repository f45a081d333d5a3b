/**
 * Whatever a person reads in the desk's own mail comes from a text or a phrase of the desk's language, and nothing of
 * it from code: texts and phrases stand for themselves here as «name», so all other words show.
 */
import { expect, it } from 'vitest';
import { decide } from '../../../../src/desk/decide/decide.js';
import { composeLetter } from '../../../../src/desk/letters/compose-letter.js';
import { type Letter, lettersFor, type Occasion } from '../../../../src/desk/letters/letters.js';
import type { Reading } from '../../../../src/desk/letters/reading.js';
import type { Decision } from '../../../../src/desk/ticket/decision.js';
import { asBody } from '../../../../src/message/compose/original.js';
import type { Facts } from '../../../../src/message/facts/facts.js';
import { parseHeaderBlock, splitMessage } from '../../../../src/message/header/header-block.js';
import { ANN, deskPolicy, ledgerOf, message, STEVE, ticket } from '../desk.js';

const shown: Record<string, unknown>[] = [];
const POLICY = deskPolicy({
  name: '§',
  staff: [
    { ...STEVE, name: '§' },
    { ...ANN, name: '§' },
  ],
  phrase: (name, values = {}) => `«${name}» ${Object.values(values).join(' ')}`.trim(),
  render: (name, variables) => {
    shown.push(variables);
    return `«${name}»\n`;
  },
});
const WRITER = { policy: POLICY, now: new Date(0), folders: { review: '§', open: '§', archived: '§' } };
const READING: Reading = {
  excerpt: '§',
  left: null,
  cut: false,
  attachments: [
    { fileName: '§', type: '§', size: 5 },
    { fileName: '§', type: '§', size: 5_000 },
    { fileName: '§', type: '§', size: 5_250_000 },
  ],
  body: asBody(Buffer.from('From: x@example.com\r\nContent-Type: text/plain\r\n\r\n§\r\n')),
  part: null,
};

/** What is left of a value when all that is no word of the desk's is taken away. */
function wordsIn(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text
    .replaceAll(/«[a-z-]+»/g, '')
    .replaceAll(/[^\s"<>,]+@[^\s"<>,]+/g, '')
    .replaceAll(/\[issue\d+(?:: )?\]|^Re:/g, '')
    .replaceAll(/"(?:fileName|type|size)"|\b(?:true|false|null)\b/g, '')
    .replaceAll(/[^\p{L}]/gu, '');
}

function expectNoWords(occasion: Occasion, letters: readonly Letter[]): readonly string[] {
  for (const letter of letters) {
    shown.length = 0;
    const { raw } = composeLetter(WRITER, occasion, { letter, reading: READING });
    const { byName } = parseHeaderBlock(splitMessage(raw).header);
    const seen = ['subject', 'from', 'to', 'reply-to'].flatMap((name) => byName.get(name) ?? []);
    for (const { value } of seen) expect(wordsIn(decoded(value)), letter.purpose).toBe('');
    for (const value of shown.flatMap(Object.values)) expect(wordsIn(value), letter.purpose).toBe('');
  }
  return letters.map(({ purpose }) => purpose);
}

/** Only «» and § are encoded here. */
function decoded(value: string): string {
  return value.replaceAll(/=\?utf-8\?([BQ])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
    kind.toUpperCase() === 'B'
      ? Buffer.from(text, 'base64').toString()
      : Buffer.from(
          text
            .replaceAll('_', ' ')
            .replaceAll(/=([0-9A-F]{2})/g, (_hex, code: string) => String.fromCharCode(parseInt(code, 16))),
          'latin1',
        ).toString(),
  );
}

const root = message({ from: '§ <jane@example.com>', subject: '§', id: 'root@example.com' });
const other = message({ from: '§ <kim@example.com>', subject: '', id: 'other@example.com' });

function occasionOf(facts: Facts): Occasion {
  const ledger = ledgerOf(POLICY, ticket(1, root), ticket(2, other, 'archived'));
  const decision = decide(POLICY, ledger, facts);
  ledger.takeIn(decision, facts);
  return {
    decision,
    facts,
    ticket:
      decision.ticket === null || decision.destination === 'review' ? null : ledger.ticket(decision.ticket),
  };
}

it.each([
  ['a new ticket', { subject: '' }, ['acknowledgement', 'notice', 'notice']],
  ['a new ticket without a sender', { from: '§', subject: '' }, ['filing-note', 'notice', 'notice']],
  [
    'an alert',
    { subject: 'Re:', fields: ['Auto-Submitted: auto-generated'] },
    ['filing-note', 'notice', 'notice'],
  ],
  ['an answer', { to: 'support+1@example.com' }, ['notice', 'notice']],
  [
    'an answer by a stranger',
    { from: '§ <x@example.net>', to: 'support+2@example.com' },
    ['notice', 'notice'],
  ],
  ['a close', { to: 'support+1-done@example.com' }, ['confirmation', 'notice', 'notice']],
  [
    'a number that never was',
    { to: 'support+99@example.com' },
    ['error-report', 'review-notice', 'review-notice'],
  ],
  [
    'two tickets at once',
    { from: '§ <x@example.net>', to: 'support+1@example.com, support+2@example.com' },
    ['review-notice', 'review-notice'],
  ],
])('%s', (_, about, purposes) => {
  const occasion = occasionOf(message({ from: '§ <jane@example.com>', subject: '§', ...about }));
  expect(expectNoWords(occasion, lettersFor(POLICY, occasion))).toEqual(purposes);
});

it('what no message causes by itself', () => {
  const member = STEVE;
  const to = 'steve@example.org';
  const occasion = occasionOf(root);
  const why: Decision['why'] = { name: 'review-failed' };
  expectNoWords(occasion, [
    { purpose: 'relay', to: 'jane@example.com', member: { ...STEVE, name: '§' } },
    { purpose: 'not-relayed', to, member },
    { purpose: 'digest', to, member, window: 1 },
    { purpose: 'review-notice', to, member, why },
  ]);
});
