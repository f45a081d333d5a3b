/** Programs that are measured run in processes of their own, one at a time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Ran {
  readonly code: number;
  /** From the start of the process to its end. */
  readonly ms: number;
  /** User and system together. */
  readonly cpuMs: number;
  readonly peakBytes: number;
  readonly output: string;
}

/** A program of the bench, compiled. */
export function program(name: string): string {
  return fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));
}

const REPORTER = new URL('./usage-report.js', import.meta.url).href;
/** No program that is measured takes as long; it must end, since the next waits for it. */
const LIMIT_MS = 40 * 60_000;

async function runNode(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), 'desk-bench-'));
  try {
    const usageFile = join(folder, 'usage');
    const startedAt = performance.now();
    const child = spawn(process.execPath, ['--import', REPORTER, ...args], {
      env: { ...env, BENCH_USAGE_FILE: usageFile },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    const { code, output } = await ended(child);
    const ms = performance.now() - startedAt;
    const usage: Pick<Ran, 'cpuMs' | 'peakBytes'> = JSON.parse(await readFile(usageFile, 'utf8'));
    return { code, ms, output, ...usage };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a program took that has to end well. */
export async function runWell(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ran> {
  const ran = await runNode(args, env);
  if (ran.code !== 0) throw new Error(`${args.join(' ')} ended with ${ran.code}: ${ran.output}`);
  return ran;
}

/** Milliseconds from start to end of a process that nothing is loaded into. */
export async function timeNode(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const { code, output } = await ended(child);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${output}`);
  return performance.now() - startedAt;
}

async function ended(child: ChildProcess): Promise<{ readonly code: number; readonly output: string }> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? -1));
  });
  return { code, output };
}
