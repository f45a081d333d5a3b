/**
 * The pages of tickets as files, without a server: `index.html`, `tickets/N.html`, and beside each what lies in its messages. A
 * ticket is written whole before its page is: what is half written is named by no page. Each file is written beside its place
 * and put there by a rename, so that writing again never leaves half of one.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { filesIn } from '../message/body/files.js';
import type { Conversation } from '../worker/ask/conversation.js';
import { findMessage, listFiles, nameOfMessage, readHtml } from '../worker/ask/message-parts.js';
import type { TicketRow } from '../worker/ask/ticket-pages.js';
import type { Desk } from '../worker/workplace/desk.js';
import { frameDocument } from './frame/sanitise.js';
import type { Html, Viewing } from './pages/layout.js';
import { NOTHING_ASKED } from './pages/places.js';
import { STYLE } from './pages/style.js';
import { ticketPage } from './pages/ticket.js';
import { ticketListPage } from './pages/ticket-list.js';
import { ticketShown } from './reading/ticket-shown.js';
import { fileNameOf, INDEX_PLACES, messageFolder, TICKET_PLACES } from './static-places.js';
import { type PageLanguage, wordsOf } from './words/language.js';

export interface StaticOptions {
  /** An absolute path; made if there is none. */
  readonly folder: string;
  readonly language: PageLanguage;
  readonly desk: { readonly name: string; readonly timezone: string };
}

/** One ticket with all of its messages: its page, its files, the source and HTML of each message. */
export async function writeTicket(
  desk: Desk,
  conversation: Conversation,
  options: StaticOptions,
): Promise<void> {
  const { ticket, line } = conversation;
  const at = join(options.folder, 'tickets');
  for (const message of conversation.messages) {
    const name = nameOfMessage(message.facts);
    const found = await findMessage(desk, ticket, name);
    if (found === null) continue;
    const { folder, stored } = found;
    const raw = (await desk.store.fetchSource(folder, [stored.uid])).get(stored.uid);
    if (raw === undefined) continue;
    const place = join(at, messageFolder(line.number, name));
    await put(join(place, 'source.eml'), raw);
    const html = await readHtml(desk, found);
    if (html !== null) await put(join(place, 'message.html'), frameDocument(html, name));
    const listed = listFiles(message.structure, message.attachments);
    for (const [index, { content }] of filesIn(raw).entries()) {
      const fileName = listed[index]?.fileName;
      if (fileName === undefined) continue;
      await put(join(place, 'files', fileNameOf({ place: index + 1, fileName })), content);
    }
  }
  const wished = { from: 0, size: ticket.messages.length, html: 'all' };
  const page = ticketPage(viewingOf(options, 'ticket'), ticketShown(conversation, wished));
  await putPage(join(at, `${line.number}.html`), page);
}

/** The list of all tickets that have pages, in the order given; and the style. */
export async function writeIndex(rows: readonly TicketRow[], options: StaticOptions): Promise<void> {
  await put(join(options.folder, 'style.css'), STYLE);
  const shown = { asked: NOTHING_ASKED, page: { rows, next: null }, wrong: null };
  await putPage(join(options.folder, 'index.html'), ticketListPage(viewingOf(options, 'index'), shown));
}

function viewingOf({ language, desk }: StaticOptions, of: 'ticket' | 'index'): Viewing {
  const places = of === 'index' ? INDEX_PLACES : TICKET_PLACES;
  return { language, words: wordsOf(language), places, desk, who: null };
}

async function putPage(path: string, page: Html): Promise<void> {
  await put(path, String(await page));
}

async function put(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, content, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
