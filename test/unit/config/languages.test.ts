/** Every text and phrase of every language, filled in with everything and with nothing. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import mustache from 'mustache';
import { describe, expect, it } from 'vitest';
import { LANGUAGES, type Language } from '../../../src/config/language.js';
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

type Values = Readonly<Record<string, unknown>>;

const REQUESTER_FROM = ['redirected', 'forwarded', 'namedInSubject', 'namedAsRecipient', 'namedInReplyTo'];
const NOT_OPENED: Values = Object.fromEntries(REQUESTER_FROM.map((name) => [name, false]));
const ATTACHED = [1, 2].map((number) => ({
  fileName: `‹fileName ${number}›`,
  type: `‹type ${number}›`,
  size: `‹size ${number}›`,
}));
/** Names that belong together, with all that may be said by them. */
const TOGETHER: readonly (readonly Values[])[] = [
  // Who opened a ticket, and why for that person, is only told of one that was opened for somebody; one rule says why.
  [
    { ...NOT_OPENED, openedFor: null, openedBy: null },
    ...REQUESTER_FROM.flatMap((name) =>
      [null, '‹openedBy›'].map((openedBy) => ({
        ...NOT_OPENED,
        openedFor: '‹openedFor›',
        openedBy,
        [name]: true,
      })),
    ),
  ],
  // What stands above the words of the desk is not told again, and where attachments are is told with them.
  [
    { writtenBy: null, changed: null, excerpt: null, left: null, attachments: [], attachedTo: null },
    { writtenBy: null, changed: '‹changed›', excerpt: null, left: null, attachments: [], attachedTo: null },
    { writtenBy: '‹writtenBy›', changed: null, excerpt: null, left: null, attachments: [], attachedTo: null },
    ...[null, '‹left›'].flatMap((left) =>
      [
        { attachments: [], attachedTo: null },
        { attachments: ATTACHED, attachedTo: '‹attachedTo›' },
      ].flatMap((attached) =>
        [null, '‹changed›'].map((changed) => ({
          writtenBy: null,
          changed,
          excerpt: '‹excerpt›',
          left,
          ...attached,
        })),
      ),
    ),
  ],
  // Nobody says why somebody is not told who is.
  [
    { reportedTo: null, unanswered: null },
    { reportedTo: null, unanswered: '‹unanswered›' },
    { reportedTo: '‹reportedTo›', unanswered: null },
  ],
];
/** Without a count the first sentence of a summary goes, and with it the names that it is checked for. */
const ALWAYS = new Set(['count']);

/** What may be said by each name of a text, or by those that belong together: all of it first, then nothing. */
function choices({ variables: names }: Text): readonly (readonly Values[])[] {
  const together = TOGETHER.filter((group) => Object.keys(group[0] ?? {}).every((name) => name in names));
  const bound = new Set(together.flatMap((group) => Object.keys(group[0] ?? {})));
  const single = Object.entries<About>(names).filter(([name]) => !bound.has(name));
  return [
    ...together.map((group) => [...group].reverse()),
    ...single.map(([name, about]) => {
      const optional = !ALWAYS.has(name) && (isFlag(about) || mayBeEmpty(about) || typeof about !== 'string');
      const full = { [name]: given(name, about) };
      return optional ? [full, { [name]: missing(about) }] : [full];
    }),
  ];
}

/**
 * Ways in which a text can be filled in: with everything and with nothing, and from either all in which two names differ.
 * All ways of all names would be hundreds of thousands, and what breaks is what stands beside something else.
 */
function variants(text: Text): readonly Values[] {
  const all = choices(text);
  const found = new Map<string, Values>();
  const note = (picked: readonly Values[]): void => {
    const values: Values = Object.assign({}, ...picked);
    found.set(JSON.stringify(values), values);
  };
  for (const start of [all.map((one) => one[0] ?? {}), all.map((one) => one.at(-1) ?? {})]) {
    for (const [first, firsts] of all.entries())
      for (const [second, seconds] of all.entries())
        for (const one of firsts)
          for (const other of seconds) note(start.with(first, one).with(second, other));
  }
  return [...found.values()];
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
function wrongWith({ offered = [] }: Text, text: string, variables: Values): string[] {
  const lacking = Object.entries(variables)
    .filter(([variable]) => !offered.includes(variable))
    .flatMap(([variable, value]) => words(value).map((word) => ({ variable, word })))
    .filter(({ word }) => !text.includes(word))
    .map(({ variable, word }) => `${variable} lacks ${word}`);
  return [
    ...lacking,
    ...(/^\S[^\0]*\S\n$/.test(text) ? [] : ['white space at an end']),
    ...(/\{\{|\}\}|null|undefined|true|false|\n{3}|\(\)|, ,/.test(text) ? ['a value shows through'] : []),
    ...(/[^\S\n]\n/.test(text.replace(/^-- $/m, '--')) ? ['white space at the end of a line'] : []),
  ].map((what) => `${what}: ${text}`);
}

describe.each(EACH)('$name in $language', ({ language, name, about }) => {
  it('is whole in every variant', async () => {
    const source = (await loadTemplates([about], language, null)).get(name) ?? '';
    const all = variants(about);
    const texts = all.map((variables) => fill(source, variables));
    expect(texts.flatMap((text, index) => wrongWith(about, text, all[index] ?? {}))).toEqual([]);
    // Everything that may be missing makes a difference.
    expect(new Set(texts).size).toBe(all.length);
  });
});

/** Of a text, its tags in order but for those that stand in a sentence, line by line. */
function skeleton(source: string): readonly string[] {
  return source.split('\n').flatMap((line) => {
    const tag = /^\{\{[#^/][^}]*\}\}$/.exec(line)?.[0];
    return tag ?? (line === '' ? [''] : ['words']);
  });
}

/** Of a text that was filled in, which lines have words. */
function shape(text: string): readonly boolean[] {
  return text.split('\n').map((line) => line !== '');
}

const OTHERS = LANGUAGES.filter((language) => language !== 'en');

async function sourceOf(language: Language, about: Text): Promise<string> {
  return (await loadTemplates([about], language, null)).get(about.name) ?? '';
}

async function phraseLines(language: Language): Promise<string[]> {
  return (await readFile(`${builtInTexts(language)}${PHRASES_FILE}`, 'utf8')).split('\n');
}

async function everythingIn(language: Language): Promise<string> {
  const texts = await Promise.all(TEXTS.map((about) => sourceOf(language, about)));
  return [...texts, ...(await phraseLines(language))].join('\n');
}

describe('the languages', () => {
  it.each(LANGUAGES)('have a file for each text, and no other: %s', async (language) => {
    const files = await readdir(builtInTexts(language));
    expect(files.sort()).toEqual([...NAMES.map((name) => `${name}.txt`), PHRASES_FILE].sort());
  });

  it('use the same names in each text', async () => {
    const [english] = LANGUAGES;
    const inEnglish = EACH.filter(({ language }) => language === english).map(({ name }) => name);
    for (const { language, name, about } of EACH) {
      if (language === english || !inEnglish.includes(name)) continue;
      const [first, other] = [await sourceOf(english, about), await sourceOf(language, about)];
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

  it.each(OTHERS)('have the lines and paragraphs of the English ones: %s', async (language) => {
    for (const about of TEXTS) {
      const [english, other] = await Promise.all([sourceOf('en', about), sourceOf(language, about)]);
      expect(skeleton(other), about.name).toEqual(skeleton(english));
      for (const variables of variants(about))
        expect(shape(fill(other, variables)), about.name).toEqual(shape(fill(english, variables)));
    }
  });

  it.each(LANGUAGES)('leave the signature of a notice to mail clients: %s', async (language) => {
    const [notice] = TEXTS.filter(({ name }) => name === 'notice');
    const source = notice === undefined ? '' : await sourceOf(language, notice);
    expect(source.match(/^-- $/gm)).toHaveLength(1);
    expect(source.match(/^--/gm)).toHaveLength(1);
  });

  it.each(LANGUAGES)('leave commands and names of settings as they are: %s', async (language) => {
    const text = await everythingIn(language);
    for (const command of ['imapdesk close ', 'imapdesk retry {{number}}', '`imapdesk check`'])
      expect(text).toContain(command);
    expect(new Set(text.match(/`[^`]*`/g))).toEqual(new Set(['`staff`', '`authservId`', '`imapdesk check`']));
  });

  it.each(OTHERS)('say each phrase in words of their own: %s', async (language) => {
    const [english, other] = await Promise.all([phraseLines('en'), phraseLines(language)]);
    expect(other.map((line) => line.split(':')[0])).toEqual(english.map((line) => line.split(':')[0]));
    const alike = english.filter((line, index) => line !== '' && line === other[index]);
    expect(alike.map((line) => line.split(':')[0]).filter((name = '') => !INTERNATIONAL.has(name))).toEqual(
      [],
    );
  });
});

const INTERNATIONAL = new Set([
  'reply-to-name',
  'size-bytes',
  'size-kilobytes',
  'attached-to',
  'span-minutes',
  'span-hours',
]);

describe('the typography', () => {
  it('of French keeps its signs with their words', async () => {
    const text = await everythingIn('fr');
    // Of a command line, an address or a tag none is a sign of French.
    const plain = text.replaceAll(/^[a-z-]+: |\{\{[^}]*\}\}|`[^`]*`/gm, '');
    expect(plain.match(/[^\u202f][;!?]/g)).toBeNull();
    expect(plain.match(/[^\u00a0]:/g)).toBeNull();
    expect(plain.match(/«[^\u00a0]|[^\u00a0]»|["“”']/g)).toBeNull();
    expect(text).toContain('\u202f?');
    const phrase = await loadPhrases(PHRASES, 'fr', null);
    expect(phrase('subject-review-notice', { subject: 'x' })).toBe('À examiner\u00a0: x');
  });

  it('of Spanish opens its questions', async () => {
    const text = await everythingIn('es');
    expect(text).toContain('¿');
    for (const [sentence] of text.matchAll(/[^.\n:]*[?!]/g))
      expect(sentence).toMatch(/^\s*[¿¡][^¿¡?!]*[?!]$/);
    expect(text.match(/["“”']/g)).toBeNull();
  });

  it.each(LANGUAGES)('has no straight or foreign marks, no doubled spaces: %s', async (language) => {
    const text = await everythingIn(language);
    expect(text.match(/\S  +\S/g)).toBeNull();
    expect(text.match(/\.\.\./g)).toBeNull();
    if (language !== 'en') expect(text.match(/[A-Za-z]'[A-Za-z]/g)).toBeNull();
    if (language !== 'en') expect(text.match(/["]/g)).toBeNull();
  });

  it.each([
    ['en', '1.5 MB'],
    ['de', '1,5 MB'],
    ['fr', '1,5\u00a0Mo'],
    ['es', '1,5 MB'],
    ['nl', '1,5 MB'],
  ] as const)('of %s writes a size as %s', async (language, size) => {
    expect((await loadPhrases(PHRASES, language, null))('size-megabytes', { whole: 1, tenth: 5 })).toBe(size);
  });
});

describe('people are addressed politely', () => {
  // What speaks to a friend, as a word of its own.
  it.each([
    ['de', /(?<!\p{L})(?:du|dich|dir|dein\p{L}*|euch|euer)(?!\p{L})/iu],
    ['fr', /(?<!\p{L})(?:tu|toi|te|ton|ta|tes)(?!\p{L})/iu],
    ['es', /(?<!\p{L})(?:tú|tu|tus|te|ti|vosotros|vuestr\p{L}+)(?!\p{L})/iu],
    ['nl', /(?<!\p{L})(?:je|jij|jou|jouw|jullie)(?!\p{L})/iu],
  ] as const)('in %s', async (language, familiar) => {
    expect((await everythingIn(language)).replaceAll(/\{\{[^}]*\}\}/g, '').match(familiar)).toBeNull();
  });
});
