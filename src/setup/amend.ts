/**
 * Puts settings into a configuration that is there, all of them or none. The text gets one line for each and is otherwise as
 * its user has written it. A key that is there already is never changed. What comes of it is written beside the file, read
 * from there by the code that reads every configuration, and only then put in its place by one rename: whoever reads it meets
 * the old one or the new one, whole. A symbolic link stays, and what it leads to is replaced; mode, owner and group stay.
 */
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';
import type { Config } from '../config/complete.js';
import { loadConfig, parseConfig } from '../config/load.js';
import { codeOf } from '../problem/failure.js';
import { EXIT, Problem } from '../problem/problem.js';
import { isAlive, sync } from './folder.js';

/** A key of one desk with its value, that is to stand in the file. */
export interface Amendment {
  /** Where the desk is in the list of desks. */
  readonly desk: number;
  /** Its address: if the file has another desk there by now, nothing is written. */
  readonly address: string;
  readonly key: string;
  readonly value: string | boolean;
}

const PERMISSIONS = 0o7777;
const PRIVATE_FILE = 0o600;
/** Ends the name of a file that is not finished. */
const UNFINISHED = /\.imapdesk-(\d+)$/;

/**
 * Writes all of them into the file at `path`. Throws a Problem (78) where that cannot be done, and then the file is as it was:
 * the message says why, and names keys, but no value of the file's.
 */
export async function amendConfig(
  path: string,
  amendments: readonly Amendment[],
  env: Config['env'],
): Promise<void> {
  let unfinished: string | null = null;
  try {
    const file = realpathSync(path);
    const before = readFileSync(file);
    const text = amended(textOf(before, path), amendments, { path, env });
    takeAwayUnfinished(file);
    unfinished = join(dirname(file), `.${basename(file)}.imapdesk-${process.pid}`);
    writeLike(file, unfinished, text);
    await readAsEver(unfinished, path, env);
    if (realpathSync(path) !== file || !readFileSync(file).equals(before))
      throw refused(path, 'somebody has changed it meanwhile');
    renameSync(unfinished, file);
    unfinished = null;
    sync(dirname(file));
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw refused(path, `it cannot be replaced (${codeOf(error)})`, error);
  } finally {
    if (unfinished !== null) rmSync(unfinished, { force: true });
  }
}

function refused(path: string, why: string, cause?: unknown): Problem {
  return new Problem('config-amend', `${path}: nothing was changed: ${why}`, {
    exitCode: EXIT.configuration,
    cause,
  });
}

/** Bytes that are no UTF-8 would not come out as they went in. */
function textOf(bytes: Buffer, path: string): string {
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) throw refused(path, 'it is not UTF-8');
  return text;
}

/** The text with each key as the last one of its desk. Throws a Problem where one of them cannot be put there. */
export function amended(
  text: string,
  amendments: readonly Amendment[],
  { path, env }: { readonly path: string; readonly env: Config['env'] },
): string {
  const { desks } = parseConfig(text, { path, env });
  let result = text;
  for (const { desk, address, key, value } of amendments) {
    if (desks[desk]?.address !== address)
      throw refused(path, `its desk number ${desk + 1} is not ${address} any more`);
    const next = withKey(result, { desk, key, value });
    if (next === null)
      throw refused(path, `"${key}" is set to something else there; change it yourself if that is wrong`);
    result = next;
  }
  return result;
}

/** null where the key has another value. */
function withKey(
  text: string,
  { desk, key, value }: Pick<Amendment, 'desk' | 'key' | 'value'>,
): string | null {
  const root = parseTree(text.replace(/^\uFEFF/, ' '), [], { disallowComments: true });
  const object = root === undefined ? undefined : findNodeAtLocation(root, ['desks', desk]);
  const last = object?.children?.at(-1);
  if (object?.type !== 'object' || last === undefined) throw new TypeError('The file has no such desk.');
  const there = findNodeAtLocation(object, [key]);
  if (there !== undefined) return there.value === value ? text : null;
  const end = last.offset + last.length;
  const line = `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
  return `${text.slice(0, end)},${spaceBefore(text, object)}${line}${text.slice(end)}`;
}

/** What stands before the object's last key: line end and indentation as the user writes them. */
function spaceBefore(text: string, { children = [] }: Node): string {
  const at = children.at(-1)?.offset ?? 0;
  return /[ \t\r\n]*$/.exec(text.slice(0, at))?.[0] ?? '';
}

/** With the mode, the owner and the group of `file`; throws where these cannot be kept. */
function writeLike(file: string, unfinished: string, text: string): void {
  const like = statSync(file);
  if (!like.isFile()) throw refused(file, 'it is no plain file');
  const made = openSync(unfinished, 'wx', PRIVATE_FILE);
  try {
    writeFileSync(made, text, 'utf8');
    own(made, file, like);
    fchmodSync(made, like.mode & PERMISSIONS);
  } finally {
    closeSync(made);
  }
  sync(unfinished);
}

function own(made: number, file: string, { uid, gid }: Stats): void {
  const now = fstatSync(made);
  if (now.uid === uid && now.gid === gid) return;
  try {
    fchownSync(made, uid, gid);
  } catch (error) {
    throw refused(
      file,
      `its owner and group could not be kept (${codeOf(error)}); run this as its owner`,
      error,
    );
  }
}

/** As every command will read it: its permissions count, too. */
async function readAsEver(unfinished: string, path: string, env: Config['env']): Promise<void> {
  try {
    await loadConfig(unfinished, env);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const why = error.message.replaceAll(unfinished, path);
    throw refused(path, `with the new lines it would be no good configuration. ${why}`, error);
  }
}

/** What a killed process has left. */
function takeAwayUnfinished(file: string): void {
  const folder = dirname(file);
  for (const name of readdirSync(folder)) {
    const [ending = '', pid = ''] = UNFINISHED.exec(name) ?? [];
    if (pid !== '' && name === `.${basename(file)}${ending}` && !isAlive(Number(pid)))
      rmSync(join(folder, name), { force: true });
  }
}
