/** `demo`: the whole desk in a private mail world. It needs no configuration. */
import { runDemo } from '../demo/run.js';

export interface DemoCommand {
  readonly once: boolean;
  readonly signal: AbortSignal;
}

export async function demo({ once, signal }: DemoCommand): Promise<number> {
  const { stdin, stdout } = process;
  const typed = !once && stdin.isTTY ? { stdin } : {};
  return runDemo({ once, stdout, signal, unicode: isUnicode(process.env), ...typed });
}

/** Of these variables the first that is set counts (POSIX, "Internationalization Variables"). */
function isUnicode(env: NodeJS.ProcessEnv): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return /utf-?8/i.test(locale ?? '');
}
