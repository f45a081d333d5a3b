/**
 * A program at work in a terminal that nobody sits at. The terminal is made by script(1), which every Debian has
 * (bsdutils and util-linux are essential) and which works where there is none itself, as in CI and cron.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { promisify } from 'node:util';
import { COLUMNS, ROWS, Screen, TERM } from './mutt-screen.js';

const run = promisify(execFile);
const WAIT_MS = 30_000;
/** A terminal goes with us even if we are killed outright. */
const WITH_US = ['setpriv', '--pdeathsig', 'TERM'];

export interface Terminal {
  /** What is on the screen by now. */
  text(): string;
  /** Settles with the screen's text as soon as it matches. Fails, with the screen, if that takes too long. */
  see(what: RegExp): Promise<string>;
  /** Presses keys; ones for which the program is not ready wait in the terminal. */
  type(keys: string): void;
  /** All that the program has written by now, orders to the terminal included. */
  recording(): Buffer;
  /** Settles when the program has ended by itself; fails, with the screen, if it does not, or with an error. */
  ended(): Promise<void>;
  /** Ends the program if it is still there. */
  stop(): Promise<void>;
}

export interface TerminalOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** The command that runs what a shell makes of `line` in a terminal, and ends as it ends. */
function inTerminal(line: string): readonly string[] {
  return [...WITH_US, 'script', '-q', '-e', '-c', line, '/dev/null'];
}

/** Other systems have no such commands, and a bare chroot has no /dev/pts. */
export async function hasTerminals(): Promise<boolean> {
  const [program = '', ...args] = inTerminal('test -t 0');
  return run(program, args).then(
    () => true,
    () => false,
  );
}

/** Starts `command` in a terminal of its own. Nothing but `env`, the terminal and PATH is in its environment. */
export function openTerminal(command: readonly string[], { env, cwd }: TerminalOptions): Terminal {
  const inside = `stty rows ${ROWS} cols ${COLUMNS} && exec ${command.map(quoted).join(' ')}`;
  const [program = '', ...args] = inTerminal(inside);
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', SHELL: '/bin/sh', ...env, TERM },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const screen = new Screen();
  const news = new EventEmitter();
  let drawn = Promise.resolve();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (output: Buffer) => {
      drawn = screen.write(output).then(() => void news.emit('news'));
    });
  }
  child.stdin.on('error', () => undefined);
  let over = false;
  const closed = closing(child).then(async (code) => {
    await drawn;
    over = true;
    news.emit('news');
    return code;
  });
  const text = (): string => screen.text();
  return {
    text,
    recording: () => screen.recording(),
    async see(what) {
      const deadline = AbortSignal.timeout(WAIT_MS);
      while (!what.test(text())) {
        const more = !over && (await comes(news, deadline));
        if (!more) throw new Error(`Looked in vain for ${String(what)}:\n${text()}`);
      }
      return text();
    },
    type(keys) {
      child.stdin.write(keys);
    },
    async ended() {
      const late = once(AbortSignal.timeout(WAIT_MS), 'abort').then(() => null);
      const code = await Promise.race([closed, late]);
      if (code === null) throw new Error(`It does not end:\n${text()}`);
      if (code !== 0) throw new Error(`It ended with exit code ${code}:\n${text()}`);
    },
    async stop() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}

/** Whether news come before the deadline. */
async function comes(news: EventEmitter, deadline: AbortSignal): Promise<boolean> {
  return once(news, 'news', { signal: deadline }).then(
    () => true,
    () => false,
  );
}

/** The exit code, -1 if it was killed, and never a rejection: many may wait for it, or nobody. */
function closing(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(-1));
    child.once('close', (status) => resolve(status ?? -1));
  });
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
