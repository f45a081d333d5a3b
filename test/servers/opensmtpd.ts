/**
 * OpenSMTPD. Where its queue, its socket, its empty folder and its helpers are was built into it; the path of our folder is
 * written over that, in copies of its two programs. Needs root.
 */
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fate, type MtaKind, type MtaPlace, type MtaPrepared, uidOf } from './mta-kind.js';

export const opensmtpd: MtaKind = {
  name: 'OpenSMTPD',
  version: '6.8',
  needsRoot: true,
  accounts: ['opensmtpd', 'opensmtpq'],
  prepare,
  fates,
};

const RESULTS: Readonly<Record<string, Fate>> = {
  Ok: 'delivered',
  TempFail: 'deferred',
  PermFail: 'bounced',
};

function fates(log: string): ReadonlyMap<string, Fate> {
  const found = new Map<string, Fate>();
  for (const [, to = '', result = ''] of log.matchAll(/ mda delivery .*? to=<([^>]*)> .* result=(\w+)/g)) {
    const fate = RESULTS[result];
    if (fate !== undefined) found.set(to, fate);
  }
  return found;
}

/** Each has the same length as what is written over it. */
const BUILT_IN: readonly (readonly [string, string])[] = [
  ['/var/spool/smtpd', '/'],
  ['/var/run/smtpd.sock', '/sck'],
  ['/var/lib/opensmtpd/empty', '/empty///'],
  ['/usr/libexec/opensmtpd', '/lib///'],
];

async function prepare({ folder, root, port, relay, blocks }: MtaPlace): Promise<MtaPrepared> {
  for (const name of ['smtpd', 'smtpctl']) {
    let program = (await readFile(join(root, 'usr/sbin', name))).toString('latin1');
    for (const [built, own] of BUILT_IN) program = program.replaceAll(built, folder + own);
    await writeFile(join(folder, name), program, 'latin1');
    await chmod(join(folder, name), 0o755);
  }
  await mkdir(join(folder, 'empty'), { mode: 0o755 });
  await symlink(join(root, 'usr/libexec/opensmtpd'), join(folder, 'lib'));
  const file = join(folder, 'smtpd.conf');
  const text = `listen on 127.0.0.1 port ${port} hostname mx.example.com
action "elsewhere" relay host "smtp://127.0.0.1:${relay}"
${blocks.join('\n')}
match from any for any action "elsewhere"
`;
  await writeFile(file, text);
  const control = join(folder, 'smtpctl');
  return {
    command: [join(folder, 'smtpd'), '-dF', '-f', file],
    retry: [control, 'schedule', 'all'],
    group: uidOf(opensmtpd, 'opensmtpq'),
  };
}
