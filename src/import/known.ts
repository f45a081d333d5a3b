/** What the desk has already: which messages lie in its ticket folders, and which tickets the register gives them to. */
import { Merges } from '../desk/ticket/merges.js';
import type { TicketState } from '../desk/ticket/ticket.js';
import type { ErasedRecord, RegisterRecord } from '../mailbox/register/entry.js';
import { parseRecord } from '../mailbox/register/parse.js';
import { readEntries } from '../mailbox/register/read-entries.js';
import { identityOf } from '../message/header/identity.js';
import { chunksOf } from '../worker/workplace/batches.js';
import type { Desk } from '../worker/workplace/desk.js';

export interface StoredPlace {
  readonly folder: TicketState;
  readonly uid: number;
}

export interface Known {
  /** By identity. */
  readonly places: Map<string, StoredPlace>;
  /** Roots of tickets by number, and the other way round. */
  readonly roots: ReadonlyMap<number, string>;
  readonly openedBy: ReadonlyMap<string, number>;
  readonly links: ReadonlyMap<string, number>;
  readonly merges: Merges;
  /** Numbers of tickets of which nothing is to stay, and when somebody erased them. They are never given again. */
  readonly erased: ReadonlyMap<number, Date>;
  readonly highest: number;
}

/** Entries and header blocks that are read together. */
const READ_TOGETHER = 1_000;

export async function whatIsKnown(desk: Desk): Promise<Known> {
  const places = new Map<string, StoredPlace>();
  for (const folder of ['archived', 'open'] as const) await placesIn(desk, places, { folder, uidFrom: 1 });
  return { places, ...(await registered(desk)) };
}

/** What lies in a folder from this UID on becomes known. Answers the identities in order of UID. */
export async function placesIn(
  { store, folders, progress }: Desk,
  places: Map<string, StoredPlace>,
  { folder, uidFrom }: { readonly folder: TicketState; readonly uidFrom: number },
): Promise<readonly string[]> {
  const found = await store.search(folders[folder], { uidFrom });
  const uids = found.filter((uid) => uid >= uidFrom);
  const identities: string[] = [];
  for (const [index, some] of chunksOf(uids, READ_TOGETHER).entries()) {
    progress?.({ work: 'looking', done: index * READ_TOGETHER, total: uids.length });
    for (const { uid, header, size } of await store.fetch(folders[folder], some)) {
      const identity = identityOf(header, size);
      identities.push(identity);
      places.set(identity, { folder, uid });
    }
  }
  return identities;
}

async function registered({ store, folders }: Desk): Promise<Omit<Known, 'places'>> {
  const roots = new Map<number, string>();
  const openedBy = new Map<string, number>();
  const links = new Map<string, number>();
  const merges = new Merges();
  const erased = new Map<number, Date>();
  let highest = 0;
  const uids = await store.search(folders.register, { and: [] });
  for (const some of chunksOf(uids, READ_TOGETHER)) {
    for (const message of await readEntries(store, folders.register, some)) {
      const record = parseRecord(message);
      if (record === null) continue;
      highest = Math.max(highest, record.highest, ...numbersIn(record));
      // Of entries that exclude each other the earlier one counts.
      if (record.kind === 'ticket' && !roots.has(record.number) && !openedBy.has(record.rootIdentity)) {
        roots.set(record.number, record.rootIdentity);
        openedBy.set(record.rootIdentity, record.number);
      }
      if (record.kind === 'merge') merges.add([record]);
      if (record.kind === 'erased') noteErased(erased, record);
      if (record.kind === 'link' && !links.has(record.identity)) links.set(record.identity, record.ticket);
    }
  }
  return { roots, openedBy, links, merges, erased, highest };
}

function noteErased(erased: Map<number, Date>, { tickets, at }: ErasedRecord): void {
  for (const number of tickets) erased.set(number, at);
}

/** The numbers that an entry says were given. */
function numbersIn(record: RegisterRecord): readonly number[] {
  if (record.kind === 'ticket') return [record.number];
  return record.kind === 'erased' ? record.tickets : [];
}

/** To which ticket the register gives a message by now; null for one that it does not know. */
export function ticketOf(
  { openedBy, links, merges }: Pick<Known, 'openedBy' | 'links' | 'merges'>,
  identities: readonly string[],
): number | null {
  for (const identity of identities) {
    const number = openedBy.get(identity) ?? links.get(identity);
    if (number !== undefined) return merges.endOf(number);
  }
  return null;
}
