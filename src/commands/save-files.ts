/**
 * Puts the files of mail into a folder. Their names are whatever somebody wrote, so each is made one that is a plain file on
 * every system, and none that is there is written over or written through: a link counts as there.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../problem/failure.js';
import { EXIT, Problem } from '../problem/problem.js';

/** Most file systems take 255; a number goes behind it. */
const MAX_NAME_BYTES = 200;
const MAX_EXTENSION_BYTES = 20;
const MAX_TRIES = 10_000;
/** Names that Windows opens as devices, also with an extension, and with spaces before it. */
const DEVICE_NAME = /^(?:con|prn|aux|nul|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])(?= *(?:\.|$))/i;

export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error: unknown) => {
    throw refused(path, `it cannot be made a folder (${codeOf(error)})`);
  });
}

/** The path that it was written to. `name` is safe to show, as `filesIn` gives it. */
export async function saveFile(folder: string, name: string, content: Buffer): Promise<string> {
  const { stem, extension } = splitName(plainName(name));
  for (let number = 1; number <= MAX_TRIES; number += 1) {
    const path = join(folder, `${stem}${number === 1 ? '' : `-${number}`}${extension}`);
    try {
      await writeFile(path, content, { flag: 'wx', mode: 0o600 });
      return path;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw refused(path, `it cannot be written (${codeOf(error)})`);
    }
  }
  throw refused(join(folder, `${stem}${extension}`), `there are ${MAX_TRIES} of that name`);
}

/** Without a dash that would make it an option, or a dot that would hide it. */
function plainName(name: string): string {
  const plain = name
    .replace(/[\p{C}/\\:*?"<>|]/gu, '_')
    .replace(/^[-. ]+/, '')
    .replace(/[. ]+$/, '')
    .replace(DEVICE_NAME, '_$&');
  return plain === '' ? 'unnamed' : plain;
}

/** Short enough in bytes, with the extension kept. */
function splitName(name: string): { readonly stem: string; readonly extension: string } {
  const dot = name.lastIndexOf('.');
  const extension =
    dot > 0 && Buffer.byteLength(name.slice(dot)) <= MAX_EXTENSION_BYTES ? name.slice(dot) : '';
  let stem = name.slice(0, name.length - extension.length);
  while (Buffer.byteLength(stem) > MAX_NAME_BYTES) stem = stem.replace(/.$/su, '');
  return { stem, extension };
}

function refused(path: string, why: string): Problem {
  return new Problem('save', `--save ${path}: ${why}`, { exitCode: EXIT.usage });
}
