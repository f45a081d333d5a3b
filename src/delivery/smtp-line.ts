/**
 * One connection to an SMTP server, signed in, for one message after another. Unlike nodemailer's pool, which opens as
 * many connections as it may and tries a sign-in on each, it says what the server can carry, and tries once.
 *
 * One message may go behind another that is not answered yet (RFC 2920 §3.1): its MAIL, RCPT and DATA right behind the dot
 * of the first, which makes one round trip a message. Answers keep their order: the first's is known by the second's text.
 *
 * - The second's text goes out only if the first was taken. If it was not, the line is closed, since the server may have
 *   said yes to DATA: whatever came then, RSET too, would be the text of a message.
 * - So nothing is written while a text is asked for or under way but that text.
 */
import type { default as SMTPConnection, SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import { trusting } from '../trust/trusted.js';
import { type ByteMeter, meterLine } from './bytes.js';
import { OutgoingText } from './outgoing-text.js';
import { methodOf, tokenHandlers, tokenMechanism } from './smtp-token.js';

const CONNECT_MS = 30_000;
const GREETING_MS = 30_000;
/** RFC 5321 §4.5.3.2.6 lets a server think for ten minutes over a message; five without a byte are enough for us. */
const SILENCE_MS = 5 * 60_000;
const SEND_MS = 15 * 60_000;

export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls' | 'none';
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Signs in in place of the password. */
  readonly accessToken?: string | undefined;
  /** Certificates (PEM) that are trusted beside the usual authorities. */
  readonly ca?: string | undefined;
  /** What to say in EHLO; the machine's name if left out. */
  readonly name?: string | undefined;
  /** How long the server may be without any sign of life; five minutes by default. */
  readonly maxSilenceMs?: number | undefined;
  readonly meter?: ByteMeter | undefined;
}

/** What the server has said of itself in its answer to EHLO (RFC 5321 §4.1.1.1). */
export interface Abilities {
  /** RFC 6152. */
  readonly eightBit: boolean;
  /** RFC 6531. */
  readonly utf8: boolean;
  /** RFC 2920. */
  readonly pipelining: boolean;
  /** The largest message in bytes (RFC 1870); null for no limit that is told. */
  readonly maxSize: number | null;
}

/** What is sent over a line: an envelope whose addresses are ASCII, or the server has SMTPUTF8. */
export interface Parcel {
  readonly from: string;
  readonly to: string;
  readonly raw: Buffer;
  /** Announced as BODY=8BITMIME. */
  readonly eightBit: boolean;
}

function connectionOptions(options: SmtpOptions): SMTPConnectionOptions {
  const { security, ca, host, port, user = '', accessToken } = options;
  return {
    ...(accessToken === undefined ? {} : { customAuth: tokenHandlers({ host, port, user, accessToken }) }),
    host: options.host,
    port: options.port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(security === 'none' ? {} : { tls: { ...trusting(ca) } }),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: Math.min(GREETING_MS, options.maxSilenceMs ?? GREETING_MS),
    socketTimeout: options.maxSilenceMs ?? SILENCE_MS,
    logger: false,
  };
}

function readAbilities(ehlo: string): Abilities {
  const lines = ehlo.split(/\r?\n/).map((line) => line.slice(4).trim().toUpperCase());
  const size = lines.map((line) => /^SIZE\s+([0-9]{1,15})$/.exec(line)?.[1]).find((one) => one !== undefined);
  return {
    eightBit: lines.includes('8BITMIME'),
    utf8: lines.includes('SMTPUTF8'),
    pipelining: lines.includes('PIPELINING'),
    // RFC 1870 §4: 0 means that no limit is told.
    maxSize: Number(size ?? 0) || null,
  };
}

/** A message's failure; `untouched` if not a byte of its text was sent, and the connection is gone. */
export class SendFailure extends Error {
  readonly untouched: boolean;

  constructor(cause: unknown, untouched: boolean) {
    super('a message was not sent', { cause });
    this.untouched = untouched;
  }
}

/** It is loaded late: most passes send nothing. */
export function loadNodemailer(): Promise<typeof import('nodemailer/lib/smtp-connection')> {
  return import('nodemailer/lib/smtp-connection');
}

export class SmtpLine {
  readonly abilities: Abilities;
  readonly #connection: SMTPConnection;
  /** Not answered yet, in order: two at most. */
  readonly #underWay = new Set<OutgoingText>();
  /** Its dot is written, and the server takes commands behind that. */
  #ahead: OutgoingText | null = null;
  #used = false;

  private constructor(connection: SMTPConnection, abilities: Abilities) {
    this.#connection = connection;
    this.abilities = abilities;
  }

  /** Connects, says EHLO, starts TLS and signs in as configured. Rejects with what nodemailer tells. */
  static async open(options: SmtpOptions): Promise<SmtpLine> {
    const { default: SMTPConnection } = await loadNodemailer();
    const connection = new SMTPConnection(connectionOptions(options));
    // An error that comes while nothing is under way is met by the next step.
    connection.on('error', () => undefined);
    meterLine(connection, options.meter);
    try {
      await until(connection, (done) => connection.connect(done));
      // HELO, which is tried where EHLO is refused, tells of no ability.
      const abilities = readAbilities(String(connection.lastServerResponse));
      if (options.user !== undefined && connection.allowsAuth) await signIn(connection, options);
      return new SmtpLine(connection, abilities);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** It has sent something before, so that the server may have closed it in between. */
  get used(): boolean {
    return this.#used;
  }

  get isOpen(): boolean {
    return !this.#connection.destroyed;
  }

  /** Another one may be sent behind the one that is not answered yet. */
  get takesAhead(): boolean {
    return this.#ahead !== null && this.isOpen;
  }

  /**
   * Rejects with a SendFailure. After a refusal the line goes on, after anything else it is closed. `written` is called
   * once another one may be sent behind this one; where the server takes no commands ahead, never.
   */
  async send(parcel: Parcel, written = (): void => undefined): Promise<void> {
    const text = this.#textOf(parcel, written);
    this.#ahead = null;
    this.#underWay.add(text);
    try {
      await this.#transfer(parcel, text);
    } catch (error) {
      const isRefused = isRefusal(error) && this.isOpen;
      await this.#tidyUp(text, isRefused);
      throw new SendFailure(error, !isRefused && !text.isBegun);
    } finally {
      this.#underWay.delete(text);
      this.#used = true;
    }
  }

  /** Says goodbye; does not wait for the answer for longer than `withinMs`. */
  async quit(withinMs: number): Promise<void> {
    const connection = this.#connection;
    if (connection.destroyed) return;
    await new Promise<void>((resolve) => {
      const late = setTimeout(() => connection.close(), withinMs);
      connection.once('end', () => {
        clearTimeout(late);
        resolve();
      });
      connection.quit();
    });
  }

  close(): void {
    this.#connection.close();
  }

  #textOf({ raw }: Parcel, written: () => void): OutgoingText {
    const connection = this.#connection;
    const isBehind = this.#underWay.size > 0;
    let inStep = false;
    const text: OutgoingText = new OutgoingText(raw, {
      mayBegin: () => {
        inStep = String(connection.lastServerResponse).startsWith('3');
        // nodemailer goes on after 250, which may be the answer to something before DATA.
        if (isBehind && !inStep) connection.close();
        return inStep || !isBehind;
      },
      written: () => {
        if (!inStep || !this.abilities.pipelining || !this.#underWay.has(text)) return;
        this.#ahead = text;
        written();
      },
    });
    return text;
  }

  async #transfer({ from, to, raw, eightBit }: Parcel, text: OutgoingText): Promise<void> {
    const sender = from === '' ? (false as const) : from;
    const envelope = { from: sender, to: [to], size: raw.length, use8BitMime: eightBit };
    await until(this.#connection, (done) =>
      this.#connection.send(envelope, text, (error) => {
        if (this.#ahead === text) this.#ahead = null;
        done(error);
      }),
    );
    if (!text.isWritten) throw lost('The server answered a message before its end');
  }

  /** After a failure. */
  async #tidyUp(text: OutgoingText, isRefused: boolean): Promise<void> {
    const [first] = this.#underWay;
    // nodemailer itself has refused this one, of which nothing was sent.
    if (isRefused && first !== text) return;
    // The server may wait for the rest of this text, or for the next one.
    const isInText = (text.isBegun && !text.isWritten) || this.#underWay.size > 1;
    if (isRefused && !isInText) await this.#reset();
    else this.#connection.close();
  }

  async #reset(): Promise<void> {
    try {
      await until(this.#connection, (done) => this.#connection.reset(done));
    } catch {
      // The next message gets a line of its own.
      this.#connection.close();
    }
  }
}

async function signIn(connection: SMTPConnection, options: SmtpOptions): Promise<void> {
  const { user, password: pass = '', accessToken } = options;
  if (accessToken !== undefined) {
    const mechanism = tokenMechanism(String(connection.lastServerResponse));
    if (mechanism === null) throw noTokens();
    await until(connection, (done) => connection.login({ user, method: methodOf(mechanism) }, done));
    return;
  }
  await until(connection, (done) => connection.login({ user, pass, credentials: { user, pass } }, done));
}

function noTokens(): Error {
  const message = 'it offers no sign-in by OAuth2 (OAUTHBEARER or XOAUTH2)';
  return Object.assign(new Error(message), { code: 'ENOAUTH', command: 'AUTH' });
}

/** The server's word on one message: it was refused, and the connection goes on (RFC 5321 §3.8 for 421). */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return (error.code === 'EENVELOPE' || error.code === 'EMESSAGE') && !saysGoodbye(error);
}

export function saysGoodbye(error: unknown): boolean {
  return error instanceof Error && 'responseCode' in error && error.responseCode === 421;
}

/** One step: ends with its callback, with the connection's failure, with its end, or after too long. */
function until(
  connection: SMTPConnection,
  work: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error | null): void => {
      clearTimeout(late);
      connection.removeListener('error', finish);
      connection.removeListener('end', ended);
      if (error === undefined || error === null) resolve();
      else reject(error);
    };
    const ended = (): void => {
      // An error that has ended the connection is told first.
      setImmediate(() => finish(lost('The server closed the connection')));
    };
    const late = setTimeout(() => {
      connection.close();
      finish(lost('The server took too long', 'ETIMEDOUT'));
    }, SEND_MS);
    connection.once('error', finish);
    connection.once('end', ended);
    work(finish);
  });
}

function lost(message: string, code = 'ECONNECTION'): Error {
  return Object.assign(new Error(message), { code, command: 'CONN' });
}
