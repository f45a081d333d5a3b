/** Every text and phrase of every language, filled in with everything and with nothing. */
import { existsSync } from 'node:fs';
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
/** Of those that have a file: which have none is told once, below. */
const EACH = LANGUAGES.flatMap((language) =>
  TEXTS.filter(({ name }) => existsSync(`${builtInTexts(language)}${name}.txt`)).map((about) => ({
    language,
    name: about.name,
    about,
  })),
);

type About = string | { readonly items: Readonly<Record<string, string>> };

/** Both by what `docs/configuration.md` says of a name. All that is neither is always given. */
const isFlag = (about: About): boolean => typeof about === 'string' && about.startsWith('true if ');
const mayBeEmpty = (about: About): boolean => typeof about === 'string' && /\bempty\b/.test(about);

function given(variable: string, about: About): unknown {
  if (isFlag(about)) return true;
  if (typeof about === 'string') return `‹${variable}›`;
  const names = Object.keys(about.items);
  const item = (number: number): unknown =>
    names.includes('.')
      ? `‹item ${number}›`
      : Object.fromEntries(names.map((name) => [name, `‹${name} ${number}›`]));
  return [item(1), item(2)];
}

function missing(about: About): unknown {
  if (isFlag(about)) return false;
  return typeof about === 'string' ? null : [];
}

const REQUESTER_FROM = ['redirected', 'forwarded', 'namedInSubject', 'namedAsRecipient', 'namedInReplyTo'];

/** Who opened a ticket, and why for that person, is only told of one that was opened for somebody; one rule says why. */
function isPossible(variables: Readonly<Record<string, unknown>>): boolean {
  // Without a count the first sentence goes, and with it the names that it is checked for.
  if ('silent' in variables) return variables['count'] !== null;
  if (!('openedFor' in variables)) return true;
  const because = REQUESTER_FROM.filter((name) => variables[name] === true).length;
  return variables['openedFor'] === null ? because === 0 && variables['openedBy'] === null : because === 1;
}

/** All ways in which a text can be filled in. */
function variants({ variables: names }: Text): Record<string, unknown>[] {
  return Object.entries<About>(names).reduce<Record<string, unknown>[]>(
    (all, [variable, about]) => {
      const optional = isFlag(about) || mayBeEmpty(about) || typeof about !== 'string';
      const values = [given(variable, about), ...(optional ? [missing(about)] : [])];
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
function wrongWith(
  { offered = [] }: Text,
  text: string,
  variables: Readonly<Record<string, unknown>>,
): string[] {
  const lacking = Object.entries(variables)
    .filter(([variable]) => !offered.includes(variable))
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
    const source = (await loadTemplates([about], language, null)).get(name) ?? '';
    const all = variants(about).filter(isPossible);
    const texts = all.map((variables) => fill(source, variables));
    expect(texts.flatMap((text, index) => wrongWith(about, text, all[index] ?? {}))).toEqual([]);
    // Everything that may be missing makes a difference.
    expect(new Set(texts).size).toBe(all.length);
  });
});

describe('the languages', () => {
  it.each(LANGUAGES)('have a file for each text, and no other: %s', async (language) => {
    const files = await readdir(builtInTexts(language));
    expect(files.sort()).toEqual([...NAMES.map((name) => `${name}.txt`), PHRASES_FILE].sort());
  });

  it('use the same names in each text', async () => {
    const source = async (language: (typeof LANGUAGES)[number], about: Text): Promise<string> =>
      (await loadTemplates([about], language, null)).get(about.name) ?? '';
    const [english] = LANGUAGES;
    const inEnglish = EACH.filter(({ language }) => language === english).map(({ name }) => name);
    for (const { language, name, about } of EACH) {
      if (language === english || !inEnglish.includes(name)) continue;
      const [first, other] = [await source(english, about), await source(language, about)];
      expect(namesUsed(other), name).toEqual(namesUsed(first));
      expect(other).not.toBe(first);
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
