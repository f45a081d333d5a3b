/** The files that `--attach` names, read whole. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { AttachedFile } from '../message/compose/compose-mail.js';
import { whyUnreadable } from '../problem/failure.js';
import { EXIT, Problem } from '../problem/problem.js';

/** All files of one message; in base64 it is a third more, and many servers take no more than 25 to 35 MB. */
const MAX_ATTACHED_BYTES = 20_000_000;

export async function readAttachedFiles(paths: readonly string[]): Promise<readonly AttachedFile[]> {
  let left = MAX_ATTACHED_BYTES;
  for (const path of paths) {
    left -= await sizeOf(path);
    if (left < 0)
      throw refused(path, `with it the files are larger than ${MAX_ATTACHED_BYTES / 1_000_000} MB together`);
  }
  const files: AttachedFile[] = [];
  for (const path of paths) files.push({ name: basename(path), content: await readFile(path) });
  return files;
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    throw refused(path, whyUnreadable(error));
  });
  if (!found.isFile()) throw refused(path, 'it is no file');
  return found.size;
}

function refused(path: string, why: string): Problem {
  return new Problem('attachment', `--attach ${path}: ${why}`, { exitCode: EXIT.usage });
}
