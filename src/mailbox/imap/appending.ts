/** APPEND, and the UID that it gave (RFC 4315 APPENDUID, or a search where the server does not tell). */
import { Problem } from '../../problem/problem.js';
import type { NewMessage } from '../store.js';
import { searchUids } from './searching.js';
import type { Session } from './session.js';

const MAX_HEADER_BYTES_SCANNED = 256 * 1024;

/** The Message-ID field of a message of ours, unfolded, with its brackets; null if there is none. */
export function messageIdOf(raw: Buffer): string | null {
  const head = raw.toString('latin1', 0, Math.min(raw.length, MAX_HEADER_BYTES_SCANNED));
  const header = head.split(/\r?\n\r?\n/, 1)[0] ?? '';
  const field = /^message-id[ \t]*:((?:.|\r?\n[ \t])*)/im.exec(header)?.[1];
  const id = field?.replace(/\s+/g, ' ').trim();
  return id === undefined || id === '' ? null : id;
}

/** Returns the new message's UID. */
export async function appendMessage(session: Session, folder: string, message: NewMessage): Promise<number> {
  const { raw, flags } = message;
  const messageId = messageIdOf(raw);
  if (messageId === null && !session.client.capabilities.has('UIDPLUS'))
    throw new Problem('imap-append', 'A message without a Message-ID cannot be stored on this IMAP server');
  const result = await session.client.append(session.names.toPath(folder), raw, [...flags]);
  // UIDVALIDITY comes with APPENDUID only; without it imapflow has guessed the UID from a sequence number.
  if (result !== false && result.uid !== undefined && result.uidValidity !== undefined) return result.uid;
  await session.select(folder);
  const found =
    messageId === null ? [] : await searchUids(session, { header: 'Message-ID', contains: messageId });
  const uid = found.at(-1);
  if (uid === undefined) {
    throw new Problem('imap-append-unproven', 'A message was stored that then could not be found', {
      temporary: true,
    });
  }
  return uid;
}
