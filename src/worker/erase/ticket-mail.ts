/** The messages of tickets, wherever they lie: in Open and Archived, still pending, in Review, as copies. Letters are found in `letters.ts`. */
import { findMatch } from '../../desk/decide/match.js';
import type { Query } from '../../mailbox/store.js';
import type { Facts } from '../../message/facts/facts.js';
import { hintsOf, uidsNamed } from '../sight/archive.js';
import { bearing, bySearch, namingTicket } from '../sight/search-archive.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { ErasableMessage } from './erasure.js';
import type { Searched } from './folders.js';

export interface TicketMail {
  readonly messages: readonly ErasableMessage[];
  readonly elsewhere: readonly { readonly folder: string; readonly messages: number }[];
}

/** `numbers` are tickets and all that was merged into them. */
export async function mailOfTickets(
  desk: Desk,
  survey: Survey,
  { numbers, searched }: { readonly numbers: readonly number[]; readonly searched: Searched },
): Promise<TicketMail> {
  const filed = await filedMail(desk, survey, numbers);
  const known = knownBy(survey, { numbers, filed });
  const found: ErasableMessage[] = [];
  for (const folder of searched.own) found.push(...(await mailIn(desk, survey, { folder, known })));
  const elsewhere = [];
  for (const folder of searched.others) {
    const messages = (await mailIn(desk, survey, { folder, known })).length;
    if (messages > 0) elsewhere.push({ folder, messages });
  }
  return { messages: [...found, ...filed], elsewhere };
}

/** In Archived by hints and by search, whatever the hints are worth; of Open all is known. */
async function filedMail(
  desk: Desk,
  survey: Survey,
  numbers: readonly number[],
): Promise<readonly ErasableMessage[]> {
  const { store, folders, cache } = desk;
  const { uidValidity } = await store.state(folders.archived);
  const hints = [...(await hintsOf(desk, survey, numbers)).values()].flatMap((one) => one.hints);
  const hinted = await store.search(folders.archived, {
    uids: [...new Set(uidsNamed(hints, uidValidity))],
  });
  const uids = new Set([...hinted, ...(await bySearch(desk, survey, numbers))]);
  const archived = await cache.read(
    store,
    folders.archived,
    [...uids].sort((a, b) => a - b),
  );
  const wanted = new Set(numbers);
  const own = (folder: string, messages: typeof archived): readonly ErasableMessage[] =>
    messages.flatMap((message) => {
      const ticket = survey.ledger.membership(message.facts);
      return ticket !== null && wanted.has(ticket) ? [{ ...message, folder, ticket }] : [];
    });
  return [...own(folders.archived, archived), ...own(folders.open, survey.open)];
}

interface Known {
  readonly numbers: readonly number[];
  /** Whose ticket a message is by its identity, and by its Message-ID. */
  readonly identities: ReadonlyMap<string, number>;
  readonly ids: ReadonlyMap<string, number>;
}

function knownBy(
  { ledger }: Survey,
  { numbers, filed }: { numbers: readonly number[]; filed: readonly ErasableMessage[] },
): Known {
  const wanted = new Set(numbers);
  const identities = new Map<string, number>();
  const ids = new Map<string, number>();
  const note = (id: string | null | undefined, ticket: number): void => {
    if (id != null) ids.set(id, ticket);
  };
  for (const number of numbers) note(ledger.records.get(number)?.rootMessageId, number);
  for (const { ticket, messageId } of [...ledger.links.values(), ...ledger.fromAccount.values()])
    if (wanted.has(ticket)) note(messageId, ticket);
  for (const { facts, ticket } of filed) {
    if (ticket === null) continue;
    identities.set(facts.identity, ticket);
    note(facts.messageId, ticket);
  }
  return { numbers, identities, ids };
}

async function mailIn(
  desk: Desk,
  survey: Survey,
  { folder, known }: { readonly folder: string; readonly known: Known },
): Promise<readonly ErasableMessage[]> {
  const { store, cache, folders } = desk;
  const isPending = folder === folders.inbox;
  const uids = await store.search(folder, queryFor(desk, known, isPending));
  const messages = await cache.read(store, folder, uids);
  return messages.flatMap((message) => {
    const ticket = ticketOf(desk, survey, { known, facts: message.facts, isPending });
    return ticket === null ? [] : [{ ...message, folder, ticket }];
  });
}

function queryFor(desk: Desk, { numbers, ids }: Known, isPending: boolean): Query {
  const or = [...numbers.flatMap((number) => namingTicket(desk, number, [])), ...bearing([...ids.keys()])];
  // What is pending belongs to the ticket that it would be filed with.
  if (isPending) {
    for (const id of ids.keys())
      for (const header of ['References', 'In-Reply-To']) or.push({ header, contains: id });
    for (const number of numbers) or.push({ header: 'Subject', contains: `${desk.policy.tag}${number}` });
  }
  return { or };
}

function ticketOf(
  { policy }: Desk,
  { ledger }: Survey,
  about: { readonly known: Known; readonly facts: Facts; readonly isPending: boolean },
): number | null {
  const { known, facts, isPending } = about;
  const belongs = ledger.membership(facts);
  if (belongs !== null) return known.numbers.includes(belongs) ? belongs : null;
  const same = known.identities.get(facts.identity) ?? known.ids.get(facts.messageId ?? '') ?? null;
  if (same !== null || !isPending) return same;
  const match = findMatch(policy, ledger, facts);
  return match !== null && 'number' in match && known.numbers.includes(match.number) ? match.number : null;
}
