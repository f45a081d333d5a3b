/** A program in a terminal at which a test types; what it has printed is read as text, without what moves the cursor. */
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';

const WAIT_MS = 60_000;
/** The terminal goes with us even if we are killed outright. */
const WITH_US = 'setpriv';
/** Orders to a terminal (ECMA-48 §5.4), and what goes back to the beginning of a line. */
const ORDERS = /\x1b\[[0-?]*[ -/]*[@-~]|\r/g;

export interface Typing {
  /** All that was printed so far. */
  text(): string;
  /** The same with all orders to the terminal. */
  raw(): string;
  /** Settles as soon as what was printed since the last call matches; fails, with all of it, if that takes too long. */
  see(what: RegExp): Promise<void>;
  type(keys: string): void;
  /** The exit code. */
  ended(): Promise<number>;
  /** What the terminal itself is told, such as a signal to all in it. */
  readonly child: ChildProcess;
}

export function typeAt(
  command: readonly string[],
  { env, cwd }: { readonly env: Readonly<Record<string, string>>; readonly cwd: string },
): Typing {
  const line = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
  const args = ['--pdeathsig', 'TERM', 'script', '-q', '-e', '-c', `exec ${line}`, '/dev/null'];
  const child = spawn(WITH_US, args, {
    cwd,
    env: { ...process.env, SHELL: '/bin/sh', TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let printed = '';
  let seen = 0;
  let over = false;
  const news = new EventEmitter();
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (piece: string) => {
    printed += piece;
    news.emit('news');
  });
  child.stdin.on('error', () => undefined);
  const closed = new Promise<number>((resolve) => {
    child.once('close', (status) => {
      over = true;
      news.emit('news');
      resolve(status ?? -1);
    });
  });
  const text = (): string => printed.replaceAll(ORDERS, '');
  return {
    child,
    text,
    raw: () => printed,
    async see(what) {
      const deadline = AbortSignal.timeout(WAIT_MS);
      for (;;) {
        const found = what.exec(text().slice(seen));
        if (found !== null) {
          seen += found.index + found[0].length;
          return;
        }
        const more = !over && (await comes(news, deadline));
        if (!more) throw new Error(`Looked in vain for ${String(what)}:\n${text()}`);
      }
    },
    type(keys) {
      child.stdin.write(keys);
    },
    ended: () => closed,
  };
}

async function comes(news: EventEmitter, deadline: AbortSignal): Promise<boolean> {
  return once(news, 'news', { signal: deadline }).then(
    () => true,
    () => false,
  );
}
