/** `demo`: the whole desk in a private mail world. It needs no configuration. */
import type { ReadStream, WriteStream } from 'node:tty';
import { runDemo } from '../demo/run.js';

export interface DemoCommand {
  readonly once: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly signal: AbortSignal;
}

export async function demo({ once, env, stdin, stdout, signal }: DemoCommand): Promise<number> {
  const typed = !once && stdin.isTTY ? { stdin } : {};
  return runDemo({ once, stdout, signal, unicode: isUnicode(env), ...typed });
}

/** Of these variables the first that is set counts (POSIX, "Internationalization Variables"). */
function isUnicode(env: DemoCommand['env']): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return /utf-?8/i.test(locale ?? '');
}
