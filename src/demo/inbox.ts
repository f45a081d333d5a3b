/**
 * Putting a message into an account's inbox, the way a host's delivery agent does: as a file that appears in the
 * maildir by one rename, or where mail is not kept so, by an IMAP APPEND.
 */
import { chown, mkdir, rename, utimes, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { type MailFormat, mailFolder, type Owner } from './dovecot-config.js';

export interface Account {
  readonly name: string;
  readonly address: string;
  /** What to sign in as, at both servers. */
  readonly user: string;
  readonly password: string;
}

export interface Delivery {
  readonly raw: Buffer;
  /** INTERNALDATE; now if left out. */
  readonly receivedAt?: Date;
  readonly seen?: boolean;
}

export interface Inboxes {
  put(account: Account, delivery: Delivery): Promise<void>;
}

export interface InboxesOptions {
  readonly folder: string;
  readonly port: number;
  readonly format: MailFormat;
  readonly owner: Owner | null;
  readonly accounts: readonly Account[];
}

/** Makes the accounts' mail folders, which must be there before the first message is. */
export async function makeInboxes(options: InboxesOptions): Promise<Inboxes> {
  const { owner, format } = options;
  const give = async (path: string): Promise<void> => {
    if (owner !== null) await chown(path, owner.uid, owner.gid);
  };
  const makeFolder = async (path: string): Promise<void> => {
    await mkdir(path, { mode: 0o700 });
    await give(path);
  };
  await makeFolder(mailFolder(options.folder));
  for (const account of options.accounts) {
    const home = join(mailFolder(options.folder), account.user);
    await makeFolder(home);
    await makeFolder(join(home, 'mail'));
    if (format !== 'maildir') continue;
    for (const name of ['tmp', 'new', 'cur']) await makeFolder(join(home, 'mail', name));
  }
  if (format !== 'maildir')
    return { put: (account, delivery) => appendToInbox(options.port, account, delivery) };
  const nextName = maildirNames();
  return {
    async put(account, { raw, receivedAt, seen }) {
      const maildir = join(mailFolder(options.folder), account.user, 'mail');
      const name = nextName();
      const file = join(maildir, 'tmp', name);
      await writeFile(file, raw, { mode: 0o600, flag: 'wx' });
      await give(file);
      if (receivedAt !== undefined) await utimes(file, receivedAt, receivedAt);
      await rename(file, seen === true ? join(maildir, 'cur', `${name}:2,S`) : join(maildir, 'new', name));
    },
  };
}

/** Names that ascend in the order of their making, since Dovecot gives UIDs in that order. */
function maildirNames(): () => string {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Date.now() * 1000);
    const seconds = Math.floor(last / 1_000_000);
    return `${seconds}.M${String(last % 1_000_000).padStart(6, '0')}P${process.pid}.localhost`;
  };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** By an IMAP APPEND at that port of this machine. */
export async function appendToInbox(
  port: number,
  account: Account,
  { raw, receivedAt, seen }: Delivery,
): Promise<void> {
  const at = receivedAt ?? new Date();
  const day = `${String(at.getUTCDate()).padStart(2, ' ')}-${MONTHS[at.getUTCMonth()]}-${at.getUTCFullYear()}`;
  const date = `"${day} ${at.toISOString().slice(11, 19)} +0000"`;
  const socket = connect(port, '127.0.0.1');
  try {
    const answers = lineReader(socket);
    await answers('* OK');
    socket.write(`a LOGIN "${account.user}" "${account.password}"\r\n`);
    await answers('a OK');
    socket.write(`b APPEND INBOX (${seen === true ? '\\Seen' : ''}) ${date} {${raw.length}}\r\n`);
    await answers('+');
    socket.write(Buffer.concat([raw, Buffer.from('\r\n')]));
    await answers('b OK');
  } finally {
    socket.destroy();
  }
}

/** Settles when a line that begins so has come; fails with a tagged refusal, or when the connection ends. */
function lineReader(socket: Socket): (prefix: string) => Promise<void> {
  const lines: string[] = [];
  let rest = '';
  let failed: Error | null = null;
  let wake: (() => void) | null = null;
  const fail = (error: Error): void => {
    failed = error;
    wake?.();
  };
  socket.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString('latin1')).split('\r\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    wake?.();
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('The IMAP connection ended.')));
  return async (prefix) => {
    for (;;) {
      const line = lines.shift();
      if (line?.startsWith(prefix) === true) return;
      if (line !== undefined && /^\w (?:NO|BAD)/.test(line)) throw new Error(`APPEND failed: ${line}`);
      if (line !== undefined) continue;
      if (failed !== null) throw failed;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
}
