/**
 * A socket of a running worker, one for each desk, open for as long as it runs, whoever has the lock. Whoever connects
 * is told in one line of JSON how the worker is, and may say `wake` in a line: there is work, or something was mended.
 *
 * The name comes from the account and the desk's address. An abstract one knows no permissions (`local-socket.ts`): any
 * program of this machine may connect, so there is nothing in the answer that others may not know, and how often a `wake`
 * ends a pause is bounded. A socket file is for this user alone.
 */
import type { Socket } from 'node:net';
import { type Account, accountKey } from '../../config/account.js';
import { greet, hearLines, listenAlone, type SocketOptions, socketName } from './local-socket.js';
import { aborted, waitMs } from './timers.js';
import { readWorkerState, type WorkerState } from './worker-state.js';

/** What of a desk's configuration names its socket. */
export interface DeskAtAccount {
  readonly address: string;
  readonly imap: Account;
}

export interface Listening extends SocketOptions {
  readonly state: () => WorkerState;
  /** Somebody says that there is work. */
  readonly onWake: () => void;
  readonly signal: AbortSignal;
}

const MAX_GUESTS = 20;
const GUEST_MS = 5000;
const MAX_ANSWER_CHARS = 16_384;
/** Another worker of this machine has the desk's socket: it may go. */
const TRY_AGAIN_MS = 30_000;
const WAKE = 'wake';
const WOKEN = '{"woken":true}';

function nameOf({ address, imap }: DeskAtAccount, options: SocketOptions): string {
  // Paths of sockets have little room (104 bytes on macOS, whose temporary folders have long names).
  const names = { abstract: 'imapdesk-desk', file: 'imapdesk-desk', chars: 16 };
  return socketName(`${accountKey(imap)} ${address.toLowerCase()}`, options, names);
}

/** Answers on the desk's socket until the signal is aborted; waits for its turn where another worker has the socket. */
export async function answerOnSocket(desk: DeskAtAccount, options: Listening): Promise<void> {
  const { signal } = options;
  const name = nameOf(desk, options);
  while (!signal.aborted) {
    const socket = await listenAlone(name, MAX_GUESTS, (guest) => receive(guest, options));
    if (socket !== null) {
      await aborted(signal);
      await socket.close();
    } else await waitMs(TRY_AGAIN_MS, signal).catch(() => undefined);
  }
}

/** Tells the state, hears one short word, and ends. */
function receive(socket: Socket, { state, onWake }: Listening): void {
  const heard = (): void => {
    onWake();
    socket.end(`${WOKEN}\n`);
  };
  greet(socket, { greeting: state(), word: WAKE, withinMs: GUEST_MS, heard });
}

/** How the worker on this desk is; null if none runs on this machine, or it says nothing that can be read. */
export async function askWorker(
  desk: DeskAtAccount,
  options: SocketOptions = {},
): Promise<WorkerState | null> {
  const answer = await ask(nameOf(desk, options));
  return answer === 'nobody' ? null : readWorkerState(answer.state);
}

/** Wakes the worker on this desk; answers whether one has heard it. Never rejects. */
export async function wakeWorker(desk: DeskAtAccount, options: SocketOptions = {}): Promise<boolean> {
  const answer = await ask(nameOf(desk, options), WAKE);
  return answer !== 'nobody' && answer.woken;
}

interface Answer {
  readonly state: unknown;
  readonly woken: boolean;
}

/** Reads a line, and where there is a word to say, says it and reads another. */
async function ask(name: string, word: string | null = null): Promise<Answer | 'nobody'> {
  const lines = await hearLines(name, { word, maxChars: MAX_ANSWER_CHARS });
  if (lines === 'nobody') return lines;
  const [first = '', second = ''] = lines;
  return { state: parsed(first), woken: second === WOKEN };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
