/** A server that says PIPELINING, takes a message, and cuts the line where anything comes behind it before its answer. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as think } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Courier, Envelope } from '../../src/delivery/courier.js';
import { createCourier } from '../../src/delivery/smtp.js';
import { listenAt } from '../../src/demo/listening.js';

/** Whoever is slow to send ahead is answered: the test then shows less, and does not fail. */
const THINKS_MS = 30;
const TEXT_END = '\r\n.\r\n';

class Conversation {
  readonly #socket: Socket;
  readonly #taken: string[];
  #rest = '';
  #inText = false;
  #thinks = false;
  #hasHeard = false;

  constructor(socket: Socket, taken: string[]) {
    this.#socket = socket;
    this.#taken = taken;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#hear(chunk.toString('latin1')));
    socket.write('220 here\r\n');
  }

  #hear(said: string): void {
    this.#hasHeard = true;
    if (this.#thinks) return;
    this.#rest += said;
    for (let line = this.#next(); line !== null; line = this.#next()) this.#answer(line);
  }

  #next(): string | null {
    const ending = this.#inText ? TEXT_END : '\r\n';
    const end = this.#thinks ? -1 : this.#rest.indexOf(ending);
    if (end === -1) return null;
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + ending.length);
    return line;
  }

  #answer(line: string): void {
    if (this.#inText) {
      this.#inText = false;
      void this.#take(line);
      return;
    }
    this.#inText = line === 'DATA';
    if (line.startsWith('EHLO')) this.#socket.write('250-here\r\n250 PIPELINING\r\n');
    else this.#socket.write(this.#inText ? '354 Go\r\n' : '250 Ok\r\n');
  }

  async #take(text: string): Promise<void> {
    this.#taken.push(/Subject: (\S+)/.exec(text)?.[1] ?? '');
    this.#thinks = true;
    this.#hasHeard = this.#rest !== '';
    await think(THINKS_MS);
    this.#thinks = false;
    if (this.#hasHeard) this.#socket.destroy();
    else this.#socket.write('250 Ok\r\n');
  }
}

/** Answers the names of what is not known to be sent. */
async function sendAll(courier: Courier, names: readonly string[]): Promise<readonly string[]> {
  let behind: Envelope | undefined;
  const sending = names.map(async (name) => {
    const envelope = { from: '', to: 'ann@example.com' };
    const sent = courier.send(envelope, Buffer.from(`Subject: ${name}\r\n\r\nHello\r\n`), behind);
    behind = envelope;
    return sent.then(
      () => null,
      () => name,
    );
  });
  return (await Promise.all(sending)).filter((name) => name !== null);
}

async function serve(taken: string[]): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => new Conversation(socket, taken));
  return { server, port: await listenAt(server) };
}

it('takes every letter, and no more than one of them twice', async () => {
  const taken: string[] = [];
  const { server, port } = await serve(taken);
  const courier = createCourier({ host: '127.0.0.1', port, security: 'none', name: 'desk.example.com' });
  // What is not known to be sent is handed over again, as by the next pass.
  let left: readonly string[] = Array.from({ length: 6 }, (_, index) => `n${index}`);
  for (let pass = 0; pass < 12 && left.length > 0; pass += 1) left = await sendAll(courier, left);
  expect(left).toEqual([]);
  expect(taken.length).toBeLessThanOrEqual(7);
  await courier.close();
  server.close();
  await once(server, 'close');
});
