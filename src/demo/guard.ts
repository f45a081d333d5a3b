/**
 * A child process that cannot outlive this one, however this one ends.
 *
 * The child runs beneath a small shell in a process group of its own, so that Ctrl-C in a terminal reaches us alone
 * and we end things in order. The shell waits on a pipe that only we hold: when it closes, because we closed it,
 * crashed or were killed with SIGKILL, the shell ends the child and whatever the child had started, and removes the
 * folder that all of them wrote in.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

export interface GuardedOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Removed when the child has ended. */
  readonly folder?: string;
  /** What the child writes, stdout and stderr together, as it comes. */
  readonly onOutput: (text: string) => void;
}

export interface Guarded {
  /** The child's exit code when it ends, whoever ended it; -1 if it was killed. */
  readonly ended: Promise<number>;
  /** Ends the child with SIGTERM and settles when nothing of it is left. May be called more than once. */
  stop(): Promise<void>;
}

/**
 * The exit code is told on descriptor 3. SIGTERM goes to the whole group; the inner shell outlives it by its trap, so
 * that it can tell the code. A child that is deaf to SIGTERM is killed after ten seconds. The last line also ends
 * this shell: nothing of the group may stay.
 */
const GUARD = `
folder=$1; shift
( trap : TERM; "$@" 3>&- </dev/null; echo $? >&3 ) &
job=$!
exec 3>&-
cat >/dev/null
trap '' TERM
kill -TERM 0
( sleep 10; kill -KILL "$job" ) >/dev/null 2>&1 &
wait "$job"
if [ -n "$folder" ]; then rm -rf "$folder" 2>/dev/null || { sleep 1; rm -rf "$folder"; }; fi
kill -KILL 0
`;

/** Starts `command` (the program and its arguments) under guard. Nothing but `env` is in its environment. */
export function spawnGuarded(command: readonly string[], options: GuardedOptions): Guarded {
  const child = spawn('/bin/sh', ['-c', GUARD, 'guard', options.folder ?? '', ...command], {
    cwd: options.cwd,
    env: { ...options.env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close').catch(() => undefined);
  let told = '';
  const [, stdout, stderr, code] = child.stdio;
  for (const stream of [stdout, stderr]) {
    stream?.on('data', (chunk: Buffer) => options.onOutput(chunk.toString('utf8')));
  }
  const ended = new Promise<number>((resolve) => {
    code?.on('data', (chunk: Buffer) => {
      told += chunk.toString('latin1');
    });
    code?.once('close', () => resolve(told === '' ? -1 : Number(told)));
    child.once('error', () => resolve(-1));
  });
  child.stdin?.on('error', () => undefined);
  return {
    ended,
    async stop() {
      child.stdin?.end();
      await closed;
      if (child.pid !== undefined) await groupGone(child.pid);
    },
  };
}

const LOOK_EVERY_MS = 2;
/** Beyond it what is left does not answer, or cannot be told from the dead. */
const GONE_WITHIN_MS = 500;

/** The kernel tells of the shell's end a moment before the last others of its group have gone. */
async function groupGone(group: number): Promise<void> {
  const until = performance.now() + GONE_WITHIN_MS;
  while (isThere(group) && isAlive(group) && performance.now() < until) await wait(LOOK_EVERY_MS);
}

function isThere(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

/** In a container without an init nobody buries the dead; of the living only Linux tells, so elsewhere all are taken for it. */
function isAlive(group: number): boolean {
  try {
    return readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && isLivingOf(group, pid));
  } catch {
    return true;
  }
}

function isLivingOf(group: number, pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Behind the name, which may hold anything: state, parent, group (proc_pid_stat(5)).
    const [state, , of] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(of) === group && state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
}
