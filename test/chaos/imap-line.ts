/**
 * IMAP as the answering proxy follows it: which folder is selected, so that a command is told by its verb and its
 * folders, and where its literals end.
 *
 * As a server carries out one command after the other, the proxy passes one on when the one before is answered.
 *
 * A SELECT that is refused leaves nothing selected (RFC 9051 §6.3.2), so the server is given one that it refuses.
 */
import type { Socket } from 'node:net';
import { cut, type Judge, type Line, type LineOptions } from './answering-proxy.js';
import type { Answer } from './answers.js';
import { Gathered } from './dialect.js';
import { literalSize } from './imap-dialect.js';
import { type ImapCommand, keyOf, literalOf, readCommand } from './imap-session.js';

const NOWHERE = 'no folder of this name';
const SAID = 'not now, says the proxy';

/** One connection. */
class ImapLine implements Line {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #judge: Judge;
  readonly #fromClient = new Gathered();
  readonly #fromServer = new Gathered();
  /** Commands that the server has, by their tags, and what to say in place of its answer. */
  readonly #underWay = new Map<string, { command: ImapCommand; instead: string | null }>();
  #selected: string | null = null;
  #clientLiteral = 0;
  #serverLiteral = 0;
  /** The client's next line belongs to the command under way. */
  #goesOn = false;
  #asked = false;
  /** The command under way is kept from the server, and answered so when it is whole. */
  #withheld: string | null = null;
  /** Nothing passes any more. */
  #over = false;

  constructor({ client, server, judge }: LineOptions) {
    this.#client = client;
    this.#server = server;
    this.#judge = judge;
    const greeting = judge.judge('connect');
    if (greeting !== null) this.#strike(greeting);
    client.on('data', (bytes: Buffer) => {
      this.#fromClient.add(bytes);
      while (!this.#over && this.#takeFromClient());
    });
    server.on('data', (bytes: Buffer) => {
      this.#fromServer.add(bytes);
      while (!this.#over && this.#takeFromServer());
      while (!this.#over && this.#takeFromClient());
    });
  }

  end(): void {
    this.#over = true;
    for (const socket of [this.#client, this.#server]) socket.destroy();
  }

  /** The next line begins a command, and one is under way. */
  get #waits(): boolean {
    return this.#clientLiteral === 0 && !this.#goesOn && !this.#asked && this.#underWay.size > 0;
  }

  #takeFromClient(): boolean {
    if (this.#fromClient.size === 0 || this.#waits) return false;
    if (this.#clientLiteral > 0) {
      const bytes = this.#fromClient.take(this.#clientLiteral);
      this.#clientLiteral -= bytes.length;
      if (this.#withheld === null) this.#server.write(bytes);
      return true;
    }
    const line = this.#fromClient.line();
    if (line !== null) this.#clientLine(line);
    return line !== null;
  }

  #clientLine(bytes: Buffer): void {
    const line = bytes.toString('latin1');
    const isNew = !this.#goesOn && !this.#asked;
    const literal = literalOf(line);
    this.#asked = false;
    this.#goesOn = literal !== null;
    this.#clientLiteral = literal?.bytes ?? 0;
    const passed = isNew ? this.#begin(line, literal?.awaited ?? false) : bytes;
    if (this.#over) return;
    // A further literal of a command that the server does not get: nobody else would ask for it.
    if (!isNew && this.#withheld !== null && literal?.awaited === true) this.#client.write('+ OK\r\n');
    if (this.#withheld === null) this.#server.write(passed);
    else if (!this.#goesOn) this.#answerWithheld();
  }

  /** Returns the line that the server is given. */
  #begin(line: string, literalAwaited: boolean): Buffer {
    const command = readCommand(line, this.#selected);
    const answer = this.#judge.judge(keyOf(command));
    const told = answer === null ? line : this.#answer(command, { line, literalAwaited, answer });
    if (this.#withheld === null && !this.#underWay.has(command.tag))
      this.#underWay.set(command.tag, { command, instead: null });
    return Buffer.from(told, 'latin1');
  }

  #answer(
    command: ImapCommand,
    { line, literalAwaited, answer }: { line: string; literalAwaited: boolean; answer: Answer },
  ): string {
    const { tag, verb } = command;
    switch (answer.how) {
      case 'refuse': {
        const refusal = `${tag} ${answer.status} ${bracketed(answer.code)}${SAID}\r\n`;
        if (verb === 'SELECT' || verb === 'EXAMINE') {
          this.#underWay.set(tag, { command, instead: refusal });
          return `${tag} ${verb} "${NOWHERE}"\r\n`;
        }
        this.#withheld = refusal;
        // Refused before it was asked for, the literal does not come.
        if (literalAwaited) this.#goesOn = false;
        if (literalAwaited) this.#clientLiteral = 0;
        return line;
      }
      case 'done-then-no':
        this.#underWay.set(tag, { command, instead: `${tag} NO ${bracketed(answer.code)}${SAID}\r\n` });
        return line;
      case 'ok-not-done':
        this.#withheld = `${tag} OK done\r\n`;
        if (literalAwaited) this.#client.write('+ OK\r\n');
        return line;
      case 'copied-not-moved':
        return line.replace(/ UID MOVE /i, ' UID COPY ');
      default:
        this.#strike(answer);
        return line;
    }
  }

  #answerWithheld(): void {
    if (this.#withheld !== null) this.#client.write(this.#withheld);
    this.#withheld = null;
  }

  #takeFromServer(): boolean {
    if (this.#fromServer.size === 0) return false;
    if (this.#serverLiteral > 0) {
      const bytes = this.#fromServer.take(this.#serverLiteral);
      this.#serverLiteral -= bytes.length;
      this.#client.write(bytes);
      return true;
    }
    const line = this.#fromServer.line();
    if (line !== null) this.#serverLine(line);
    return line !== null;
  }

  #serverLine(bytes: Buffer): void {
    const line = bytes.toString('latin1');
    this.#serverLiteral = literalSize(line);
    if (line.startsWith('+')) this.#asked = !this.#goesOn;
    const [, tag = '', status = ''] = /^([^ ]+) (OK|NO|BAD)\b/i.exec(line) ?? [];
    const known = this.#underWay.get(tag);
    this.#underWay.delete(tag);
    if (known?.command.verb === 'SELECT' || known?.command.verb === 'EXAMINE')
      this.#selected = status.toUpperCase() === 'OK' ? known.command.folder : null;
    this.#client.write(known?.instead ?? bytes);
  }

  /** The three answers that end the connection. */
  #strike({ how, ...more }: Answer): void {
    this.#over = true;
    if (how === 'silence') return;
    if (how === 'bye') {
      this.#client.end(`* BYE ${bracketed('code' in more ? more.code : null)}${SAID}\r\n`);
      this.#server.destroy();
      return;
    }
    cut({ client: this.#client, server: this.#server });
  }
}

function bracketed(code: string | null): string {
  return code === null ? '' : `[${code}] `;
}

export function imapLine(options: LineOptions): Line {
  return new ImapLine(options);
}
