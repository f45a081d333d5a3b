/** A ticket's messages for reading: their text and attachments, in bounded memory however large they are. */
import type { Purpose } from '../desk/staging.js';
import { readStage } from '../desk/staging.js';
import type { Ticket, TicketMessage, TicketState } from '../desk/ticket.js';
import type { StoredMessage } from '../mailbox/store.js';
import { type Attachment, listAttachments } from '../message/attachments.js';
import { readMessage, readPart } from '../message/excerpt.js';
import type { Facts } from '../message/facts.js';
import { parseHeaderBlock } from '../message/header-block.js';
import { chooseTextPart } from '../message/message-parts.js';
import type { Desk } from './desk.js';

/** A larger message is not fetched whole: of it only the first text part is read, as far as this. */
const MAX_READ_BYTES = 1_048_576;

export interface ReadableMessage {
  readonly facts: Facts;
  readonly folder: TicketState;
  readonly uid: number;
  readonly flags: ReadonlySet<string>;
  /** What the desk wrote it for; null for mail that came in. */
  readonly purpose: Purpose | null;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** There is more text than was read. */
  readonly cut: boolean;
}

/** In order of arrival; what has left its folder since is left out. */
export async function readTicket(desk: Desk, ticket: Ticket): Promise<readonly ReadableMessage[]> {
  const stored = new Map<string, StoredMessage>();
  for (const folder of ['open', 'archived'] as const) {
    const uids = ticket.messages.flatMap((one) =>
      one.folder === folder && one.uid !== null ? [one.uid] : [],
    );
    const found =
      uids.length === 0 ? [] : await desk.store.fetch(desk.folders[folder], uids, { structure: true });
    for (const message of found) stored.set(`${folder} ${message.uid}`, message);
  }
  const readable: ReadableMessage[] = [];
  for (const one of ticket.messages) {
    const message = stored.get(`${one.folder} ${one.uid}`);
    if (message !== undefined) readable.push(await readOne(desk, one, message));
  }
  return readable;
}

async function readOne(
  desk: Desk,
  { facts, folder }: TicketMessage,
  message: StoredMessage,
): Promise<ReadableMessage> {
  const { uid, flags } = message;
  const purpose = readStage(parseHeaderBlock(message.header))?.purpose ?? null;
  return { facts, folder, uid, flags, purpose, ...(await bodyOf(desk, desk.folders[folder], message)) };
}

type Body = Pick<ReadableMessage, 'text' | 'attachments' | 'cut'>;

async function bodyOf(desk: Desk, folder: string, { uid, size, structure }: StoredMessage): Promise<Body> {
  if (size <= MAX_READ_BYTES) {
    const source = await desk.store.fetchSource(folder, uid);
    return { ...(source === null ? { text: '', attachments: [] } : await readMessage(source)), cut: false };
  }
  const attachments = listAttachments(structure);
  const part = chooseTextPart(structure);
  if (part === null) return { text: '', attachments, cut: false };
  const bytes = await desk.store.fetchPart(folder, [uid], { path: part.path, maxBytes: MAX_READ_BYTES });
  const text = await readPart(part, bytes.get(uid) ?? Buffer.alloc(0));
  return { text: text.trim(), attachments, cut: part.size > MAX_READ_BYTES };
}
