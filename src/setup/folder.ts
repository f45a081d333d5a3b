/**
 * Writes the files of a new desk, all of them or none. They are written beside their place first; then a new folder is renamed
 * into it, or each file is linked into a folder that is there, which fails where one of that name exists. All of this happens
 * without a pause, so that no signal but the one that kills at once can come in between; what that leaves behind is
 * known by the number of the dead process, and taken away by the next one that writes there.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../problem/failure.js';
import { EXIT, Problem } from '../problem/problem.js';
import { CLIENT_SECRET_FILE, CONFIG_FILE, PASSWORD_FILE, SECRET_FILE } from './configuration.js';

export interface DeskFile {
  readonly name: string;
  readonly text: string;
}

/** Begins the name of the folder in which the files are made. */
const BEGUN = '.imapdesk-init-';
const DESK_FILES = [CONFIG_FILE, SECRET_FILE, PASSWORD_FILE, CLIENT_SECRET_FILE] as const;
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

/**
 * Throws a Problem (64) where the files may not be put: it is no folder, or one that holds anything. With `force` a folder
 * may hold what it likes.
 */
export function checkPlace(folder: string, force: boolean): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) throw refused(`${folder}: this is no folder; name another one`);
  takeAwayBegun(folder);
  const held = readdirSync(folder);
  if (force || held.length === 0) return;
  const desk = DESK_FILES.filter((name) => held.includes(name));
  throw refused(
    desk.length > 0
      ? `${folder}: there is ${desk.join(', ')} already, and nothing was overwritten. Name another folder, such as "imapdesk init desk", or say --force: then the old files are kept beside the new ones`
      : `${folder}: this folder is not empty, and the desk gets one of its own. Name another, such as "imapdesk init desk"`,
  );
}

function refused(message: string): Problem {
  return new Problem('init-place', message, { exitCode: EXIT.usage });
}

/** The secret of the desk that is there: with another one nothing that it has signed would be known any more. */
export function secretThere(folder: string): string | null {
  const path = join(folder, SECRET_FILE);
  return existsSync(path) ? readFileSync(path, 'utf8').replace(/(\r?\n)+$/, '') : null;
}

/**
 * Returns the names under which older files were kept. Throws a Problem where it does not work, and then everything is as
 * it was.
 */
export function writeDesk(folder: string, files: readonly DeskFile[], force: boolean): readonly string[] {
  checkPlace(folder, force);
  try {
    return existsSync(folder) ? fillFolder(folder, files, force) : makeFolder(folder, files);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('init-write', `${folder}: nothing was written there (${codeOf(error)})`, {
      exitCode: EXIT.usage,
      cause: error,
    });
  }
}

function makeFolder(folder: string, files: readonly DeskFile[]): readonly string[] {
  const parent = dirname(folder);
  mkdirSync(parent, { recursive: true });
  takeAwayBegun(parent, basename(folder));
  const begun = begin(parent, files, `-${basename(folder)}`);
  try {
    // Fails where somebody has put files there in the meantime.
    renameSync(begun, folder);
  } catch (error) {
    rmSync(begun, { recursive: true, force: true });
    throw error;
  }
  sync(parent);
  return [];
}

function fillFolder(folder: string, files: readonly DeskFile[], force: boolean): readonly string[] {
  const isNew = readdirSync(folder).length === 0;
  const begun = begin(folder, files, '');
  const undo: (() => void)[] = [];
  try {
    const kept = force ? keepOld(folder, files, undo) : [];
    for (const { name } of files) {
      const path = join(folder, name);
      linkSync(join(begun, name), path);
      undo.push(() => unlinkSync(path));
    }
    if (isNew) chmodSync(folder, PRIVATE_FOLDER);
    return kept;
  } catch (error) {
    for (const step of undo.toReversed()) step();
    throw error;
  } finally {
    rmSync(begun, { recursive: true, force: true });
    sync(folder);
  }
}

/** Under the first free name of its kind: config.json.1 */
function keepOld(folder: string, files: readonly DeskFile[], undo: (() => void)[]): readonly string[] {
  return files
    .filter(({ name }) => existsSync(join(folder, name)))
    .map(({ name }) => {
      let number = 1;
      while (existsSync(join(folder, `${name}.${number}`))) number += 1;
      const kept = `${name}.${number}`;
      renameSync(join(folder, name), join(folder, kept));
      undo.push(() => renameSync(join(folder, kept), join(folder, name)));
      return kept;
    });
}

/** Answers the folder in which the files lie now, readable by us alone. */
function begin(parent: string, files: readonly DeskFile[], more: string): string {
  const begun = join(parent, `${BEGUN}${process.pid}${more}`);
  rmSync(begun, { recursive: true, force: true });
  mkdirSync(begun, { mode: PRIVATE_FOLDER });
  try {
    for (const { name, text } of files) {
      writeFileSync(join(begun, name), text, { mode: PRIVATE_FILE, flag: 'wx' });
      sync(join(begun, name));
    }
    sync(begun);
  } catch (error) {
    rmSync(begun, { recursive: true, force: true });
    throw error;
  }
  return begun;
}

export function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** What a killed process had begun in `folder`, for a folder of that name in it, or with no name for itself. */
function takeAwayBegun(folder: string, place = ''): void {
  const ending = place === '' ? '' : `-${place}`;
  for (const name of readdirSync(folder)) {
    const [, number = '', more = ''] = /^\.imapdesk-init-(\d+)(-.*)?$/.exec(name) ?? [];
    if (number === '' || more !== ending || isAlive(Number(number))) continue;
    const begun = join(folder, name);
    if (place === '') unlinkSame(begun, folder);
    rmSync(begun, { recursive: true, force: true });
  }
}

/** Those of its files that it had linked into `folder` already. */
function unlinkSame(begun: string, folder: string): void {
  for (const file of readdirSync(begun)) {
    const placed = join(folder, file);
    if (existsSync(placed) && statSync(placed).ino === statSync(join(begun, file)).ino) unlinkSync(placed);
  }
}

export function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
