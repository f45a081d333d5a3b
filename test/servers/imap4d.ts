/** The IMAP server of GNU mailutils, with an mbox file for each folder. What does not work on it: imap4d.test.ts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { appendToInbox } from '../../src/demo/inbox.js';
import { ownerBesideRoot } from '../../src/demo/owner.js';
import type { Place, Prepared, Unpacked } from './unpacked.js';

export const imap4d: Unpacked = {
  name: 'GNU imap4d',
  version: '3.15',
  program: '/usr/sbin/imap4d',
  prepare,
};

async function prepare(place: Place): Promise<Prepared> {
  const { folder, root, port, env } = place;
  await mkdir(join(folder, 'accounts'));
  await mkdir(join(folder, 'mail'));
  await writeFile(join(folder, 'imap4d.conf'), settings(folder, port));
  await makeAccounts(place);
  return {
    command: [join(root, 'usr/sbin/imap4d'), `--config-file=${join(folder, 'imap4d.conf')}`, '--foreground'],
    env,
    inboxes: { put: (account, delivery) => appendToInbox(port, account, delivery) },
  };
}

function settings(folder: string, port: number): string {
  return [
    'mode daemon;',
    'foreground yes;',
    `pidfile ${folder}/pid;`,
    'max-children 200;',
    'tls-mode false;',
    `virtdomain { passwd-dir ${folder}/accounts; };`,
    'auth { authentication generic; authorization virtdomain; };',
    'mailbox { mailbox-type mbox; };',
    'logging { syslog no; };',
    `server 127.0.0.1:${port} { single-process no; tls-mode false; };`,
    '',
  ].join('\n');
}

/** A file for each domain, with lines as in /etc/passwd. */
async function makeAccounts({ folder, accounts }: Place): Promise<void> {
  const owner = await ownerBesideRoot();
  const [uid, gid] = [owner?.uid ?? process.getuid?.() ?? 0, owner?.gid ?? process.getgid?.() ?? 0];
  const domains = new Map<string, string[]>();
  const hashes = await hashed(accounts.map(({ password }) => password));
  for (const [index, { user }] of accounts.entries()) {
    const [name = '', domain = ''] = user.split('@');
    const home = join(folder, 'mail', user);
    await mkdir(join(home, 'mail'), { recursive: true });
    for (const path of [home, join(home, 'mail')]) await chown(path, uid, gid);
    const line = [name, hashes[index], uid, gid, '', join(home, 'mail'), '/bin/sh'].join(':');
    domains.set(domain, [...(domains.get(domain) ?? []), `${line}\n`]);
  }
  for (const [domain, lines] of domains) await writeFile(join(folder, 'accounts', domain), lines.join(''));
}

/** As crypt(3) has it, to which Node has no way. */
async function hashed(passwords: readonly string[]): Promise<readonly string[]> {
  const child = spawn('perl', ['-lne', 'print crypt($_, q($5$imapdesk$))'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const printed = text(child.stdout);
  child.stdin.end(`${passwords.join('\n')}\n`);
  const [code] = await closed;
  if (code !== 0) throw new Error(`The passwords could not be hashed: perl ended with ${code}.`);
  return (await printed).trim().split('\n');
}
