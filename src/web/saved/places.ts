/** Where pages lie that are written into a folder: relative to each other, so that the folder can be moved. */
import type { ListAsked, Places } from '../pages/places.js';
import { savedName } from './saved-name.js';

/** The folder of the pages of tickets, and of what lies in their messages. */
export const TICKETS = 'tickets';

/** The folder of what lies in one message, below `tickets`. */
export function messageFolder(number: number, message: string): string {
  return `${number}/${message}`;
}

/** The page of a list; that of archived tickets has parts, each with a name of its own but the first. */
export function listFile({ state, from }: Pick<ListAsked, 'state' | 'from'>): string {
  if (state !== 'archived') return 'index.html';
  return from === null ? 'archived.html' : `archived-${from}.html`;
}

/**
 * For files that no server sends with a policy. `self` is for those that a server sends after all: what a page from a
 * disk takes for itself differs by browser.
 */
const POLICY =
  "default-src 'none'; style-src 'self' file:; frame-src 'self' file:; form-action 'none'; base-uri 'none'";

/** Of the page of a ticket, which lies in `tickets`. */
export const TICKET_PLACES: Places = {
  policy: POLICY,
  style: '../style.css',
  home: '../index.html',
  signOut: null,
  list: (asked) => `../${listFile(asked)}`,
  states: ['open', 'archived'],
  search: null,
  figures: null,
  ticket: (number) => `${number}.html`,
  html: (number, message) => `${messageFolder(number, message)}/message.html`,
  headers: null,
  source: (number, message) => `${messageFolder(number, message)}/source.txt`,
  file: (number, message, file) =>
    `${messageFolder(number, message)}/files/${encodeURIComponent(savedName(file))}`,
  savedAs: savedName,
};

/** Of the lists of tickets. */
export const LIST_PLACES: Places = {
  ...TICKET_PLACES,
  style: 'style.css',
  home: 'index.html',
  list: listFile,
  ticket: (number) => `${TICKETS}/${number}.html`,
};
