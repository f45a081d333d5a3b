/**
 * The one place that reaches below imapflow's documented methods: it sends commands of our own, counts every command
 * by its verb, and gives each a deadline.
 *
 * imapflow's own methods answer `false` for a refusal and drop what they do not like (empty criteria, unknown flags),
 * and its `exec` is what all of them use. `exec` and `write` are not in its type declarations: its exact version is
 * pinned, and the integration tests would show a change at once.
 */
import type { ImapAttribute, ImapFlow, ImapResponse } from 'imapflow';
import { Problem } from '../../problem/problem.js';
import { hasRequestQueue, type RequestQueue, WriteAhead } from './write-ahead.js';

/** A command in flight may go on for as long as bytes come or go, up to MAX_COMMAND_MS. */
const MAX_SILENCE_MS = 120_000;
const MAX_COMMAND_MS = 15 * 60_000;
const WATCH_INTERVAL_MS = 1000;

type UntaggedHandler = (response: ImapResponse) => Promise<void>;

interface ExecOptions {
  readonly untagged?: Readonly<Record<string, UntaggedHandler>>;
  readonly onPlusTag?: () => Promise<void>;
}

interface Internals extends RequestQueue {
  exec(
    command: string,
    attributes: readonly ImapAttribute[] | false | undefined,
    options?: ExecOptions,
  ): Promise<{ readonly response: ImapResponse; readonly next: () => void }>;
  write(line: string): void;
}

function reachesBelow(client: object): client is Internals {
  return (
    'exec' in client && typeof client.exec === 'function' && 'write' in client && hasRequestQueue(client)
  );
}

export interface WireOptions {
  /** Called once, with a sentence, when a command got no answer in time; the connection has to be closed then. */
  readonly onOverdue: (why: string) => void;
  readonly maxSilenceMs?: number | undefined;
}

export class Wire {
  /** How many commands were sent, by verb: "UID FETCH" → 3. */
  readonly commands = new Map<string, number>();
  readonly #client: ImapFlow;
  readonly #internals: Internals;
  readonly #options: WireOptions;
  readonly #maxSilenceMs: number;
  #inFlight = 0;
  #watch: NodeJS.Timeout | null = null;
  #startedAt = 0;
  #activeAt = 0;
  #traffic = 0;
  #lastError: unknown;
  #onSent: ((verb: string) => void)[] = [];
  /**
   * The verbs that whoever has the turn may send; null for all. imapflow repeats a throttled FETCH by itself, seconds later: by
   * then another folder may be selected, so out of its turn it is not sent.
   */
  mayBeSent: readonly string[] | null = null;

  constructor(client: ImapFlow, options: WireOptions) {
    this.#client = client;
    this.#options = options;
    this.#maxSilenceMs = options.maxSilenceMs ?? MAX_SILENCE_MS;
    if (!reachesBelow(client))
      throw new Problem('imap-client', 'This version of imapflow is not the one that imapdesk was made for');
    this.#internals = client;
    const exec = this.#internals.exec.bind(client);
    const ahead = new WriteAhead(this.#internals);
    this.#internals.exec = (command, attributes, execOptions) => {
      const verb = command.toUpperCase();
      if (this.mayBeSent?.includes(verb) === false)
        return Promise.reject(new Error(`Not the turn of ${verb}`));
      this.commands.set(verb, (this.commands.get(verb) ?? 0) + 1);
      const answer = exec(command, attributes, execOptions);
      ahead.follow();
      for (const tell of this.#onSent.splice(0)) tell(verb);
      this.#keepTime(verb, answer);
      return answer;
    };
  }

  /** Sends a command and answers its tagged OK; rejects with imapflow's error for NO, BAD and a lost connection. */
  async command(
    verb: string,
    attributes: readonly ImapAttribute[] | false,
    untagged: Readonly<Record<string, UntaggedHandler>> = {},
  ): Promise<ImapResponse> {
    const { response, next } = await this.#internals.exec(verb, attributes, { untagged });
    // The client reads nothing more until it is told that this response has been dealt with.
    next();
    return response;
  }

  /** Resolves with the verb of the next command, once it has been given to imapflow, and written if it may be. */
  nextCommand(): Promise<string> {
    return new Promise((resolve) => this.#onSent.push(resolve));
  }

  /** The error of the last command that failed, for those methods of imapflow that only answer `false`. */
  takeLastError(): unknown {
    const error = this.#lastError;
    this.#lastError = undefined;
    return error;
  }

  /** IDLE (RFC 2177): `acknowledged` is called when DONE may be sent. Resolves when the server has ended it. */
  async idle(acknowledged: () => void): Promise<void> {
    const onPlusTag = (): Promise<void> => {
      acknowledged();
      return Promise.resolve();
    };
    const { next } = await this.#internals.exec('IDLE', false, { onPlusTag });
    next();
  }

  done(): void {
    this.#internals.write('DONE');
  }

  #keepTime(verb: string, answer: Promise<unknown>): void {
    if (verb === 'IDLE') {
      answer.catch(() => undefined);
      return;
    }
    this.#inFlight += 1;
    this.#restart();
    this.#watch ??= setInterval(() => this.#look(), Math.min(WATCH_INTERVAL_MS, this.#maxSilenceMs));
    answer.then(
      () => this.#settled(),
      (error: unknown) => {
        this.#lastError = error;
        this.#settled();
      },
    );
  }

  #restart(): void {
    this.#startedAt = performance.now();
    this.#activeAt = this.#startedAt;
  }

  #settled(): void {
    this.#inFlight -= 1;
    if (this.#inFlight > 0) {
      // Commands go one at a time: the next one's time begins now.
      this.#restart();
    } else if (this.#watch !== null) {
      clearInterval(this.#watch);
      this.#watch = null;
    }
  }

  #look(): void {
    const { sent, received } = this.#client.stats();
    const now = performance.now();
    if (sent + received !== this.#traffic) {
      this.#traffic = sent + received;
      this.#activeAt = now;
    }
    if (now - this.#activeAt > this.#maxSilenceMs || now - this.#startedAt > MAX_COMMAND_MS)
      this.#options.onOverdue('no answer in time');
  }
}
