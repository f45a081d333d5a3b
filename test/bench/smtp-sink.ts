/**
 * Takes mail and drops it: an SMTP server that answers at once, or as late as it is told. smtp-server, which the mail
 * world uses, waits 100 ms before each greeting, and parses more than a figure should pay for.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { listenAt } from '../../src/demo/listening.js';

export interface TakenLetter {
  readonly to: string;
  readonly bytes: number;
  /** As it came, dots unstuffed; empty for one above KEPT_BYTES. */
  readonly raw: Buffer;
  /** By `performance.now()`, when the last byte had come. */
  readonly at: number;
}

export interface SmtpSink {
  readonly port: number;
  readonly taken: TakenLetter[];
  /** How many letters were under way at once, at most: from MAIL to the answer to the last byte. */
  peak: number;
  /** How long the answer to a letter's last byte takes, in milliseconds. */
  answerMs: number;
  /** Settles once so many letters have been taken since the sink was started. */
  until(count: number): Promise<void>;
  close(): Promise<void>;
}

const KEPT_BYTES = 64 * 1024;
const END = Buffer.from('\r\n.\r\n');

class Sink implements SmtpSink {
  port = 0;
  readonly taken: TakenLetter[] = [];
  peak = 0;
  answerMs = 0;
  underWay = 0;
  readonly sockets = new Set<Socket>();
  readonly #waiting = new Set<{ readonly count: number; readonly resolve: () => void }>();
  readonly #listener = createServer((socket) => new Conversation(this, socket).begin());

  async listen(): Promise<void> {
    this.port = await listenAt(this.#listener);
  }

  until(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add({ count, resolve });
      this.#wake();
    });
  }

  take(letter: TakenLetter): void {
    this.taken.push(letter);
    this.#wake();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.#listener.close();
    await once(this.#listener, 'close');
  }

  #wake(): void {
    for (const waiting of this.#waiting) {
      if (this.taken.length < waiting.count) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
  }
}

class Conversation {
  readonly #sink: Sink;
  readonly #socket: Socket;
  /** Heard, and not dealt with: the beginning of a line, or what came while an answer is due. */
  #rest: Buffer = Buffer.alloc(0);
  #answerIsDue = false;
  #to = '';
  /** What has come of a letter; null between letters. */
  #data: { chunks: Buffer[]; bytes: number; tail: Buffer } | null = null;
  #open = false;

  constructor(sink: Sink, socket: Socket) {
    this.#sink = sink;
    this.#socket = socket;
  }

  begin(): void {
    this.#sink.sockets.add(this.#socket);
    this.#socket.setNoDelay(true);
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.#sink.sockets.delete(this.#socket);
      this.#end();
    });
    this.#socket.on('data', (chunk: Buffer) => this.#hear(chunk));
    this.#say('220 sink ESMTP');
  }

  #say(reply: string): void {
    this.#socket.write(`${reply}\r\n`);
  }

  /** Answers keep the order of what they answer (RFC 2920 §3.2), whatever came together. */
  #hear(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (!this.#answerIsDue && this.#rest.length > 0) {
      const used = this.#data === null ? this.#line() : this.#read(this.#data, this.#rest);
      if (used === 0) return;
      this.#rest = this.#rest.subarray(used);
    }
  }

  #line(): number {
    const end = this.#rest.indexOf('\r\n');
    if (end === -1) return 0;
    this.#command(this.#rest.toString('latin1', 0, end));
    return end + 2;
  }

  #command(line: string): void {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'EHLO')
      this.#say('250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN');
    else if (verb === 'AUTH') this.#say('235 2.7.0 Welcome');
    else if (verb === 'MAIL') this.#mail();
    else if (verb === 'RCPT') this.#recipient(line);
    else if (verb === 'DATA') {
      this.#data = { chunks: [], bytes: 0, tail: Buffer.from('\r\n') };
      this.#say('354 Go on');
    } else if (verb === 'RSET' || verb === 'NOOP') this.#say('250 2.0.0 Fine');
    else if (verb === 'QUIT') {
      this.#say('221 2.0.0 Bye');
      this.#socket.end();
    } else this.#say('500 5.5.1 What?');
  }

  #mail(): void {
    if (!this.#open) {
      this.#open = true;
      this.#sink.underWay += 1;
      this.#sink.peak = Math.max(this.#sink.peak, this.#sink.underWay);
    }
    this.#say('250 2.1.0 Fine');
  }

  #recipient(line: string): void {
    this.#to = /<([^>]*)>/.exec(line)?.[1] ?? '';
    this.#say('250 2.1.5 Fine');
  }

  #read(data: { chunks: Buffer[]; bytes: number; tail: Buffer }, heard: Buffer): number {
    const end = Buffer.concat([data.tail, heard]).indexOf(END);
    const chunk = end === -1 ? heard : heard.subarray(0, end + END.length - data.tail.length);
    data.bytes += chunk.length;
    if (data.bytes <= KEPT_BYTES) data.chunks.push(chunk);
    else data.chunks = [];
    data.tail = Buffer.concat([data.tail, chunk.subarray(1 - END.length)]).subarray(1 - END.length);
    if (end !== -1) this.#take(data);
    return chunk.length;
  }

  #take(data: { readonly chunks: Buffer[]; readonly bytes: number }): void {
    this.#data = null;
    const text = Buffer.concat(data.chunks).toString('latin1').slice(0, -3).replaceAll('\r\n..', '\r\n.');
    const raw = Buffer.from(text, 'latin1');
    this.#sink.take({ to: this.#to, bytes: data.bytes - 3, raw, at: performance.now() });
    if (this.#sink.answerMs === 0) {
      this.#taken();
      return;
    }
    this.#answerIsDue = true;
    setTimeout(() => {
      this.#answerIsDue = false;
      this.#taken();
      this.#hear(Buffer.alloc(0));
    }, this.#sink.answerMs);
  }

  #taken(): void {
    this.#end();
    this.#say('250 2.0.0 Taken');
  }

  #end(): void {
    if (this.#open) this.#sink.underWay -= 1;
    this.#open = false;
  }
}

export async function startSmtpSink(): Promise<SmtpSink> {
  const sink = new Sink();
  await sink.listen();
  return sink;
}
