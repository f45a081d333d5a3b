/** The tickets of a desk, a page of them at a time, and the form that looks for some. */
import { html } from 'hono/html';
import type { TicketPage, TicketRow } from '../../worker/ask/ticket-pages.js';
import { foreign, type Html, layout, moment, type Viewing } from './layout.js';
import { type ListAsked, type ListState, NOTHING_ASKED } from './places.js';

export interface ListShown {
  readonly asked: ListAsked;
  /** null where no desk has begun. */
  readonly page: TicketPage | null;
  /** What is wrong with what was asked for. */
  readonly wrong: string | null;
}

export function ticketListPage(viewing: Viewing, { asked, page, wrong }: ListShown): Html {
  const { words } = viewing;
  const searched = [asked.words, asked.person].filter((text) => text !== '').join(', ');
  const title = searched === '' ? titleOf(viewing, asked.state) : words.foundFor(searched);
  return layout(viewing, {
    title,
    section: 'tickets',
    main: html`<h1>${searched === '' ? title : foreign(title)}</h1>
${states(viewing, searched === '' ? asked.state : null)}
${searchForm(viewing, asked, wrong)}
${page === null ? html`<p>${words.notBegun}</p>` : rows(viewing, page)}
${page === null ? '' : furtherPages(viewing, asked, page)}`,
  });
}

function titleOf({ words }: Viewing, state: ListState): string {
  return { open: words.stateOpen, waiting: words.stateWaiting, archived: words.stateArchived }[state];
}

function states(viewing: Viewing, current: ListState | null): Html | string {
  const { places, words } = viewing;
  const { list } = places;
  if (list === null) return '';
  const entries = places.states.map((state) => {
    const here = state === current ? html` aria-current="page"` : '';
    return html`<li><a href="${list({ ...NOTHING_ASKED, state })}"${here}>${titleOf(viewing, state)}</a></li>
`;
  });
  return html`<nav class="states" aria-label="${words.whichTickets}"><ul>
${entries}</ul></nav>`;
}

function searchForm({ words, places }: Viewing, asked: ListAsked, wrong: string | null): Html | string {
  if (places.search === null) return '';
  return html`<form role="search" method="get" action="${places.search}" aria-label="${words.search}" class="search">
<p><label for="words">${words.searchWords}</label> <input id="words" name="words" type="search" maxlength="200" value="${asked.words}" aria-describedby="hint"></p>
<p><label for="person">${words.searchPerson}</label> <input id="person" name="person" type="search" maxlength="200" value="${asked.person}" aria-describedby="hint"></p>
<p><label for="number">${words.searchNumber}</label> <input id="number" name="number" inputmode="numeric" maxlength="12" size="8"></p>
<p><button>${words.searchButton}</button></p>
<p class="hint" id="hint">${words.searchHint}</p>
</form>
${wrong === null ? '' : html`<p role="alert" class="wrong">${wrong}</p>`}`;
}

function rows(viewing: Viewing, { rows: shown }: TicketPage): Html {
  if (shown.length === 0) return html`<p>${viewing.words.noTickets}</p>`;
  return html`<ol class="tickets">
${shown.map((row) => ticketRow(viewing, row))}</ol>`;
}

function ticketRow(viewing: Viewing, row: TicketRow): Html {
  const { words, places } = viewing;
  const { number, state, subject, requester, requesterName, messages } = row;
  const who = requesterName || (requester ?? words.nobody);
  return html`<li>
<a href="${places.ticket(number)}"><span class="number">#${number}</span> ${foreign(subject || words.noSubject)}</a>
<p class="about"><span>${foreign(who)}</span> <span class="state ${state}">${state === 'open' ? words.open : words.archived}</span> ${when(viewing, row)} ${messages === null ? '' : html`<span>${words.messages(messages)}</span>`}</p>
</li>
`;
}

function when(viewing: Viewing, { opened, updated, since }: TicketRow): Html {
  const { words } = viewing;
  if (since !== undefined) return html`<span>${words.waitsSince} ${moment(viewing, since)}</span>`;
  if (updated === null) return html`<span>${words.opened} ${moment(viewing, opened)}</span>`;
  return html`<span>${words.lastChanged} ${moment(viewing, updated)}</span>`;
}

function furtherPages({ words, places }: Viewing, asked: ListAsked, { next }: TicketPage): Html | string {
  const { list } = places;
  if (list === null || (next === null && asked.from === null)) return '';
  return html`<nav class="further" aria-label="${words.pagesOf}"><ul>
${asked.from === null ? '' : html`<li><a href="${list({ ...asked, from: null })}">${words.first}</a></li>`}
${next === null ? '' : html`<li><a rel="next" href="${list({ ...asked, from: next })}">${words.next}</a></li>`}
</ul></nav>`;
}
