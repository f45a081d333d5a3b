/** What `erase` shows: all that would go, and what it cannot reach. */
import type { DeskConfig } from '../config/complete.js';
import type { ErasableMessage, Erasure } from '../worker/erase/erasure.js';
import type { Mention, Mentions } from '../worker/erase/mentions.js';
import { isoTime, readableTime } from './clock.js';
import { count } from './count.js';
import { layTable } from './table.js';

export interface Shown {
  readonly desk: DeskConfig;
  readonly erasure: Erasure;
  /** The server removes single messages for good (UIDPLUS). */
  readonly expunges: boolean;
  /** Tickets whose entries stay although they name the person. */
  readonly mixed: readonly number[];
  /** Messages of others that name or quote the person, which stay. */
  readonly mentions: Mentions;
}

/** All that would go, and how much that is. */
export function foundLines({ desk, erasure, mentions }: Shown, columns: number | null): string {
  const { messages, tickets, parts, begun } = erasure;
  const lines = [
    ...tableOf(desk, messages, columns),
    ...mentionLines(desk, mentions, columns),
    ...(begun.length > 0 ? ['It was begun before, and did not come to its end: this is what is left.'] : []),
    ...(tickets.length > 0 ? [`Nothing stays of: ${tickets.join(', ')}.`] : []),
    ...(parts.length > 0 ? [`These go on without what is listed: ${parts.join(', ')}.`] : []),
    `${count(messages.length, 'message')} (${foldersOf(messages)}) and ${count(entriesIn(erasure), 'note')} of the register.`,
    '',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const TITLES = [
  { title: 'FOLDER', atMost: 24 },
  { title: 'TICKET', align: 'right' as const },
  { title: 'ARRIVED' },
  { title: 'FROM', atMost: 32 },
  { title: 'SUBJECT' },
];

function tableOf(desk: DeskConfig, messages: readonly Mention[], columns: number | null): readonly string[] {
  const rows = messages.map(({ folder, ticket, facts }) => [
    folder,
    ticket === null ? '' : String(ticket),
    readableTime(facts.receivedAt, desk.timezone),
    facts.sender.shown,
    facts.subject || '(no subject)',
  ]);
  return rows.length === 0 ? [] : [...layTable(TITLES, rows, columns), ''];
}

function mentionLines(
  desk: DeskConfig,
  { shown, others }: Mentions,
  columns: number | null,
): readonly string[] {
  if (shown.length === 0) return [];
  const more = others === 0 ? '' : ` (and ${others} more)`;
  return [
    `These messages of others name or quote the person${more}. They stay; look whether they may:`,
    ...tableOf(desk, shown, columns),
  ];
}

function foldersOf(messages: readonly ErasableMessage[]): string {
  const counts = new Map<string, number>();
  for (const { folder } of messages) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  return [...counts].map(([folder, number]) => `${number} in ${folder}`).join(', ') || 'none';
}

function entriesIn({ entries }: Erasure): number {
  return entries.others.length + entries.tickets.length + entries.merges.length;
}

export function doneLines(shown: Shown): readonly string[] {
  const { messages, tickets } = shown.erasure;
  const counted = count(messages.length, 'message');
  const what = `${tickets.length === 1 ? 'Ticket' : 'Tickets'} ${tickets.join(', ')} ${tickets.length === 1 ? 'is' : 'are'} erased, with ${counted}. The numbers are never given again.`;
  const said = tickets.length === 0 ? `${counted} erased.` : what;
  return [said, ...reachLines(shown)];
}

/** What is left where the desk cannot get at it. It is told truly, and at length: somebody may have to answer for it. */
function reachLines({ desk, erasure, expunges, mixed }: Shown): readonly string[] {
  const { elsewhere, people, alertsUnderWay } = erasure.outOfReach;
  const lines: string[] = [];
  if (!expunges)
    lines.push(
      'This server removes no single messages: all of it is marked as deleted, and goes for good only when a mail program purges (expunges) these folders. Until then it can be read.',
    );
  for (const { folder, messages } of elsewhere)
    lines.push(
      `"${folder}" is none of the desk's folders: ${count(messages, 'copy', 'copies')} of it lie there.`,
    );
  if (mixed.length > 0)
    lines.push(
      `Tickets ${mixed.join(', ')} have requesters of their own beside this one, by a merge: their notes in the register still name the address.`,
    );
  if (alertsUnderWay > 0)
    lines.push(
      `${count(alertsUnderWay, 'message')} of an alert ${alertsUnderWay === 1 ? 'is' : 'are'} under way and told of other tickets as well: run the command again later.`,
    );
  if (people.length > 0)
    lines.push(`These people wrote or got some of it, and may have copies: ${people.join(', ')}.`);
  return [
    'What this cannot reach:',
    ...[
      ...lines,
      `Staff of the desk (${desk.staff.map(({ addresses }) => addresses[0]).join(', ')}) have got notices of it, and alerts may have told of it.`,
      'Exports, backups of the mailbox, the logs of mail servers, and the log files of imapdesk.',
      'What the IMAP server keeps of messages that were removed, for a time or until somebody cleans up: docs/erasing.md says how on which server.',
    ].map((line) => `- ${line}`),
  ];
}

export function fieldsOf(
  { desk, erasure, expunges, mixed, mentions }: Shown,
  dryRun: boolean,
): Record<string, unknown> {
  const { messages, tickets, parts, begun, outOfReach } = erasure;
  return {
    desk: desk.name,
    dryRun,
    tickets,
    parts,
    messages: messages.map(fieldsOfMessage),
    entries: entriesIn(erasure),
    begunBefore: begun.length > 0,
    purged: dryRun ? null : expunges,
    outOfReach: {
      ...outOfReach,
      mixed,
      mentions: mentions.shown.map(fieldsOfMessage),
      mentionsNotShown: mentions.others,
    },
  };
}

function fieldsOfMessage({ folder, ticket, facts }: Mention): Record<string, unknown> {
  return {
    folder,
    ticket,
    received: isoTime(facts.receivedAt),
    from: facts.sender.address,
    subject: facts.subject,
    messageId: facts.messageId,
  };
}
