/** What the address of a page names: a desk, and a ticket. */
import type { Context } from 'hono';
import { type Html, notePage, type Viewing } from './pages/layout.js';
import { servedPlaces } from './pages/places.js';
import type { Entered, Site, WebDesk } from './site.js';

export interface NamedDesk {
  readonly desk: WebDesk;
  readonly viewing: Viewing;
}

/** null where there is no desk of that name. */
export function deskOf(site: Site, c: Context<Entered>): NamedDesk | null {
  const desk = site.desks.find(({ name }) => name === c.req.param('desk'));
  if (desk === undefined) return null;
  const { viewing } = c.var;
  const { name, timezone } = desk;
  const places = { ...servedPlaces(name), signOut: viewing.places.signOut };
  const shown = { ...viewing, places, desk: { name, timezone } };
  c.set('viewing', shown);
  return { desk, viewing: shown };
}

export function noSuchTicket(viewing: Viewing, number: number): Html {
  const { words } = viewing;
  return notePage(viewing, { title: words.notFoundTitle, text: words.noSuchTicket(number) });
}

export function readNumber(text: string | undefined): number | null {
  const digits = /^#?([1-9][0-9]{0,8})$/.exec(text ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Where a page begins. */
export function readFrom(text: string | undefined): number | null {
  return /^[0-9]{1,10}$/.test(text ?? '') ? Number(text) : null;
}
