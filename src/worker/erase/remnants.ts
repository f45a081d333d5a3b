/**
 * What an erasure that died has left in the register and no longer tells whose it was: what the register says of messages in
 * others' tickets that are gone, and merges into tickets that are gone. Its note, which is not done yet, says which tickets.
 *
 * A link is such a remnant if its message lies nowhere in the account any more. So is that of a message that somebody
 * has thrown away for good: that is the price, and no loss. Where that cannot be known (another desk's folders are on the account, which
 * are not looked at, or the server cannot read a message of some folder), links stay.
 */
import { searchableNumber } from '../../mailbox/register/entry.js';
import { parseRecord } from '../../mailbox/register/parse.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import { hintsOf, loadArchived } from '../sight/archive.js';
import { bearing } from '../sight/search-archive.js';
import { lookUp, type Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { ErasableEntries } from './erasure.js';
import type { Searched } from './folders.js';
import { mailOfTickets } from './ticket-mail.js';

export async function remnantsOf(
  desk: Desk,
  survey: Survey,
  searched: Searched,
): Promise<Pick<ErasableEntries, 'others' | 'merges'>> {
  const { ledger, erasures } = survey;
  if (erasures.length === 0) return { others: [], merges: [] };
  const named = erasures.flatMap(({ tickets, parts }) => [...tickets, ...parts]);
  await lookUp(desk, survey, { tickets: named });
  const gone = new Set(
    erasures.flatMap(({ tickets }) => tickets.filter((number) => !ledger.records.has(number))),
  );
  const ends = new Set(
    erasures.flatMap(({ parts }) => parts.flatMap((number) => ledger.endOf(number) ?? [])),
  );
  const parts = [...ends].flatMap((end) => [end, ...ledger.merges.into(end).map(({ from }) => from)]);
  const entries = await entriesNaming(desk, [...gone, ...parts]);
  const inParts = new Set(parts);
  const ofMessages = entries.flatMap((entry): OfMessage[] => {
    if (entry.kind !== 'link' && entry.kind !== 'written' && entry.kind !== 'alert') return [];
    const messageId = entry.kind === 'alert' ? null : entry.messageId;
    const { uid, ticket, identity } = entry;
    return inParts.has(ticket) ? [{ uid, ticket, identity, messageId }] : [];
  });
  const isThere = await whatIsThere(desk, survey, { numbers: parts, entries: ofMessages, searched });
  const others = ofMessages.filter((entry) => !isThere(entry));
  const merges = entries.filter(
    (entry) => entry.kind === 'merge' && (gone.has(entry.from) || gone.has(entry.into)),
  );
  return { others: others.map(({ uid }) => uid), merges: merges.map(({ uid }) => uid) };
}

/** Each once. */
export function withRemnants(
  entries: ErasableEntries,
  { others, merges }: Pick<ErasableEntries, 'others' | 'merges'>,
): ErasableEntries {
  return {
    ...entries,
    others: [...new Set([...entries.others, ...others])],
    merges: [...new Set([...entries.merges, ...merges])],
  };
}

interface OfMessage {
  readonly uid: number;
  readonly ticket: number;
  readonly identity: string;
  readonly messageId: string | null;
}

async function entriesNaming({ store, folders }: Desk, numbers: readonly number[]) {
  const or = numbers.flatMap((number) =>
    ['Ticket', 'Into', 'Event'].map((field) => ({
      header: `X-Imapdesk-${field}`,
      contains: searchableNumber(number),
    })),
  );
  if (or.length === 0) return [];
  const found = await readEntries(store, folders.register, await store.search(folders.register, { or }));
  return found.flatMap((entry) => parseRecord(entry) ?? []);
}

/** Wherever people have put it: a message that lies in one of their own folders may come back. */
async function whatIsThere(
  desk: Desk,
  survey: Survey,
  about: {
    readonly numbers: readonly number[];
    readonly entries: readonly OfMessage[];
    readonly searched: Searched;
  },
): Promise<(entry: OfMessage) => boolean> {
  const { numbers, entries, searched } = about;
  if (entries.length === 0 || searched.unseen.length > 0) return () => true;
  const { store, cache, folders } = desk;
  await lookUp(desk, survey, { tickets: numbers });
  await loadArchived(desk, survey, numbers);
  const everywhere = { own: [...searched.own, ...searched.others], others: [], unseen: [] };
  const { messages } = await mailOfTickets(desk, survey, { numbers, searched: everywhere });
  const found = [...messages];
  // Whatever hints say of it.
  const or = bearing(entries.map(({ messageId }) => messageId));
  for (const folder of [folders.archived, folders.open])
    for (const message of await cache.read(store, folder, await store.search(folder, { or })))
      found.push({ ...message, folder, ticket: null });
  if ([...everywhere.own, folders.archived, folders.open].some((folder) => cache.hasUnreadable(folder)))
    return () => true;
  const identities = new Set(found.map(({ facts }) => facts.identity));
  const ids = new Set(found.flatMap(({ facts }) => facts.messageId ?? []));
  // Of one without a Message-ID nothing but hints tells where it would lie in the archive.
  const unsure = await ticketsWithoutWholeHints(desk, survey, numbers);
  return ({ identity, messageId, ticket }) =>
    identities.has(identity) || (messageId === null ? unsure.has(ticket) : ids.has(messageId));
}

async function ticketsWithoutWholeHints(
  desk: Desk,
  survey: Survey,
  numbers: readonly number[],
): Promise<ReadonlySet<number>> {
  const hints = await hintsOf(desk, survey, numbers);
  return new Set(numbers.filter((number) => hints.get(number)?.hints.some(({ complete }) => !complete)));
}
