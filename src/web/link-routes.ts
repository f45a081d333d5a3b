/**
 * What a signed link shows: one ticket, to whoever has the link, without a sign-in. A link that nobody has signed and one whose
 * ticket is not there for its requester any more get the same page. Guesses are counted, and keep nobody out who has a
 * genuine link.
 */
import { type Context, Hono } from 'hono';
import { findForRequester, readForRequester, type ShownByLink } from '../worker/ask/for-requester.js';
import { type FoundMessage, openFile, readHtml } from '../worker/ask/message-parts.js';
import type { Desk } from '../worker/workplace/desk.js';
import { downloadFile } from './download.js';
import { frameDocument } from './frame/sanitise.js';
import { readFrom, readNumber } from './named.js';
import { notePage, type Viewing } from './pages/layout.js';
import { LINK_PATH, linkPlaces } from './pages/places.js';
import { ticketPage } from './pages/ticket.js';
import { MESSAGES_ON_A_PAGE, ticketShown } from './reading/ticket-shown.js';
import type { Entered, NamedByLink, Site, WebDesk } from './site.js';

const LINK = `${LINK_PATH}:token`;

interface Followed {
  readonly desk: WebDesk;
  readonly link: ShownByLink;
}

/** A route behind a genuine link; what it answers is null where the link leads to nothing. */
type Answering = (c: Context<Entered>, followed: Followed) => Promise<Response | null>;

export function linkRoutes(site: Site): Hono<Entered> {
  const app = new Hono<Entered>();
  const behind =
    (answer: Answering) =>
    async (c: Context<Entered>): Promise<Response> => {
      const followed = await follow(site, c);
      if (followed instanceof Response) return followed;
      return (await answer(c, followed)) ?? (await unknown(c));
    };
  app.get(LINK, behind(showTicket));
  app.get(`${LINK}/messages/:message/html`, behind(showHtml));
  app.get(`${LINK}/messages/:message/files/:file`, behind(giveFile));
  app.get(`${LINK_PATH}*`, (c) => unknown(c));
  return app;
}

async function showTicket(c: Context<Entered>, { desk, link }: Followed): Promise<Response | null> {
  const from = readFrom(c.req.query('from')) ?? 0;
  const range = { from, count: MESSAGES_ON_A_PAGE };
  const conversation = await desk.pool.read((open) => readForRequester(open, link, range));
  if (conversation === null) return null;
  const html = c.req.query('html') ?? null;
  const { name, timezone } = desk;
  const places = linkPlaces(c.req.param('token') ?? '');
  const viewing: Viewing = { ...c.var.viewing, places, desk: { name, timezone } };
  return c.html(ticketPage(viewing, ticketShown(conversation, { from, size: MESSAGES_ON_A_PAGE, html })));
}

async function showHtml(c: Context<Entered>, followed: Followed): Promise<Response | null> {
  const html = await inMessage(c, followed, readHtml);
  if (html === null) return null;
  c.set('kind', 'frame');
  return c.html(frameDocument(html, c.req.param('message') ?? ''));
}

async function giveFile(c: Context<Entered>, followed: Followed): Promise<Response | null> {
  const place = readNumber(c.req.param('file'));
  if (place === null) return null;
  const file = await inMessage(c, followed, (open, found) => openFile(open, found, place));
  return file === null ? null : downloadFile(c, followed.desk, file);
}

function inMessage<T>(
  c: Context<Entered>,
  { desk, link }: Followed,
  work: (open: Desk, found: FoundMessage) => Promise<T | null>,
): Promise<T | null> {
  return desk.pool.read(async (open) => {
    const found = await findForRequester(open, link, c.req.param('message') ?? '');
    return found === null ? null : work(open, found);
  });
}

/** What the link in the address names, or the answer to one that names nothing. */
function follow(site: Site, c: Context<Entered>): Followed | Response | Promise<Response> {
  const { words } = c.var.viewing;
  const found = namedBy(site, c.req.param('token') ?? '');
  if (found === null) {
    if (site.forgedLinks.take(c.env.incoming.socket.remoteAddress ?? '')) return unknown(c);
    return said(c, 429, { title: words.notFoundTitle, text: words.tooManyLooks });
  }
  const { desk, link } = found;
  if (link.hasEnded) return said(c, 410, { title: words.linkEndedTitle, text: words.linkEnded });
  if (site.looksByLink.take(`${desk.name} ${link.number}`)) return found;
  return said(c, 429, { title: words.awayTitle, text: words.tooManyLooks });
}

function namedBy(
  { desks }: Site,
  token: string,
): { readonly desk: WebDesk; readonly link: NamedByLink } | null {
  for (const desk of desks) {
    const link = desk.readLink(token);
    if (link !== null) return { desk, link };
  }
  return null;
}

function unknown(c: Context<Entered>): Response | Promise<Response> {
  const { words } = c.var.viewing;
  return said(c, 404, { title: words.notFoundTitle, text: words.notFound });
}

function said(
  c: Context<Entered>,
  status: 404 | 410 | 429,
  note: { readonly title: string; readonly text: string },
): Response | Promise<Response> {
  if (status === 429) c.header('Retry-After', '60');
  return c.html(notePage(c.var.viewing, note), status);
}
