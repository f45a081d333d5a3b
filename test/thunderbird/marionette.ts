/**
 * Talking to a Mozilla program by Marionette, the protocol with which Mozilla's own tests drive it: over TCP, each
 * packet its length in bytes, a colon and JSON. A command is `[0, id, name, parameters]` and its answer
 * `[1, id, error, result]`. Scripts run with the program's own rights, in its windows.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const COMMAND = 0;
const CONNECT_TIMEOUT_MS = 20_000;
/** What no answer takes that is still to come. */
const ANSWER_TIMEOUT_MS = 60_000;

type Answer = readonly [kind: number, id: number, error: Refused | null, result: unknown];

interface Refused {
  readonly error: string;
  readonly message: string;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class Marionette {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #unread = Buffer.alloc(0);
  #greeted = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('The connection is closed.')));
  }

  /** Opens the one session that there can be, for scripts with the rights of the program itself. */
  static async connect(port: number): Promise<Marionette> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
    const session = new Marionette(socket);
    await session.command('WebDriver:NewSession', { capabilities: { alwaysMatch: {} } });
    await session.command('Marionette:SetContext', { value: 'chrome' });
    return session;
  }

  /** Answers what the program answers. Throws with its words if it refuses, or says nothing for too long. */
  async command(name: string, parameters: object = {}): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const late = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      late.addEventListener('abort', () => reject(new Error(`${name} is not answered.`)));
    });
    const json = JSON.stringify([COMMAND, id, name, parameters]);
    this.#socket.write(`${Buffer.byteLength(json)}:${json}`);
    return answer.finally(() => this.#waiting.delete(id));
  }

  /** Runs the body of a function, whose promise it awaits, and answers what that returns, as JSON can say it. */
  async script(body: string, args: readonly unknown[] = []): Promise<unknown> {
    const parameters = { script: body, args, sandbox: 'system', newSandbox: false };
    const result = await this.command('WebDriver:ExecuteScript', parameters);
    return (result as { readonly value?: unknown }).value;
  }

  /** Whoever waits for an answer is told. */
  close(): void {
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    for (let packet = this.#packet(); packet !== null; packet = this.#packet()) {
      // The first one only says which protocol this is.
      if (this.#greeted) this.#take(JSON.parse(packet) as Answer);
      this.#greeted = true;
    }
  }

  /** The next whole one, or null if its end is still to come. */
  #packet(): string | null {
    const colon = this.#unread.indexOf(':');
    if (colon < 0) return null;
    const end = colon + 1 + Number(this.#unread.toString('latin1', 0, colon));
    if (this.#unread.length < end) return null;
    const packet = this.#unread.toString('utf8', colon + 1, end);
    this.#unread = this.#unread.subarray(end);
    return packet;
  }

  #take([, id, error, result]: Answer): void {
    const waiting = this.#waiting.get(id);
    if (error === null) waiting?.resolve(result);
    else waiting?.reject(new Error(`${error.error}: ${error.message}`));
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
  }
}
