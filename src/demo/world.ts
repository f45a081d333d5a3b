/**
 * A private mail world for the demo and the tests: a Dovecot and an SMTP end on loopback, and accounts at both.
 *
 * It touches nothing but one short folder under /tmp (socket paths have little room), and leaves nothing behind,
 * however the process ends: see guard.ts. As root, Dovecot's mail belongs to an unprivileged user, since Dovecot
 * refuses mail of uid 0; otherwise everything runs as the user that we are.
 */
import { randomBytes } from 'node:crypto';
import { findDovecot } from './dovecot.js';
import type { Account, Delivery } from './inbox.js';
import { type Server, type ServerOptions, startServer } from './server.js';
import { type Refusal, type SmtpEnd, startSmtpEnd, type TakenMail, withTrace } from './smtp-end.js';

export interface Person {
  readonly name: string;
  readonly address: string;
}

/** Two requesters, staff and a desk. */
export const PEOPLE = {
  jane: { name: 'Jane Doe', address: 'jane@example.com' },
  taro: { name: '山田太郎', address: 'taro@example.com' },
  steve: { name: 'Steve', address: 'steve@example.org' },
  ann: { name: 'Ann', address: 'ann@example.org' },
  support: { name: 'Example Support', address: 'support@example.com' },
} as const satisfies Record<string, Person>;

export interface WorldOptions extends ServerOptions {
  /** Starts another IMAP server in Dovecot's stead, which none of the settings of Dovecot concern. */
  readonly server?: (accounts: readonly Account[]) => Promise<Server>;
  /** The path of a dovecot; if left out, `IMAPDESK_DOVECOT` or the installed one. */
  readonly dovecot?: string;
  /** Whether `name+anything@` reaches `name@`; it does if left out. */
  readonly plusAddressing?: boolean;
  /** What a host makes of a message that its SMTP end delivers, trace fields and all; it leaves it alone if left out. */
  readonly asHost?: (raw: Buffer) => Delivery;
  /** The largest message that the SMTP end takes, as it says in EHLO; it tells of no limit if left out. */
  readonly maxLetterBytes?: number;
  /** Told of each mail that the SMTP end has taken and delivered. */
  readonly onTaken?: (mail: TakenMail) => void;
}

interface Endpoint {
  readonly host: '127.0.0.1';
  /** In the clear, and with STARTTLS if there is a certificate. */
  readonly port: number;
  readonly tlsPort: number | null;
}

interface DeliveryOptions {
  /** With it, the fields that a host adds on delivery are added: Return-Path, Delivered-To and Received. */
  readonly envelope?: { readonly from: string; readonly to: string };
  readonly receivedAt?: Date;
  readonly seen?: boolean;
}

export interface MailWorld<Name extends string = keyof typeof PEOPLE> {
  readonly imap: Endpoint;
  readonly smtp: Endpoint;
  /** An absolute path, for files that are to go with the world. */
  readonly folder: string;
  /** PEM, for clients to trust; null without TLS. */
  readonly certificate: string | null;
  /** The IMAP server's: for example 2.3 or 2.4. */
  readonly serverVersion: string;
  readonly accounts: Readonly<Record<Name, Account>>;
  /** Everything that the SMTP end has taken, in order. */
  readonly sent: readonly TakenMail[];
  /** Recipients that the SMTP end refused, since they are elsewhere. */
  readonly strangers: readonly string[];
  /** Puts a message into an inbox, byte for byte. */
  deliver(name: Name, raw: Buffer, options?: DeliveryOptions): Promise<void>;
  smtpPause(): Promise<void>;
  smtpResume(): Promise<void>;
  /** Lets the SMTP end refuse what the rule says; null takes the rule away. */
  smtpRefuse(rule: Refusal | null): void;
  /** What the IMAP server has logged. */
  log(): string;
  /** Ends everything; settles when no process, port or file is left. */
  stop(): Promise<void>;
}

/** Makes an account for each of `people`. Throws with what the IMAP server said if it does not start. */
export async function startMailWorld<Name extends string>(
  people: Readonly<Record<Name, Person>>,
  options: WorldOptions = {},
): Promise<MailWorld<Name>> {
  const accounts = accountsOf(people);
  const all = Object.values<Account>(accounts);
  const server = await (options.server ?? ((each) => startDovecot(options, each)))(all);
  const { inboxes, certificate } = server;
  let smtp: SmtpEnd;
  try {
    smtp = await startSmtpEnd({
      accounts: all,
      plusAddressing: options.plusAddressing ?? true,
      certificate,
      maxLetterBytes: options.maxLetterBytes ?? null,
      put: (account, raw) => inboxes.put(account, options.asHost?.(raw) ?? { raw }),
      onTaken: options.onTaken ?? (() => undefined),
    });
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    imap: { host: '127.0.0.1', port: server.port, tlsPort: server.tlsPort },
    smtp: { host: '127.0.0.1', port: smtp.port, tlsPort: smtp.tlsPort },
    folder: server.folder,
    certificate: certificate?.cert ?? null,
    serverVersion: server.version,
    accounts,
    sent: smtp.taken,
    strangers: smtp.strangers,
    async deliver(name, raw, { envelope, ...delivery } = {}) {
      const traced =
        envelope === undefined
          ? raw
          : withTrace({
              from: envelope.from,
              recipient: envelope.to,
              raw,
              at: delivery.receivedAt ?? new Date(),
            });
      await inboxes.put(accounts[name], { ...delivery, raw: traced });
    },
    smtpPause: () => smtp.pause(),
    smtpResume: () => smtp.resume(),
    smtpRefuse: (rule) => smtp.refuse(rule),
    log: () => server.log(),
    async stop() {
      await Promise.all([smtp.stop(), server.stop()]);
    },
  };
}

async function startDovecot(options: WorldOptions, accounts: readonly Account[]): Promise<Server> {
  const program = options.dovecot ?? findDovecot(process.env);
  if (program === null)
    throw new Error(
      'No Dovecot here. Install one (Debian, Ubuntu: dovecot-imapd), or use scripts/dovecot of a clone, which gets one.',
    );
  return startServer(program, options, accounts);
}

function accountsOf<Name extends string>(people: Readonly<Record<Name, Person>>): Record<Name, Account> {
  const accounts: Partial<Record<Name, Account>> = {};
  for (const name in people) {
    const { name: fullName, address } = people[name];
    const password = randomBytes(9).toString('base64url');
    accounts[name] = { name: fullName, address, user: address, password };
  }
  const complete = (made: Partial<Record<Name, Account>>): made is Record<Name, Account> =>
    Object.keys(people).every((name) => name in made);
  if (!complete(accounts)) throw new Error('An account is missing.');
  return accounts;
}
