/** What lies in one message of a ticket: its HTML, its headers, its source and its files. */
import { type Context, Hono } from 'hono';
import {
  type FoundMessage,
  findMessage,
  nameOfMessage,
  openFile,
  readHtml,
} from '../worker/ask/message-parts.js';
import { viewTicket } from '../worker/ask/tickets.js';
import type { Desk } from '../worker/workplace/desk.js';
import { downloadFile, downloadSource } from './download.js';
import { frameDocument } from './frame/sanitise.js';
import { deskOf, readNumber } from './named.js';
import { headersPage } from './pages/message.js';
import type { Entered, Site, WebDesk } from './site.js';

const MESSAGE = '/desks/:desk/tickets/:number/messages/:message';
const MAX_SHOWN_HEADER_CHARACTERS = 200_000;

interface Found {
  readonly message: FoundMessage;
  /** Counted from 1. */
  readonly place: number;
}

export function messageRoutes(site: Site): Hono<Entered> {
  const app = new Hono<Entered>();
  app.get(`${MESSAGE}/html`, async (c) => {
    const desk = deskOf(site, c)?.desk;
    const html = await inMessage(desk, c, (open, { message }) => readHtml(open, message));
    if (html === null) return c.notFound();
    c.set('kind', 'frame');
    return c.html(frameDocument(html, c.req.param('message')));
  });
  app.get(`${MESSAGE}/headers`, async (c) => {
    const named = deskOf(site, c);
    const found = await inMessage(named?.desk, c, itself);
    if (named === null || found === null) return c.notFound();
    const text = shownHeader(found.message.stored.header);
    const ticket = Number(c.req.param('number'));
    return c.html(headersPage(named.viewing, { ticket, place: found.place, text }));
  });
  app.get(`${MESSAGE}/source`, async (c) => {
    const desk = deskOf(site, c)?.desk;
    const found = await inMessage(desk, c, itself);
    if (desk === undefined || found === null) return c.notFound();
    const { folder, stored } = found.message;
    const { uid, header } = stored;
    const fileName = `ticket-${c.req.param('number')}-${found.place}.eml`;
    return downloadSource(c, desk, { fileName, folder, uid, header });
  });
  app.get(`${MESSAGE}/files/:file`, async (c) => {
    const desk = deskOf(site, c)?.desk;
    const place = readNumber(c.req.param('file'));
    const file = await inMessage(desk, c, async (open, { message }) =>
      place === null ? null : openFile(open, message, place),
    );
    if (desk === undefined || file === null) return c.notFound();
    return downloadFile(c, desk, file);
  });
  return app;
}

function itself(_: Desk, found: Found): Promise<Found> {
  return Promise.resolve(found);
}

/** null where there is no such ticket, or no such message in it. */
async function inMessage<T>(
  desk: WebDesk | undefined,
  c: Context<Entered>,
  work: (open: Desk, found: Found) => Promise<T | null>,
): Promise<T | null> {
  const number = readNumber(c.req.param('number'));
  const name = c.req.param('message') ?? '';
  if (desk === undefined || number === null) return null;
  return desk.pool.read(async (open) => {
    const seen = await viewTicket(open, number);
    const message = seen === null ? null : await findMessage(open, seen.ticket, name);
    if (seen === null || message === null) return null;
    const place = 1 + seen.ticket.messages.findIndex(({ facts }) => nameOfMessage(facts) === name);
    return work(open, { message, place });
  });
}

/** Controls are shown as what they are: nothing obeys them. */
function shownHeader(header: Buffer): string {
  const text = header
    .toString('utf8')
    .slice(0, MAX_SHOWN_HEADER_CHARACTERS)
    .replace(/\r\n?/g, '\n')
    .trimEnd();
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, (character) =>
    /[\n\t]/.test(character) ? character : '\ufffd',
  );
}
