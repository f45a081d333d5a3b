/**
 * The texts of the desk: plain-text files in mustache's language, without partials, escaping or code. There is a
 * folder of them for each language, and a folder of a desk's own may replace them one by one. A text that uses a name it
 * cannot have is refused when it is loaded, not when a requester would get a hole in a sentence.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mustache from 'mustache';
import { codeOf } from '../problem/failure.js';
import type { Language } from './language.js';
import { nearest } from './near-miss.js';
import { ConfigProblem } from './problem.js';

/** A text that there is, and what the names in it stand for: those of a list's items, where it is one. */
export interface TextAbout {
  readonly name: string;
  readonly variables: Readonly<Record<string, string | { readonly items: Readonly<Record<string, string>> }>>;
}

/** A line for each phrase, among the texts of its language. */
export const PHRASES_FILE = 'phrases.txt';
const EXTENSION = '.txt';
const MAX_TEMPLATE_CHARS = 64 * 1024;
/** Compiles each text once; there are only those of the configuration, each with or without the full stops of `fill`. */
const writer = new mustache.Writer();

/** The folder of a language's built-in texts. */
export function builtInTexts(language: Language): string {
  return fileURLToPath(new URL(`./templates/${language}/`, import.meta.url));
}

/**
 * The built-in texts by name, each replaced by the file of its name in `overrideDir` if there is one (null: none are);
 * with LF line ends. Throws a ConfigProblem for a folder that cannot be read, a file that is no text of ours, or a bad
 * template.
 */
export async function loadTemplates(
  texts: readonly TextAbout[],
  language: Language,
  overrideDir: string | null,
): Promise<ReadonlyMap<string, string>> {
  const names = texts.map(({ name }) => name);
  const overrides = overrideDir === null ? new Set<string>() : await overridesIn(overrideDir, names);
  const templates = new Map<string, string>();
  for (const text of texts) {
    if (overrideDir === null || !overrides.has(text.name)) {
      templates.set(text.name, await builtInText(text, language));
      continue;
    }
    const path = join(overrideDir, `${text.name}${EXTENSION}`);
    const source = await readText(path);
    checkNames(source, namesOf(text), path);
    templates.set(text.name, source);
  }
  return templates;
}

/**
 * The text with its names filled in: LF line ends, one at the end. Values are taken as they are and never read as a
 * template. For each list there is also a flag, `hasAttachments` for `attachments`.
 */
export function fill(source: string, variables: Readonly<Record<string, unknown>>): string {
  const view: Record<string, unknown> = { ...variables };
  for (const [name, value] of Object.entries(variables)) {
    if (Array.isArray(value)) view[flagOf(name)] = value.length > 0;
  }
  const text = writer.render(withoutDoubledStops(source, view), view, undefined, { escape: String });
  return `${text.replaceAll(/\n{3,}/g, '\n\n').trim()}\n`;
}

/** A name such as "Example Ltd." brings the full stop of its sentence along. */
function withoutDoubledStops(source: string, view: Readonly<Record<string, unknown>>): string {
  return source.replaceAll(/(\{\{(\w+)\}\})\.(?!\.)/g, (written, tag: string, name: string) =>
    String(view[name]).endsWith('.') ? tag : written,
  );
}

function flagOf(list: string): string {
  return `has${list.charAt(0).toUpperCase()}${list.slice(1)}`;
}

async function overridesIn(dir: string, names: readonly string[]): Promise<Set<string>> {
  const files = await readdir(dir).catch((error: unknown) => {
    throw badText(dir, `the folder of texts cannot be read (${codeOf(error)})`);
  });
  const found = files
    .filter((file) => file.endsWith(EXTENSION) && file !== PHRASES_FILE)
    .map((file) => file.slice(0, -EXTENSION.length));
  for (const name of found.filter((one) => !names.includes(one))) {
    const guess = nearest(name, names);
    const hint =
      guess === null ? `expected one of ${names.join(', ')}` : `did you mean ${guess}${EXTENSION}?`;
    throw badText(`${join(dir, name)}${EXTENSION}`, `no text has this name, ${hint}`);
  }
  return new Set(found);
}

/** Read once, however many desks write in the language. */
const builtIn = new Map<string, Promise<string>>();

function builtInText(text: TextAbout, language: Language): Promise<string> {
  const path = join(builtInTexts(language), `${text.name}${EXTENSION}`);
  return readOnce(builtIn, path, async () => {
    const source = await readText(path);
    checkNames(source, namesOf(text), path);
    return source;
  });
}

/** What failed is tried again the next time. */
export async function readOnce<T>(
  known: Map<string, Promise<T>>,
  path: string,
  read: () => Promise<T>,
): Promise<T> {
  const reading = known.get(path) ?? read();
  known.set(path, reading);
  try {
    return await reading;
  } catch (error) {
    known.delete(path);
    throw error;
  }
}

/** The content of a file of texts, with LF line ends. */
export async function readText(path: string): Promise<string> {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw badText(path, `cannot be read (${codeOf(error)})`);
  });
  const source = content.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  if (source.length > MAX_TEMPLATE_CHARS) throw badText(path, `longer than ${MAX_TEMPLATE_CHARS} characters`);
  return source;
}

/** `where` says where the text or the phrase is. */
export function badText(where: string, what: string): ConfigProblem {
  return new ConfigProblem('template-invalid', `${where}: ${what}`);
}

/** The names that may stand in a template, and for each list those inside its section. */
function namesOf({ variables }: TextAbout): Map<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  for (const [variable, about] of Object.entries(variables)) {
    names.set(variable, typeof about === 'string' ? [] : Object.keys(about.items));
    if (typeof about !== 'string') names.set(flagOf(variable), []);
  }
  return names;
}

/** Throws for a template that is none, or in which a name stands that `names` does not list. `path` says where it is. */
export function checkNames(
  source: string,
  names: ReadonlyMap<string, readonly string[]>,
  path: string,
): void {
  let tokens: readonly (readonly unknown[])[];
  try {
    tokens = writer.parse(source);
  } catch {
    throw badText(path, `a {{…}} is not closed, or a section has no end`);
  }
  const wrong = firstWrong(tokens, names, []);
  if (wrong !== null) throw badText(path, wrong);
}

/** mustache's tokens are arrays: kind, value, start, end, and for a section its tokens. */
function firstWrong(
  tokens: readonly (readonly unknown[])[],
  names: ReadonlyMap<string, readonly string[]>,
  inside: readonly string[],
): string | null {
  const known = [...names.keys(), ...inside];
  for (const [kind, value, , , inner] of tokens) {
    if (kind === 'text' || kind === '!') continue;
    const name = String(value);
    if (kind === '>' || kind === '=') return `{{${kind}${name}}} is not offered here`;
    if (!known.includes(name)) return unknownName(name, known);
    const wrong = Array.isArray(inner)
      ? firstWrong(inner, names, [...inside, ...(names.get(name) ?? [])])
      : null;
    if (wrong !== null) return wrong;
  }
  return null;
}

function unknownName(name: string, known: readonly string[]): string {
  const guess = nearest(name, known);
  const hint = guess === null ? `expected one of ${known.join(', ')}` : `did you mean {{${guess}}}?`;
  return `{{${name}}} stands for nothing in this text, ${hint}`;
}
