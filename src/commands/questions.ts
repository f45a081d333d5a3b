/**
 * Asks a person at a terminal, one line a question. readline edits the line; for a password it is given nowhere to write, so
 * nothing of it is shown, and no package is needed for that. Between two questions the terminal is as it was: Ctrl-C
 * stops the program there as anywhere.
 */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { EXIT, Problem } from '../problem/problem.js';

export interface Person {
  /** What was typed, without spaces around it; `otherwise` where it is nothing. Rejects with `stopped` at Ctrl-C. */
  ask(question: string, otherwise?: string): Promise<string>;
  /** The same as it was typed, and it is not shown. */
  askHidden(question: string): Promise<string>;
}

interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

export function stopped(): Problem {
  return new Problem('stopped', 'stopped; nothing was written', { exitCode: EXIT.tryLater });
}

export function isStopped(error: unknown): boolean {
  return error instanceof Problem && error.code === 'stopped';
}

export function personAt(terminal: Terminal): Person {
  /** Lines that were typed before they were asked for. */
  const ahead: string[] = [];
  return {
    async ask(question, otherwise) {
      const hint = otherwise === undefined ? '' : ` [${otherwise}]`;
      const typed = (await lineOf(terminal, { prompt: `${question}${hint}: `, hidden: false, ahead })).trim();
      return typed === '' ? (otherwise ?? '') : typed;
    },
    askHidden: (question) => lineOf(terminal, { prompt: `${question}: `, hidden: true, ahead }),
  };
}

interface Question {
  readonly prompt: string;
  readonly hidden: boolean;
  readonly ahead: string[];
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

async function lineOf(terminal: Terminal, { prompt, hidden, ahead }: Question): Promise<string> {
  const { input, output, signal } = terminal;
  if (signal.aborted) throw stopped();
  const early = ahead.shift();
  if (early !== undefined) {
    output.write(hidden ? `${prompt}\n` : `${prompt}${early}\n`);
    return early;
  }
  // What is typed is echoed by it from here on, or not at all.
  const lines = createInterface({
    input,
    output: hidden ? nowhere() : output,
    terminal: true,
    historySize: 0,
  });
  const stop = (): void => lines.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      let isAnswered = false;
      lines.on('line', (line) => {
        if (isAnswered) ahead.push(line);
        else resolve(line);
        isAnswered = true;
      });
      lines.once('SIGINT', stop);
      lines.once('close', () => reject(stopped()));
      if (hidden) output.write(prompt);
      lines.setPrompt(hidden ? '' : prompt);
      lines.prompt();
    });
  } finally {
    signal.removeEventListener('abort', stop);
    lines.close();
    if (hidden || signal.aborted) output.write('\n');
  }
}

/** Rejects with `stopped` as soon as somebody wants it to end, whatever the work still waits for. */
export async function stoppable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const settled = new AbortController();
  const ended = new Promise<never>((_, reject) => {
    const stop = (): void => reject(stopped());
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true, signal: settled.signal });
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    settled.abort();
  }
}
