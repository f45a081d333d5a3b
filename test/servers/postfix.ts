/** Postfix: its master alone, without the script that makes and checks an installation. Needs root. */
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fate, type MtaKind, type MtaPlace, type MtaPrepared, uidOf } from './mta-kind.js';

export const postfix: MtaKind = {
  name: 'Postfix',
  version: '3.7',
  needsRoot: true,
  accounts: ['postfix', 'postdrop'],
  prepare,
  fates,
};

const STATES: Readonly<Record<string, Fate>> = {
  sent: 'delivered',
  deferred: 'deferred',
  bounced: 'bounced',
};

function fates(log: string): ReadonlyMap<string, Fate> {
  const found = new Map<string, Fate>();
  for (const [, to = '', original, status = ''] of log.matchAll(
    /: to=<([^>]*)>,(?: orig_to=<([^>]*)>,)?.* status=(\w+)/g,
  )) {
    const fate = STATES[status];
    if (fate !== undefined) found.set(original ?? to, fate);
  }
  return found;
}

const OWN_FOLDERS = [
  'active',
  'bounce',
  'corrupt',
  'defer',
  'deferred',
  'flush',
  'hold',
  'incoming',
  'private',
  'saved',
  'trace',
];

/** `blocks`: for main.cf, for master.cf, and the table that main.cf names `regexp:/etc/postfix/imapdesk`. */
async function prepare(place: MtaPlace): Promise<MtaPrepared> {
  const { folder, root, blocks } = place;
  const [main = '', master = '', table = ''] = blocks;
  const owner = uidOf(postfix, 'postfix');
  const group = uidOf(postfix, 'postdrop');
  for (const name of ['conf', 'data', 'queue', 'queue/public', 'queue/maildrop', 'queue/pid'])
    await mkdir(join(folder, name), { mode: 0o755 });
  await chown(join(folder, 'data'), owner, owner);
  for (const name of OWN_FOLDERS) {
    await mkdir(join(folder, 'queue', name), { mode: 0o700 });
    await chown(join(folder, 'queue', name), owner, owner);
  }
  for (const [name, mode] of [
    ['public', 0o710],
    ['maildrop', 0o1730],
  ] as const) {
    await chown(join(folder, 'queue', name), owner, group);
    await chmod(join(folder, 'queue', name), mode);
  }
  await writeFile(join(folder, 'conf/imapdesk'), table);
  const text = settings(place) + main.replaceAll('/etc/postfix/', `${folder}/conf/`);
  await writeFile(join(folder, 'conf/main.cf'), text);
  await writeFile(join(folder, 'conf/master.cf'), `${services(place.port)}${master}\n`);
  const conf = ['-c', join(folder, 'conf')];
  return {
    command: [join(root, 'usr/lib/postfix/sbin/master'), ...conf, '-d'],
    retry: [join(root, 'usr/sbin/postqueue'), ...conf, '-f'],
    logFile: join(folder, 'log'),
  };
}

function settings({ folder, root, env, relay }: MtaPlace): string {
  return `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
command_directory = ${root}/usr/sbin
daemon_directory = ${root}/usr/lib/postfix/sbin
shlib_directory = ${root}/usr/lib/postfix
import_environment = MAIL_CONFIG ${Object.keys(env)
    .filter((name) => name !== 'PATH')
    .join(' ')}
mail_owner = postfix
setgid_group = postdrop
default_privs = imapdesk
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.com
mydestination =
alias_maps =
local_recipient_maps =
mynetworks = 127.0.0.0/8
default_transport = smtp:[127.0.0.1]:${relay}
smtp_tls_security_level = none
`;
}

function services(port: number): string {
  return `127.0.0.1:${port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
local unix - n n - - local
postlog unix-dgram n - n - 1 postlogd
`;
}
