/** This process as what calls the command line: its streams, its environment, and the signals that tell it to stop. */
import { isatty } from 'node:tty';
import type { Caller } from './command-line.js';
import type { Screen, Streams } from './commands/context.js';
import { EXIT } from './problem/problem.js';

const STDIN = 0;
const STDERR = 2;
const USUAL_COLUMNS = 80;
/** The first signal asks to stop after the message in hand; this long after it, waiting is over. */
const STOP_WITHIN_MS = 9_000;

/** Each is opened when it is first used. */
const streams: Streams = {
  get input() {
    return process.stdin;
  },
  get output() {
    return process.stdout;
  },
  get errors() {
    return process.stderr;
  },
};

export function thisProcess(): Caller {
  const { stdout, env } = process;
  // Whoever read the output (such as `head`) has seen enough.
  stdout.on('error', () => process.exit(EXIT.done));
  const terminal = isatty(STDERR);
  return {
    env,
    streams,
    isTypedAt: isatty(STDIN),
    out: {
      write: (text) => void stdout.write(text),
      terminal: isatty(stdout.fd),
      columns: stdout.isTTY ? stdout.columns : null,
    },
    terminal,
    ...(terminal ? { screen: screen() } : {}),
    stopSignal,
  };
}

function stopSignal(exitCode: number): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
    setTimeout(() => process.exit(exitCode), STOP_WITHIN_MS).unref();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  return controller.signal;
}

function screen(): Screen {
  return {
    write: (text) => void process.stderr.write(text),
    // A terminal that was never told its size says 0.
    columns: () => process.stderr.columns || USUAL_COLUMNS,
    onResize: (resized) => void process.stderr.on('resize', resized),
    onExit: (exits) => void process.once('exit', exits),
  };
}
