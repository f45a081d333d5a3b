/** The pages of a desk: its tickets, and one ticket. */
import { type Context, Hono } from 'hono';
import { readConversation } from '../worker/ask/conversation.js';
import { archivedPage, openPage, type TicketPage, waitingPage } from '../worker/ask/ticket-pages.js';
import { viewDesk } from '../worker/ask/tickets.js';
import type { Desk } from '../worker/workplace/desk.js';
import { messageRoutes } from './message-routes.js';
import { deskOf, noSuchTicket, readFrom, readNumber } from './named.js';
import type { ListAsked, ListState } from './pages/places.js';
import { ticketPage } from './pages/ticket.js';
import { ticketListPage } from './pages/ticket-list.js';
import { MESSAGES_ON_A_PAGE, ticketShown } from './reading/ticket-shown.js';
import type { Entered, Site } from './site.js';

const TICKETS_ON_A_PAGE = 100;
const MAX_SEARCHED_CHARACTERS = 200;

export function deskRoutes(site: Site): Hono<Entered> {
  const app = new Hono<Entered>();
  app.get('/desks/:desk/tickets', async (c) => {
    const found = deskOf(site, c);
    if (found === null) return c.notFound();
    const { desk, viewing } = found;
    const number = (c.req.query('number') ?? '').trim();
    const wanted = readNumber(number);
    if (wanted !== null) return c.redirect(viewing.places.ticket(wanted), 303);
    const asked = readAsked(c);
    const page = await desk.pool.read((open) => listPage(open, asked));
    const wrong = number === '' ? null : viewing.words.numberWrong;
    return c.html(ticketListPage(viewing, { asked, page, wrong }), wrong === null ? 200 : 400);
  });
  app.get('/desks/:desk/tickets/:number', async (c) => {
    const found = deskOf(site, c);
    const number = readNumber(c.req.param('number'));
    if (found === null || number === null) return c.notFound();
    const { desk, viewing } = found;
    const from = readFrom(c.req.query('from')) ?? 0;
    const range = { from, count: MESSAGES_ON_A_PAGE };
    const conversation = await desk.pool.read((open) => readConversation(open, number, range));
    if (conversation === null) return c.html(noSuchTicket(viewing, number), 404);
    const html = c.req.query('html') ?? null;
    return c.html(ticketPage(viewing, ticketShown(conversation, { from, size: MESSAGES_ON_A_PAGE, html })));
  });
  app.route('/', messageRoutes(site));
  return app;
}

function readAsked(c: Context<Entered>): ListAsked {
  const text = (name: string): string => (c.req.query(name) ?? '').trim().slice(0, MAX_SEARCHED_CHARACTERS);
  const state = c.req.query('state');
  return {
    state: isState(state) ? state : 'open',
    words: text('words'),
    person: text('person'),
    from: readFrom(c.req.query('from')),
  };
}

function isState(text: string | undefined): text is ListState {
  return text === 'open' || text === 'waiting' || text === 'archived';
}

async function listPage(desk: Desk, { state, from }: ListAsked): Promise<TicketPage | null> {
  const asked = { from, size: TICKETS_ON_A_PAGE };
  const survey = await viewDesk(desk);
  if (survey === null) return null;
  if (state === 'archived') return archivedPage(desk, asked);
  return state === 'open' ? openPage(desk, survey, asked) : waitingPage(desk, survey, asked);
}
