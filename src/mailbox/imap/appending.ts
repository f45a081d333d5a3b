/**
 * One APPEND, of one message or, with MULTIAPPEND (RFC 3502), of several, and the UIDs that it gave: as the server tells
 * them (RFC 4315 APPENDUID), or by a search where it does not.
 *
 * imapflow's own method takes a single message. What it does beside the command is done here, too, or by imapflow's
 * handler of EXISTS, which keeps the count of the selected folder.
 */
import type { ImapAttribute, ImapResponse } from 'imapflow';
import { Problem } from '../../problem/problem.js';
import type { NewMessage } from '../store.js';
import { fetchMessages } from './fetching.js';
import { encodePath } from './names.js';
import { searchUids } from './searching.js';
import type { Session } from './session.js';
import { expandedSet } from './uid-set.js';

const MAX_HEADER_BYTES_SCANNED = 256 * 1024;

/** The Message-ID field of a message of ours, unfolded, with its brackets; null if there is none. */
export function messageIdOf(raw: Buffer): string | null {
  const head = raw.toString('latin1', 0, Math.min(raw.length, MAX_HEADER_BYTES_SCANNED));
  const header = head.split(/\r?\n\r?\n/, 1)[0] ?? '';
  const field = /^message-id[ \t]*:((?:.|\r?\n[ \t])*)/im.exec(header)?.[1];
  const id = field?.replace(/\s+/g, ' ').trim();
  return id === undefined || id === '' ? null : id;
}

/** Why this message cannot be sent to this server at all; null if it can. */
export function unfitToAppend(session: Session, { raw, wantsUid }: NewMessage): Error | null {
  const { capabilities } = session.client;
  const limit: unknown = capabilities.get('APPENDLIMIT');
  if (typeof limit === 'number' && raw.length > limit) {
    // RFC 7889: what the server has announced not to take is not sent; the problem is the one of a refusal.
    const text = `The message has more than ${String(limit)} bytes`;
    return Object.assign(new Error(text), { serverResponseCode: 'APPENDLIMIT' });
  }
  if (wantsUid !== false && !capabilities.has('UIDPLUS') && messageIdOf(raw) === null)
    return new Problem('imap-append', 'A message without a Message-ID cannot be stored on this IMAP server');
  return null;
}

/** Stores the messages with one command, and returns their UIDs in order. Several only where the server has MULTIAPPEND. */
export async function appendMessages(
  session: Session,
  folder: string,
  messages: readonly NewMessage[],
): Promise<readonly number[]> {
  const path = session.names.toPath(folder);
  const binary = session.client.capabilities.has('BINARY');
  const entries = messages.flatMap((message) => appendArguments(message, binary));
  const answer = await session.wire.command('APPEND', [
    { type: 'ATOM', value: encodePath(path) },
    ...entries,
  ]);
  const told = appendedUids(answer, messages.length);
  if (told !== null) {
    session.appended(path, told);
    return told;
  }
  if (messages.every(({ wantsUid }) => wantsUid === false)) return [];
  await session.select(folder);
  return messages.length === 1 ? await findLast(session, messages) : await findAll(session, messages);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** RFC 9051: date-time, in UTC. */
function dateTime(at: Date): string {
  const iso = at.toISOString();
  const day = `${iso.slice(8, 10)}-${MONTHS[at.getUTCMonth()]}-${iso.slice(0, 4)}`;
  return `${day} ${iso.slice(11, 19)} +0000`;
}

function appendArguments({ raw, flags, receivedAt }: NewMessage, binary: boolean): ImapAttribute[] {
  const literal = {
    type: 'LITERAL',
    value: raw,
    // NUL stands in no other literal (RFC 3516 §4.4).
    isLiteral8: binary && raw.includes(0),
  };
  return [
    ...(flags.length === 0 ? [] : [flags.map((value) => ({ type: 'ATOM', value }))]),
    ...(receivedAt === undefined ? [] : [{ type: 'STRING', value: dateTime(receivedAt) }]),
    literal,
  ];
}

/**
 * The UIDs of an APPENDUID code (RFC 4315 §3), which are in the order of the messages: so many, ascending, or null. Without
 * the folder's UIDVALIDITY nothing is believed.
 */
export function appendedUids({ attributes }: ImapResponse, count: number): readonly number[] | null {
  const [code, validity, set] = (attributes?.[0]?.section ?? []).map((one) => String(one?.value ?? ''));
  if (code?.toUpperCase() !== 'APPENDUID' || !/^[1-9]\d{0,9}$/.test(validity ?? '')) return null;
  const uids = expandedSet(set ?? '', count);
  return uids?.length === count ? uids : null;
}

async function findLast(session: Session, [message]: readonly NewMessage[]): Promise<readonly number[]> {
  const id = message === undefined ? null : messageIdOf(message.raw);
  const found = id === null ? [] : await searchUids(session, { header: 'Message-ID', contains: id });
  const uid = found.at(-1);
  if (uid === undefined) throw unproven();
  return [uid];
}

/** Of messages with one Message-ID the newest are these, in the order given. */
async function findAll(session: Session, messages: readonly NewMessage[]): Promise<readonly number[]> {
  const ids = messages.map(({ raw }) => messageIdOf(raw));
  const known = [...new Set(ids)].filter((id) => id !== null);
  const or = known.map((id) => ({ header: 'Message-ID', contains: id }));
  const found = await fetchMessages(session, await searchUids(session, { or }), false);
  const newest = new Map<string, number[]>();
  for (const { uid, header } of found) {
    const id = messageIdOf(header) ?? '';
    newest.set(id, [...(newest.get(id) ?? []), uid]);
  }
  const uids = ids.toReversed().map((id) => newest.get(id ?? '')?.pop());
  return uids.toReversed().map((uid) => {
    if (uid === undefined) throw unproven();
    return uid;
  });
}

function unproven(): Problem {
  return new Problem('imap-append-unproven', 'A message was stored that then could not be found', {
    temporary: true,
  });
}
