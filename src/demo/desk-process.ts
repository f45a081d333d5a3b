/** The desk of the demo: the built command itself, in processes of its own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { joined, unended } from '../problem/problem.js';
import { type Guarded, spawnGuarded } from './guard.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

/** The commands see nothing of our environment that could change what they do. */
const ENV = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', NO_COLOR: '1' } as const;

/** Starts `imapdesk run`; `onLine` gets what it logs, made readable. */
export function startDesk(configFile: string, onLine: (line: string) => void): Guarded {
  let rest = '';
  return spawnGuarded([process.execPath, MAIN, 'run', '-c', configFile], {
    env: ENV,
    onOutput: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(readableLine(line));
    },
  });
}

const MAX_REASONS = 2;

/** A line of the log as a sentence: what happened, and the first reasons for it. Anything else stays as it is. */
export function readableLine(line: string): string {
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null || !('msg' in entry)) return line;
    const level = 'level' in entry && entry.level !== 'info' ? `${String(entry.level)}: ` : '';
    const all = 'reasons' in entry && Array.isArray(entry.reasons) ? entry.reasons.map(String) : [];
    const reasons = all.length === 0 ? '' : ` (${joined(all.slice(0, MAX_REASONS))})`;
    const error = errorIn(entry);
    const msg = error === '' ? String(entry.msg) : unended(String(entry.msg));
    return `${level}${msg}${reasons}${error}`;
  } catch {
    return line;
  }
}

function errorIn(entry: object): string {
  const error = 'err' in entry ? entry.err : null;
  return typeof error === 'object' && error !== null && 'message' in error
    ? `: ${String(error.message)}`
    : '';
}

/** Runs another command to its end and answers what it printed. Throws with what it said if it fails. */
export async function runCommand(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [MAIN, ...args], { env: ENV }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`imapdesk ${args[0]} failed: ${stderr.trim() || error.message}`));
    });
  });
}
