/** Where pages lie that are written into a folder: relative to each other, so that the folder can be moved. */
import type { Places } from './pages/places.js';

/** The folder of what lies in one message, below `tickets`. */
export function messageFolder(number: number, message: string): string {
  return `${number}/${message}`;
}

/** Two files of a message may have one name. */
export function fileNameOf({
  place,
  fileName,
}: {
  readonly place: number;
  readonly fileName: string;
}): string {
  return `${place}-${fileName}`;
}

/** Of the page of a ticket, which lies in `tickets`. */
export const TICKET_PLACES: Places = {
  style: '../style.css',
  home: '../index.html',
  signOut: null,
  list: null,
  search: null,
  figures: null,
  ticket: (number) => `${number}.html`,
  html: (number, message) => `${messageFolder(number, message)}/message.html`,
  headers: null,
  source: (number, message) => `${messageFolder(number, message)}/source.eml`,
  file: (number, message, file) =>
    `${messageFolder(number, message)}/files/${encodeURIComponent(fileNameOf(file))}`,
};

/** Of the list of tickets. */
export const INDEX_PLACES: Places = {
  ...TICKET_PLACES,
  style: 'style.css',
  home: 'index.html',
  ticket: (number) => `tickets/${number}.html`,
};
