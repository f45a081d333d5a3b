/**
 * Stands between a client and a server, changes nothing, and counts what passes: commands, round trips and bytes. It can
 * put the server at a distance: then each direction passes every chunk on by half the distance later, in order and at
 * any rate. A client that connects does so at once, so the server hears of it as late as after a handshake over the
 * same distance, and its greeting comes when it would.
 */
import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { listenAt } from '../../src/demo/listening.js';

/** Who has said it. */
type Side = 'client' | 'server';

/** More than this is never held for who does not read. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

export interface Traffic {
  /** By verb, such as `UID FETCH`; of IMAP alone. */
  readonly commands: ReadonlyMap<string, number>;
  /** Answers that end a command, and invitations to go on with one; of IMAP alone. */
  readonly roundTrips: number;
  /**
   * How often the client spoke after it had heard something, over all connections: what it says without waiting for
   * an answer is one turn.
   */
  readonly turns: number;
  readonly bytesToServer: number;
  readonly bytesToClient: number;
  readonly connections: number;
}

export interface Meter {
  readonly port: number;
  /** The round trip in milliseconds, of everything from now on. */
  setDistance(roundTripMs: number): void;
  /** What has passed since the last call. */
  take(): Traffic;
  /** The same without beginning anew. */
  look(): Traffic;
  /** Called with each line that begins a command or an answer, when it gets here, until it says that it has seen enough. */
  watch(side: Side, seen: (line: string) => boolean): void;
  close(): Promise<void>;
}

/** Calls back with every line that begins a command or an answer: literals, and what follows one, belong to it. */
function firstLines(take: (line: string) => void): (chunk: Buffer) => void {
  let line = '';
  let literal = 0;
  let continues = false;
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (literal > 0) {
        const skipped = Math.min(literal, chunk.length - at);
        literal -= skipped;
        at += skipped;
        continue;
      }
      const newline = chunk.indexOf('\n', at);
      const end = newline === -1 ? chunk.length : newline + 1;
      line += chunk.toString('latin1', at, end);
      at = end;
      if (newline === -1) continue;
      if (!continues) take(line);
      const announced = /\{(\d+)\+?\}\r?\n$/.exec(line)?.[1];
      literal = Number(announced ?? 0);
      continues = announced !== undefined;
      line = '';
    }
  };
}

class Counts implements Traffic {
  readonly commands = new Map<string, number>();
  roundTrips = 0;
  turns = 0;
  bytesToServer = 0;
  bytesToClient = 0;
  connections = 0;

  sent(line: string): void {
    const verb = /^\S+ ((?:UID )?[A-Z]+)/i.exec(line)?.[1]?.toUpperCase();
    if (verb !== undefined) this.commands.set(verb, (this.commands.get(verb) ?? 0) + 1);
  }

  answered(line: string): void {
    if (/^(?:\+|[^*\s]\S* (?:OK|NO|BAD)\b)/.test(line)) this.roundTrips += 1;
  }
}

/** Does what it is given so much later, in the order in which it was given it. */
class Later {
  readonly #waiting: { readonly due: number; readonly work: () => void }[] = [];
  #timer: NodeJS.Timeout | null = null;

  do(ms: number, work: () => void): void {
    if (ms === 0 && this.#waiting.length === 0) work();
    else {
      this.#waiting.push({ due: performance.now() + ms, work });
      if (this.#timer === null) this.#timer = setTimeout(() => this.#run(), ms);
    }
  }

  #run(): void {
    this.#timer = null;
    while (this.#waiting[0] !== undefined && this.#waiting[0].due <= performance.now())
      this.#waiting.shift()?.work();
    const [next] = this.#waiting;
    if (next !== undefined)
      this.#timer = setTimeout(() => this.#run(), Math.max(0, Math.ceil(next.due - performance.now())));
  }
}

interface Shared {
  halfMs: number;
  counts: Counts;
  readonly sockets: Set<Socket>;
  line(side: Side, line: string): void;
}

/** One connection of a client, and the one to the server that belongs to it. */
class Line {
  readonly #shared: Shared;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #toServer = new Later();
  readonly #toClient = new Later();
  readonly #connectTo: number;
  /** Whether the client has heard something since it spoke last. */
  #heard = true;

  constructor(shared: Shared, client: Socket, serverPort: number) {
    this.#shared = shared;
    this.#client = client;
    this.#server = new Socket({ allowHalfOpen: true });
    this.#connectTo = serverPort;
    shared.counts.connections += 1;
  }

  begin(): void {
    const [client, server] = [this.#client, this.#server];
    const { halfMs, sockets } = this.#shared;
    for (const [socket, other, later] of [
      [client, server, this.#toServer] as const,
      [server, client, this.#toClient] as const,
    ]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('end', () => later.do(this.#shared.halfMs, () => other.end()));
      socket.on('close', () => {
        sockets.delete(socket);
        later.do(this.#shared.halfMs, () => other.destroy());
      });
    }
    this.#toServer.do(3 * halfMs, () => server.connect(this.#connectTo, '127.0.0.1'));
    const clientLines = firstLines((line) => this.#shared.line('client', line));
    const serverLines = firstLines((line) => this.#shared.line('server', line));
    client.on('data', (chunk: Buffer) => this.#fromClient(chunk, clientLines));
    server.on('data', (chunk: Buffer) => this.#fromServer(chunk, serverLines));
  }

  #fromClient(chunk: Buffer, lines: (chunk: Buffer) => void): void {
    const { counts, halfMs } = this.#shared;
    counts.bytesToServer += chunk.length;
    if (this.#heard) counts.turns += 1;
    this.#heard = false;
    lines(chunk);
    const waiting = this.#server.writableLength > MAX_WAITING_BYTES;
    this.#toServer.do(halfMs, () => this.#server.write(chunk));
    if (waiting) this.#holdBack(this.#client, this.#server);
  }

  #fromServer(chunk: Buffer, lines: (chunk: Buffer) => void): void {
    const { counts, halfMs } = this.#shared;
    counts.bytesToClient += chunk.length;
    lines(chunk);
    const waiting = this.#client.writableLength > MAX_WAITING_BYTES;
    this.#toClient.do(halfMs, () => {
      this.#heard = true;
      this.#client.write(chunk);
    });
    if (waiting) this.#holdBack(this.#server, this.#client);
  }

  #holdBack(from: Socket, to: Socket): void {
    from.pause();
    to.once('drain', () => from.resume());
  }
}

export async function startMeter(serverPort: number): Promise<Meter> {
  const watching = new Set<{ readonly side: Side; readonly seen: (line: string) => boolean }>();
  const shared: Shared = {
    halfMs: 0,
    counts: new Counts(),
    sockets: new Set(),
    line(side, line) {
      if (side === 'client') shared.counts.sent(line);
      else shared.counts.answered(line);
      for (const watcher of watching)
        if (watcher.side === side && watcher.seen(line)) watching.delete(watcher);
    },
  };
  const listener = createServer({ allowHalfOpen: true }, (client) =>
    new Line(shared, client, serverPort).begin(),
  );
  const port = await listenAt(listener);
  return {
    port,
    setDistance(roundTripMs) {
      shared.halfMs = roundTripMs / 2;
    },
    take() {
      const taken = shared.counts;
      shared.counts = new Counts();
      return taken;
    },
    look() {
      const { commands, roundTrips, turns, bytesToServer, bytesToClient, connections } = shared.counts;
      return { commands: new Map(commands), roundTrips, turns, bytesToServer, bytesToClient, connections };
    },
    watch(side, seen) {
      watching.add({ side, seen });
    },
    async close() {
      for (const socket of shared.sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}

export function countOf({ commands }: Traffic, of: (verb: string) => boolean = () => true): number {
  return [...commands].reduce((sum, [verb, count]) => sum + (of(verb) ? count : 0), 0);
}

export function bytesOf({ bytesToServer, bytesToClient }: Traffic): number {
  return bytesToServer + bytesToClient;
}
