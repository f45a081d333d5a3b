/**
 * Runs a program for an alert, without a shell: what happened is in its environment, and as JSON on its standard input. It has a
 * minute, in a process group of its own, so that nothing it has started outlives that. What it prints goes to the log.
 */
import { spawn } from 'node:child_process';
import type { AlertMessage } from '../desk/alerts/alert-message.js';
import type { Outcome } from '../desk/alerts/outcome.js';
import { codeOf } from '../problem/failure.js';
import { ownShape } from './shapes.js';
import type { Teller } from './teller.js';

export interface CommandOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  /** Without what the configuration takes secrets from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told what it has printed, cleaned and cut short. */
  readonly printed: (text: string) => void;
  readonly withinMs?: number;
}

const WITHIN_MS = 60_000;
const MAX_PRINTED_BYTES = 8 * 1024;

export function commandTeller(options: CommandOptions): Teller {
  return { tell: (message, signal) => run(options, message, signal) };
}

function run(
  { command, cwd, env, printed, withinMs = WITHIN_MS }: CommandOptions,
  message: AlertMessage,
  signal: AbortSignal,
): Promise<Outcome> {
  const [program = '', ...args] = command;
  return new Promise((fulfil) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...env, ...environmentOf(message) },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const output = collect([child.stdout, child.stderr]);
    let ended: string | null = null;
    const end = (why: string) => (): void => {
      ended ??= why;
      if (child.pid !== undefined) killGroup(child.pid);
      // What still holds its output open is not waited for.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = setTimeout(end(`it was ended after ${withinMs / 1000} seconds`), withinMs);
    const stop = end('it was ended, since the worker was told to stop');
    signal.addEventListener('abort', stop, { once: true });
    const settle = (outcome: Outcome): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      const text = cleaned(output());
      if (text !== '') printed(text);
      fulfil(outcome);
    };
    child.once('error', (error) =>
      settle({ kind: 'again', why: `it could not be started (${codeOf(error)})` }),
    );
    child.once('close', (code, killedBy) => {
      if (ended !== null) settle({ kind: 'unknown', why: ended });
      else if (code === 0) settle({ kind: 'told', why: 'it ended with exit code 0' });
      else settle({ kind: 'again', why: `it ended with ${killedBy ?? `exit code ${code}`}` });
    });
    // A program that reads nothing is no failure.
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${JSON.stringify(ownShape(message))}\n`);
    if (signal.aborted) stop();
  });
}

/** Several events are told in one field each, as words with spaces between. */
function environmentOf({ id, alert, desk, events, headline }: AlertMessage): Record<string, string> {
  return {
    IMAPDESK_ALERT: alert,
    IMAPDESK_ALERT_ID: id,
    IMAPDESK_DESK: desk,
    IMAPDESK_EVENTS: events.map(({ event }) => event).join(' '),
    IMAPDESK_TICKETS: events.flatMap(({ ticket }) => ticket ?? []).join(' '),
    IMAPDESK_TEXT: headline,
  };
}

function collect(streams: readonly NodeJS.ReadableStream[]): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  for (const stream of streams)
    stream.on('data', (chunk: Buffer) => {
      // The rest is read as well, or the program would wait for somebody to do so.
      if (size < MAX_PRINTED_BYTES) chunks.push(chunk.subarray(0, MAX_PRINTED_BYTES - size));
      size += chunk.length;
    });
  return () => Buffer.concat(chunks).toString('utf8');
}

function cleaned(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
