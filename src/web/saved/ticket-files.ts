/**
 * A ticket as files that a browser shows without a server: its page, and of each message its source, its HTML and what is
 * attached to it. They are only made here; who writes them sees to it that each is whole. They come in an order in which
 * nothing names what is not there yet: of a message its source last, of a ticket its page.
 */
import { filesIn } from '../../message/body/files.js';
import type { Conversation } from '../../worker/ask/conversation.js';
import { findMessage, listFiles, nameOfMessage, readHtml } from '../../worker/ask/message-parts.js';
import type { ReadableMessage } from '../../worker/ask/reading.js';
import type { Desk } from '../../worker/workplace/desk.js';
import { frameDocument } from '../frame/sanitise.js';
import { mergedPage, ticketPage } from '../pages/ticket.js';
import { ticketShown } from '../reading/ticket-shown.js';
import { type Look, viewingOf } from './look.js';
import { messageFolder, TICKET_PLACES, TICKETS } from './places.js';
import { savedName } from './saved-name.js';

export interface SavedFile {
  /** Below the folder of all, its parts divided by `/`. */
  readonly path: string;
  readonly content: Buffer;
}

/** Somebody moved a message between the look and the fetch. */
export class TakenAway extends Error {
  override readonly name = 'TakenAway';
}

/** Where the source of a message is: there last, so where it is there, all of the message is. */
export function sourcePath(number: number, message: string): string {
  return `${messagePath(number, message)}/source.txt`;
}

export function messagePath(number: number, message: string): string {
  return `${TICKETS}/${messageFolder(number, message)}`;
}

export function ticketPath(number: number): string {
  return `${TICKETS}/${number}.html`;
}

/** Of one message. Throws TakenAway. */
export async function* messageFiles(
  desk: Desk,
  { line, ticket }: Conversation,
  message: ReadableMessage,
): AsyncGenerator<SavedFile> {
  const name = nameOfMessage(message.facts);
  const found = await findMessage(desk, ticket, name);
  if (found === null) throw new TakenAway(name);
  const { folder, stored } = found;
  const raw = (await desk.store.fetchSource(folder, [stored.uid])).get(stored.uid);
  if (raw === undefined) throw new TakenAway(name);
  const place = messagePath(line.number, name);
  const html = await readHtml(desk, found);
  if (html !== null) yield { path: `${place}/message.html`, content: Buffer.from(frameDocument(html, name)) };
  const listed = listFiles(message.structure, message.attachments);
  for (const [index, { content }] of filesIn(raw).entries()) {
    const fileName = listed[index]?.fileName;
    if (fileName === undefined) continue;
    yield { path: `${place}/files/${savedName({ place: index + 1, fileName })}`, content };
  }
  yield { path: sourcePath(line.number, name), content: raw };
}

/** With all of its messages on it. */
export async function ticketFile(conversation: Conversation, look: Look): Promise<SavedFile> {
  const shown = ticketShown(conversation, {
    from: 0,
    size: conversation.ticket.messages.length,
    html: 'all',
  });
  const page = ticketPage(viewingOf(look, TICKET_PLACES), shown);
  return { path: ticketPath(conversation.line.number), content: Buffer.from(String(await page)) };
}

/** Under the number of a ticket that was merged into another one. */
export async function mergedFile(number: number, into: number, look: Look): Promise<SavedFile> {
  const page = mergedPage(viewingOf(look, TICKET_PLACES), number, into);
  return { path: ticketPath(number), content: Buffer.from(String(await page)) };
}
