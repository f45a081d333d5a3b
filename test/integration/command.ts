/**
 * Runs commands, without a terminal: what they print, and their exit codes. Most run within the test's own process, since to start a
 * process and to load the program takes most of the time of a command that does little. The built program runs as a process
 * where that is what a test is about, and where a command gets an environment of its own.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from '../../src/command-line.js';
import '../../src/commands.js';
import type { Surroundings } from '../../src/commands/context.js';

/** The built program. */
export const main = join(fileURLToPath(new URL('../..', import.meta.url)), 'dist/main.js');

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  /** Of a process. */
  readonly timeoutMs?: number;
}

/** Surroundings of a command that nobody sees, asks or stops. */
export function alone(env: Surroundings['env'] = process.env): Surroundings {
  return {
    env,
    streams: { input: Readable.from([]), output: new Kept(), errors: new Kept() },
    out: { write: () => undefined, terminal: false, columns: null },
    terminal: false,
    signal: new AbortController().signal,
  };
}

const RUN_TIMEOUT_MS = 60_000;
/** Hundreds of commands run for half a second each: what V8 would compile for them costs more than it saves. */
const SHORT_LIVED = ['--no-opt', '--regexp-tier-up-ticks=50'];

/** Runs a command to its end: within this process, unless it gets an environment of its own. Nobody stops it. */
export async function runDesk(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  if (options.env !== undefined) return runProcess(args, options);
  const [output, errors] = [new Kept(), new Kept()];
  const { signal, ...caller } = alone();
  const code = await runCommandLine(args, {
    ...caller,
    streams: { input: Readable.from([Buffer.from(options.stdin ?? '')]), output, errors },
    isTypedAt: false,
    out: { ...caller.out, write: (text) => void output.write(text) },
    destination: { write: (line) => void errors.write(line) },
    stopSignal: () => signal,
  });
  return { code, stdout: output.text, stderr: errors.text };
}

/** Runs the built program to its end. A run that takes too long is killed and answers code -1. */
export async function runProcess(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = spawn(process.execPath, [...SHORT_LIVED, main, ...args], {
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? RUN_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  const [stdout, stderr] = [new Kept(), new Kept()];
  child.stdout.pipe(stdout);
  child.stderr.pipe(stderr);
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? -1));
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

class Kept extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
