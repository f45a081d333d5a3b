/** What a program that sets a bound is given: where the servers are, and what it stores and sends. */
import { readFileSync } from 'node:fs';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';

export interface Account {
  readonly imapPort: number;
  readonly smtpPort: number;
  readonly user: string;
  readonly password: string;
}

export interface MoveJob extends Account {
  readonly from: string;
  readonly to: string;
}

export interface Job extends Account {
  /** Holds all messages, one after the other. */
  readonly messages: string;
  /** Their lengths in that file: first the entries for the register, then the letters. */
  readonly entries: readonly number[];
  readonly letters: readonly { readonly to: string; readonly bytes: number }[];
  readonly folders: { readonly open: string; readonly outbox: string; readonly register: string };
}

export interface Letter {
  readonly to: string;
  readonly raw: Buffer;
}

/** Of the file that the program was started with. */
export function readAccount(): Account {
  return JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
}

export function readMoveJob(): MoveJob {
  return JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
}

export function readJob(): Job & { readonly stored: readonly Buffer[]; readonly sent: readonly Letter[] } {
  const job: Job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
  const all = readFileSync(job.messages);
  let at = 0;
  const next = (bytes: number): Buffer => {
    at += bytes;
    return all.subarray(at - bytes, at);
  };
  const stored = job.entries.map(next);
  return { ...job, stored, sent: job.letters.map(({ to, bytes }) => ({ to, raw: next(bytes) })) };
}

export async function signIn({ imapPort, user, password }: Account): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: imapPort,
    secure: false,
    doSTARTTLS: false,
    auth: { user, pass: password },
    logger: false,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Sends all of them over so many connections. */
export async function sendAll(
  { smtpPort, user, password }: Account,
  letters: readonly Letter[],
  maxConnections: number,
): Promise<void> {
  const transport = createTransport({
    pool: true,
    host: '127.0.0.1',
    port: smtpPort,
    secure: false,
    ignoreTLS: true,
    auth: { user, pass: password },
    maxConnections,
    maxMessages: Number.POSITIVE_INFINITY,
  });
  await Promise.all(
    letters.map(({ to, raw }) => transport.sendMail({ envelope: { from: user, to: [to] }, raw })),
  );
  transport.close();
}
