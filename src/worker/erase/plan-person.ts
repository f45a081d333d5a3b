/**
 * Finds all that a person has written to the desk, and what went to that person alone. Tickets whose requester it is go whole, with
 * all that others have written in them; of others' tickets only the person's own messages go, and the ticket goes on.
 */
import type { DeskPolicy } from '../../desk/policy.js';
import { isOwn } from '../../desk/sign/origin.js';
import { isDeskAddress, staffMemberOf } from '../../desk/sign/ticket-address.js';
import { parseRecord } from '../../mailbox/register/parse.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import type { Query } from '../../mailbox/store.js';
import type { Facts } from '../../message/facts/facts.js';
import { sameAddress } from '../../message/header/addresses.js';
import { loadArchived } from '../sight/archive.js';
import { hasBegun } from '../sight/beginning.js';
import { lookUp, lookUpStrangers, type Survey, takeSurvey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { entriesAbout } from './entries.js';
import type { ErasableMessage } from './erasure.js';
import { demandReadable, foldersToSearch, type Searched } from './folders.js';
import { lettersAbout } from './letters.js';
import { mentionsOf } from './mentions.js';
import { peopleOf } from './people.js';
import type { Planned } from './plan-ticket.js';
import { remnantsOf, withRemnants } from './remnants.js';
import { mailOfTickets } from './ticket-mail.js';

/** Wherever `isOf` finds somebody, and of letters that wait the field in which the outbox keeps their addressee. */
const FIELDS_WITH_A_PERSON = ['From', 'To', 'Cc', 'X-Imapdesk-Stage-To'];

export type PersonPlan = Planned | { readonly refused: 'desk' | 'staff' | 'unknown' };

export async function planPerson(
  desk: Desk,
  address: string,
  spared: ReadonlySet<string>,
): Promise<PersonPlan> {
  const { policy } = desk;
  if (isDeskAddress(policy, address)) return { refused: 'desk' };
  if (staffMemberOf(policy, address) !== null) return { refused: 'staff' };
  const survey = (await hasBegun(desk)) ? await takeSurvey(desk) : null;
  if (survey === null) return { refused: 'unknown' };
  const { whole, mixed } = await ticketsOf(desk, survey, address);
  const searched = await foldersToSearch(desk, spared);
  const about = { numbers: whole, searched };
  const { messages: inTickets, elsewhere } =
    whole.length === 0 ? { messages: [], elsewhere: [] } : await mailOfTickets(desk, survey, about);
  const theirs = await mailOf(desk, survey, { address, searched });
  demandReadable(desk, [...searched.own, desk.folders.archived, desk.folders.open]);
  const own = withoutDoubles([...inTickets, ...theirs]);
  const messages = withoutDoubles([...(await lettersAbout(desk, { numbers: whole, messages: own })), ...own]);
  const { hints: _hints, alertsUnderWay, ...found } = await entriesAbout(desk, { numbers: whole, messages });
  const entries = withRemnants(found, await remnantsOf(desk, survey, searched));
  const { ledger, erasures } = survey;
  const parts = new Set(messages.flatMap(({ ticket }) => (ticket === null ? [] : ledger.endOf(ticket))));
  for (const number of whole) parts.delete(number);
  // Of one that died nothing may be left but its note, which is to be ended.
  if (messages.length + whole.length + erasures.length === 0) return { refused: 'unknown' };
  const people = peopleOf(policy, messages);
  const folders = [...searched.own, desk.folders.archived, desk.folders.open];
  const mentions = await mentionsOf(desk, survey, { address, folders, erased: messages });
  return {
    survey,
    mixed,
    mentions,
    erasure: {
      tickets: whole,
      parts: [...parts].sort((a, b) => a - b),
      messages,
      entries,
      begun: erasures.filter((note) => note.tickets.some((number) => whole.includes(number))),
      outOfReach: { elsewhere, people, alertsUnderWay },
    },
  };
}

/** Tickets that go whole, with all that was merged into them; and those that cannot, since others' were merged with them. */
async function ticketsOf(
  desk: Desk,
  survey: Survey,
  address: string,
): Promise<{ readonly whole: readonly number[]; readonly mixed: readonly number[] }> {
  const { store, folders } = desk;
  const uids = await store.search(folders.register, { header: 'X-Imapdesk-Requester', contains: address });
  const records = (await readEntries(store, folders.register, uids)).flatMap((entry) => {
    const record = parseRecord(entry);
    return record?.kind === 'ticket' && isTheirs(record.requester, address) ? record : [];
  });
  await lookUp(desk, survey, { tickets: records.map(({ number }) => number) });
  const { ledger } = survey;
  const ends = new Set(records.map(({ number }) => ledger.endOf(number)));
  const groups = [...ends].map((end) => [end, ...ledger.merges.into(end).map(({ from }) => from)]);
  await lookUp(desk, survey, { tickets: groups.flat() });
  await loadArchived(desk, survey, ends);
  const areTheirs = (numbers: readonly number[]): boolean =>
    numbers.every((number) => isTheirs(ledger.records.get(number)?.requester ?? null, address));
  return {
    whole: groups.filter(areTheirs).flat(),
    mixed: groups.filter((numbers) => !areTheirs(numbers)).flatMap(([end]) => end ?? []),
  };
}

function isTheirs(requester: string | null, address: string): boolean {
  return requester !== null && sameAddress(requester, address);
}

async function mailOf(
  desk: Desk,
  survey: Survey,
  { address, searched }: { readonly address: string; readonly searched: Searched },
): Promise<readonly ErasableMessage[]> {
  const { store, cache, folders, policy } = desk;
  const query: Query = { or: FIELDS_WITH_A_PERSON.map((header) => ({ header, contains: address })) };
  const found: ErasableMessage[] = [];
  for (const folder of [...searched.own, folders.archived, folders.open]) {
    const read = await cache.read(store, folder, await store.search(folder, query));
    const messages = read.filter(({ facts }) => isOf(policy, facts, address));
    await lookUpStrangers(desk, survey, messages);
    for (const message of messages)
      found.push({ ...message, folder, ticket: survey.ledger.membership(message.facts) });
  }
  return found;
}

/** The person wrote it; or the desk, or somebody in its account, wrote it to that person and to nobody else. */
function isOf(policy: DeskPolicy, facts: Facts, address: string): boolean {
  const { sender, toAndCc } = facts;
  if (sender.address !== null && sameAddress(sender.address, address)) return true;
  const isOurs = isOwn(policy, facts) || (sender.address !== null && isDeskAddress(policy, sender.address));
  const others = toAndCc.filter((one) => !isDeskAddress(policy, one.address));
  return isOurs && others.length > 0 && others.every((one) => sameAddress(one.address, address));
}

function withoutDoubles(messages: readonly ErasableMessage[]): readonly ErasableMessage[] {
  return [...new Map(messages.map((one) => [`${one.folder} ${one.uid}`, one])).values()];
}
