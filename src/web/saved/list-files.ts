/**
 * The lists of saved tickets: the open ones on one page, the archived ones on pages of five hundred numbers each. So a ticket
 * that is archived changes the page of its number and no other, however many there are.
 */
import type { TicketRow } from '../../worker/ask/ticket-pages.js';
import { STYLE } from '../pages/style.js';
import { ticketListPage } from '../pages/ticket-list.js';
import { type Look, viewingOf } from './look.js';
import { LIST_PLACES, listFile } from './places.js';
import type { SavedFile } from './ticket-files.js';

const NUMBERS_ON_A_PAGE = 500;

/** The lists, and the style of all pages. Rows come in any order. */
export async function* listFiles(all: readonly TicketRow[], look: Look): AsyncGenerator<SavedFile> {
  yield { path: 'style.css', content: Buffer.from(STYLE) };
  const rows = [...all].sort((a, b) => b.number - a.number);
  const parts = new Map<number, TicketRow[]>();
  for (const row of rows) {
    if (row.state !== 'archived') continue;
    const part = Math.ceil(row.number / NUMBERS_ON_A_PAGE);
    parts.set(part, [...(parts.get(part) ?? []), row]);
  }
  const [first = 0, ...further] = parts.keys();
  yield listPage(look, { state: 'archived', from: null, next: further[0], rows: parts.get(first) ?? [] });
  for (const [index, from] of further.entries())
    yield listPage(look, { state: 'archived', from, next: further[index + 1], rows: parts.get(from) ?? [] });
  const open = rows.filter(({ state }) => state === 'open');
  yield listPage(look, { state: 'open', from: null, next: undefined, rows: open });
}

async function listPage(
  look: Look,
  about: {
    readonly state: 'open' | 'archived';
    readonly from: number | null;
    readonly next: number | undefined;
    readonly rows: readonly TicketRow[];
  },
): Promise<SavedFile> {
  const { state, from, next = null, rows } = about;
  const asked = { state, from, words: '', person: '' };
  const page = ticketListPage(viewingOf(look, LIST_PLACES), { asked, page: { rows, next }, wrong: null });
  return { path: listFile(asked), content: Buffer.from(String(await page)) };
}
