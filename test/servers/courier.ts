/**
 * Courier-IMAP: two daemons, of which one knows the accounts and the other listens. Its authentication library and the
 * daemon look for each other, and for the accounts, where they were built to, so copies of them are used that look
 * into the server's own folder.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeInboxes } from '../../src/demo/inbox.js';
import { copyRedirected } from './redirect.js';
import type { Place, Prepared, Unpacked } from './unpacked.js';

const AUTHENTICATION = '/usr/lib/courier-authlib';

/** What /etc/courier/imapd sets. Without FAM, which tells of changed files, each command would wait for it a second. */
const SETTINGS = {
  IMAP_CAPABILITY:
    'IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE',
  IMAP_KEYWORDS: '1',
  IMAP_ACL: '1',
  IMAP_IDLE_TIMEOUT: '60',
  IMAP_MAILBOX_SANITY_CHECK: '1',
  IMAP_USELOCKS: '0',
  IMAP_ENHANCEDIDLE: '0',
  IMAP_TRASHFOLDERNAME: 'Trash',
  IMAPDSTARTTLS: 'NO',
  IMAP_TLS_REQUIRED: '0',
  MAILDIRPATH: 'Maildir',
};

/**
 * Runs both until either the one that listens ends or we are told to end: that one once the accounts can be asked for, since
 * who came earlier would be told to try again later. It makes itself a process group of its own, with its connections in
 * it, which nobody else's signal reaches.
 */
const BOTH = `
"$1" &
accounts=$!
auth=$2
shift 2
while kill -0 "$accounts" 2>/dev/null && [ ! -S "$auth" ]; do sleep 0.02; done
"$@" &
listener=$!
end() { kill -TERM "$listener" "-$listener" 2>/dev/null; }
trap end TERM
wait "$listener"
end
wait "$listener"
kill -KILL "-$listener" 2>/dev/null
kill -TERM "$accounts" 2>/dev/null
wait
`;

export const courier: Unpacked = {
  name: 'Courier-IMAP',
  version: '5.0',
  program: '/usr/sbin/couriertcpd',
  prepare,
};

async function prepare(place: Place): Promise<Prepared> {
  const { folder, root, port, accounts } = place;
  const libraries = join(folder, 'lib');
  const env = { ...place.env, LD_LIBRARY_PATH: `${libraries}:${place.env['LD_LIBRARY_PATH'] ?? ''}` };
  await mkdir(libraries);
  await copyAuthentication(place, libraries);
  await writeFile(join(folder, 'authrc'), authdaemonrc(folder));
  const inboxes = await makeInboxes({ folder, port, format: 'maildir', owner: null, accounts });
  await writeAccounts(place);
  const daemon = join(libraries, 'authdaemond');
  const listener = [
    join(root, 'usr/sbin/couriertcpd'),
    '-address=127.0.0.1',
    '-maxprocs=2000',
    '-maxperip=2000',
    '-nodnslookup',
    '-noidentlookup',
    String(port),
    join(root, 'usr/lib/courier/courier/imaplogin'),
    join(root, 'usr/bin/imapd'),
    'Maildir',
  ];
  return {
    command: ['/bin/sh', '-c', BOTH, 'courier', daemon, join(folder, 'auth'), ...listener],
    env: { ...env, ...SETTINGS },
    inboxes: { put: (account, delivery) => inboxes.put(account, { ...delivery, raw: withLf(delivery.raw) }) },
  };
}

/** As it keeps mail: it puts a CR before each LF that it finds, even after another CR. */
function withLf(raw: Buffer): Buffer {
  return Buffer.from(raw.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}

async function copyAuthentication(
  { folder, root, libraries: machine }: Place,
  libraries: string,
): Promise<void> {
  const socket = ['/run/courier/authdaemon/socket', join(folder, 'auth')] as const;
  const from = (path: string): string => join(root, path);
  await copyRedirected(from('usr/lib/libcourierauth.so.0'), join(libraries, 'libcourierauth.so.0'), [socket]);
  await copyRedirected(from('usr/lib/courier/courier-authlib/authdaemond'), join(libraries, 'authdaemond'), [
    socket,
    ['/etc/courier/authdaemonrc', join(folder, 'authrc')],
    [AUTHENTICATION, libraries],
  ]);
  // Where no FAM runs, its library waits at each sign-in, 25 times 50 ms: not so this copy, which asks who we are.
  await copyRedirected(join(machine, 'libfam.so.0'), join(libraries, 'libfam.so.0'), [['usleep', 'getuid']]);
  await copyRedirected(from(`${AUTHENTICATION}/libauthuserdb.so`), join(libraries, 'libauthuserdb.so.0'), [
    ['/etc/courier/userdb.dat', join(folder, 'u.dat')],
    ['/etc/courier/userdbshadow.dat', join(folder, 'shadow.dat')],
  ]);
}

function authdaemonrc(folder: string): string {
  const settings = {
    authmodulelist: 'authuserdb',
    authmodulelistorig: 'authuserdb',
    daemons: '2',
    authdaemonvar: folder,
    DEBUG_LOGIN: '0',
    DEFAULTOPTIONS: '',
    LOGGEROPTS: '',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}="${value}"\n`)
    .join('');
}

/** As makeuserdb does, which looks for the files where they were built to be. */
async function writeAccounts(place: Place): Promise<void> {
  const { folder, accounts } = place;
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const open = accounts.map(({ user }) => {
    const home = join(folder, 'mail', user);
    return `${user}\thome=${home}|mail=${join(home, 'mail')}|uid=${uid}|gid=${gid}\n`;
  });
  const hidden = accounts.map(({ user, password }) => {
    const hash = createHash('sha256').update(password).digest('base64');
    return `${user}\tsystempw={SHA256}${hash}\n`;
  });
  await makeDatabase(place, 'u', open);
  await makeDatabase(place, 'shadow', hidden);
}

async function makeDatabase(
  { folder, root, env }: Place,
  name: string,
  lines: readonly string[],
): Promise<void> {
  const program = join(root, 'usr/lib/courier/courier-authlib/makedatprog');
  const child = spawn(program, ['-', join(folder, `${name}.tmp`), join(folder, `${name}.dat`)], {
    env,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const closed = once(child, 'close');
  child.stdin.end(`${lines.join('')}.\n`);
  const [code] = await closed;
  if (code !== 0) throw new Error(`Courier's accounts could not be written: makedatprog ended with ${code}.`);
}
