/** Register records to messages. See `entry.ts` for the form, `parse.ts` for the way back. */
import { composeText } from '../../message/compose/compose.js';
import {
  type AdoptionRecord,
  type ClaimRecord,
  type CopiedRecord,
  type HintRecord,
  type RegisterRecord,
  searchableNumber,
  type Taken,
  type TicketRecord,
  versionOf,
} from './entry.js';

export interface Writing {
  readonly deskName: string;
  readonly deskAddress: string;
  readonly now: Date;
  /** Unique among all entries. */
  readonly id: string;
  /** The highest number given so far: every entry carries it, so that the newest ones tell it. */
  readonly highest: number;
}

type Fields = [string, string][];

/** Short enough that a piece fits into a line even if each of its characters has to be escaped. */
const MAX_PIECE_CHARACTERS = 100;

/** JSON strings in ASCII, so that no server has a reason to rewrite them; long text in pieces, for no line is endless. */
function ascii(value: string): string {
  const pieces = value.match(new RegExp(`[^]{1,${MAX_PIECE_CHARACTERS}}`, 'g')) ?? [''];
  return pieces.map(asciiPiece).join(' ');
}

function asciiPiece(piece: string): string {
  return JSON.stringify(piece).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function idField(id: string | null): Fields {
  return id === null ? [] : [['X-Imapdesk-Message-Id', `<${id}>`]];
}

function followsField(follows: number | undefined): Fields {
  return follows === undefined ? [] : [['X-Imapdesk-Follows', searchableNumber(follows)]];
}

function hintFields(record: HintRecord): Fields {
  return [
    ['X-Imapdesk-Ticket', record.ticket === null ? 'none' : searchableNumber(record.ticket)],
    [
      'X-Imapdesk-Archived',
      `${record.uidValidity} ${record.uidNext} ${record.complete ? 'complete' : 'incomplete'}`,
    ],
    ...record.moved.map(({ uid, identity }): [string, string] => [
      'X-Imapdesk-Moved',
      `${uid ?? '?'} ${identity}`,
    ]),
  ];
}

function ticketFields(record: TicketRecord): Fields {
  return [
    ['X-Imapdesk-Ticket', searchableNumber(record.number)],
    ['X-Imapdesk-Identity', record.rootIdentity],
    ...idField(record.rootMessageId),
    ['X-Imapdesk-Requester', record.requester === null ? 'none' : ascii(record.requester)],
    ['X-Imapdesk-Requester-Name', ascii(record.requesterName)],
    ['X-Imapdesk-Requester-From', record.requesterFrom],
    ['X-Imapdesk-Subject', ascii(record.subject)],
    ['X-Imapdesk-Answerable', record.answerable ? 'yes' : 'no'],
    ['X-Imapdesk-Opened', record.opened.toISOString()],
    ...followsField(record.follows),
  ];
}

function claimFields(record: ClaimRecord): Fields {
  return [
    ['X-Imapdesk-Claim', `${record.worker} ${record.first ?? 'new'}`],
    ['X-Imapdesk-Host', ascii(record.host)],
    ['X-Imapdesk-Process', `${record.pid} ${record.started} ${record.place}`],
    ['X-Imapdesk-Command', ascii(record.command)],
    ['X-Imapdesk-Since', record.since.toISOString()],
    ['X-Imapdesk-At', record.at.toISOString()],
  ];
}

function adoptionFields(record: AdoptionRecord): Fields {
  return [
    ['X-Imapdesk-At', record.at.toISOString()],
    ['X-Imapdesk-Inbox', `${record.uidValidity} ${record.uidNext}`],
    ['X-Imapdesk-Archived', `${record.archivedUidValidity} ${record.archivedUidNext} complete`],
    ['X-Imapdesk-Taken-Count', String(record.taken.length)],
  ];
}

function copiedFields(record: CopiedRecord): Fields {
  return [
    ['X-Imapdesk-At', record.at.toISOString()],
    ['X-Imapdesk-Inbox', `${record.uidValidity} ${record.uidNext}`],
    ['X-Imapdesk-Choice', record.choice ?? 'unasked'],
    ['X-Imapdesk-Cause', record.cause],
    ['X-Imapdesk-Taken-Count', String(record.taken.length)],
  ];
}

function fieldsOf(record: RegisterRecord): Fields {
  switch (record.kind) {
    case 'ticket':
      return ticketFields(record);
    case 'link':
    case 'written':
      return [
        ['X-Imapdesk-Ticket', searchableNumber(record.ticket)],
        ['X-Imapdesk-Identity', record.identity],
        ...idField(record.messageId),
      ];
    case 'hint':
      return hintFields(record);
    case 'request':
      return [
        ['X-Imapdesk-Ticket', searchableNumber(record.ticket)],
        ['X-Imapdesk-Request', `${record.id} ${record.command}`],
        ...(record.command === 'split' ? [['X-Imapdesk-Identity', record.identity] as [string, string]] : []),
      ];
    case 'merge':
      return [
        ['X-Imapdesk-Ticket', searchableNumber(record.from)],
        ['X-Imapdesk-Into', searchableNumber(record.into)],
        ['X-Imapdesk-Join-People', record.joinPeople ? 'yes' : 'no'],
      ];
    case 'attempt':
      return [
        ['X-Imapdesk-Identity', record.identity],
        ...idField(record.messageId),
        ['X-Imapdesk-Why', ascii(record.why)],
        ['X-Imapdesk-At', record.at.toISOString()],
      ];
    case 'sent':
      return [
        ['X-Imapdesk-Sent', `${record.uidValidity} ${record.uidNext}`],
        ['X-Imapdesk-At', record.at.toISOString()],
      ];
    case 'taken':
      return record.messageIds.map((id): [string, string] => ['X-Imapdesk-Taken', `<${id}>`]);
    case 'absence':
      return [['X-Imapdesk-Count', String(record.count)]];
    case 'claim':
      return claimFields(record);
    case 'adoption':
      return adoptionFields(record);
    case 'copied':
      return copiedFields(record);
  }
}

function subjectOf(record: RegisterRecord): string {
  switch (record.kind) {
    case 'ticket':
      return `Register: ticket ${record.number}`;
    case 'link':
      return `Register: a message of ticket ${record.ticket}`;
    case 'hint':
      return record.ticket === null
        ? 'Register: archive seen'
        : `Register: archived mail of ticket ${record.ticket}`;
    case 'request':
      return `Register: ${record.command} ticket ${record.ticket}`;
    case 'merge':
      return `Register: ticket ${record.from} is merged into ticket ${record.into}`;
    case 'attempt':
      return 'Register: a message that could not be filed';
    case 'written':
      return `Register: a message of ticket ${record.ticket}, written in the desk's account`;
    case 'sent':
      return 'Register: sent mail seen';
    case 'taken':
      return 'Register: mail that the mail server has taken';
    case 'absence':
      return 'Register: staff were told of missing tickets';
    case 'claim':
      return `Register: ${record.command} is at work`;
    case 'adoption':
      return 'Register: the desk begins';
    case 'copied':
      return 'Register: the inbox was copied';
  }
}

function textOf(record: RegisterRecord): string {
  const keep = 'This is a note of the support desk to itself. Please leave it where it is.\n';
  switch (record.kind) {
    case 'ticket':
      return `Ticket ${record.number}: ${record.subject}\nFrom: ${record.requesterName} ${record.requester ?? '(nobody that could be read)'}\n\n${keep}`;
    case 'adoption':
    case 'copied':
      // The list is the entry's data too: it may be far longer than any server takes as header fields.
      return `${keep}\n${record.taken.map(takenLine).join('')}`;
    default:
      return keep;
  }
}

function takenLine({ uid, identity, quiet }: Taken): string {
  return `${uid} ${identity} ${quiet ? 'quiet' : 'answer'}\n`;
}

export function formatRecord(record: RegisterRecord, writing: Writing): Buffer {
  const domain = writing.deskAddress.slice(writing.deskAddress.lastIndexOf('@') + 1);
  return composeText({
    from: { name: writing.deskName, address: writing.deskAddress },
    to: { name: writing.deskName, address: writing.deskAddress },
    subject: subjectOf(record),
    messageId: `register.${writing.id}@${domain}`,
    references: [],
    date: writing.now,
    fields: [
      ['X-Imapdesk-Version', String(versionOf(record))],
      ['X-Imapdesk-Entry', record.kind],
      ['X-Imapdesk-Highest', String(writing.highest)],
      ...fieldsOf(record),
    ],
    text: textOf(record),
  });
}
