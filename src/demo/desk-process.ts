/** The desk of the demo: the built command itself, in processes of its own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { sentenceOf } from '../terminal/log-line.js';
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

/** A line of the log as a sentence: what happened, and the first reasons for it. Anything else stays as it is. */
export function readableLine(line: string): string {
  try {
    const entry: unknown = JSON.parse(line);
    return isEntry(entry) ? sentenceOf(entry) : line;
  } catch {
    return line;
  }
}

function isEntry(entry: unknown): entry is Readonly<Record<string, unknown>> {
  return typeof entry === 'object' && entry !== null && 'msg' in entry;
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
