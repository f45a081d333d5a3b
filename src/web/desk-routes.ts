/** The pages of a desk: its tickets, and one ticket. */
import { type Context, Hono } from 'hono';
import { Problem } from '../problem/problem.js';
import { readConversation } from '../worker/ask/conversation.js';
import { readFigures } from '../worker/ask/figures.js';
import { searchPage } from '../worker/ask/search-tickets.js';
import { archivedPage, openPage, type TicketPage, waitingPage } from '../worker/ask/ticket-pages.js';
import { viewDesk } from '../worker/ask/tickets.js';
import type { Desk } from '../worker/workplace/desk.js';
import { messageRoutes } from './message-routes.js';
import { deskOf, noSuchTicket, readFrom, readNumber } from './named.js';
import { figuresPage, SPANS } from './pages/figures.js';
import type { Html, Viewing } from './pages/layout.js';
import type { ListAsked, ListState } from './pages/places.js';
import { ticketPage } from './pages/ticket.js';
import { ticketListPage } from './pages/ticket-list.js';
import { MESSAGES_ON_A_PAGE, ticketShown } from './reading/ticket-shown.js';
import type { Entered, Site } from './site.js';

const TICKETS_ON_A_PAGE = 100;
const MAX_SEARCHED_CHARACTERS = 200;
const DEFAULT_SPAN = 30;
const DAY_MS = 86_400_000;

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
    if (number !== '') return c.html(wrongList(viewing, asked, viewing.words.numberWrong), 400);
    try {
      const page = await desk.pool.read((open) => listPage(open, asked));
      return c.html(ticketListPage(viewing, { asked, page, wrong: null }));
    } catch (error) {
      if (!isUnsearchable(asked, error)) throw error;
      return c.html(wrongList(viewing, asked, viewing.words.cannotSearch), 400);
    }
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
  app.get('/desks/:desk/figures', async (c) => {
    const found = deskOf(site, c);
    if (found === null) return c.notFound();
    const { desk, viewing } = found;
    const days = SPANS.find((one) => String(one) === c.req.query('days')) ?? DEFAULT_SPAN;
    const to = new Date();
    const span = { from: new Date(to.getTime() - days * DAY_MS), to };
    const seen = await desk.pool.read((open) => readFigures(open, span));
    return c.html(figuresPage(viewing, { days, seen }));
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

function wrongList(viewing: Viewing, asked: ListAsked, wrong: string): Html {
  return ticketListPage(viewing, { asked, page: { rows: [], next: null }, wrong });
}

/** Few servers refuse other letters than those of ASCII; what they say of it differs. */
function isUnsearchable({ words }: ListAsked, error: unknown): boolean {
  return error instanceof Problem && error.code === 'imap-refused' && /[^ -~]/.test(words);
}

async function listPage(desk: Desk, { state, from, words, person }: ListAsked): Promise<TicketPage | null> {
  const asked = { from, size: TICKETS_ON_A_PAGE };
  const survey = await viewDesk(desk);
  if (survey === null) return null;
  if (words !== '' || person !== '')
    return searchPage(desk, survey, { ...asked, searched: { words, person } });
  if (state === 'archived') return archivedPage(desk, asked);
  return state === 'open' ? openPage(desk, survey, asked) : waitingPage(desk, survey, asked);
}
