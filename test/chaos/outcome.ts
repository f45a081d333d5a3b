/** What a trial has come to: where everything lies, what the register says, and who was sent what. */
import { createHash } from 'node:crypto';
import { ImapFlow } from 'imapflow';
import type { Account } from '../../src/demo/inbox.js';
import type { TakenMail } from '../../src/demo/smtp-end.js';
import { folderOn } from '../integration/world.js';
import { field } from '../model/message-text.js';
import { FOLDERS } from './scene.js';

interface Found {
  readonly folder: string;
  readonly uid: number;
  readonly raw: Buffer;
  readonly flags: string;
}

export interface Mailbox {
  readonly messages: readonly Found[];
  /** Of each folder; 0 where it is not there. */
  readonly uidNext: readonly number[];
  readonly subscribed: readonly string[];
}

/** A client of somebody who looks from outside. */
export async function signIn(account: Account, imapPort: number): Promise<ImapFlow> {
  const auth = { user: account.user, pass: account.password };
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: imapPort,
    secure: false,
    doSTARTTLS: false,
    auth,
    logger: false,
    disableAutoEnable: true,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** All that lies in an account, but for what is marked deleted, which is nowhere. */
export async function lookInto(account: Account, imapPort: number): Promise<Mailbox> {
  const client = await signIn(account, imapPort);
  const messages: Found[] = [];
  const uidNext: number[] = [];
  const subscribed: string[] = [];
  try {
    const there = await client.list();
    for (const folder of FOLDERS) {
      const found = there.find(({ path }) => path === folderOn(client, folder));
      if (found?.subscribed === true) subscribed.push(folder);
      if (found === undefined) {
        uidNext.push(0);
        continue;
      }
      const opened = await client.mailboxOpen(found.path, { readOnly: true });
      uidNext.push(opened.uidNext);
      if (opened.exists === 0) continue;
      for (const { uid, flags, source } of await client.fetchAll('1:*', {
        uid: true,
        flags: true,
        source: true,
      })) {
        const set = [...(flags ?? [])].filter((flag) => flag !== '\\Recent').toSorted();
        if (set.includes('\\Deleted')) continue;
        messages.push({ folder, uid, raw: source ?? Buffer.alloc(0), flags: set.join(' ') });
      }
    }
  } finally {
    await client.logout().catch(() => client.close());
  }
  return { messages, uidNext, subscribed };
}

/** What differs between two runs of the same: times, entries' random ids, and what is computed from these. */
const FLEETING =
  /^(?:Date:|X-Imapdesk-(?:Opened|Origin|Stage-Signature):|Message-ID: <register\.).*\r\n(?:[ \t].*\r\n)*/gim;
const MOVED_IDENTITY = /^(X-Imapdesk-Moved: \S+) [0-9a-f]+/gim;

/** All of a mailbox that a worker could see, so that of two alike everything happens alike. */
export function likeness({ messages, uidNext, subscribed }: Mailbox): string {
  const lines = messages.map(({ folder, uid, raw, flags }) => {
    const content = raw.toString('latin1').replace(FLEETING, '').replace(MOVED_IDENTITY, '$1');
    return `${folder} ${uid} ${flags} ${fingerprint(Buffer.from(content, 'latin1'))}`;
  });
  return [uidNext.join(' '), ...subscribed, ...lines].join('\n');
}

function fingerprint(raw: Buffer): string {
  return createHash('sha256').update(raw).digest('hex');
}

const named = (raw: Buffer, name: string): string => field(raw, name) ?? 'none';

/**
 * An entry of the register, as far as it must be the same whatever happened. Hints may differ: they only help to find.
 * So may claims: what a worker left of its own is over with it, and is taken away when somebody claims next. The note of
 * a letter at which the line to the mail server was cut is closed by the first pass after the letter is gone.
 */
function entry({ raw, flags }: Found): string | null {
  const kind = named(raw, 'X-Imapdesk-Entry');
  if (kind === 'hint' || kind === 'claim' || kind === 'worker') return null;
  if (kind === 'attempt' && named(raw, 'X-Imapdesk-Identity').startsWith('line:')) return null;
  const about = ['Ticket', 'Identity', 'Message-Id', 'Requester'].map((name) =>
    named(raw, `X-Imapdesk-${name}`),
  );
  return `Register: ${kind} ${about.join(' ')} ${flags}`;
}

const IN_TICKETS = new Set(['Tickets/Open', 'Tickets/Archived']);
/** The marks of the outbox say nothing there, and go when the next letter comes to that folder. */
const SENT_AND_UNDER_WAY = '\\Answered \\Draft ';

export interface StateOptions {
  readonly delivered: readonly Buffer[];
  /** Copies of one message in one folder count once. */
  readonly mergeCopies?: boolean;
}

/** One line for each thing that lies somewhere: what was delivered by its bytes, the desk's own by name and flags. */
export function stateOf(
  { messages, uidNext, subscribed }: Mailbox,
  { delivered, mergeCopies = false }: StateOptions,
): readonly string[] {
  const names = new Map(delivered.map((raw) => [fingerprint(raw), named(raw, 'Message-ID')]));
  const lines = messages.flatMap((found) => {
    const { folder, raw, flags } = found;
    if (folder.endsWith('Register')) return entry(found) ?? [];
    const delivery = names.get(fingerprint(raw));
    if (delivery !== undefined) return `${folder}: delivered ${delivery} ${flags}`;
    const shown = IN_TICKETS.has(folder) ? flags.replace(SENT_AND_UNDER_WAY, '') : flags;
    return `${folder}: own ${named(raw, 'Message-ID')} ${shown}`;
  });
  // Not only is no mail there twice: none was ever put there a second time, and taken away again.
  const staged = `Tickets/Outbox: all that was ever there is below ${uidNext[FOLDERS.indexOf('Tickets/Outbox')]}`;
  const shown = subscribed.map((folder) => `${folder}: subscribed`);
  return [...(mergeCopies ? new Set(lines) : lines), ...shown, staged].toSorted();
}

/** How often each delivered message is there, where that is not once. */
export function misplaced(
  { messages }: Mailbox,
  delivered: readonly Buffer[],
  mayDouble: boolean,
): readonly string[] {
  const prints = messages.map(({ raw }) => fingerprint(raw));
  return delivered.flatMap((raw) => {
    const wanted = fingerprint(raw);
    const count = prints.filter((print) => print === wanted).length;
    return count === 1 || (mayDouble && count === 2)
      ? []
      : [`${named(raw, 'Message-ID')} is there ${count} times`];
  });
}

/** What a clean pass must leave nowhere: something pending, held, waiting to be sent, or under way. */
export function unfinished({ messages }: Mailbox): readonly string[] {
  return messages.flatMap(({ folder, raw, flags }) => {
    const flagged = flags.includes('\\Flagged');
    const unsent = folder.endsWith('Outbox') && !flags.includes('\\Answered');
    const about = `${folder}: ${named(raw, 'Subject')} (${flags})`;
    return folder === 'INBOX' || unsent || (flagged && !folder.endsWith('Open')) ? [about] : [];
  });
}

/** Mail that has been taken from us and not marked as sent: the next pass will send it again. */
export function unmarked({ messages }: Mailbox, taken: readonly TakenMail[]): readonly TakenMail[] {
  const unsent = messages.filter(
    ({ folder, flags }) => folder.endsWith('Outbox') && !flags.includes('\\Answered'),
  );
  const waiting = new Set(unsent.map(({ raw }) => named(raw, 'Message-ID')));
  return taken.filter(({ raw }) => waiting.has(named(raw, 'Message-ID')));
}

/** A mail and its one recipient. */
function mailing({ to, raw }: TakenMail): string {
  return `${named(raw, 'Message-ID')} to ${to.join(', ')}`;
}

export function mailings(sent: readonly TakenMail[]): readonly string[] {
  return [...new Set(sent.map(mailing))].toSorted();
}

export interface Sendings {
  readonly first: readonly TakenMail[];
  readonly second: readonly TakenMail[];
  readonly mayRepeat: readonly TakenMail[];
}

/** What is wrong with mail that was sent a second time. */
export function wrongRepeats({ first, second, mayRepeat }: Sendings): readonly string[] {
  const earlier = new Map(first.map((mail) => [mailing(mail), mail.raw]));
  const expected = new Set(mayRepeat.map(mailing));
  const twice = [first, second].filter((sent) => sent.length > mailings(sent).length);
  const wrong = second.flatMap((mail) => {
    const before = earlier.get(mailing(mail));
    if (before === undefined) return [];
    if (!before.equals(mail.raw)) return [`${mailing(mail)} was sent again with other content`];
    return expected.has(mailing(mail))
      ? []
      : [`${mailing(mail)} was sent again though it was marked as sent`];
  });
  return [...twice.map(() => 'a mail was sent twice in one pass'), ...wrong];
}
