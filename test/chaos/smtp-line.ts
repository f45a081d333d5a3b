/**
 * SMTP as the answering proxy follows it (RFC 5321; commands are not pipelined, as nodemailer sends them). The text of a
 * message, up to the lone dot, counts as a command "message".
 */
import type { Socket } from 'node:net';
import { cut, type Judge, type Line, type LineOptions } from './answering-proxy.js';
import type { Answer } from './answers.js';
import { Gathered } from './dialect.js';

const DOT = '.\r\n';

class SmtpLine implements Line {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #judge: Judge;
  readonly #fromClient = new Gathered();
  readonly #fromServer = new Gathered();
  /** What to say in place of the server's next replies, in order; empty to say nothing, null for what it says. */
  readonly #instead: (string | null)[] = [null];
  /** What the client sends next, if it is no command. */
  #asked: 'message' | 'line' | null = null;
  #lastVerb = '';
  /** The next message is refused, and the server knows of no DATA. */
  #refused: string | null = null;
  /** TLS has begun: nothing can be read any more. */
  #sealed = false;
  #over = false;

  constructor({ client, server, judge }: LineOptions) {
    this.#client = client;
    this.#server = server;
    this.#judge = judge;
    const greeting = judge.judge('connect');
    if (greeting !== null) this.#answer('', greeting);
    client.on('data', (bytes: Buffer) => {
      if (this.#sealed) this.#server.write(bytes);
      else this.#fromClient.add(bytes);
      while (!this.#over && !this.#sealed && this.#takeFromClient());
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
      this.#client.write(this.#refused);
      this.#refused = null;
      // The server still has the envelope.
      this.#instead.push('');
      this.#server.write('RSET\r\n');
    } else if (answer === null || answer.how === 'done-then-reply') {
      this.#instead.push(answer === null ? null : `${answer.reply}\r\n`);
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
      this.#asked = 'message';
      this.#client.write('354 go on\r\n');
      return;
    }
    this.#instead.push(null);
    this.#server.write(line);
  }

  /** In the server's place; it hears nothing of the command. */
  #answer(verb: string, answer: Answer): void {
    const closes = verb === '' || (answer.how === 'reply' && answer.reply.startsWith('421'));
    if (answer.how === 'reply' && !closes) {
      this.#client.write(`${answer.reply}\r\n`);
      return;
    }
    this.#over = true;
    if (answer.how === 'silence') return;
    if (answer.how === 'reply') {
      this.#client.end(`${answer.reply}\r\n`);
      this.#server.destroy();
      return;
    }
    cut({ client: this.#client, server: this.#server });
  }

  #takeFromServer(): boolean {
    const line = this.#fromServer.line();
    if (line === null) return false;
    const text = line.toString('latin1');
    const [instead = null] = this.#instead;
    if (/^[0-9]{3}-/.test(text)) {
      if (instead === null) this.#client.write(line);
      return true;
    }
    if (text.startsWith('334')) this.#asked = 'line';
    else this.#instead.shift();
    if (text.startsWith('354') && this.#lastVerb === 'DATA') this.#asked = 'message';
    if (text.startsWith('220') && this.#lastVerb === 'STARTTLS') this.#sealed = true;
    if (instead !== '') this.#client.write(instead ?? line);
    return true;
  }
}

export function smtpLine(options: LineOptions): Line {
  return new SmtpLine(options);
}
