/** A ticket's messages for reading: their text and attachments, in bounded memory however large they are. */
import type { Purpose } from '../../desk/letters/letters.js';
import { readStaging } from '../../desk/letters/staging.js';
import type { Ticket, TicketMessage, TicketState } from '../../desk/ticket/ticket.js';
import type { StoredMessage } from '../../mailbox/store.js';
import type { MessagePart } from '../../message/body/structure.js';
import { trueStructure } from '../../message/body/true-structure.js';
import { readMessage, type Words } from '../../message/body/words.js';
import type { Facts } from '../../message/facts/facts.js';
import { parseHeaderBlock } from '../../message/header/header-block.js';
import { readStoredWords } from '../sight/asked-parts.js';
import type { Desk } from '../workplace/desk.js';

/** A larger message is not fetched whole: of it only the parts with its words are read, as far as this. */
const MAX_READ_BYTES = 1_048_576;
/** Of HTML with few words, or of what must be opened first, more is read. */
const LIMITS = { steps: [MAX_READ_BYTES, 4 * MAX_READ_BYTES], enough: 100_000 };

export interface ReadableMessage extends Words {
  readonly facts: Facts;
  /** Its parts, as far as they can be told. */
  readonly structure: MessagePart;
  readonly folder: TicketState;
  readonly uid: number;
  readonly flags: ReadonlySet<string>;
  /** What the desk wrote it for; null for mail that came in. */
  readonly purpose: Purpose | null;
}

interface Stored {
  readonly one: TicketMessage;
  readonly message: StoredMessage;
}

/** Of the messages of a ticket, in order: the first one that is meant, counted from 0, and how many. */
export interface MessageRange {
  readonly from: number;
  readonly count: number;
}

/** In order of arrival; what has left its folder since is left out. */
export async function readTicket(
  desk: Desk,
  ticket: Ticket,
  range: MessageRange = { from: 0, count: ticket.messages.length },
): Promise<readonly ReadableMessage[]> {
  const messages = ticket.messages.slice(range.from, range.from + range.count);
  const readable: ReadableMessage[] = [];
  for (const stored of await storedIn(desk, { messages }, { structure: true }))
    readable.push(await readOne(desk, stored));
  return readable;
}

/** A message of a ticket, whole. */
export interface WholeMessage {
  /** As `show` counts them. */
  readonly number: number;
  readonly purpose: Purpose | null;
  readonly raw: Buffer;
}

/** One after the other, in the order of `readTicket`: no two of them lie in memory at once. */
export async function* readWholes(
  desk: Desk,
  ticket: Ticket,
  isWanted: (about: Pick<WholeMessage, 'number' | 'purpose'>) => boolean,
): AsyncGenerator<WholeMessage> {
  const stored = await storedIn(desk, ticket, { structure: false });
  for (const [index, { one, message }] of stored.entries()) {
    const about = { number: index + 1, purpose: purposeOf(message) };
    if (!isWanted(about)) continue;
    const raw = (await desk.store.fetchSource(desk.folders[one.folder], [message.uid])).get(message.uid);
    if (raw !== undefined) yield { ...about, raw };
  }
}

async function storedIn(
  desk: Desk,
  ticket: Pick<Ticket, 'messages'>,
  options: { readonly structure: boolean },
): Promise<readonly Stored[]> {
  const stored = new Map<string, StoredMessage>();
  for (const folder of ['open', 'archived'] as const) {
    const uids = ticket.messages.flatMap((one) =>
      one.folder === folder && one.uid !== null ? [one.uid] : [],
    );
    const found = uids.length === 0 ? [] : await desk.store.fetch(desk.folders[folder], uids, options);
    for (const message of found) stored.set(`${folder} ${message.uid}`, message);
  }
  return ticket.messages.flatMap((one) => {
    const message = stored.get(`${one.folder} ${one.uid}`);
    return message === undefined ? [] : [{ one, message }];
  });
}

async function readOne(desk: Desk, { one: { facts, folder }, message }: Stored): Promise<ReadableMessage> {
  const { uid, flags } = message;
  const words = await wordsOf(desk, desk.folders[folder], message);
  const [purpose, structure] = [purposeOf(message), trueStructure(message)];
  return { facts, folder, uid, flags, purpose, structure, ...words };
}

function purposeOf({ header }: StoredMessage): Purpose | null {
  return readStaging(parseHeaderBlock(header))?.purpose ?? null;
}

async function wordsOf(desk: Desk, folder: string, message: StoredMessage): Promise<Words> {
  const { uid, size } = message;
  if (size <= MAX_READ_BYTES)
    return readMessage((await desk.store.fetchSource(folder, [uid])).get(uid) ?? Buffer.alloc(0));
  const read = { messages: [{ uid, structure: trueStructure(message) }], limits: LIMITS };
  return (await readStoredWords(desk.store, folder, read)).get(uid) ?? readMessage(Buffer.alloc(0));
}
