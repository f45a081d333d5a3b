/** `demo`: the whole desk in a private mail world. It needs no configuration. */
import { runDemo } from '../demo/run.js';
import { isUnicode } from '../terminal/abilities.js';

export interface DemoCommand {
  readonly once: boolean;
  readonly signal: AbortSignal;
}

export async function demo({ once, signal }: DemoCommand): Promise<number> {
  const { stdin, stdout } = process;
  const typed = !once && stdin.isTTY ? { stdin } : {};
  return runDemo({ once, stdout, signal, unicode: isUnicode(process.env), ...typed });
}
