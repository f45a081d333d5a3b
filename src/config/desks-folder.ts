/**
 * The folder of desks that the configuration names: each file in it holds one desk, or a list of desks, as they would stand
 * in `desks`. A file with anything wrong is left out with all its desks, and all others stay. Of two files that exclude each
 * other the first counts, in the order of their names; the configuration's own file comes before all.
 */
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { whyUnreadable } from '../problem/failure.js';
import { alertThatReaches } from './alert-addresses.js';
import { alertDeskMistakes } from './alerts-rules.js';
import { type PlacedDesk, TakenByDesks } from './between-desks.js';
import { type Config, completeDesk, type DeskConfig, type LeftOut, type WrittenDesk } from './complete.js';
import { deskSchema } from './desk-schema.js';
import { linesOf, mistakesInIssues } from './errors.js';
import { placeInFile } from './place.js';
import { exposureOfFolder } from './private-file.js';
import { ConfigProblem } from './problem.js';
import { desksIn, mistakesOfDesk, showPath, takeDesks } from './rules.js';
import { literalSecretsOfDesks } from './secrets.js';
import { asFields, type Fields, isFields, type Mistake } from './written.js';
import { parseWritten, readWritten, refuseExposed, refuseMistakes } from './written-file.js';

/** The configuration's own file. */
interface Main {
  readonly path: string;
  readonly fields: Fields;
}

interface Reading {
  readonly config: Config;
  readonly main: Main;
  readonly taken: TakenByDesks;
}

interface DeskFile {
  /** For whoever reads it. */
  readonly path: string;
  /** As messages name it. */
  readonly shown: string;
}

interface Found {
  readonly desks: readonly DeskConfig[];
  readonly fields: readonly Fields[];
}

const listSchema = z.strictObject({ desks: z.array(deskSchema) });
const { name: nameField, address: addressField } = deskSchema.shape;

/** The configuration with the desks of its folder. Throws a ConfigProblem where that cannot be read, or nothing is to be worked. */
export async function withDesksFolder(config: Config, main: Main): Promise<Config> {
  const reading = { config, main, taken: new TakenByDesks() };
  takeDesks(reading.taken, desksIn(main.fields));
  const fields = desksIn(main.fields).map((desk) => desk.fields);
  const desks = [...config.desks];
  const leftOut: LeftOut[] = [];
  for (const file of await filesOf(config, main)) {
    const written: unknown[] = [];
    try {
      const found = await readDesks(file, reading, written);
      desks.push(...found.desks);
      fields.push(...found.fields);
    } catch (error) {
      if (!(error instanceof ConfigProblem)) throw error;
      leftOut.push({ path: file.path, file: file.shown, desks: written.flatMap(calledDesk), problem: error });
    }
  }
  // An alert may mean a desk that nobody can read just now.
  if (leftOut.length === 0) refuseMistakes(main.path, linesOf(alertDeskMistakes(main.fields, fields)));
  if (desks.length === 0) throw nothingToWork(config, main, leftOut);
  return { ...config, desks, leftOut };
}

function nothingToWork(config: Config, { path }: Main, leftOut: readonly LeftOut[]): ConfigProblem {
  if (leftOut.length === 0)
    return new ConfigProblem(
      'config-invalid',
      `${path}: there is no desk: expected a .json file in ${config.desksFolder ?? ''} (desksFolder), or one in desks`,
    );
  const why = leftOut.map(({ problem }) => problem.message);
  return new ConfigProblem('config-invalid', [...why, `${path}: no desk is left`].join('\n'));
}

/** In the order of their names; what begins with a dot, and all that is no `.json`, is no desk. */
async function filesOf({ desksFolder, baseDir }: Config, { path }: Main): Promise<readonly DeskFile[]> {
  const named = desksFolder ?? '';
  const folder = resolve(baseDir, named);
  const refused = (why: string) => new ConfigProblem('config-unreadable', `${path}: desksFolder: ${why}`);
  try {
    const exposed = await exposureOfFolder(folder);
    if (exposed !== null && exposed.lock !== null)
      throw refused(`everybody can put files into ${folder}, which say what desks run. Run: ${exposed.lock}`);
    const names = await readdir(folder);
    return names
      .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
      .toSorted()
      .map((name) => ({ path: join(folder, name), shown: join(named, name) }));
  } catch (error) {
    if (error instanceof ConfigProblem) throw error;
    throw refused(`${folder}: ${whyUnreadable(error)}`);
  }
}

/** Throws a ConfigProblem that says all that is wrong with the file. `heard` gets what it holds, right or wrong. */
async function readDesks(file: DeskFile, reading: Reading, heard: unknown[]): Promise<Found> {
  const { path, shown } = file;
  await refuseOddFile(path);
  const { text, exposed } = await readWritten(path);
  const written = parseWritten(text, path);
  const isList = Array.isArray(written);
  const all = (isList ? written : [written]).map(withoutSchema);
  heard.push(...all);
  const desks = checked(all, { path, shown, isList }, reading);
  const { baseDir } = reading.config;
  const complete = desks.map((desk, index) =>
    completeDesk(desk, { file: path, path: placeInFile(shown, isList ? index : null), baseDir }),
  );
  refuseExposed(path, exposed, literalSecretsOfDesks(complete));
  return { desks: complete, fields: all.map(asFields) };
}

/** What is no plain file may never end. */
async function refuseOddFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found === null || found.isFile() || found.isDirectory()) return;
  throw new ConfigProblem('config-unreadable', `${path}: it is no file`);
}

/** The line for editors. */
function withoutSchema(written: unknown): unknown {
  if (!isFields(written) || typeof written['$schema'] !== 'string') return written;
  const { $schema: _, ...desk } = written;
  return desk;
}

function checked(
  all: readonly unknown[],
  { path, shown, isList }: DeskFile & { readonly isList: boolean },
  { main, taken: before }: Reading,
): readonly WrittenDesk[] {
  const result = listSchema.safeParse({ desks: all }, { jitless: true });
  const placed = all.map(
    (fields, index): PlacedDesk => ({
      fields: asFields(fields),
      path: isList ? [index] : [],
      place: isList ? `${shown}[${index}]` : shown,
      isFile: true,
    }),
  );
  const taken = new TakenByDesks(before);
  const lines = linesOf([
    ...(all.length === 0 ? [{ path: [], message: 'expected at least one desk' }] : []),
    ...mistakesInIssues(result.error?.issues ?? []).map((mistake) => ({
      ...mistake,
      path: mistake.path.slice(isList ? 1 : 2),
    })),
    ...placed.flatMap(mistakesOfDesk),
    ...takeDesks(taken, placed),
    ...placed.flatMap((desk) => alertMistakesOf(desk, main)),
  ]);
  // A file that is left out keeps what it names, as far as that can be read: a mailbox must not go to another desk by a
  // slip of the pen.
  taken.keep();
  refuseMistakes(path, lines);
  if (!result.success) throw new TypeError('A mistake without a word.');
  return result.data.desks;
}

/** Alerts by mail that would come back as new mail. */
function alertMistakesOf({ fields, path }: PlacedDesk, main: Main): Mistake[] {
  const alert = alertThatReaches(main.fields, fields);
  if (alert === null) return [];
  const message = `has an address to which ${showPath(alert)} of ${main.path} goes, expected one to which no alert does`;
  return [{ path: [...path, 'address'], message }];
}

/** What a desk that is left out would be called. */
function calledDesk(written: unknown): LeftOut['desks'] {
  const { name, address } = asFields(written);
  const own = addressField.safeParse(address);
  const called = nameField.safeParse(name);
  const shown = (called.success ? called.data : undefined) ?? (own.success ? own.data : undefined);
  return shown === undefined ? [] : [{ name: shown, address: own.success ? own.data : null }];
}
