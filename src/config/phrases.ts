/**
 * Reads the phrases of a language: lines `name: words`, empty lines between them as one likes. A file of that name in
 * a desk's own folder of texts replaces as many of them as it has lines.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Language } from './language.js';
import { nearest } from './near-miss.js';
import { badText, builtInTexts, checkNames, fill, PHRASES_FILE, readOnce, readText } from './templates.js';

/** All but those that keep a line from being broken, as French has before a question mark. */
const OTHER_SPACES = /[^\S\u00a0\u202f]+/g;

/** The phrases that there are, each with the names that may stand in it. */
type Catalogue = Readonly<Record<string, { readonly about: string; readonly names?: readonly string[] }>>;

/**
 * Answers a phrase with its names filled in, on one line, with its no-break spaces. Throws a ConfigProblem for a line that is no phrase of ours, and
 * for a phrase that is missing.
 */
export async function loadPhrases(
  catalogue: Catalogue,
  language: Language,
  overrideDir: string | null,
): Promise<(name: string, values?: Readonly<Record<string, string | number>>) => string> {
  const builtIn = join(builtInTexts(language), PHRASES_FILE);
  const own = overrideDir === null ? null : join(overrideDir, PHRASES_FILE);
  const phrases = new Map<string, string>([
    ...(await readOnce(builtInPhrases, builtIn, () => readPhrases(catalogue, builtIn))),
    ...(own !== null && (await isThere(own)) ? await readPhrases(catalogue, own) : []),
  ]);
  const missing = Object.keys(catalogue).find((name) => !phrases.has(name));
  if (missing !== undefined) throw badText(builtIn, `${missing} is missing`);
  return (name, values = {}) =>
    fill(phrases.get(name) ?? '', values)
      .replaceAll(OTHER_SPACES, ' ')
      .trim();
}

/** Read once, however many desks write in the language. */
const builtInPhrases = new Map<string, Promise<ReadonlyMap<string, string>>>();

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function readPhrases(catalogue: Catalogue, path: string): Promise<ReadonlyMap<string, string>> {
  const phrases = new Map<string, string>();
  const lines = (await readText(path)).split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const { name, words } = readLine(catalogue, line, `${path}, line ${index + 1}`);
    if (phrases.has(name)) throw badText(`${path}, line ${index + 1}`, `${name} stands there twice`);
    phrases.set(name, words);
  }
  return phrases;
}

function readLine(catalogue: Catalogue, line: string, where: string): { name: string; words: string } {
  const [, name = '', words = ''] = /^([a-z-]+):[ \t]+(\S.*)$/.exec(line) ?? [];
  if (name === '') throw badText(where, 'expected a name, a colon, a space and words');
  const about = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined;
  if (about === undefined) {
    const guess = nearest(name, Object.keys(catalogue));
    throw badText(where, `no phrase has the name ${name}${guess === null ? '' : `, did you mean ${guess}?`}`);
  }
  checkNames(words, new Map((about.names ?? []).map((one) => [one, []])), where);
  return { name, words };
}
