/**
 * Settings with which mutt and neomutt work in a desk's mailbox. What they rest on:
 *
 * - Moving a ticket's messages between Open and Archived closes and reopens it, so two macros move whole threads.
 *   Threads are made of ids alone: subjects that are alike would move a stranger's ticket along.
 * - An answer goes from the desk's address, with a copy to the same address. It names the message that it answers, so
 *   the copy joins that ticket, whatever address it came to.
 * - From is never taken from the message (`reverse_name`): a staff member's signed address would go to a requester.
 * - No password is printed.
 */
import type { DeskConfig } from '../config/complete.js';
import { muttHeaderValue, muttKeys, muttPattern, muttWord } from './mutt-quote.js';

type Addresses = NonNullable<DeskConfig['addresses']>;

export function muttSettings(desk: DeskConfig): string {
  const parts = [
    [
      `# mutt and neomutt settings for ${desk.address}, written by: imapdesk muttrc`,
      'set config_charset=utf-8',
    ],
    servers(desk),
    folders(desk),
    identity(desk),
    answers(desk),
    moves(desk),
    closing(desk),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function servers({ imap, smtp, auth }: DeskConfig): string[] {
  const security = [imap.security, smtp.security];
  const ca = imap.tls.ca ?? smtp.tls.ca;
  const smtpScheme = smtp.security === 'tls' ? 'smtps' : 'smtp';
  return [
    ...(auth === null ? passwords(imap.password) : tokens(auth)),
    `set ssl_starttls=${security.includes('starttls') ? 'yes' : 'no'} ssl_force_tls=${security.includes('none') ? 'no' : 'yes'}`,
    ...(ca === null ? [] : [`set certificate_file=${muttWord(ca)}`]),
    `set smtp_url=${muttWord(url(smtpScheme, smtp))}`,
    '# Some servers keep all folders below INBOX: if yours does, put INBOX behind the last slash of the next line.',
    `set folder=${muttWord(account(imap))}`,
  ];
}

function passwords(secret: DeskConfig['imap']['password']): string[] {
  return [
    '# The servers. mutt asks for the passwords, unless your own muttrc has said before it sources this, as in',
    `#   set imap_pass="\`${passwordCommand(secret)}\`" smtp_pass="$imap_pass"`,
  ];
}

/** mutt signs in by tokens of its own, or of the same program. */
function tokens(auth: NonNullable<DeskConfig['auth']>): string[] {
  const program = auth.kind === 'command' && auth.command.every(isPlainWord) ? auth.command.join(' ') : null;
  return [
    '# The servers. They want OAuth2: your own muttrc must name a program that prints a token before it sources this, as in',
    '#   set imap_authenticators="oauthbearer:xoauth2" smtp_authenticators="oauthbearer:xoauth2"',
    `#   set imap_oauth_refresh_command="${program ?? 'oama access support@example.com'}" smtp_oauth_refresh_command="$imap_oauth_refresh_command"`,
  ];
}

function isPlainWord(word: string): boolean {
  return /^[\w@%+=:.,/-]+$/.test(word);
}

/** A command that prints the password, for a comment: what the configuration names, if it is as plain as that. */
function passwordCommand(secret: DeskConfig['imap']['password']): string {
  const words =
    secret === null || typeof secret === 'string'
      ? []
      : 'command' in secret
        ? secret.command
        : 'file' in secret
          ? ['cat', secret.file]
          : [];
  const isPlain = words.length > 0 && words.every(isPlainWord);
  return isPlain ? words.join(' ') : 'pass show desk';
}

function account(imap: DeskConfig['imap']): string {
  return url(imap.security === 'tls' ? 'imaps' : 'imap', imap);
}

interface Server {
  readonly host: string;
  readonly port: number;
  readonly user: string | null;
}

function url(scheme: string, { host, port, user }: Server): string {
  const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `${scheme}://${user === null ? '' : `${encodeURIComponent(user)}@`}${bracketed}:${port}/`;
}

function folders({ imap, folders: names }: DeskConfig): string[] {
  const inbox = `${account(imap)}${names.inbox}`;
  const boxes = [names.open, names.archived, names.review].map((name) => `+${name}`);
  return [
    '# The folders: tickets are threads in Open and Archived.',
    `set spoolfile=${muttWord(`+${names.open}`)}`,
    `mailboxes ${[...boxes, inbox].map(muttWord).join(' ')}`,
    'set sort=threads sort_aux=date strict_threads=yes',
    '# The desk keeps the copy that it is sent, so mutt keeps none.',
    'set copy=no',
  ];
}

function identity({ name, address, addresses }: DeskConfig): string[] {
  const own = [`^${muttPattern(address)}$`, ...(addresses === null ? [] : ticketPatterns(addresses))];
  return [
    '# Who writes. Ticket addresses may be signed for one person, so none is ever taken for From.',
    `set from=${muttWord(address)} realname=${muttWord(name)} use_from=yes envelope_from=yes reverse_name=no`,
    `set hostname=${muttWord(address.slice(address.lastIndexOf('@') + 1))}`,
    `alternates ${own.map(muttWord).join(' ')}`,
    "# mutt would else take the desk's own copy out of an answer again.",
    'set metoo=yes reply_self=no',
  ];
}

function ticketPatterns({ ticket, done }: Addresses): string[] {
  return [ticket, done].map((template) => {
    const [before = '', after = ''] = template.split('{id}').map(muttPattern);
    return `^${before}[0-9][^@]*${after}$`;
  });
}

function answers({ address, folders: names }: DeskConfig): string[] {
  const cc = `my_hdr Cc: ${muttHeaderValue(address)}`;
  const note = `<reply>^U${muttKeys(address)}<enter>^U<enter><enter>`;
  return [
    '# Answers: r writes to the people outside, with a copy to the desk; ,n writes a note that only colleagues get.',
    'set reply_to=yes fast_reply=no askcc=yes askbcc=no include=yes',
    "folder-hook . 'unmy_hdr Cc'",
    ...[names.open, names.archived].map((name) => hook(name, cc)),
    `macro index,pager ,n ${muttWord(note)} 'a note to colleagues'`,
  ];
}

/** A hook for one folder, whatever the server writes between its levels and before its name. */
function hook(folder: string, command: string): string {
  const levels = folder.split('/').map(muttPattern).join('[/.]');
  return `folder-hook ${muttWord(`[/.]${levels}$`)} ${muttWord(command)}`;
}

/** Moves the thread under the cursor to where save-hook says, which depends on the folder. */
const MOVE_THREAD = '<untag-pattern>~A<enter><tag-thread><tag-prefix><save-message><enter><sync-mailbox>';

function moves({ folders: names }: DeskConfig): string[] {
  return [
    '# Moves, with the whole thread under the cursor: ,a archives it, which closes the ticket; ,o puts it back into',
    '# Open, which reopens it, and makes a ticket of what lies in Review.',
    'set delete=yes confirmappend=no',
    "folder-hook . 'unhook save-hook; bind index ,a noop; bind index ,o noop'",
    hook(names.open, savingTo(names.archived)),
    hook(names.open, `macro index ,a ${muttWord(MOVE_THREAD)} 'close: the ticket to the archive'`),
    ...[names.archived, names.review].flatMap((name) => [
      hook(name, savingTo(names.open)),
      hook(name, `macro index ,o ${muttWord(MOVE_THREAD)} 'reopen: back to Open'`),
    ]),
  ];
}

/** A name that is saved to by default is a format, too. */
function savingTo(folder: string): string {
  return `unhook save-hook; save-hook . ${muttWord(`+${folder.replaceAll('%', '%%')}`)}`;
}

/** What may stand in a script and in a macro without any thought. */
const PLAIN = /^[\w.+=@{}-]+$/;
const CLOSE_FILE = '$HOME/.imapdesk-close.muttrc';

/**
 * Closing by mail needs the ticket's signed done address. The desk's own copies in the thread name the ticket's signed
 * address in Reply-To, so awk looks there, and writes the keys for mutt into a file.
 */
function closing({ addresses }: DeskConfig): string[] {
  if (addresses === null || !PLAIN.test(addresses.ticket) || !PLAIN.test(addresses.done)) return [];
  const script = `umask 077; LC_ALL=C awk '${closeScript(addresses)}' >"${CLOSE_FILE}"`;
  const macro = [
    `<untag-pattern>~A<enter><tag-thread><tag-prefix><pipe-message>${muttKeys(script)}<enter>`,
    `<untag-pattern>~A<enter><enter-command>source "${CLOSE_FILE}"<enter>`,
  ].join('');
  return [
    '# ,d closes by mail: the requester is told.',
    'set wait_key=no pipe_decode=no abort_unmodified=no',
    `macro index ,d ${muttWord(macro)} 'close by mail'`,
  ];
}

/**
 * What it prints is read by mutt as commands, and mail is anybody's: nothing of a message goes into it but what has
 * matched the pattern. Angle brackets, which would be keys in the macro, are printed by their numbers.
 */
function closeScript({ ticket, done }: Addresses): string {
  const [before = '', after = ''] = ticket.split('{id}');
  const [doneBefore = '', doneAfter = ''] = done.split('{id}');
  const signed = `${awkPattern(before)}[0-9]+[.][0-9a-z]+${awkPattern(after)}`;
  const id = `substr(line,RSTART+${before.length},RLENGTH-${before.length + after.length})`;
  return [
    '{line=tolower($0)} /^[^ ]/{on=(substr(line,1,9)=="reply-to:")}',
    `on&&match(line,/${signed}/)`,
    String.raw`{printf "push \"%creply%c\\Cu${doneBefore}%s${doneAfter}\\n\\Cu\\n\\n\"\n",60,62,${id};exit}`,
  ].join(' ');
}

/** Without backslashes, which awk programs treat in several ways. */
function awkPattern(text: string): string {
  return text.toLowerCase().replaceAll(/[.+{}]/g, '[$&]');
}
