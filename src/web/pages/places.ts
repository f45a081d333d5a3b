/** Where each page lies, for links: of pages that are served, and of those that are written into a folder. */

/** What is asked of a list of tickets. */
export interface ListAsked {
  readonly state: ListState;
  readonly words: string;
  readonly person: string;
  /** Where the page begins; null for the first. */
  readonly from: number | null;
}

export type ListState = 'open' | 'waiting' | 'archived';

export const NOTHING_ASKED: ListAsked = { state: 'open', words: '', person: '', from: null };

export interface Places {
  /** Of a page that no server sends with a policy; null where one does. */
  readonly policy: string | null;
  readonly style: string;
  /** null where nothing else is shown. */
  readonly home: string | null;
  /** null where nobody can sign out. */
  readonly signOut: string | null;
  /** null where there are no lists. */
  readonly list: ((asked: ListAsked) => string) | null;
  /** Of which there are lists. */
  readonly states: readonly ListState[];
  /** Where a form with words, a person or a number is sent to; null where there is no search. */
  readonly search: string | null;
  /** null where there is no such page. */
  readonly figures: string | null;
  readonly ticket: (number: number, shown?: TicketShown) => string;
  readonly html: (number: number, message: string) => string;
  /** null where they are not shown. */
  readonly headers: ((number: number, message: string) => string) | null;
  readonly source: ((number: number, message: string) => string) | null;
  readonly file: (number: number, message: string, file: FilePlace) => string;
  /** The name that a file gets where somebody saves it. */
  readonly savedAs: (file: FilePlace) => string;
}

interface FilePlace {
  /** Counted from 1. */
  readonly place: number;
  readonly fileName: string;
}

interface TicketShown {
  /** The message whose HTML is shown. */
  readonly html?: string | null;
  /** The first message of the page, counted from 0. */
  readonly from?: number;
}

/** Of one desk, under the path of its pages. */
export function servedPlaces(desk: string): Omit<Places, 'signOut'> {
  const at = deskPath(desk);
  const message = (number: number, name: string): string => `${at}/tickets/${number}/messages/${name}`;
  return {
    policy: null,
    style: '/style.css',
    home: '/',
    list: (asked) => `${at}/tickets${listQuery(asked)}`,
    states: ['open', 'waiting', 'archived'],
    search: `${at}/tickets`,
    figures: `${at}/figures`,
    ticket: (number, shown) => `${at}/tickets/${number}${shownQuery(shown)}`,
    html: (number, name) => `${message(number, name)}/html`,
    headers: (number, name) => `${message(number, name)}/headers`,
    source: (number, name) => `${message(number, name)}/source`,
    file: (number, name, { place }) => `${message(number, name)}/files/${place}`,
    savedAs: ({ fileName }) => fileName,
  };
}

/** Of one ticket, as a link shows it to its requester. Its number is not said: the token names it. */
export function linkPlaces(token: string): Places {
  const at = `${LINK_PATH}${token}`;
  return {
    policy: null,
    style: '/style.css',
    home: null,
    signOut: null,
    list: null,
    states: [],
    search: null,
    figures: null,
    ticket: (_, shown) => `${at}${shownQuery(shown)}`,
    html: (_, name) => `${at}/messages/${name}/html`,
    headers: null,
    source: null,
    file: (_, name, { place }) => `${at}/messages/${name}/files/${place}`,
    savedAs: ({ fileName }) => fileName,
  };
}

export const LINK_PATH = '/l/';

export function deskPath(desk: string): string {
  return `/desks/${encodeURIComponent(desk)}`;
}

function listQuery({ state, words, person, from }: ListAsked): string {
  return queryOf({
    ...(state === 'open' ? {} : { state }),
    ...(words === '' ? {} : { words }),
    ...(person === '' ? {} : { person }),
    ...(from === null ? {} : { from: String(from) }),
  });
}

/** What is shown of a ticket, with the place of the message on its page. */
function shownQuery({ html = null, from = 0 }: TicketShown = {}): string {
  const query = queryOf({
    ...(from === 0 ? {} : { from: String(from) }),
    ...(html === null ? {} : { html }),
  });
  return html === null ? query : `${query}#m-${html}`;
}

function queryOf(asked: Record<string, string>): string {
  const text = new URLSearchParams(asked).toString();
  return text === '' ? '' : `?${text}`;
}
