/**
 * The Courier port over SMTP, by nodemailer's pool of connections.
 *
 * A message goes out as it is, with one recipient per transaction, so that one refusal never touches another's mail.
 * What a failure means is said by its code:
 *
 * - `smtp-recipient-refused`, `smtp-message-refused`: for good, and for this mail alone.
 * - `smtp-deferred`: the server wants this mail later.
 * - `smtp-unusable-…` and `smtp-sign-in-refused`: the server can take no mail at all now, whatever it is; the mail
 *   itself is not to blame, and must wait even where the Problem is not temporary (see `isServerUnusable`).
 */
import { isAscii } from 'node:buffer';
import { rootCertificates } from 'node:tls';
import {
  createTransport,
  type SMTPPoolOptions,
  type SMTPPoolSentMessageInfo,
  type Transporter,
} from 'nodemailer';
import { Problem } from '../desk/problem.js';
import type { Courier, Envelope } from './courier.js';
import { smtpProblem } from './smtp-problems.js';

const CONNECT_MS = 30_000;
const GREETING_MS = 30_000;
/** RFC 5321 §4.5.3.2.6 lets a server think for ten minutes over a message; five without a byte are enough for us. */
const SILENCE_MS = 5 * 60_000;
const SEND_MS = 15 * 60_000;
const CLOSE_MS = 5000;
const DEFAULT_CONNECTIONS = 4;

export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls' | 'none';
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Certificates (PEM) that are trusted beside the usual authorities. */
  readonly ca?: string | undefined;
  /** What to say in EHLO; the machine's name if left out. */
  readonly name?: string | undefined;
  readonly connections?: number | undefined;
}

type Pool = Transporter<SMTPPoolSentMessageInfo, SMTPPoolOptions>;

function poolOptions(options: SmtpOptions): SMTPPoolOptions & { pool: true } {
  const { security, user, password, ca } = options;
  return {
    pool: true,
    host: options.host,
    port: options.port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    ...(options.name === undefined ? {} : { name: options.name }),
    tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }) },
    maxConnections: options.connections ?? DEFAULT_CONNECTIONS,
    // The default of 100 opens connections anew so often that it costs four fifths of the speed.
    maxMessages: Number.POSITIVE_INFINITY,
    // Only for a connection that the server has closed while it was idle. Other retries are the outbox's.
    maxRequeues: 1,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: GREETING_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  };
}

function checkAddress(address: string, mayBeEmpty: boolean): void {
  const plain = /^[^\s<>\u0000-\u001f\u007f]+@[^\s<>@\u0000-\u001f\u007f]+$/.test(address);
  if (!plain && !(mayBeEmpty && address === '')) {
    throw new Problem('smtp-recipient-refused', 'An envelope address is not one that SMTP could carry');
  }
}

class SmtpCourier implements Courier {
  readonly #options: SmtpOptions;
  readonly #pool: Pool;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(options: SmtpOptions) {
    this.#options = options;
    this.#pool = createTransport(poolOptions(options));
  }

  async send(envelope: Envelope, raw: Buffer): Promise<void> {
    checkAddress(envelope.from, true);
    checkAddress(envelope.to, false);
    const sending = this.#pool.sendMail({
      envelope: {
        // Objects, since nodemailer would parse a string as a list of addresses.
        from: envelope.from === '' ? false : { name: '', address: envelope.from },
        to: [{ name: '', address: envelope.to }],
        size: raw.length,
        // Bytes above 127 are allowed with BODY=8BITMIME only (RFC 6152).
        use8BitMime: !isAscii(raw),
      },
      raw,
      signal: AbortSignal.timeout(SEND_MS),
    });
    this.#underWay.add(sending);
    try {
      await sending;
    } catch (error) {
      throw smtpProblem(error, this.#options);
    } finally {
      this.#underWay.delete(sending);
    }
  }

  async close(): Promise<void> {
    // What is being handed over is finished, unless the server takes too long.
    const late = setTimeout(() => this.#pool.close({ force: true }), CLOSE_MS);
    this.#pool.close();
    await Promise.allSettled(this.#underWay);
    clearTimeout(late);
  }
}

/** Opens no connection before the first `send`. */
export function createCourier(options: SmtpOptions): Courier {
  return new SmtpCourier(options);
}

/** Connects, says EHLO, starts TLS and signs in as configured, and leaves. Throws the same Problems as `send`. */
export async function verifyCourier(options: SmtpOptions): Promise<void> {
  const pool = createTransport(poolOptions(options));
  try {
    await pool.verify();
  } catch (error) {
    throw smtpProblem(error, options);
  } finally {
    pool.close();
  }
}
