/**
 * Where the kinds of mail in the corpus were seen: `sources.json` says it in words, by the name of a message or the
 * beginning of several. What stands there under no name is of our own making, after an RFC or the list of threats.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const names = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.eml'));
const sources = Object.entries(
  JSON.parse(readFileSync(new URL('sources.json', import.meta.url), 'utf8')) as Record<string, string>,
);

test.each(sources)('%s has a message', (name, source) => {
  expect(names.some((one) => one.startsWith(name))).toBe(true);
  expect(source.length).toBeGreaterThan(20);
});
