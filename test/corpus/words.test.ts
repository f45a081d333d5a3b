/**
 * What a notice shows of every message in `words/`: `NAME.eml` is the message, `NAME.expected.json` says where such
 * mail was seen (`source`), whether it opens its ticket (`first`), and the exact words (`shown`) with what is left out
 * (`left`). `has` lists what must be shown whatever else changes, `known` more names and addresses of the desk, `earlier`
 * the texts of the messages that it answers.
 *
 * `UPDATE_CORPUS=1` writes `shown` and `left` anew; each one is then to be read beside its message.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readMessage } from '../../src/message/body/words.js';
import { readText, type ShownWords, shownWords } from '../../src/message/quotes/shown-words.js';
import { POLICY } from './desk.js';

interface Expected {
  readonly source: string;
  readonly first: boolean;
  readonly has?: readonly string[];
  readonly known?: readonly string[];
  readonly earlier?: readonly string[];
  readonly shown: string;
  readonly left: ShownWords['left'];
}

const UPDATES = process.env['UPDATE_CORPUS'] === '1';
const WORDS = new URL('words/', import.meta.url);
const LIMITS = { maxChars: 4_000, maxLines: 60 };
const DESK = [POLICY.name, POLICY.address, 'support@example.test'];

const names = readdirSync(WORDS)
  .filter((name) => name.endsWith('.eml'))
  .map((name) => name.slice(0, -'.eml'.length));

async function shownOf(name: string, { first, known = [], earlier }: Expected): Promise<ShownWords> {
  const raw = readFileSync(new URL(`${name}.eml`, WORDS));
  const { text } = await readMessage(raw);
  const thread = { first, known: [...DESK, ...known], earlier: earlier ?? null };
  return shownWords(readText(text, thread), LIMITS);
}

describe('the words of each message', () => {
  test.each(names)('%s', async (name) => {
    const file = new URL(`${name}.expected.json`, WORDS);
    const expected = JSON.parse(readFileSync(file, 'utf8')) as Expected;
    const { text, left } = await shownOf(name, expected);
    if (UPDATES) writeFileSync(file, `${JSON.stringify({ ...expected, shown: text, left }, null, 2)}\n`);
    const { shown, left: leftOut } = JSON.parse(readFileSync(file, 'utf8')) as Expected;
    expect({ shown: text, left }).toEqual({ shown, left: leftOut });
    expect(expected.source).not.toBe('');
    for (const words of expected.has ?? []) expect(text).toContain(words);
  });
});

test('every expectation of words has its message', () => {
  const expected = readdirSync(WORDS).filter((name) => name.endsWith('.expected.json'));
  for (const name of expected)
    expect(existsSync(new URL(name.replace('.expected.json', '.eml'), WORDS))).toBe(true);
});
