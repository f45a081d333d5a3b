/**
 * What the desk decides about every message of the corpus. Each `NN-name.eml` has a `NN-name.expected.json` with what
 * `explain` says of it; NN is the kind of threat. The desk holds ticket 1, opened by `00-plain.eml`, and ticket 2,
 * which is archived.
 *
 * `UPDATE_CORPUS=1` writes the expectations anew; each one is then to be read beside its message.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decide } from '../../src/desk/decide/decide.js';
import { explained } from '../../src/desk/ticket/decision.js';
import { corpusFacts, corpusLedger, POLICY } from './desk.js';

const UPDATES = process.env['UPDATE_CORPUS'] === '1';
const names = readdirSync(new URL('.', import.meta.url))
  .filter((name) => name.endsWith('.eml'))
  .map((name) => name.slice(0, -'.eml'.length));

async function decided(name: string): Promise<unknown> {
  return explained(decide(POLICY, corpusLedger(), await corpusFacts(name)));
}

describe('each message', () => {
  test.each(names)('%s', async (name) => {
    const file = new URL(`${name}.expected.json`, import.meta.url);
    const answer = await decided(name);
    if (UPDATES) writeFileSync(file, `${JSON.stringify(answer, null, 2)}\n`);
    expect(answer).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });
});

test('every expectation has its message', () => {
  const expected = readdirSync(new URL('.', import.meta.url)).filter((name) =>
    name.endsWith('.expected.json'),
  );
  expect(
    expected.map((name) => name.slice(0, -'.expected.json'.length)).filter((name) => !names.includes(name)),
  ).toEqual([]);
});
