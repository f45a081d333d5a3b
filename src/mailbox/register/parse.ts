/** Register messages to records. Tolerant of what a server may do to white space; strict about what it means. */

import type { RequesterFrom } from '../../desk/ticket/ticket.js';
import { fieldValues, type HeaderBlock, parseHeaderBlock } from '../../message/header/header-block.js';
import { EXIT, Problem } from '../../problem/problem.js';
import type { StoredMessage } from '../store.js';
import {
  type AdoptionRecord,
  type CopiedRecord,
  ENTRY_VERSION,
  type HintRecord,
  type Registered,
  type RegisterRecord,
  type Taken,
} from './entry.js';

/** The first is what older entries mean, which do not say it. */
const REQUESTER_FROM: readonly RequesterFrom[] = [
  'sender',
  'redirected',
  'forwarded',
  'subject',
  'recipient',
  'reply-to',
];

type Read = (name: string) => string | null;

/** null for what is no entry of ours (a person may have put a message there). */
export function parseRecord(message: StoredMessage): (Registered & { readonly highest: number }) | null {
  const block = parseHeaderBlock(message.header);
  const read: Read = (name) => fieldValues(block, `x-imapdesk-${name}`)[0]?.trim() ?? null;
  const version = Number(read('version') ?? Number.NaN);
  if (!Number.isInteger(version)) return null;
  if (version > ENTRY_VERSION) {
    throw new Problem(
      'register-too-new',
      `the register holds an entry of version ${version}, and this imapdesk reads up to ${ENTRY_VERSION}: install the newer imapdesk that wrote it`,
      { exitCode: EXIT.configuration },
    );
  }
  const record = readRecord(read, block);
  if (record === null) return null;
  return { ...record, uid: message.uid, flags: message.flags, highest: number(read('highest')) ?? 0 };
}

function readRecord(read: Read, block: HeaderBlock): RegisterRecord | null {
  const ticket = number(read('ticket'));
  const identity = read('identity');
  const messageId = read('message-id')?.replace(/^<|>$/g, '') ?? null;
  switch (read('entry')) {
    case 'ticket':
    case 'link':
      return ticket === null || identity === null ? null : readMember(read, { ticket, identity, messageId });
    case 'hint':
      return readHint(read, ticket, fieldValues(block, 'x-imapdesk-moved'));
    case 'request':
      return readRequest(read('request'), { ticket, identity });
    case 'merge':
      return readMerge(read, ticket);
    case 'attempt':
      return readAttempt(read, { identity, messageId });
    case 'written':
      return ticket === null || identity === null ? null : { kind: 'written', ticket, identity, messageId };
    case 'sent':
      return readSentMark(read);
    case 'taken':
      return {
        kind: 'taken',
        messageIds: fieldValues(block, 'x-imapdesk-taken').map((id) => id.trim().replace(/^<|>$/g, '')),
      };
    case 'absence':
      return { kind: 'absence', count: number(read('count')) ?? 0 };
    case 'claim':
      return readClaim(read);
    case 'adoption':
      return readAdoption(read);
    case 'copied':
      return readCopied(read);
    default:
      return null;
  }
}

function readMember(
  read: Read,
  root: { ticket: number; identity: string; messageId: string | null },
): RegisterRecord {
  return read('entry') === 'link' ? { kind: 'link', ...root } : readTicket(read, root);
}

function readTicket(
  read: Read,
  root: { ticket: number; identity: string; messageId: string | null },
): RegisterRecord {
  const requester = read('requester');
  return {
    kind: 'ticket',
    number: root.ticket,
    rootIdentity: root.identity,
    rootMessageId: root.messageId,
    requester: requester === null || requester === 'none' ? null : text(requester),
    requesterName: text(read('requester-name')),
    requesterFrom: REQUESTER_FROM.find((known) => known === read('requester-from')) ?? 'sender',
    subject: text(read('subject')),
    answerable: read('answerable') === 'yes',
    opened: new Date(read('opened') ?? 0),
    follows: number(read('follows')) ?? undefined,
  };
}

/** How far a folder had come: its UIDVALIDITY and UIDNEXT, whatever follows. */
function readPlace(value: string | null): { uidValidity: string; uidNext: number } | null {
  const [uidValidity, uidNext] = (value ?? '').split(/\s+/);
  if (uidValidity === undefined || uidNext === undefined || !/^[0-9]+$/.test(uidNext)) return null;
  return { uidValidity, uidNext: Number(uidNext) };
}

function readHint(read: Read, ticket: number | null, moved: readonly string[]): HintRecord | null {
  const place = readPlace(read('archived'));
  if (place === null) return null;
  return {
    kind: 'hint',
    ticket,
    ...place,
    complete: read('archived')?.split(/\s+/)[2] === 'complete',
    moved: moved.flatMap((line) => {
      const [uid, identity] = line.trim().split(/\s+/);
      return identity === undefined ? [] : [{ uid: number(uid ?? null), identity }];
    }),
  };
}

function readRequest(
  value: string | null,
  about: { ticket: number | null; identity: string | null },
): RegisterRecord | null {
  const { ticket, identity } = about;
  const [id, command] = (value ?? '').split(/\s+/);
  if (id === undefined || ticket === null) return null;
  const request = { kind: 'request' as const, id, ticket };
  if (command === 'close' || command === 'reopen') return { ...request, command };
  return command === 'split' && identity !== null ? { ...request, command, identity } : null;
}

function readAttempt(
  read: Read,
  of: { identity: string | null; messageId: string | null },
): RegisterRecord | null {
  const { identity, messageId } = of;
  const at = new Date(read('at') ?? 0);
  return identity === null ? null : { kind: 'attempt', identity, messageId, why: text(read('why')), at };
}

function readSentMark(read: Read): RegisterRecord | null {
  const place = readPlace(read('sent'));
  return place === null ? null : { kind: 'sent', ...place, at: new Date(read('at') ?? 0) };
}

function readClaim(read: Read): RegisterRecord | null {
  const [worker, first] = (read('claim') ?? '').split(/\s+/);
  const [pid, started, place] = (read('process') ?? '').split(/\s+/);
  if (!worker || started === undefined || place === undefined) return null;
  return {
    kind: 'claim',
    worker,
    host: text(read('host')),
    place,
    pid: number(pid ?? null) ?? 0,
    started,
    command: text(read('command')),
    since: new Date(read('since') ?? 0),
    at: new Date(read('at') ?? 0),
    first: number(first ?? null),
  };
}

function readMerge(read: Read, from: number | null): RegisterRecord | null {
  const into = number(read('into'));
  if (from === null || into === null) return null;
  return { kind: 'merge', from, into, joinPeople: read('join-people') === 'yes' };
}

function readAdoption(read: Read): AdoptionRecord | null {
  const [uidValidity, uidNext] = (read('inbox') ?? '').split(/\s+/);
  const [archivedUidValidity, archivedUidNext] = (read('archived') ?? '').split(/\s+/);
  if (uidValidity === undefined || archivedUidValidity === undefined) return null;
  return {
    kind: 'adoption',
    at: new Date(read('at') ?? 0),
    uidValidity,
    uidNext: Number(uidNext),
    archivedUidValidity,
    archivedUidNext: Number(archivedUidNext),
    taken: [],
  };
}

const CHOICES = ['recent', 'all', 'none'] as const;

function readCopied(read: Read): CopiedRecord | null {
  const place = readPlace(read('inbox'));
  if (place === null) return null;
  return {
    kind: 'copied',
    at: new Date(read('at') ?? 0),
    ...place,
    choice: CHOICES.find((known) => known === read('choice')) ?? null,
    cause: read('cause') ?? '',
    taken: [],
  };
}

/** The messages that an adoption took, or that were taken of a copied inbox, from the entry's text. */
export function parseTaken(body: string): readonly Taken[] {
  return body.split(/\r?\n/).flatMap((line) => {
    const match = /^([0-9]+) (\S+) (quiet|answer)$/.exec(line.trim());
    if (match?.[1] === undefined || match[2] === undefined) return [];
    return [{ uid: Number(match[1]), identity: match[2], quiet: match[3] === 'quiet' }];
  });
}

function number(value: string | null): number | null {
  const digits = value?.replace(/^<|>$/g, '') ?? '';
  return /^[0-9]{1,10}$/.test(digits) ? Number(digits) : null;
}

/** The pieces of `format.ts`, put together again; '' for what is none. */
function text(value: string | null): string {
  const pieces = (value ?? '').match(/"(?:[^"\\]|\\.)*"/g) ?? [];
  return pieces.map(parsePiece).join('');
}

function parsePiece(piece: string): string {
  try {
    const parsed: unknown = JSON.parse(piece);
    return typeof parsed === 'string' ? parsed : '';
  } catch {
    return '';
  }
}
