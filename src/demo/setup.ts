/** What the demo writes beside its mail world: the desk's configuration, and settings for mutt. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './inbox.js';
import type { MailWorld, PEOPLE } from './world.js';

export type Name = keyof typeof PEOPLE;

/** Writes the configuration of the one desk that the demo has, and answers its path. */
export async function writeDeskConfig(world: MailWorld): Promise<string> {
  const { support, steve, ann } = world.accounts;
  const signIn = { security: 'none', user: support.user, password: support.password };
  const config = {
    secret: randomBytes(24).toString('base64url'),
    desks: [
      {
        name: support.name,
        address: support.address,
        staff: [steve, ann].map(({ name, address }) => ({ name, addresses: [address] })),
        imap: { host: world.imap.host, port: world.imap.port, ...signIn },
        smtp: { host: world.smtp.host, port: world.smtp.port, ...signIn },
      },
    ],
    log: { level: 'info', format: 'json' },
  };
  const path = join(world.folder, 'config.json');
  await writeFile(path, JSON.stringify(config, null, 2), { mode: 0o600 });
  return path;
}

/**
 * Writes settings with which mutt reads and sends as this person, and answers the command. Mutt is told to do without
 * TLS, which it would else insist on, and to ask nothing that has one answer here.
 */
export async function writeMuttrc(world: MailWorld, name: Name): Promise<string> {
  const account = world.accounts[name];
  const path = join(world.folder, `${name}.muttrc`);
  await writeFile(path, muttSettings(world, account).join('\n'), { mode: 0o600 });
  return `mutt -n -F ${path}`;
}

function muttSettings(world: MailWorld, account: Account): readonly string[] {
  const { imap, smtp, folder } = world;
  const desk = account.user === world.accounts.support.user;
  const start = desk ? 'Tickets/Open' : 'INBOX';
  return [
    'set ssl_starttls=no ssl_force_tls=no',
    `set imap_user="${account.user}" imap_pass="${account.password}"`,
    `set folder="imap://${imap.host}:${imap.port}/" spoolfile="+${start}" record="+Sent"`,
    `set postponed="${folder}/${account.user}-drafts"`,
    `set smtp_url="smtp://${smtp.host}:${smtp.port}/"`,
    `set from="${account.address}" realname="${account.name}" use_from=yes envelope_from=yes`,
    `set header_cache="" certificate_file="" tmpdir="${folder}"`,
    'set sort=threads sort_aux=date charset="utf-8" mail_check=5 timeout=5 sleep_time=0',
    'set move=no delete=ask-yes confirmcreate=no copy=no fast_reply=yes reply_to=yes include=yes',
    // As mutt's own muttrc for all has it, which -n leaves out.
    'ignore *',
    'unignore from: date subject to cc reply-to:',
    'hdr_order date: from: to: cc: reply-to: subject:',
    `mailboxes "+INBOX"${desk ? ' "+Tickets/Open" "+Tickets/Archived" "+Tickets/Review"' : ''}`,
    '',
  ];
}
