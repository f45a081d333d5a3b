/**
 * Stands between a client and a server, counts the client's commands over all of its connections, and cuts or halts
 * the connection at one of them.
 *
 * "Before" a command, the server gets nothing of it. "Within" it, the server gets only a part: of a literal or a
 * message half, or all but the last line end, or so many bytes of the command as the fault says. "After" it, the server has carried it out, and the client does not hear
 * of it. Other connections, and those that come later, are left alone, as when a network fails for a moment.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { listenAt } from '../../src/demo/listening.js';
import type { ClientPiece, Dialect, ServerPiece } from './dialect.js';

export type When = 'before' | 'within' | 'after';

export interface Fault {
  /** Which command, counted from 1; the first is to be connected. */
  readonly at: number;
  readonly when: When;
  /** Of a cut within a command: so many of its bytes reach the server. */
  readonly bytes?: number;
  /** How both ends hear of it: by the end of the stream, by a reset, or not at all, since nothing passes any more. */
  readonly how: 'fin' | 'reset' | 'halt';
}

export interface FaultProxy {
  readonly port: number;
  /** The commands of all connections so far, in order. */
  readonly commands: readonly string[];
  /** Of each command, after how many of its bytes a line or a literal of it ended, and perhaps a packet. */
  readonly ends: readonly (readonly number[])[];
  /** Settles once the fault has happened. */
  readonly happened: Promise<void>;
  /** Settles when every connection to the server has been closed by it, or cut. */
  quiet(): Promise<void>;
  /** Ends all connections and listens no more. */
  close(): Promise<void>;
}

export interface ProxyOptions {
  readonly serverPort: number;
  readonly dialect: () => Dialect;
  readonly fault?: Fault | null;
}

export async function startFaultProxy(options: ProxyOptions): Promise<FaultProxy> {
  const { serverPort, dialect, fault = null } = options;
  const commands: string[] = [];
  const ends: number[][] = [];
  const lines = new Set<Line>();
  const gone: Promise<unknown>[] = [];
  let happen = (): void => undefined;
  const happened = new Promise<void>((resolve) => {
    happen = resolve;
  });
  const listener = createServer((client) => {
    const line = new Line({
      client,
      server: connect(serverPort, '127.0.0.1'),
      dialect: dialect(),
      commands,
      ends,
      fault,
      happen,
    });
    lines.add(line);
    gone.push(line.gone);
  });
  const port = await listenAt(listener);
  return {
    port,
    commands,
    ends,
    happened,
    quiet: async () => {
      await Promise.all(gone);
    },
    async close() {
      const closed = once(listener, 'close');
      listener.close();
      for (const line of lines) line.cut('reset');
      await closed;
    },
  };
}

interface LineOptions {
  readonly client: Socket;
  readonly server: Socket;
  readonly dialect: Dialect;
  readonly commands: string[];
  readonly ends: number[][];
  readonly fault: Fault | null;
  readonly happen: () => void;
}

/** One connection. */
class Line {
  readonly gone: Promise<unknown>;
  readonly #options: LineOptions;
  /** The number over all connections of each of this one's commands. */
  readonly #numbers: number[] = [];
  #over = false;

  constructor(options: LineOptions) {
    this.#options = options;
    const { client, server, dialect } = options;
    this.gone = new Promise((resolve) => {
      server.once('close', resolve);
    });
    for (const [from, to] of [[client, server] as const, [server, client] as const]) {
      from.setNoDelay(true);
      from.on('error', () => from.destroy());
      from.on('close', () => to.end());
    }
    this.#begin('connect');
    client.on('data', (chunk: Buffer) => {
      for (const piece of dialect.fromClient(chunk)) if (!this.#over) this.#toServer(piece);
    });
    server.on('data', (chunk: Buffer) => {
      for (const piece of dialect.fromServer(chunk)) if (!this.#over) this.#toClient(piece);
    });
    if (this.#strikes('before')) this.#strike();
  }

  cut(how: 'fin' | 'reset'): void {
    this.#over = true;
    for (const socket of [this.#options.client, this.#options.server]) {
      if (how === 'fin') socket.end();
      // A socket that is connecting, or ending, can't be reset: Node would leave it open for ever.
      else if (socket.connecting || socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  #begin(name: string): void {
    this.#numbers.push(this.#options.commands.push(name));
    this.#options.ends.push([]);
  }

  /** Whether the fault is at the command that this connection began last. */
  #strikes(when: When): boolean {
    const { fault } = this.#options;
    return fault !== null && fault.when === when && fault.at === this.#numbers.at(-1);
  }

  #toServer(piece: ClientPiece): void {
    const { server, ends, fault } = this.#options;
    if (piece.begins !== null) this.#begin(piece.begins);
    const own = ends[(this.#numbers.at(-1) ?? 0) - 1];
    const sent = own?.at(-1) ?? 0;
    own?.push(sent + piece.bytes.length);
    if (fault?.bytes !== undefined && this.#strikes('within')) {
      server.write(piece.bytes.subarray(0, fault.bytes - sent));
      if (sent + piece.bytes.length >= fault.bytes) this.#strike();
    } else if (piece.begins !== null && this.#strikes('before')) {
      this.#strike();
    } else if (this.#strikes('within') && !(piece.begins !== null && piece.more)) {
      server.write(piece.bytes.subarray(0, piece.bytes.length / 2));
      this.#strike();
    } else {
      server.write(piece.bytes);
    }
  }

  #toClient({ bytes, completes }: ServerPiece): void {
    const { fault, client } = this.#options;
    if (completes !== null && fault?.when === 'after' && this.#numbers[completes] === fault.at)
      this.#strike();
    else client.write(bytes);
  }

  #strike(): void {
    const how = this.#options.fault?.how ?? 'halt';
    if (how === 'halt') this.#over = true;
    else this.cut(how);
    this.#options.happen();
  }
}
