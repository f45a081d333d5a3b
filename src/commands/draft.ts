/**
 * What somebody writes: from standard input, or in their editor where that is a terminal. A text that could not be
 * handed in is kept in its file.
 */

import { isUtf8 } from 'node:buffer';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, Problem } from '../problem/problem.js';

export interface Writer {
  /** Everything from standard input. */
  readonly input: () => Promise<Buffer>;
  /** Standard input is a terminal: somebody sits there, who gets an editor. */
  readonly terminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const MAX_TEXT_BYTES = 1_000_000;
/** Only the text above this line is sent. Were each line of the hints marked instead, a text could not hold such a line. */
const CUT = '# ------------------------ >8 ------------------------';

/** `about` stands below the line, for who writes. `handIn` is given what stands above it. */
export async function withWritten<T>(
  writer: Writer,
  about: readonly string[],
  handIn: (text: string) => Promise<T>,
): Promise<T> {
  if (!writer.terminal) return handIn(textOf(await writer.input()));
  const folder = await mkdtemp(join(tmpdir(), 'imapdesk-draft-'));
  const file = join(folder, 'message.txt');
  let written = false;
  try {
    await writeFile(file, `\n${[CUT, ...about.map((line) => `# ${line}`.trimEnd())].join('\n')}\n`, {
      mode: 0o600,
    });
    await edit(file, writer.env);
    const text = textOf(await readFile(file));
    written = true;
    const result = await handIn(text);
    await rm(folder, { recursive: true, force: true });
    return result;
  } catch (error) {
    if (!written) await rm(folder, { recursive: true, force: true });
    throw written ? kept(error, file) : error;
  }
}

function textOf(bytes: Buffer): string {
  if (bytes.length > MAX_TEXT_BYTES)
    throw new Problem(
      'long-text',
      `nothing was sent: the text is longer than ${MAX_TEXT_BYTES / 1_000_000} MB`,
      { exitCode: EXIT.usage },
    );
  const text = bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1').replace(/^\uFEFF/, '');
  const [above = ''] = text.split(/^# -+ >8 -+[ \t]*\r?$/m);
  if (above.trim() === '')
    throw new Problem('empty-text', 'nothing was sent: the text is empty', { exitCode: EXIT.usage });
  return above.replace(/^(?:[ \t]*\r?\n)+/, '').trimEnd();
}

const ignore = (): void => undefined;

/** As git does it: the shell reads the variable, which may hold options. */
async function edit(file: string, env: Writer['env']): Promise<void> {
  const editor = env['VISUAL'] || env['EDITOR'] || 'vi';
  // The keys that are typed in the editor, Ctrl-C too, are for the editor alone.
  const listeners = process.listeners('SIGINT');
  process.removeAllListeners('SIGINT');
  process.on('SIGINT', ignore);
  try {
    const child = spawn('/bin/sh', ['-c', `${editor} "$@"`, editor, file], { stdio: 'inherit', env });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0)
      throw new Problem(
        'editor-failed',
        `nothing was sent: the editor "${editor}" ended with ${code ?? 'a signal'}; $VISUAL or $EDITOR names another`,
        { exitCode: EXIT.usage },
      );
  } finally {
    process.removeListener('SIGINT', ignore);
    for (const listener of listeners) process.on('SIGINT', listener);
  }
}

function kept(error: unknown, file: string): unknown {
  if (!(error instanceof Problem)) return error;
  const { code, exitCode, temporary, message } = error;
  return new Problem(code, `${message}\nThe text is kept in ${file}`, { exitCode, temporary, cause: error });
}
