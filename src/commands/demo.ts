/** `demo`: the whole desk in a private mail world. It needs no configuration. */
import { runDemo } from '../demo/run.js';
import { isUnicode } from '../terminal/abilities.js';
import type { Surroundings } from './context.js';

export interface DemoOptions {
  readonly once: boolean;
  readonly writer: { readonly terminal: boolean };
}

export async function demo(
  { env, streams, signal }: Surroundings,
  { once, writer }: DemoOptions,
): Promise<number> {
  const typed = !once && writer.terminal ? { stdin: streams.input } : {};
  return runDemo({ once, stdout: streams.output, signal, unicode: isUnicode(env), ...typed });
}
