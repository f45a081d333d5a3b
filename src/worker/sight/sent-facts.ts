/** What the limits have to know of a ticket entry or of a copy in the outbox, told by its header. */
import { keptInTicket, readStaging, rowOf, type Staging } from '../../desk/letters/staging.js';
import type { EarlierLetter, Hash } from '../../desk/limits/earlier.js';
import { answerToRemember } from '../../desk/limits/limits.js';
import { noticeToRemember } from '../../desk/limits/sent-notices.js';
import { readingHalf } from '../../mailbox/read-only.js';
import { kindOf } from '../../mailbox/register/entry.js';
import { parseRecord } from '../../mailbox/register/parse.js';
import type { Query, ReadStore, StoredMessage } from '../../mailbox/store.js';
import { fieldValues, parseHeaderBlock } from '../../message/header/header-block.js';
import type { Desk } from '../workplace/desk.js';
import { type SentFact, WATCHED, type Watched } from '../workplace/sent-record.js';

interface Reading {
  /** Of all that lies in the folder. */
  readonly kind: readonly Query[];
  /** null for a message that is not of the kind. */
  factOf(message: StoredMessage, hash: Hash): SentFact | null;
}

const ENTRY_FIELD = 'X-Imapdesk-Entry';

export const READINGS: Readonly<Record<Watched, Reading>> = {
  register: { kind: [{ header: ENTRY_FIELD, contains: 'ticket' }], factOf: factOfEntry },
  outbox: { kind: [], factOf: factOfCopy },
};

function factOfEntry(message: StoredMessage, hash: Hash): SentFact | null {
  const named = fieldValues(parseHeaderBlock(message.header), ENTRY_FIELD.toLowerCase());
  if (!named.some((value) => value.toLowerCase().includes('ticket'))) return null;
  const record = parseRecord(message);
  // Somebody has put it there, or it is damaged.
  if (record?.kind !== 'ticket') return factOfAny(message);
  const claims = (kindOf(record).claims?.(record) ?? []).map(hash);
  const { answerable, requester, rootIdentity: cause, subject } = record;
  if (!answerable || requester === null) return { ...factOfAny(message), claims };
  const answer = {
    purpose: 'acknowledgement',
    to: requester,
    cause,
    at: message.receivedAt,
    subject,
  } as const;
  return { ...factOfAny(message), claims, letter: answerToRemember(answer, hash) };
}

/** Of what only lies there, and says nothing. */
export function factOfAny({ receivedAt }: StoredMessage): SentFact {
  return { at: receivedAt.getTime(), claims: [], letter: null, leaves: false };
}

function factOfCopy(message: StoredMessage, hash: Hash): SentFact {
  const stage = readStaging(parseHeaderBlock(message.header));
  if (stage === null) return factOfAny(message);
  const letter = letterOf(stage, message.receivedAt, hash);
  return { ...factOfAny(message), letter, leaves: keptInTicket(stage) };
}

function letterOf(stage: Staging, at: Date, hash: Hash): EarlierLetter | null {
  const { to, cause } = stage;
  const { countsAs: purpose } = rowOf(stage);
  if (to === null || purpose === undefined) return null;
  return purpose === 'error-report'
    ? answerToRemember({ purpose, to, cause, at, subject: '' }, hash)
    : noticeToRemember({ purpose, to, cause, at }, hash);
}

/** A store that lets the limits hear what is read anyway, so that they need not read it once more. */
export function overheard({ store, folders, cache }: Desk): ReadStore {
  const { sent } = cache;
  return {
    ...readingHalf(store),
    fetch: async (folder, ...what) => {
      const messages = await store.fetch(folder, ...what);
      for (const watched of WATCHED) {
        if (folders[watched] !== folder || !sent.hears) continue;
        for (const message of messages) {
          // Only what is new: nobody knows what lies among the older ones.
          if (message.uid < (sent.folder(watched)?.next ?? Number.POSITIVE_INFINITY)) continue;
          const fact = READINGS[watched].factOf(message, sent.hash);
          if (fact !== null) sent.learn(watched, message.uid, fact);
        }
      }
      return messages;
    },
  };
}
