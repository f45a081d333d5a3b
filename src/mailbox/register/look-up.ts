/**
 * Finding entries by what they name. For each search a server reads the fields of every entry anew, and a search names no
 * more than some sixty things: a thousand tickets would make it read the register many times. So where much is asked for at
 * once, whatever may be meant is read, unless that is far more than what is asked for.
 */
import type { Query, ReadStore, StoredMessage } from '../store.js';
import { kindOf, type RegisterRecord, searchableNumber } from './entry.js';
import { parseRecord } from './parse.js';
import { readEntries } from './read-entries.js';
import { arbitrate, type RegisterView } from './view.js';

/** So many go into one search, which is as good. */
const FEW = 60;
/**
 * Measured on Dovecot, some 700 searched names cost as much for each entry as reading it does; no more are read than a
 * worker can well hold.
 */
const MAX_TIMES_READ = 8;

/** What entries may be looked for by: archived or not, those that name any of these are found. */
export interface Named {
  /** Their entries, links, hints and requests, and the merges from them. */
  readonly tickets?: readonly number[];
  /** The merges from them and into them. */
  readonly merged?: readonly number[];
  readonly messageIds?: readonly string[];
  /** Of messages that may be unknown to the register. */
  readonly identities?: readonly string[];
  /** Of messages in the desk's folders: hardly one of them is unknown. */
  readonly filed?: readonly string[];
  /** Identities of messages, for hints that say where these went. */
  readonly moved?: readonly string[];
}

export async function lookUpRegister(store: ReadStore, folder: string, named: Named): Promise<RegisterView> {
  const { tickets = [], merged = [], messageIds = [], identities = [], filed = [], moved = [] } = named;
  const whole = await readIfFew(store, folder, {
    query: { and: [] },
    asked: tickets.length + filed.length,
  });
  if (whole !== null) return arbitrate(whole.filter(namesAnyOf(named)));
  const merges = await readIfFew(store, folder, { query: ofKind('merge'), asked: merged.length });
  const or: Query[] = [
    ...tickets.map(ofTicket),
    ...(merges === null ? mergesOf(merged, new Set(tickets)) : []),
    ...messageIds.map((id) => ({ header: 'X-Imapdesk-Message-Id', contains: `<${id}>` })),
    ...[...identities, ...filed].map((identity) => ({ header: 'X-Imapdesk-Identity', contains: identity })),
    ...moved.map((identity) => ({ header: 'X-Imapdesk-Moved', contains: identity })),
  ];
  const found = or.length === 0 ? [] : await store.search(folder, { or });
  const read = new Map((merges ?? []).filter(namesAnyOf(named)).map((entry) => [entry.uid, entry]));
  const rest = await readEntries(
    store,
    folder,
    found.filter((uid) => !read.has(uid)),
  );
  return arbitrate([...read.values(), ...rest]);
}

/**
 * The hints of these tickets, done or not; they lie from a UID on, below which no server need look into the fields of
 * entries.
 */
export async function lookUpHints(
  store: ReadStore,
  folder: string,
  { tickets, uidFrom }: { readonly tickets: readonly number[]; readonly uidFrom: number },
): Promise<RegisterView['hints']> {
  const hints = [{ uidFrom }, ofKind('hint')];
  const all = await readIfFew(store, folder, { query: { and: hints }, asked: tickets.length });
  if (all !== null) return arbitrate(all.filter(namesAnyOf({ tickets }))).hints;
  const query = { and: [...hints, { or: tickets.map(ofTicket) }] };
  return arbitrate(await store.fetch(folder, await store.search(folder, query))).hints;
}

/**
 * null where little is asked for, or where what the query finds is far more than that. An entry that the server cannot read
 * stands in the way only of who asks for that one.
 */
async function readIfFew(
  store: ReadStore,
  folder: string,
  { query, asked }: { readonly query: Query; readonly asked: number },
): Promise<readonly StoredMessage[] | null> {
  if (asked <= FEW) return null;
  const uids = await store.search(folder, query);
  if (uids.length > asked * MAX_TIMES_READ) return null;
  const entries = await store.fetch(folder, uids);
  return entries.length === uids.length ? entries : null;
}

function ofKind(name: RegisterRecord['kind']): Query {
  return { header: 'X-Imapdesk-Entry', contains: name };
}

function ofTicket(number: number): Query {
  return { header: 'X-Imapdesk-Ticket', contains: searchableNumber(number) };
}

function mergesOf(numbers: readonly number[], found: ReadonlySet<number>): readonly Query[] {
  const from = numbers.filter((number) => !found.has(number));
  return [
    ...numbers.map((number) => ({ header: 'X-Imapdesk-Into', contains: searchableNumber(number) })),
    ...(from.length === 0 ? [] : [{ and: [ofKind('merge'), { or: from.map(ofTicket) }] }]),
  ];
}

/** Whether the searches would find an entry: by the same fields, whatever its kind. */
function namesAnyOf(named: Named): (entry: StoredMessage) => boolean {
  const { tickets = [], merged = [], messageIds = [], identities = [], filed = [], moved = [] } = named;
  const wanted = new Set([
    ...tickets.map((number) => `Ticket ${searchableNumber(number)}`),
    ...merged.map((number) => `Into ${searchableNumber(number)}`),
    ...merged.map((number) => `merge Ticket ${searchableNumber(number)}`),
    ...messageIds.map((id) => `Message-Id <${id}>`),
    ...[...identities, ...filed].map((identity) => `Identity ${identity}`),
    ...moved.map((identity) => `Moved ${identity}`),
  ]);
  return (entry) => {
    const record = parseRecord(entry);
    if (record === null) return false;
    return kindOf(record)
      .fields(record)
      .some(([name, value]) => {
        const told = `${name} ${name === 'Moved' ? (value.split(' ')[1] ?? '') : value}`;
        return wanted.has(told) || wanted.has(`${record.kind} ${told}`);
      });
  };
}
