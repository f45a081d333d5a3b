/**
 * An SMTP server that answers as it is told, takes commands however they come (RFC 2920), and keeps every byte of what it
 * was given as a message.
 */
import { createServer, type Socket } from 'node:net';
import { listenAt } from '../../src/demo/listening.js';
import type { Answer } from '../model/memory-courier.js';

type Rule = ((to: string) => Answer | null) | null;

export interface ScriptOptions {
  readonly pipelining: boolean;
  /**
   * When answers go out: each at once; all that is due once nothing more has come; or, with what the client has to wait
   * for anyway, so that whoever does not send ahead waits for ever: `last` says after which message nothing follows.
   */
  readonly answers: 'apart' | 'together' | { readonly last: (taken: number) => boolean };
}

export interface ScriptedServer {
  readonly port: number;
  /** What is answered; where no recipient is named yet, the rule speaks of everybody. */
  rule: Rule;
  readonly taken: readonly { readonly to: string; readonly raw: Buffer }[];
  /** By connection: commands, `text` for the beginning of one, and `.` for its end. */
  readonly heard: readonly (readonly string[])[];
  /** How often answers went out to somebody who waited for them, since the last sign-in. */
  readonly turns: () => number;
  close(): Promise<void>;
}

const END = Buffer.from('\r\n.\r\n');
const STEPS: Readonly<Record<string, Answer['step']>> = {
  AUTH: 'AUTH',
  MAIL: 'MAIL FROM',
  RCPT: 'RCPT TO',
  DATA: 'DATA',
};
const USUAL: Readonly<Record<string, string>> = {
  AUTH: '235 2.7.0 Welcome',
  DATA: '354 Go on',
  QUIT: '221 Bye',
};

class Script implements ScriptedServer {
  port = 0;
  rule: Rule = null;
  readonly taken: { to: string; raw: Buffer }[] = [];
  readonly heard: string[][] = [];
  readonly options: ScriptOptions;
  count = 0;
  readonly #sockets = new Set<Socket>();
  readonly #listener = createServer((socket) => {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    new Talk(this, socket).begin();
  });

  constructor(options: ScriptOptions) {
    this.options = options;
  }

  turns(): number {
    return this.count;
  }

  async listen(): Promise<this> {
    this.port = await listenAt(this.#listener);
    return this;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#listener.close(resolve));
  }
}

class Talk {
  readonly #script: Script;
  readonly #socket: Socket;
  readonly #heard: string[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #due = '';
  #inText = false;
  #isOver = false;
  #hasSender = false;
  #to: string | null = null;

  constructor(script: Script, socket: Socket) {
    this.#script = script;
    this.#socket = socket;
  }

  begin(): void {
    this.#script.heard.push(this.#heard);
    this.#socket.setNoDelay(true);
    this.#socket.on('error', () => undefined);
    this.#socket.on('data', (chunk: Buffer) => this.#hear(chunk));
    this.#reply(this.#told('greeting'), '220 here');
    this.#flush();
  }

  #hear(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (!this.#isOver && (this.#inText ? this.#text() : this.#line()));
    if (this.#script.options.answers === 'together') this.#flush();
  }

  #line(): boolean {
    const end = this.#rest.indexOf('\r\n');
    if (end === -1) return false;
    const line = this.#rest.toString('latin1', 0, end);
    this.#rest = this.#rest.subarray(end + 2);
    const verb = line.slice(0, 4).toUpperCase();
    this.#heard.push(verb);
    this.#command(verb, line);
    return true;
  }

  #command(verb: string, line: string): void {
    if (verb === 'EHLO') {
      const ahead = this.#script.options.pipelining ? '250-PIPELINING\r\n' : '';
      this.#reply(null, `250-here\r\n${ahead}250-8BITMIME\r\n250 AUTH PLAIN`);
    } else if (verb === 'DATA') this.#data();
    else {
      const to = verb === 'RCPT' ? (/<(.*)>/.exec(line)?.[1] ?? '') : '';
      const step = STEPS[verb];
      const said = step === undefined ? null : this.#told(step, to);
      if (verb === 'MAIL') this.#hasSender = said === null;
      if (verb === 'RCPT' && this.#hasSender && said === null) this.#to = to;
      if (verb === 'RSET') this.#forget();
      this.#reply(said, USUAL[verb] ?? '250 2.0.0 Ok');
      if (verb === 'QUIT') this.#socket.end();
    }
    const waits = !['MAIL', 'RCPT'].includes(verb) || !this.#script.options.pipelining;
    if (waits) this.#flush();
    if (verb === 'AUTH') this.#script.count = 0;
  }

  #data(): void {
    if (this.#to === null) this.#reply({ step: 'DATA', reply: '503 5.5.1 No recipient' }, '');
    else {
      const said = this.#told('DATA', this.#to);
      this.#inText = said === null || said.reply?.startsWith('2') === true;
      this.#reply(said, '354 Go on');
    }
  }

  /** Whether the text is whole. */
  #text(): boolean {
    if (this.#rest.length > 0 && this.#heard.at(-1) !== 'text') {
      this.#heard.push('text');
      const said = this.#told('text', this.#to ?? '');
      if (said !== null) this.#reply(said, '');
      this.#flush();
      if (this.#isOver) return false;
    }
    const whole = Buffer.concat([Buffer.from('\r\n'), this.#rest]);
    const end = whole.indexOf(END);
    if (end === -1) return false;
    this.#heard.push('.');
    this.#inText = false;
    this.#rest = whole.subarray(end + END.length);
    const text = whole
      .toString('latin1', 2, end + 2)
      .replaceAll('\r\n..', '\r\n.')
      .replace(/^\.\./, '.');
    this.#take(this.#to ?? '', Buffer.from(text, 'latin1'));
    return true;
  }

  #take(to: string, raw: Buffer): void {
    const { taken, options } = this.#script;
    const said = this.#told('message', to);
    if (said === null || said.taken === true) taken.push({ to, raw });
    this.#forget();
    this.#reply(said, '250 2.0.0 Taken');
    const { answers, pipelining } = options;
    if (typeof answers === 'string' ? !pipelining : answers.last(taken.length)) this.#flush();
  }

  #forget(): void {
    this.#hasSender = false;
    this.#to = null;
  }

  #told(step: Answer['step'], to = ''): Answer | null {
    const answer = this.#script.rule?.(to) ?? null;
    return answer?.step === step ? answer : null;
  }

  /** Cuts the line where there is no reply. */
  #reply(said: Answer | null, usual: string): void {
    const reply = said === null ? usual : said.reply;
    if (reply === null) {
      // What was answered before goes out.
      this.#flush();
      this.#isOver = true;
      this.#socket.destroySoon();
      return;
    }
    this.#due += `${reply}\r\n`;
    if (this.#script.options.answers === 'apart' || reply.startsWith('421')) this.#flush();
    if (!reply.startsWith('421')) return;
    this.#isOver = true;
    this.#socket.end();
  }

  #flush(): void {
    if (this.#due === '' || this.#isOver) return;
    this.#socket.write(this.#due, 'latin1');
    this.#due = '';
    this.#script.count += 1;
  }
}

export function serveScript(options: ScriptOptions): Promise<ScriptedServer> {
  return new Script(options).listen();
}
