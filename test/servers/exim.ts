/** Exim, all of it as one unprivileged user: a copy without the set-user-ID bit, since what has it finds no libraries of ours. */
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fate, type MtaKind, type MtaPlace, type MtaPrepared, own } from './mta-kind.js';

export const exim: MtaKind = {
  name: 'Exim',
  version: '4.96',
  needsRoot: false,
  // It was built with the name of its own account; nothing is done as that one.
  accounts: ['Debian-exim'],
  prepare,
  fates,
};

const SIGNS: Readonly<Record<string, Fate>> = {
  '=>': 'delivered',
  '->': 'delivered',
  '==': 'deferred',
  '**': 'bounced',
};

function fates(log: string): ReadonlyMap<string, Fate> {
  const found = new Map<string, Fate>();
  for (const [, sign = '', named = '', bracketed] of log.matchAll(
    /^[\d-]+ [\d:]+ \S+ (=>|->|==|\*\*) (\S+)(?: <([^>]+)>)?/gm,
  )) {
    const fate = SIGNS[sign];
    if (fate !== undefined) found.set(bracketed ?? named, fate);
  }
  return found;
}

/** `blocks`: routers, then transports. */
async function prepare({ folder, root, port, relay, blocks, owner, env }: MtaPlace): Promise<MtaPrepared> {
  const program = join(folder, 'exim');
  await copyFile(join(root, 'usr/sbin/exim4'), program);
  await chmod(program, 0o755);
  const spool = join(folder, 'spool');
  await mkdir(spool);
  await own(spool, owner);
  const [routers = '', transports = ''] = blocks;
  const keep = Object.keys(env).join(' : ');
  const text = `exim_path = ${program}
exim_user = ${owner.uid}
exim_group = ${owner.gid}
keep_environment = ${keep}
deliver_drop_privilege = true
spool_directory = ${spool}
log_file_path = ${spool}/%slog
pid_file_path = ${spool}/pid
primary_hostname = mx.example.com
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${port}
never_users =
tls_advertise_hosts =
host_lookup =
rfc1413_hosts =
acl_smtp_rcpt = all
acl_smtp_data = all
smtp_accept_max = 50
begin acl
all:
  accept
begin routers
${routers}
elsewhere:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = elsewhere
begin transports
${transports}
elsewhere:
  driver = smtp
  port = ${relay}
  allow_localhost
  hosts_try_dane =
begin retry
* * F,1d,1s
`;
  const file = join(folder, 'exim.conf');
  await writeFile(file, text);
  return {
    command: [program, '-C', file, '-bdf'],
    retry: [program, '-C', file, '-qff'],
    logFile: join(spool, 'mainlog'),
  };
}
