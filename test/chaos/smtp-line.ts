/**
 * SMTP as the answering proxy follows it (RFC 5321, RFC 2920: commands may come before their replies, which keep their
 * order). The text of a message, up to the lone dot, counts as a command "message".
 */
import type { Socket } from 'node:net';
import { cut, type Judge, type Line, type LineOptions } from './answering-proxy.js';
import type { Answer } from './answers.js';
import { Gathered } from './dialect.js';

const DOT = '.\r\n';

/** What the client hears of a command: what the server says, or something else in its place, or nothing. */
interface Due {
  /** The server has the command, and answers it. */
  readonly awaited: boolean;
  /** Empty for nothing, null for what the server says. */
  readonly said: string | null;
  /** What happens instead, once all that is due before has been said. */
  readonly end?: 'silence' | 'cut';
}

class SmtpLine implements Line {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #judge: Judge;
  readonly #fromClient = new Gathered();
  readonly #fromServer = new Gathered();
  /** What is still to be said, in order; the greeting first. */
  readonly #due: Due[] = [{ awaited: true, said: null }];
  /** What the client sends next, if it is no command. */
  #asked: 'message' | 'line' | null = null;
  #lastVerb = '';
  /** The next message is refused, and the server knows of no DATA. */
  #refused: string | null = null;
  /** TLS has begun: nothing can be read any more. */
  #sealed = false;
  #over = false;
  /** The server hears nothing of what comes now: the end is due. */
  #deaf = false;
  /** What the proxy closes the connection with. */
  #closing: string | null = null;

  constructor({ client, server, judge }: LineOptions) {
    this.#client = client;
    this.#server = server;
    this.#judge = judge;
    const greeting = judge.judge('connect');
    if (greeting !== null) this.#answer('', greeting);
    client.on('data', (bytes: Buffer) => {
      if (this.#sealed) this.#server.write(bytes);
      else this.#fromClient.add(bytes);
      while (!this.#over && !this.#deaf && !this.#sealed && this.#takeFromClient());
    });
    server.on('data', (bytes: Buffer) => {
      if (this.#sealed) this.#client.write(bytes);
      else this.#fromServer.add(bytes);
      while (!this.#over && !this.#sealed && this.#takeFromServer());
    });
  }

  end(): void {
    this.#over = true;
    for (const socket of [this.#client, this.#server]) socket.destroy();
  }

  #takeFromClient(): boolean {
    if (this.#asked === 'message') return this.#takeMessage();
    const line = this.#fromClient.line();
    if (line === null) return false;
    const isAnswer = this.#asked === 'line';
    this.#asked = null;
    if (isAnswer) this.#server.write(line);
    else this.#command(line);
    return true;
  }

  #takeMessage(): boolean {
    const whole = this.#fromClient.startsWith(DOT)
      ? this.#fromClient.take(DOT.length)
      : this.#fromClient.through(`\r\n${DOT}`);
    if (whole === null) return false;
    this.#asked = null;
    const answer = this.#judge.judge('message');
    if (this.#refused !== null) {
      this.#owe({ awaited: false, said: this.#refused });
      this.#refused = null;
      // The server still has the envelope.
      this.#owe({ awaited: true, said: '' });
      this.#server.write('RSET\r\n');
    } else if (answer === null || answer.how === 'done-then-reply') {
      this.#owe({ awaited: true, said: answer === null ? null : `${answer.reply}\r\n` });
      this.#server.write(whole);
    } else {
      this.#answer('message', answer);
    }
    return true;
  }

  #command(line: Buffer): void {
    const verb = /^[A-Za-z]+/.exec(line.toString('latin1'))?.[0].toUpperCase() ?? '';
    this.#lastVerb = verb;
    const answer = this.#judge.judge(verb);
    if (answer !== null) {
      this.#answer(verb, answer);
      return;
    }
    const next = verb === 'DATA' ? this.#judge.foresee('message') : null;
    if (next?.how === 'reply') {
      this.#refused = `${next.reply}\r\n`;
      this.#owe({ awaited: false, said: '354 go on\r\n' });
      return;
    }
    this.#owe({ awaited: true, said: null });
    this.#server.write(line);
  }

  #owe(due: Due): void {
    this.#due.push(due);
    this.#pay();
  }

  /** Says what need not wait for the server any more. */
  #pay(): void {
    for (let next = this.#due[0]; next?.awaited === false && !this.#over; next = this.#due[0]) {
      this.#due.shift();
      if (next.end === undefined) this.#say(next.said ?? '');
      else this.#finish(next.end);
    }
  }

  #say(reply: string | Buffer): void {
    const text = reply.toString('latin1');
    if (text.startsWith('354') && this.#lastVerb === 'DATA') this.#asked = 'message';
    if (!this.#closesAfter(text)) {
      this.#client.write(reply);
      return;
    }
    this.#over = true;
    this.#client.end(reply);
    this.#server.destroy();
  }

  /** Only what the proxy itself says: a greeting that refuses, or 421 (RFC 5321 §3.8). */
  #closesAfter(text: string): boolean {
    return text !== '' && text === this.#closing;
  }

  /** In the server's place; it hears nothing of the command. */
  #answer(verb: string, answer: Answer): void {
    if (verb === '') this.#due.length = 0;
    if (answer.how === 'reply') {
      const reply = `${answer.reply}\r\n`;
      if (verb === '' || reply.startsWith('421')) this.#closing = reply;
      this.#owe({ awaited: false, said: reply });
      return;
    }
    // The client hears first what was to come before: a command that came ahead strikes no other.
    this.#deaf = true;
    this.#owe({ awaited: false, said: '', end: answer.how === 'silence' ? 'silence' : 'cut' });
  }

  #finish(how: 'silence' | 'cut'): void {
    this.#over = true;
    if (how === 'cut') cut({ client: this.#client, server: this.#server });
  }

  #takeFromServer(): boolean {
    const line = this.#fromServer.line();
    if (line === null) return false;
    const text = line.toString('latin1');
    const said = this.#due[0]?.said ?? null;
    if (/^[0-9]{3}-/.test(text)) {
      if (said === null) this.#client.write(line);
      return true;
    }
    if (text.startsWith('334')) this.#asked = 'line';
    else this.#due.shift();
    if (text.startsWith('220') && this.#lastVerb === 'STARTTLS') this.#sealed = true;
    if (said !== '') this.#say(said ?? line);
    this.#pay();
    return true;
  }
}

export function smtpLine(options: LineOptions): Line {
  return new SmtpLine(options);
}
