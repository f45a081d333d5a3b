/**
 * A socket of each process of `run`, named by the file of its configuration: who connects is greeted by one line of JSON, says
 * `reload`, and is told in a second line what has come of it, once that is known. Several processes may work with one file, a
 * desk each: they take places, and whoever asks goes through all of them.
 *
 * An abstract name knows no permissions (`local-socket.ts`), so there is nothing in the answer that others may not know: names
 * of desks and files, codes and counts. What a reload does for whoever asks is bounded by the process.
 */
import type { Socket } from 'node:net';
import { z } from 'zod';
import {
  greet,
  hearLines,
  listenAlone,
  type OpenSocket,
  type SocketOptions,
  socketName,
} from './local-socket.js';
import { aborted, waitMs } from './timers.js';

const PLACES = 16;
const MAX_GUESTS = 20;
/** Whoever connects has this long to say what they want. */
const WORD_MS = 5_000;
const MAX_ANSWER_CHARS = 1024 * 1024;
/** Longer than a process waits for desks that stop. */
const ANSWER_WITHIN_MS = 60_000;
/** All places were taken: one may go. */
const TRY_AGAIN_MS = 30_000;
const RELOAD = 'reload';

const MAX_TEXT_CHARS = 200;
const text = z
  .string()
  .transform((said) => said.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, MAX_TEXT_CHARS));
const count = z.int().min(0);

const reloadedSchema = z.object({
  pid: count,
  /** Code of what keeps the configuration from being read; then nothing was changed, and all counts are 0. */
  problem: text.nullable(),
  begun: count,
  anew: count,
  ended: count,
  /** Desks of files that are left out now, and were worked before. */
  stopped: count,
  untouched: count,
  /** Of those, the ones that read their secrets anew, or try again at once. */
  refreshed: count,
  /** Secrets in use that cannot be read now, and stay in use: their fields, and whose they are; null for what desks share. */
  unread: z.array(z.object({ field: text, desk: text.nullable() })),
  /** Files that are left out. */
  leftOut: z.array(text),
  /** Keys that count after a restart alone. */
  restart: z.array(text),
  /** Whether all that were told to stop have ended. */
  settled: z.boolean(),
});

/** What a reload has come to. */
export type Reloaded = z.output<typeof reloadedSchema>;

export interface Reloading extends SocketOptions {
  /** The absolute path of the configuration. */
  readonly file: string;
  readonly reload: () => Promise<Reloaded>;
  readonly signal: AbortSignal;
}

function nameOf(file: string, place: number, options: SocketOptions): string {
  const names = { abstract: 'imapdesk-run', file: 'imapdesk-run', chars: 16 };
  return socketName(`${place} ${file}`, options, names);
}

/** Answers until the signal is aborted. Throws where no socket can be made. */
export async function answerReloads(options: Reloading): Promise<void> {
  const { signal } = options;
  while (!signal.aborted) {
    const socket = await openPlace(options);
    if (socket !== null) {
      await aborted(signal);
      await socket.close();
    } else await waitMs(TRY_AGAIN_MS, signal).catch(() => undefined);
  }
}

async function openPlace(options: Reloading): Promise<OpenSocket | null> {
  for (let place = 0; place < PLACES; place += 1) {
    const name = nameOf(options.file, place, options);
    const socket = await listenAlone(name, MAX_GUESTS, (guest) => receive(guest, options));
    if (socket !== null) return socket;
  }
  return null;
}

function receive(guest: Socket, { reload }: Reloading): void {
  const heard = (mayStay: () => void): void => {
    mayStay();
    reload().then(
      (reloaded) => guest.end(`${JSON.stringify(reloaded)}\n`),
      () => guest.destroy(),
    );
  };
  greet(guest, { greeting: { pid: process.pid }, word: RELOAD, withinMs: WORD_MS, heard });
}

/** Has every process on this machine that works with this configuration read it again; null for one that did not answer. */
export async function askToReload(
  file: string,
  options: SocketOptions = {},
): Promise<readonly (Reloaded | null)[]> {
  const places = Array.from({ length: PLACES }, (_, place) => nameOf(file, place, options));
  const answers = await Promise.all(places.map(ask));
  return answers.flatMap((answer) => (answer === 'nobody' ? [] : [answer]));
}

async function ask(name: string): Promise<Reloaded | null | 'nobody'> {
  const asked = { word: RELOAD, maxChars: MAX_ANSWER_CHARS, withinMs: ANSWER_WITHIN_MS };
  const lines = await hearLines(name, asked);
  return lines === 'nobody' ? 'nobody' : readReloaded(lines[1] ?? '');
}

function readReloaded(line: string): Reloaded | null {
  try {
    return reloadedSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
