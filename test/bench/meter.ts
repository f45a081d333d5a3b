/**
 * Stands between a client and an IMAP server, changes nothing, and counts what passes: commands, the answers that the
 * client had to wait for, and bytes.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { listenAt } from '../../src/demo/listening.js';

export interface Traffic {
  /** By verb, such as `UID FETCH`. */
  readonly commands: ReadonlyMap<string, number>;
  /** Answers that end a command, and invitations to go on with one. */
  readonly roundTrips: number;
  readonly bytesToServer: number;
  readonly bytesToClient: number;
}

export interface Meter {
  readonly port: number;
  /** What has passed since the last call. */
  take(): Traffic;
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
  bytesToServer = 0;
  bytesToClient = 0;

  sent(line: string): void {
    const verb = /^\S+ ((?:UID )?[A-Z]+)/i.exec(line)?.[1]?.toUpperCase();
    if (verb !== undefined) this.commands.set(verb, (this.commands.get(verb) ?? 0) + 1);
  }

  answered(line: string): void {
    if (/^(?:\+|[^*\s]\S* (?:OK|NO|BAD)\b)/.test(line)) this.roundTrips += 1;
  }
}

export async function startMeter(serverPort: number): Promise<Meter> {
  const sockets = new Set<Socket>();
  let counts = new Counts();
  const join = (client: Socket): void => {
    const server = connect(serverPort, '127.0.0.1');
    for (const [from, to] of [[client, server] as const, [server, client] as const]) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
    const toServer = firstLines((line) => counts.sent(line));
    const toClient = firstLines((line) => counts.answered(line));
    client.on('data', (chunk: Buffer) => {
      counts.bytesToServer += chunk.length;
      toServer(chunk);
    });
    server.on('data', (chunk: Buffer) => {
      counts.bytesToClient += chunk.length;
      toClient(chunk);
    });
  };
  const listener = createServer(join);
  const port = await listenAt(listener);
  return {
    port,
    take() {
      const taken = counts;
      counts = new Counts();
      return taken;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
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
