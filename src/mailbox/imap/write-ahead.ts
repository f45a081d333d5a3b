/**
 * Commands that follow one another onto the wire without waiting for answers (RFC 9051 §5.5): SELECT or EXAMINE, and what reads in the
 * folder that it selects. imapflow sends a command when the one before it has been answered, and takes no answer
 * for one that it has not sent. Here its queue stays as it is, and what stands in it may have been written already.
 *
 * Only commands that change nothing run ahead, and none with a literal. A server carries them out in order; if SELECT
 * fails, no folder is selected (RFC 9051 §6.3.2), so what follows it is refused and reads in no other folder.
 */
import type { ImapAttribute } from 'imapflow';

interface Request {
  readonly tag: string;
  readonly command: string;
  readonly attributes?: readonly ImapAttribute[] | false | undefined;
  sent?: boolean;
}

/** What is used of imapflow's queue; it is not in its type declarations. */
export interface RequestQueue {
  readonly currentRequest: Request | false;
  readonly requestQueue: readonly Request[];
  readonly socket?: { setNoDelay(on: boolean): unknown };
  readonly writeSocket?: { cork(): void; uncork(): void } | false | null;
  send(request: Request): Promise<void>;
}

const READING: ReadonlySet<string> = new Set(['SELECT', 'EXAMINE', 'UID SEARCH', 'UID FETCH']);

export function hasRequestQueue(client: object): client is RequestQueue {
  return (
    'send' in client &&
    typeof client.send === 'function' &&
    'requestQueue' in client &&
    Array.isArray(client.requestQueue) &&
    'currentRequest' in client
  );
}

function mayRunAhead({ command, attributes }: Request): boolean {
  return READING.has(command.toUpperCase()) && !(attributes || []).some(hasLiteral);
}

function hasLiteral(attribute: ImapAttribute | null): boolean {
  if (Array.isArray(attribute)) return attribute.some(hasLiteral);
  return typeof attribute === 'object' && attribute !== null && attribute.type === 'LITERAL';
}

export class WriteAhead {
  readonly #client: RequestQueue;
  readonly #send: (request: Request) => Promise<void>;
  /** Tags of what stands in the queue and has been written. */
  readonly #written = new Set<string>();

  constructor(client: RequestQueue) {
    this.#client = client;
    this.#send = client.send.bind(client);
    client.send = async (request) => {
      const { currentRequest } = client;
      if (!this.#written.delete(request.tag)) await this.#write(request);
      else if (currentRequest !== false) currentRequest.sent = true;
    };
  }

  /** Writes the command that was queued last, if nothing speaks against it. To be called in the turn in which it was queued. */
  follow(): void {
    const { currentRequest, requestQueue } = this.#client;
    const last = requestQueue.at(-1);
    if (last === undefined || currentRequest === false || currentRequest.sent !== true) return;
    const before = requestQueue.slice(0, -1);
    if (![currentRequest, last].every(mayRunAhead) || !before.every(({ tag }) => this.#written.has(tag)))
      return;
    // Else the kernel holds a second small packet back until the first is acknowledged (RFC 896): with the answer.
    this.#client.socket?.setNoDelay(true);
    this.#written.add(last.tag);
    // What cannot be put into words has not been written: imapflow says so when its turn comes.
    this.#write(last).catch(() => this.#written.delete(last.tag));
  }

  /** What is written in one turn of the event loop goes out together: a packet costs more than what stands in it. */
  async #write(request: Request): Promise<void> {
    const { writeSocket } = this.#client;
    if (typeof writeSocket === 'object' && writeSocket !== null) {
      writeSocket.cork();
      process.nextTick(() => writeSocket.uncork());
    }
    await this.#send(request);
  }
}
