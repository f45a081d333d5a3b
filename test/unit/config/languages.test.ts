/** Every text and phrase of every language, filled in with everything and with nothing. */
import { readdir, readFile } from 'node:fs/promises';
import mustache from 'mustache';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../src/config/language.js';
import { loadPhrases } from '../../../src/config/phrases.js';
import { builtInTexts, fill, loadTemplates, PHRASES_FILE } from '../../../src/config/templates.js';
import type { Text } from '../../../src/desk/letters/text.js';
import { TEXTS } from '../../../src/desk/letters/texts.js';
import { PHRASES } from '../../../src/desk/phrases.js';

const NAMES = TEXTS.map(({ name }) => name);
const EACH = LANGUAGES.flatMap((language) => TEXTS.map((about) => ({ language, name: about.name, about })));

/** What may be missing in a text, and what stands for nothing there. All else is always given. */
const EMPTY: Readonly<Record<string, unknown>> = {
  replyAddress: null,
  doneAddress: null,
  replyGoesTo: null,
  colleaguesAddress: null,
  openFolder: null,
  excerpt: '',
  left: null,
  more: null,
  follows: null,
  openedFor: null,
  openedBy: null,
  spam: null,
};
const FLAGS = new Set([
  'newcomer',
  'closeRefused',
  'automatic',
  'redirected',
  'forwarded',
  'namedInSubject',
  'namedAsRecipient',
  'namedInReplyTo',
]);
/** The catalogue offers them to texts of a desk's own. */
const UNUSED = new Set(['confirmation-closed deskName', 'notice deskName', 'notice number']);

type About = string | { readonly items: Readonly<Record<string, string>> };

function given(variable: string, about: About): unknown {
  if (FLAGS.has(variable)) return true;
  if (typeof about === 'string') return `‹${variable}›`;
  const names = Object.keys(about.items);
  const item = (number: number): unknown =>
    names.includes('.')
      ? `‹item ${number}›`
      : Object.fromEntries(names.map((name) => [name, `‹${name} ${number}›`]));
  return [item(1), item(2)];
}

function missing(variable: string, about: About): unknown {
  if (FLAGS.has(variable)) return false;
  return typeof about === 'string' ? EMPTY[variable] : [];
}

const REQUESTER_FROM = ['redirected', 'forwarded', 'namedInSubject', 'namedAsRecipient', 'namedInReplyTo'];

/** Who opened a ticket, and why for that person, is only told of one that was opened for somebody; one rule says why. */
function isPossible(variables: Readonly<Record<string, unknown>>): boolean {
  if (!('openedFor' in variables)) return true;
  const because = REQUESTER_FROM.filter((name) => variables[name] === true).length;
  return variables['openedFor'] === null ? because === 0 && variables['openedBy'] === null : because === 1;
}

/** All ways in which a text can be filled in. */
function variants({ variables: names }: Text): Record<string, unknown>[] {
  return Object.entries<About>(names).reduce<Record<string, unknown>[]>(
    (all, [variable, about]) => {
      const optional = FLAGS.has(variable) || variable in EMPTY || typeof about !== 'string';
      const values = [given(variable, about), ...(optional ? [missing(variable, about)] : [])];
      return all.flatMap((one) => values.map((value) => ({ ...one, [variable]: value })));
    },
    [{}],
  );
}

function words(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(words);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(words) : [];
}

function namesUsed(source: string): string[] {
  const visit = (tokens: readonly (readonly unknown[])[]): string[] =>
    tokens.flatMap(([kind, name, , , inner]) =>
      kind === 'text' ? [] : [String(name), ...(Array.isArray(inner) ? visit(inner) : [])],
    );
  return [...new Set(visit(mustache.parse(source)))].sort();
}

/** What is wrong with a text that was filled in so. Not an expectation for each word: there are thousands of variants. */
function wrongWith(name: string, text: string, variables: Readonly<Record<string, unknown>>): string[] {
  const lacking = Object.entries(variables)
    .filter(([variable]) => !UNUSED.has(`${name} ${variable}`))
    .flatMap(([variable, value]) => words(value).map((word) => ({ variable, word })))
    .filter(({ word }) => !text.includes(word))
    .map(({ variable, word }) => `${variable} lacks ${word}`);
  return [
    ...lacking,
    ...(/^\S[^\0]*\S\n$/.test(text) ? [] : ['white space at an end']),
    ...(/\{\{|\}\}|null|undefined|true|false|\n{3}|\(\)|, ,/.test(text) ? ['a value shows through'] : []),
    ...(/[ \t]\n/.test(text.replace(/^-- $/m, '--')) ? ['white space at the end of a line'] : []),
  ].map((what) => `${what}: ${text}`);
}

describe.each(EACH)('$name in $language', ({ language, name, about }) => {
  it('is whole in every variant', async () => {
    const source = (await loadTemplates(TEXTS, language, null)).get(name) ?? '';
    const all = variants(about).filter(isPossible);
    const texts = all.map((variables) => fill(source, variables));
    expect(texts.flatMap((text, index) => wrongWith(name, text, all[index] ?? {}))).toEqual([]);
    // Everything that may be missing makes a difference.
    expect(new Set(texts).size).toBe(all.length);
  });
});

describe('the languages', () => {
  it('have the same texts, which use the same names', async () => {
    const [english, ...others] = LANGUAGES;
    const first = await loadTemplates(TEXTS, english, null);
    for (const language of others) {
      const files = await readdir(builtInTexts(language));
      expect(files.sort()).toEqual([...NAMES.map((name) => `${name}.txt`), PHRASES_FILE].sort());
      const texts = await loadTemplates(TEXTS, language, null);
      for (const name of NAMES) {
        expect(namesUsed(texts.get(name) ?? ''), name).toEqual(namesUsed(first.get(name) ?? ''));
        expect(texts.get(name)).not.toBe(first.get(name));
      }
    }
  });

  it.each(LANGUAGES)('have every phrase, with every name: %s', async (language) => {
    const phrase = await loadPhrases(PHRASES, language, null);
    for (const [name, about] of Object.entries(PHRASES)) {
      const names = 'names' in about ? about.names : [];
      const text = phrase(name, Object.fromEntries(names.map((one) => [one, `‹${one}›`])));
      expect(text).toMatch(/^\S.*\S$/);
      expect(text).not.toMatch(/\{\{|\}\}/);
      for (const one of names) expect(text, name).toContain(`‹${one}›`);
    }
  });

  it('say each phrase in words of their own', async () => {
    const lines = async (language: (typeof LANGUAGES)[number]): Promise<string[]> =>
      (await readFile(`${builtInTexts(language)}${PHRASES_FILE}`, 'utf8')).split('\n');
    const [english, german] = [await lines('en'), await lines('de')];
    expect(english.map((line) => line.split(':')[0])).toEqual(german.map((line) => line.split(':')[0]));
    const alike = english.filter((line, index) => line !== '' && line === german[index]);
    expect(alike).toEqual(['size-kilobytes: {{size}} kB']);
  });
});
