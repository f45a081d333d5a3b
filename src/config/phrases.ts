/**
 * Reads the phrases of a language: lines `name: words`, empty lines between them as one likes. A file of that name in
 * a desk's own folder of texts replaces as many of them as it has lines.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Language } from './language.js';
import { nearest } from './near-miss.js';
import {
  isPhraseName,
  namesInPhrase,
  PHRASE_NAMES,
  PHRASES_FILE,
  type PhraseName,
} from './phrase-catalogue.js';
import { ConfigProblem } from './problem.js';
import { builtInTexts, checkNames, fill, readText } from './templates.js';

/** A phrase with its names filled in, on one line. */
export type Phrases = (name: PhraseName, values?: Readonly<Record<string, string | number>>) => string;

/** Throws a ConfigProblem for a line that is no phrase of ours, and for a phrase that is missing. */
export async function loadPhrases(language: Language, overrideDir: string | null): Promise<Phrases> {
  const builtIn = join(builtInTexts(language), PHRASES_FILE);
  const own = overrideDir === null ? null : join(overrideDir, PHRASES_FILE);
  const phrases = new Map<string, string>([
    ...(await readPhrases(builtIn)),
    ...(own !== null && (await isThere(own)) ? await readPhrases(own) : []),
  ]);
  const missing = PHRASE_NAMES.find((name) => !phrases.has(name));
  if (missing !== undefined) throw mistake(builtIn, `${missing} is missing`);
  return (name, values = {}) =>
    fill(phrases.get(name) ?? '', values)
      .replaceAll(/\s+/g, ' ')
      .trim();
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function readPhrases(path: string): Promise<ReadonlyMap<PhraseName, string>> {
  const phrases = new Map<PhraseName, string>();
  const lines = (await readText(path)).split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const { name, words } = readLine(line, `${path}, line ${index + 1}`);
    if (phrases.has(name)) throw mistake(`${path}, line ${index + 1}`, `${name} stands there twice`);
    phrases.set(name, words);
  }
  return phrases;
}

function readLine(line: string, where: string): { name: PhraseName; words: string } {
  const [, written = '', words = ''] = /^([a-z-]+):[ \t]+(\S.*)$/.exec(line) ?? [];
  if (written === '') throw mistake(where, 'expected a name, a colon, a space and words');
  if (!isPhraseName(written)) {
    const guess = nearest(written, PHRASE_NAMES);
    throw mistake(
      where,
      `no phrase has the name ${written}${guess === null ? '' : `, did you mean ${guess}?`}`,
    );
  }
  checkNames(words, new Map(namesInPhrase(written).map((one) => [one, []])), where);
  return { name: written, words };
}

function mistake(where: string, what: string): ConfigProblem {
  return new ConfigProblem('template-invalid', `${where}: ${what}`);
}
