/** A ticket as a conversation: its facts, then its messages, text first and quotes folded. */
import { html } from 'hono/html';
import type { TicketState } from '../../desk/ticket/ticket.js';
import { foreign, type Html, layout, moment, type Viewing } from './layout.js';
import { type MessageShown, messageArticle } from './message.js';

interface TicketFacts {
  /** The number that was asked for. */
  readonly asked: number;
  readonly number: number;
  readonly state: TicketState;
  readonly subject: string;
  readonly requester: string | null;
  readonly requesterName: string;
  readonly opened: Date;
  readonly updated: Date;
  readonly openedBy: string | null;
  readonly merged: readonly number[];
  /** To whom letters have still to leave. */
  readonly waiting: readonly string[];
}

export interface TicketPageShown {
  readonly facts: TicketFacts;
  readonly messages: readonly MessageShown[];
  /** Of the first message here, counted from 0; and how many there are. */
  readonly from: number;
  readonly total: number;
  /** How many are on a page. */
  readonly size: number;
}

export function ticketPage(viewing: Viewing, shown: TicketPageShown): Html {
  const { words } = viewing;
  const { facts, messages, total } = shown;
  const subject = facts.subject || words.noSubject;
  const merged = html`<p role="status">${words.mergedInto(facts.asked, facts.number)}</p>
`;
  return layout(viewing, {
    title: `#${facts.number} ${subject}`,
    section: 'tickets',
    main: html`${facts.asked === facts.number ? '' : merged}<h1>#${facts.number} ${foreign(subject)}</h1>
${factList(viewing, facts)}
${facts.waiting.map((to) => html`<p class="waiting">${words.inTheOutbox}: ${words.waitingLetter(to)}</p>`)}
<h2>${words.conversation} (${words.messages(total)})</h2>
${messages.map((message) => messageArticle(viewing, facts.number, message))}
${otherMessages(viewing, shown)}`,
  });
}

/** In place of a ticket that was merged into another one. */
export function mergedPage(viewing: Viewing, from: number, into: number): Html {
  const { words, places } = viewing;
  return layout(viewing, {
    title: `#${from}`,
    section: 'tickets',
    main: html`<h1>#${from}</h1>
<p><a href="${places.ticket(into)}">${words.mergedInto(from, into)}</a></p>`,
  });
}

function factList(viewing: Viewing, facts: TicketFacts): Html {
  const { words, places } = viewing;
  const { state, requester, requesterName, opened, updated, openedBy, merged } = facts;
  const who = [requesterName, requester === null ? '' : `<${requester}>`]
    .filter((part) => part !== '')
    .join(' ');
  const numbers = merged.map((number) => html`<a href="${places.ticket(number)}">#${number}</a> `);
  return html`<dl class="facts">
${line(words.state, html`<span class="state ${state}">${state === 'open' ? words.open : words.archived}</span>`)}
${line(words.requester, foreign(who || words.nobody))}
${line(words.openedAt, moment(viewing, opened))}
${openedBy === null ? '' : line(words.openedBy, foreign(openedBy))}
${line(words.updatedAt, moment(viewing, updated))}
${merged.length === 0 ? '' : line(words.mergedTickets, html`${numbers}`)}
</dl>`;
}

function line(name: string, value: Html): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function otherMessages({ words, places }: Viewing, shown: TicketPageShown): Html | string {
  const { facts, from, total, size } = shown;
  const later = from + size;
  if (from === 0 && later >= total) return '';
  const link = (start: number, text: string): Html =>
    html`<li><a href="${places.ticket(facts.asked, { from: start })}">${text}</a></li>
`;
  return html`<nav class="further" aria-label="${words.pagesOf}"><ul>
${from === 0 ? '' : link(Math.max(0, from - size), words.earlierMessages)}
${later >= total ? '' : link(later, words.laterMessages)}
</ul></nav>`;
}
