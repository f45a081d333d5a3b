/**
 * Cyrus IMAP: a master that starts a process for each connection, with everything in one folder. Mail comes by an IMAP
 * APPEND, since its own delivery agent adds fields.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Account, appendToInbox } from '../../src/demo/inbox.js';
import { ownerBesideRoot } from '../../src/demo/owner.js';
import type { Place, Prepared, Unpacked } from './unpacked.js';

export const cyrus: Unpacked = {
  name: 'Cyrus IMAP',
  version: '3.6',
  program: '/usr/lib/cyrus/bin/master',
  prepare,
};

/** What a mailbox is made of: its mail, and the lists of mailboxes, subscriptions and what has been seen. */
export const CYRUS_FILES = ['conf', 'spool'] as const;

const PROGRAMS = 'usr/lib/cyrus/bin';

async function prepare(place: Place): Promise<Prepared> {
  const { folder, root, port } = place;
  // Its processes refuse to run as root, so that what they need must be another user's.
  const owner = await ownerBesideRoot();
  const user = owner?.user ?? userInfo().username;
  for (const name of ['conf', 'conf/socket', 'spool', 'run', 'socket'])
    await mkdir(join(folder, name), { mode: 0o700 });
  await writeFile(join(folder, 'imapd.conf'), imapdConf(folder, user));
  await writeFile(join(folder, 'cyrus.conf'), cyrusConf(place));
  const env = { ...place.env, SASL_PATH: join(place.libraries, 'sasl2') };
  await makeAccounts({ ...place, env });
  if (owner !== null) await promisify(execFile)('chown', ['-R', `${owner.uid}:${owner.gid}`, folder]);
  return {
    command: [
      join(root, PROGRAMS, 'master'),
      '-C',
      join(folder, 'imapd.conf'),
      '-M',
      join(folder, 'cyrus.conf'),
      '-p',
      join(folder, 'run/master.pid'),
      '-D',
    ],
    // Nothing is as durable as it is short-lived, and Cyrus has no setting that says so.
    env: { ...env, LD_PRELOAD: join(place.libraries, 'libeatmydata.so') },
    inboxes: { put: (account, delivery) => appendToInbox(port, account, delivery) },
  };
}

/** The users' domain must not be the default one, or they lose it; and 8-bit fields are kept as they are. */
function imapdConf(folder: string, user: string): string {
  const settings = {
    configdirectory: join(folder, 'conf'),
    defaultpartition: 'default',
    'partition-default': join(folder, 'spool'),
    proc_path: join(folder, 'run/proc'),
    mboxname_lockpath: join(folder, 'run/lock'),
    idlesocket: join(folder, 'socket/idle'),
    notifysocket: join(folder, 'socket/notify'),
    lmtpsocket: join(folder, 'socket/lmtp'),
    cyrus_user: user,
    admins: 'cyrus',
    virtdomains: 'userid',
    defaultdomain: 'elsewhere.invalid',
    unixhierarchysep: 'yes',
    altnamespace: 'yes',
    autocreate_quota: '0',
    munge8bit: 'no',
    duplicatesuppression: 'no',
    allowplaintext: 'yes',
    sasl_pwcheck_method: 'auxprop',
    sasl_auxprop_plugin: 'sasldb',
    sasl_sasldb_path: join(folder, 'sasldb2'),
    sasl_mech_list: 'PLAIN LOGIN',
    maxlogins_per_user: '0',
    maxlogins_per_host: '0',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

function cyrusConf({ folder, root, port }: Place): string {
  const command = (line: string): string => {
    const [name = '', ...more] = line.split(' ');
    return `cmd="${[join(root, PROGRAMS, name), '-C', join(folder, 'imapd.conf'), ...more].join(' ')}"`;
  };
  return [
    'START {',
    `  recover ${command('ctl_cyrusdb -r')}`,
    '}',
    'SERVICES {',
    `  imap ${command('imapd')} listen="127.0.0.1:${port}" prefork=1 maxchild=2000`,
    '}',
    'DAEMON {',
    `  idled ${command('idled')}`,
    '}',
    '',
  ].join('\n');
}

/** The accounts as they have been made, for the next time in the same place. */
const made = new Map<string, Buffer>();

async function makeAccounts(place: Place): Promise<void> {
  const file = join(place.folder, 'sasldb2');
  const before = made.get(file);
  if (before !== undefined) return writeFile(file, before, { mode: 0o600 });
  for (const account of place.accounts) await makeAccount(place, account);
  made.set(file, await readFile(file));
}

async function makeAccount({ folder, root, env }: Place, { user, password }: Account): Promise<void> {
  const [name = '', domain = ''] = user.split('@');
  const child = spawn(
    join(root, 'usr/sbin/saslpasswd2'),
    ['-c', '-p', '-f', join(folder, 'sasldb2'), '-u', domain, name],
    { env, stdio: ['pipe', 'ignore', 'inherit'] },
  );
  const closed = once(child, 'close');
  child.stdin.end(password);
  const [code] = await closed;
  if (code !== 0) throw new Error(`${user} could not be made: saslpasswd2 ended with ${code}.`);
}
