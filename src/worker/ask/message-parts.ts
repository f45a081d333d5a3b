/**
 * What lies in one message of a ticket besides its words: its files, piece by piece, its HTML with the pictures that it
 * shows, and its bytes. Parts are asked for by their place in the structure; only of a message whose structure the server
 * does not tell, or whose files are inside a signature, all is read at once.
 */
import type { Ticket, TicketMessage } from '../../desk/ticket/ticket.js';
import type { StoredMessage } from '../../mailbox/store.js';
import {
  type Attachment,
  describeAttachment,
  MAX_LISTED_ATTACHMENTS,
} from '../../message/body/attachments.js';
import { readUncleaned } from '../../message/body/decode-part.js';
import { filesIn } from '../../message/body/files.js';
import { bodyParts, isMessage } from '../../message/body/message-parts.js';
import { readParts } from '../../message/body/read-structure.js';
import type { MessagePart } from '../../message/body/structure.js';
import { decodeTransfer } from '../../message/body/transfer-encoding.js';
import { trueStructure } from '../../message/body/true-structure.js';
import { attachedParts, sealedParts } from '../../message/body/word-parts.js';
import type { Desk } from '../workplace/desk.js';

/** Enough of an identity to tell the messages of a ticket apart. */
const MESSAGE_NAME_CHARACTERS = 16;
const MAX_HTML_BYTES = 1_048_576;
const MAX_PICTURE_BYTES = 2_097_152;
/** Of all pictures of a message together, as transferred. */
const MAX_PICTURES_BYTES = 8_388_608;
/** Such a message is not taken apart here: its source is there. */
const MAX_WHOLE_BYTES = 33_554_432;

/** What a message of a ticket is called in an address. */
export function nameOfMessage({ identity }: Pick<TicketMessage['facts'], 'identity'>): string {
  return identity.slice(0, MESSAGE_NAME_CHARACTERS);
}

export interface FoundMessage {
  readonly folder: string;
  readonly stored: StoredMessage;
  readonly structure: MessagePart;
  /** Where what lies there is not all of it: the message, whole. */
  readonly whole?: Buffer;
}

/** null where the ticket has no such message, or it has just been taken away. */
export async function findMessage(
  desk: Desk,
  ticket: Pick<Ticket, 'messages'>,
  name: string,
): Promise<FoundMessage | null> {
  const message = ticket.messages.find(({ facts }) => nameOfMessage(facts) === name);
  if (message === undefined || message.uid === null) return null;
  const folder = desk.folders[message.folder];
  const [stored] = await desk.store.fetch(folder, [message.uid], { structure: true });
  return stored === undefined ? null : { folder, stored, structure: trueStructure(stored) };
}

/** A file of a message: where it lies, or null where only the whole message tells. */
export interface ListedFile extends Attachment {
  readonly part: MessagePart | null;
}

/** In order; the same list whoever asks. `whole` is what was read of a message that has to be read whole. */
export function listFiles(structure: MessagePart, whole: readonly Attachment[]): readonly ListedFile[] {
  if (!isTold(structure)) return whole.map((one) => ({ ...one, part: null }));
  return attachedParts(structure)
    .slice(0, MAX_LISTED_ATTACHMENTS)
    .map((part) => ({ ...describeAttachment(nameOfFile(part), part.type, decodedSize(part)), part }));
}

/** Whether the server tells where each file lies. */
function isTold(structure: MessagePart): boolean {
  return structure.path !== 'TEXT' && sealedParts(structure).size === 0;
}

function nameOfFile({ fileName, type, about }: MessagePart): string | null {
  if (fileName !== null || !isMessage(type)) return fileName;
  return `${about?.subject || 'message'}.eml`;
}

/** About: what base64 becomes, less line ends. */
function decodedSize({ encoding, size }: MessagePart): number {
  return encoding === 'base64' ? Math.floor((size * 57) / 78) : size;
}

export interface OpenedFile extends Attachment {
  /** Where it lies; null where all of it is here. */
  readonly at: { readonly folder: string; readonly uid: number; readonly part: MessagePart } | null;
  readonly content: Buffer | null;
}

/** The file of that place in `listFiles`, counted from 1; null where there is none. */
export async function openFile(
  desk: Desk,
  { folder, stored, structure, whole }: FoundMessage,
  place: number,
): Promise<OpenedFile | null> {
  const { uid, size } = stored;
  if (whole !== undefined) return fileOf(whole, place);
  if (isTold(structure)) {
    const file = listFiles(structure, [])[place - 1];
    if (file === undefined || file.part === null) return null;
    const { part, ...about } = file;
    return { ...about, at: { folder, uid, part }, content: null };
  }
  if (size > MAX_WHOLE_BYTES) return null;
  const raw = (await desk.store.fetchSource(folder, [uid])).get(uid);
  return raw === undefined ? null : fileOf(raw, place);
}

function fileOf(raw: Buffer, place: number): OpenedFile | null {
  const file = filesIn(raw)[place - 1];
  return file === undefined ? null : { ...file, at: null };
}

export interface Picture {
  readonly contentId: string;
  readonly type: string;
  readonly bytes: Buffer;
}

export interface MessageHtml {
  /** As it was written. */
  readonly html: string;
  readonly pictures: readonly Picture[];
}

export function hasHtml(structure: MessagePart): boolean {
  return structure.path === 'TEXT' || htmlParts(structure).length > 0;
}

function htmlParts(structure: MessagePart): readonly MessagePart[] {
  return bodyParts(structure).filter(
    ({ type, disposition }) => type === 'text/html' && disposition !== 'attachment',
  );
}

type GetPart = (part: MessagePart, maxBytes: number) => Promise<Buffer | null>;

/** null for a message without HTML. Pictures that the HTML does not name are not read. */
export async function readHtml(
  desk: Desk,
  { folder, stored, structure, whole }: FoundMessage,
): Promise<MessageHtml | null> {
  const { uid, size } = stored;
  if (whole !== undefined) return htmlOf(whole);
  if (structure.path !== 'TEXT')
    return gatherHtml(
      structure,
      async ({ path }, maxBytes) =>
        (await desk.store.fetchPart(folder, [uid], { path, maxBytes })).get(uid) ?? null,
    );
  if (size > MAX_WHOLE_BYTES) return null;
  const raw = (await desk.store.fetchSource(folder, [uid])).get(uid);
  return raw === undefined ? null : htmlOf(raw);
}

function htmlOf(raw: Buffer): Promise<MessageHtml | null> {
  const { structure: read, bodies } = readParts(raw, raw.length);
  return gatherHtml(read, ({ path }, maxBytes) =>
    Promise.resolve(bodies.get(path)?.subarray(0, maxBytes) ?? null),
  );
}

async function gatherHtml(structure: MessagePart, get: GetPart): Promise<MessageHtml | null> {
  const texts: string[] = [];
  let left = MAX_HTML_BYTES;
  for (const part of htmlParts(structure)) {
    const bytes = left <= 0 ? null : await get(part, left);
    if (bytes === null) continue;
    left -= bytes.length;
    texts.push(await readUncleaned(part, bytes));
  }
  if (texts.length === 0) return null;
  const html = texts.join('\n<hr>\n');
  return { html, pictures: await gatherPictures(structure, html, get) };
}

/** Of two with one id the first counts. */
async function gatherPictures(
  structure: MessagePart,
  html: string,
  get: GetPart,
): Promise<readonly Picture[]> {
  const pictures = new Map<string, Picture>();
  let left = MAX_PICTURES_BYTES;
  for (const part of bodyParts(structure)) {
    const { contentId, type, encoding, size } = part;
    if (contentId === undefined || !type.startsWith('image/') || pictures.has(contentId)) continue;
    if (!html.includes(contentId) || size > Math.min(MAX_PICTURE_BYTES, left) || size < 1) continue;
    const bytes = await get(part, size);
    if (bytes === null) continue;
    left -= size;
    pictures.set(contentId, { contentId, type, bytes: decodeTransfer(encoding, bytes) });
  }
  return [...pictures.values()];
}
