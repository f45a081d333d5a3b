/** `demo`: the whole desk in a private mail world. It needs no configuration. */
import { runDemo } from '../demo/run.js';
import { isUnicode } from '../terminal/abilities.js';
import type { Surroundings } from './context.js';

export interface DemoOptions {
  readonly once: boolean;
}

export async function demo({ env, streams, signal }: Surroundings, { once }: DemoOptions): Promise<number> {
  const { stdin } = process;
  const typed = !once && stdin.isTTY ? { stdin } : {};
  return runDemo({ once, stdout: streams.output, signal, unicode: isUnicode(env), ...typed });
}
