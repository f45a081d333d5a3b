/** Every message of the corpus through everything that reads one. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readMessage } from '../../../src/message/body/words.js';
import { type Facts } from '../../../src/message/facts/facts.js';
import { MAX_REFERENCE_IDS } from '../../../src/message/header/message-ids.js';
import { MAX_SUBJECT_CHARACTERS } from '../../../src/message/header/subject.js';
import { readText, shownWords } from '../../../src/message/quotes/shown-words.js';
import { MAX_RECIPIENTS, MAX_SENDER_CHARACTERS, MAX_TO_AND_CC } from '../../../src/message/read-facts.js';
import { factsOf } from './parse.js';

const CORPUS = new URL('../../corpus/', import.meta.url);
const NAMES = readdirSync(CORPUS).filter((name) => name.endsWith('.eml'));
const CONTROLS = /[\0-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2028\u2029\u2066-\u2069]/;

function read(name: string): Buffer {
  return readFileSync(new URL(name, CORPUS));
}

function expectBounded(facts: Facts): void {
  expect(facts.recipients.length).toBeLessThanOrEqual(MAX_RECIPIENTS);
  expect(facts.toAndCc.length).toBeLessThanOrEqual(MAX_TO_AND_CC);
  expect(facts.references.length).toBeLessThanOrEqual(MAX_REFERENCE_IDS);
  expect(facts.subject.length).toBeLessThanOrEqual(MAX_SUBJECT_CHARACTERS);
  expect(facts.sender.shown.length).toBeLessThanOrEqual(MAX_SENDER_CHARACTERS);
  const shown = [
    facts.subject,
    facts.sender.shown,
    facts.sender.name,
    ...facts.toAndCc.map(({ name }) => name),
  ];
  for (const text of shown) expect(text).not.toMatch(CONTROLS);
}

describe('each message', () => {
  test.each(NAMES)('%s', async (name) => {
    const raw = read(name);
    const facts = factsOf(raw, 'mx.example.com');
    expectBounded(facts);
    expect(factsOf(raw, 'mx.example.com')).toEqual(facts);
    const { text, attachments } = await readMessage(raw);
    for (const first of [true, false]) {
      const thread = { first, known: ['support@example.com'], earlier: null };
      const shown = shownWords(readText(text, thread), { maxChars: 500, maxLines: 10 });
      expect(shown.text.length).toBeLessThanOrEqual(500);
      expect(shown.text === '').toBe(text === '');
    }
    for (const { fileName } of attachments) expect(fileName).not.toMatch(CONTROLS);
  });
});

test('no message here that fakes an address of staff has one', () => {
  const fakes = NAMES.filter((name) => /^0[34567]-/.test(name)).map(
    (name) => factsOf(read(name)).sender.address,
  );
  expect(fakes.length).toBeGreaterThan(10);
  expect(fakes).not.toContain('steve@example.org');
});
