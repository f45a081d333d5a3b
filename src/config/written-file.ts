/** A file of the configuration: its text, what it holds as JSON, and who else may do what with it. */
import { codeOf, whyUnreadable } from '../problem/failure.js';
import { findSyntaxMistake } from './json-syntax.js';
import { type Exposure, readPrivateFile } from './private-file.js';
import { ConfigProblem } from './problem.js';

/** Throws a ConfigProblem; `hint` tells what to do where there is no such file. */
export async function readWritten(path: string, hint = ''): ReturnType<typeof readPrivateFile> {
  try {
    return await readPrivateFile(path);
  } catch (error) {
    const more = codeOf(error) === 'ENOENT' ? hint : '';
    throw new ConfigProblem('config-unreadable', `${path}: ${whyUnreadable(error)}${more}`);
  }
}

export function parseWritten(text: string, path: string): unknown {
  const json = text.replace(/^\uFEFF/, '');
  const mistake = findSyntaxMistake(json);
  if (mistake !== null) {
    const place = `${path}:${mistake.line}:${mistake.column}`;
    throw new ConfigProblem('config-syntax', `${place}: not JSON, expected ${mistake.expected}`);
  }
  return JSON.parse(json);
}

/** All mistakes at once, one a line. Throws unless there are none. */
export function refuseMistakes(path: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  const count = lines.length === 1 ? 'one mistake' : `${lines.length} mistakes`;
  throw new ConfigProblem(
    'config-invalid',
    [`${path}: ${count}`, ...lines.map((line) => `  ${line}`)].join('\n'),
  );
}

/** A file that holds secrets must be closed to others; any must be closed to everybody's writing: it may name commands. */
export function refuseExposed(path: string, exposed: Exposure | null, secrets: readonly string[]): void {
  if (exposed === null) return;
  const { may, mend, lock } = exposed;
  if (secrets.length === 0 && lock === null) return;
  const what =
    secrets.length === 0
      ? 'it says which commands the desk runs and whom it writes to'
      : `it holds secrets (${secrets.join(', ')})`;
  const who = secrets.length === 0 ? 'everybody can write' : `others can ${may}`;
  const run = secrets.length === 0 ? lock : mend;
  throw new ConfigProblem('secret-exposed', `${path}: ${who} this file, and ${what}. Run: ${run}`);
}
