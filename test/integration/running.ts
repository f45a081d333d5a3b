/** `imapdesk run`, started by a test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { type ConfigFile, main } from './world.js';

export interface Running {
  readonly child: ChildProcess;
  /** What it has logged. */
  readonly lines: Record<string, unknown>[];
  stop(signal: 'SIGTERM' | 'SIGINT'): Promise<{ code: number | null; tookMs: number }>;
}

const running: Running[] = [];

export function startRun(config: ConfigFile, env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [main, 'run', '-c', config.path], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: Record<string, unknown>[] = [];
  let rest = '';
  child.stderr.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) lines.push(JSON.parse(part) as Record<string, unknown>);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const worker: Running = {
    child,
    lines,
    stop: async (signal) => {
      const from = Date.now();
      child.kill(signal);
      return { code: await ended, tookMs: Date.now() - from };
    },
  };
  running.push(worker);
  return worker;
}

/** For the end of each test, whatever has become of its workers. */
export function killAll(): void {
  for (const { child } of running.splice(0)) child.kill('SIGKILL');
}
