/**
 * The SMTP end of the mail world. It takes mail on loopback, delivers it into the inboxes of the world's own accounts
 * and remembers all of it. Nothing ever leaves: a recipient elsewhere is refused.
 */
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import { composeBounce, mailDate } from './bounce.js';
import type { Account } from './inbox.js';
import { listenAt } from './listening.js';

/** What the end has taken. */
export interface TakenMail {
  /** The envelope's sender; empty for the null sender. */
  readonly from: string;
  readonly to: readonly string[];
  /** As it came, without trace fields. */
  readonly raw: Buffer;
}

/** One step of a mail that may be refused: a recipient before its data, or all of it. */
interface Attempt {
  readonly stage: 'recipient' | 'data';
  readonly from: string;
  readonly to: readonly string[];
  /** Only at `data`. */
  readonly raw: Buffer | null;
}

/** Answers an SMTP reply such as `451 4.3.0 Try again later` to refuse, or null to take. */
export type Refusal = (attempt: Attempt) => string | null;

export interface SmtpEndOptions {
  readonly accounts: readonly Account[];
  /** Whether `name+anything@` reaches `name@`. */
  readonly plusAddressing: boolean;
  readonly certificate: { readonly cert: string; readonly key: string } | null;
  /** Told in EHLO (RFC 1870); null for no limit. */
  readonly maxLetterBytes: number | null;
  readonly put: (account: Account, raw: Buffer) => Promise<void>;
  /** Told of each mail when it has been delivered. */
  readonly onTaken: (mail: TakenMail) => void;
}

export interface SmtpEnd {
  readonly port: number;
  /** With TLS from the first byte; null without a certificate. */
  readonly tlsPort: number | null;
  readonly taken: readonly TakenMail[];
  /** Recipients that were refused for not being of this world. */
  readonly strangers: readonly string[];
  refuse(rule: Refusal | null): void;
  /** Cuts all connections and refuses new ones, as a server that is down does. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

class Reply extends Error {
  readonly responseCode: number;

  constructor(reply: string) {
    super(reply.slice(4));
    this.responseCode = Number(reply.slice(0, 3));
  }
}

interface State {
  readonly options: SmtpEndOptions;
  readonly taken: TakenMail[];
  readonly strangers: string[];
  rule: Refusal | null;
}

export async function startSmtpEnd(options: SmtpEndOptions): Promise<SmtpEnd> {
  const state: State = { options, taken: [], strangers: [], rule: null };
  let plain: Listening | null = await listen(state, { port: 0, secure: false });
  let secure = options.certificate === null ? null : await listen(state, { port: 0, secure: true });
  const { port } = plain;
  const tlsPort = secure?.port ?? null;
  const pause = async (): Promise<void> => {
    const closing = [plain, secure].filter((server) => server !== null);
    plain = null;
    secure = null;
    await Promise.all(closing.map((server) => server.close()));
  };
  return {
    port,
    tlsPort,
    taken: state.taken,
    strangers: state.strangers,
    refuse(rule) {
      state.rule = rule;
    },
    pause,
    async resume() {
      plain ??= await listen(state, { port, secure: false });
      if (tlsPort !== null) secure ??= await listen(state, { port: tlsPort, secure: true });
    },
    stop: pause,
  };
}

interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

async function listen(state: State, where: { port: number; secure: boolean }): Promise<Listening> {
  const server = new SMTPServer({ ...handlers(state), secure: where.secure });
  // A client that goes away in the middle is no concern of ours; one that cannot listen rejects below.
  const port = await listenAt(server, where.port);
  server.on('error', () => undefined);
  return {
    port,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

function handlers(state: State): SMTPServerOptions {
  const { certificate, accounts, maxLetterBytes } = state.options;
  return {
    ...(maxLetterBytes === null ? {} : { size: maxLetterBytes }),
    name: 'mail.example.com',
    logger: false,
    // A reverse lookup would ask a name server, and nothing here may leave the machine.
    disableReverseLookup: true,
    authOptional: true,
    allowInsecureAuth: true,
    closeTimeout: 1,
    ...(certificate === null
      ? { disabledCommands: ['STARTTLS'] }
      : { cert: certificate.cert, key: certificate.key }),
    onAuth(auth, _session, callback) {
      const account = accounts.find(({ user }) => user === auth.username?.toLowerCase());
      if (account === undefined || account.password !== auth.password) {
        callback(new Reply('535 5.7.8 Wrong user or password'));
      } else {
        callback(null, { user: account.user });
      }
    },
    onRcptTo(recipient, session, callback) {
      callback(recipientRefusal(state, session, recipient.address));
    },
    onData(stream, session, callback) {
      void report(callback, async () => take(state, session, await buffer(stream)));
    },
  };
}

async function report(callback: (error: Error | null) => void, work: () => Promise<void>): Promise<void> {
  let failure: Error | null = null;
  try {
    await work();
  } catch (error) {
    failure = error instanceof Error ? error : new Reply('451 4.3.0 Not taken');
  }
  callback(failure);
}

function senderOf(session: SMTPServerSession): string {
  return session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address;
}

function recipientRefusal(state: State, session: SMTPServerSession, recipient: string): Reply | null {
  const domain = domainOf(recipient);
  if (!state.options.accounts.some(({ address }) => domainOf(address) === domain)) {
    state.strangers.push(recipient);
    return new Reply(`550 5.1.2 <${recipient}>: nothing leaves this mail world`);
  }
  const reply = state.rule?.({ stage: 'recipient', from: senderOf(session), to: [recipient], raw: null });
  return reply == null ? null : new Reply(reply);
}

/** Everything is delivered before the sender hears that it was taken. */
async function take(state: State, session: SMTPServerSession, raw: Buffer): Promise<void> {
  const from = senderOf(session);
  const to = session.envelope.rcptTo.map(({ address }) => address);
  const reply = state.rule?.({ stage: 'data', from, to, raw });
  if (reply != null) throw new Reply(reply);
  for (const recipient of to) await deliver(state, { from, recipient, raw, at: new Date() });
  state.taken.push({ from, to, raw });
  state.options.onTaken({ from, to, raw });
}

interface Envelope {
  readonly from: string;
  readonly recipient: string;
  readonly raw: Buffer;
  readonly at: Date;
}

async function deliver(state: State, mail: Envelope): Promise<void> {
  const account = accountOf(state.options, mail.recipient);
  if (account !== null) {
    await state.options.put(account, withTrace(mail));
    return;
  }
  // A bounce of a bounce goes nowhere (RFC 5321 §6.1).
  const sender = mail.from === '' ? null : accountOf(state.options, mail.from);
  if (sender === null) return;
  await state.options.put(
    sender,
    withTrace({ from: '', recipient: mail.from, raw: composeBounce(mail), at: mail.at }),
  );
}

/** The account whose inbox an address reaches, or null. */
function accountOf(options: SmtpEndOptions, address: string): Account | null {
  const domain = domainOf(address);
  const local = address.slice(0, address.lastIndexOf('@')).toLowerCase();
  const mailbox = options.plusAddressing ? local.replace(/\+.*$/, '') : local;
  return options.accounts.find((account) => account.address === `${mailbox}@${domain}`) ?? null;
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

/** The fields that a host adds on delivery, above all others (RFC 5321 §4.4; Delivered-To as Postfix writes it). */
export function withTrace({ from, recipient, raw, at }: Envelope): Buffer {
  const trace = [
    `Return-Path: <${from}>`,
    `Delivered-To: ${recipient}`,
    `Received: from localhost (localhost [127.0.0.1]) by mail.example.com with ESMTP for <${recipient}>; ${mailDate(at)}`,
  ];
  return Buffer.concat([Buffer.from(`${trace.join('\r\n')}\r\n`, 'utf8'), raw]);
}
