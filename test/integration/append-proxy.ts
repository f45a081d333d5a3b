/**
 * Stands between a client and an IMAP server, and answers APPEND otherwise than the server would: refused, refused though
 * carried out, carried out for the first few of several messages and then refused. Everything else passes as it is.
 *
 * It takes in a whole APPEND before it passes any of it on, and invites the client to send each literal itself.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { listenAt } from '../../src/demo/listening.js';
import { Gathered } from '../chaos/dialect.js';
import { literalOf } from '../chaos/imap-session.js';

/** What becomes of an APPEND; null lets it pass. */
interface Refusal {
  /** Such as `NO [OVERQUOTA] full`. */
  readonly say: string;
  /** The server gets so many of its messages all the same; none if left out. */
  readonly store?: number;
}

export type Judge = (messages: readonly string[]) => Refusal | null;

export interface AppendProxy {
  readonly port: number;
  /** How many messages each APPEND brought, in order. */
  readonly appends: readonly number[];
  close(): Promise<void>;
}

class Line {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #judge: Judge;
  readonly #appends: number[];
  readonly #gathered = new Gathered();
  /** Of the APPEND that is being taken in: what stands before each message, and the messages. */
  #heads: string[] = [];
  #messages: string[] = [];
  #literal = 0;
  /** What to say in place of the server's answer to a tag. */
  readonly #instead = new Map<string, string>();

  constructor(sockets: { client: Socket; server: Socket }, judge: Judge, appends: number[]) {
    const { client, server } = sockets;
    [this.#client, this.#server, this.#judge, this.#appends] = [client, server, judge, appends];
    client.on('data', (bytes: Buffer) => {
      this.#gathered.add(bytes);
      while (this.#take());
    });
    const answers = new Gathered();
    server.on('data', (bytes: Buffer) => {
      answers.add(bytes);
      for (let line = answers.line(); line !== null; line = answers.line()) this.#answer(line);
    });
  }

  #take(): boolean {
    if (this.#literal > 0) {
      if (this.#gathered.size < this.#literal) return false;
      this.#messages.push(this.#gathered.take(this.#literal).toString('latin1'));
      this.#literal = 0;
    }
    const bytes = this.#gathered.line();
    if (bytes === null) return false;
    const line = bytes.toString('latin1');
    if (this.#heads.length === 0 && !/^\S+ APPEND /i.test(line)) {
      this.#server.write(bytes);
      return true;
    }
    const literal = literalOf(line);
    if (literal === null) {
      this.#whole();
      return true;
    }
    this.#heads.push(line.replace(/\{(\d+)\}\r\n$/, '{$1+}\r\n'));
    this.#literal = literal.bytes;
    if (literal.awaited) this.#client.write('+ go on\r\n');
    return true;
  }

  #whole(): void {
    const [heads, messages] = [this.#heads, this.#messages];
    [this.#heads, this.#messages] = [[], []];
    this.#appends.push(messages.length);
    const tag = heads[0]?.split(' ', 1)[0] ?? '';
    const refusal = this.#judge(messages);
    const count = refusal === null ? messages.length : (refusal.store ?? 0);
    if (refusal !== null && count > 0) this.#instead.set(tag, `${tag} ${refusal.say}\r\n`);
    if (refusal !== null && count === 0) {
      this.#client.write(`${tag} ${refusal.say}\r\n`);
      return;
    }
    for (let index = 0; index < count; index += 1)
      this.#server.write(`${heads[index] ?? ''}${messages[index] ?? ''}`, 'latin1');
    this.#server.write('\r\n');
  }

  #answer(bytes: Buffer): void {
    const [tag = ''] = bytes.toString('latin1').split(' ', 1);
    this.#client.write(this.#instead.get(tag) ?? bytes, 'latin1');
    this.#instead.delete(tag);
  }
}

export async function startAppendProxy(serverPort: number, judge: Judge): Promise<AppendProxy> {
  const sockets = new Set<Socket>();
  const appends: number[] = [];
  const lines = new Set<Line>();
  const listener = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1');
    for (const [from, to] of [[client, server] as const, [server, client] as const]) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
    }
    lines.add(new Line({ client, server }, judge, appends));
  });
  const port = await listenAt(listener);
  return {
    port,
    appends,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
