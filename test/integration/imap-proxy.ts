/**
 * Stands between a client and an IMAP server, and makes the server say less or other things than it would: whole
 * lines are rewritten, commands answered in its stead, the connection cut or brought to a halt.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { listenAt } from '../../src/demo/listening.js';

export interface ProxyRules {
  /** Every line that the server sends, with its CRLF, one character a byte. */
  readonly rewrite?: (line: string) => string;
  /** The lines to answer a client's line with; null to let it pass. */
  readonly answer?: (line: string) => string | null;
}

export interface ImapProxy {
  readonly port: number;
  /** Every line that clients have sent, in order. */
  readonly lines: readonly string[];
  /** Ends all connections at once. */
  cut(): void;
  /** From now on nothing passes, in either direction. */
  stall(): void;
  /** Nothing passes until the answer is called; then all that was said does. */
  pause(): () => void;
  close(): Promise<void>;
}

/** Hands over what is whole lines; what is not waits for its end. */
function byLine(take: (line: string) => void): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(`${line}\n`);
  };
}

const READING = /^(\w+) (?:SELECT|UID SEARCH|UID FETCH)\b/i;

/** Answers in the server's stead stand behind those to what was read before: a client may send both without waiting. */
class InOrder {
  #last: string | null = null;
  readonly #behind = new Map<string, string[]>();

  /** A line that the server gets. */
  passed(line: string): void {
    this.#last = READING.exec(line)?.[1] ?? this.#last;
  }

  /** Whether the answer has to wait. */
  holds(answer: string): boolean {
    if (this.#last === null) return false;
    this.#behind.set(this.#last, [...(this.#behind.get(this.#last) ?? []), answer]);
    return true;
  }

  /** What stands behind a line of the server. */
  after(line: string): readonly string[] {
    const tag = /^(\w+) (?:OK|NO|BAD)\b/i.exec(line)?.[1] ?? null;
    const held = this.#behind.get(tag ?? '') ?? [];
    if (tag !== null) this.#behind.delete(tag);
    if (tag === this.#last) this.#last = null;
    return held;
  }
}

/** `port` is one of its own choice if left out. */
export async function startProxy(serverPort: number, rules: ProxyRules = {}, port = 0): Promise<ImapProxy> {
  const sockets = new Set<Socket>();
  const lines: string[] = [];
  let stalled = false;
  const join = (client: Socket): void => {
    const server = connect(serverPort, '127.0.0.1');
    for (const [from, to] of [[client, server] as const, [server, client] as const]) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
    }
    const order = new InOrder();
    const fromClient = byLine((line) => {
      lines.push(line.trimEnd());
      const answer = rules.answer?.(line) ?? null;
      if (answer === null) {
        order.passed(line);
        server.write(line, 'latin1');
      } else if (!order.holds(answer)) client.write(answer, 'latin1');
    });
    const fromServer = byLine((line) => {
      client.write(rules.rewrite?.(line) ?? line, 'latin1');
      for (const answer of order.after(line)) client.write(answer, 'latin1');
    });
    client.on('data', (chunk: Buffer) => stalled || fromClient(chunk));
    server.on('data', (chunk: Buffer) => stalled || fromServer(chunk));
  };
  const listener = createServer(join);
  const ownPort = await listenAt(listener, port);
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
    sockets.clear();
  };
  return {
    port: ownPort,
    lines,
    cut,
    stall: () => {
      stalled = true;
    },
    pause: () => {
      const held = [...sockets];
      for (const socket of held) socket.pause();
      return () => {
        for (const socket of held) socket.resume();
      };
    },
    close: async () => {
      cut();
      listener.close();
      await once(listener, 'close');
    },
  };
}
