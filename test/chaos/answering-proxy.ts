/**
 * Stands between a client and a server, and answers in the server's place what it is told to. Everything else passes as
 * it is. What a protocol needs for it is in `imap-line.ts` and `smtp-line.ts`.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { listenAt } from '../../src/demo/listening.js';
import type { Answer } from './answers.js';

export interface Rule {
  /** Which commands: of IMAP by `keyOf`, of SMTP by their verbs. "connect" is to be connected. */
  readonly key: string;
  /** The first of these that is struck, counted from 0. */
  readonly from: number;
  /** Only that one, or all from there on. */
  readonly lasting: boolean;
  readonly answer: Answer;
}

export interface AnsweringProxy {
  readonly port: number;
  /** The keys of all commands so far, in order. */
  readonly keys: readonly string[];
  /** How many commands were answered in the server's place. */
  readonly struck: number;
  /** From now on another rule holds, or none; connections that are there stay. */
  follow(rule: Rule | null): void;
  /** Ends all connections and listens no more. */
  close(): Promise<void>;
}

/** One connection. */
export interface Line {
  end(): void;
}

export interface LineOptions {
  readonly client: Socket;
  readonly server: Socket;
  readonly judge: Judge;
}

export class Judge {
  readonly keys: string[] = [];
  struck = 0;
  #seen = 0;
  #rule: Rule | null = null;

  follow(rule: Rule | null): void {
    this.#rule = rule;
    this.#seen = 0;
  }

  /** What to answer a command that begins; null to let it pass. */
  judge(key: string): Answer | null {
    this.keys.push(key);
    const answer = this.foresee(key);
    if (key === this.#rule?.key) this.#seen += 1;
    if (answer !== null) this.struck += 1;
    return answer;
  }

  /** What the next command of that kind will be answered. */
  foresee(key: string): Answer | null {
    if (this.#rule === null || this.#rule.key !== key) return null;
    const { from, lasting, answer } = this.#rule;
    return (lasting ? this.#seen >= from : this.#seen === from) ? answer : null;
  }
}

/** Without a rule it only listens. */
export async function startAnsweringProxy(
  { port, follow }: { readonly port: number; readonly follow: (connection: LineOptions) => Line },
  rule: Rule | null,
): Promise<AnsweringProxy> {
  const judge = new Judge();
  judge.follow(rule);
  const lines = new Set<Line>();
  const listener = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const [from, to] of [[client, upstream] as const, [upstream, client] as const]) {
      from.setNoDelay(true);
      from.on('error', () => from.destroy());
      from.on('close', () => to.end());
    }
    lines.add(follow({ client, server: upstream, judge }));
  });
  const ownPort = await listenAt(listener);
  return {
    port: ownPort,
    keys: judge.keys,
    get struck() {
      return judge.struck;
    },
    follow: (next) => judge.follow(next),
    async close() {
      const closed = once(listener, 'close');
      listener.close();
      for (const line of lines) line.end();
      await closed;
    },
  };
}

/** Resets the client's connection, and gives up the server's. */
export function cut({ client, server }: Pick<LineOptions, 'client' | 'server'>): void {
  if (client.connecting || client.writableEnded) client.destroy();
  else client.resetAndDestroy();
  server.destroy();
}
