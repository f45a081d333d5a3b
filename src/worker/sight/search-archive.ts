/** Searching the archive for the messages of tickets whose hints do not tell where all of them lie. Answers UIDs. */
import { SPLIT_OFF } from '../../mailbox/register/entry.js';
import type { Query } from '../../mailbox/store.js';
import { grouped } from '../workplace/batches.js';
import type { Desk } from '../workplace/desk.js';
import { lookUp, type Survey } from './survey.js';

/** By their marks, and by the Message-IDs that the register has of them. */
export async function bySearch(
  desk: Desk,
  survey: Survey,
  numbers: readonly number[],
): Promise<readonly number[]> {
  const links = grouped(survey.ledger.links.values(), ({ ticket }) => ticket);
  const or = numbers.flatMap((number) => {
    const ids = (links.get(number) ?? []).map(({ messageId }) => messageId);
    return namingTicket(desk, number, [survey.ledger.records.get(number)?.rootMessageId, ...ids]);
  });
  return desk.store.search(desk.folders.archived, { or });
}

/** For messages with any mark of a ticket, genuine or not, or with any of these Message-IDs. */
export function namingTicket(
  { policy }: Desk,
  number: number,
  ids: readonly (string | null | undefined)[],
): readonly Query[] {
  const local = policy.addresses?.ticket.split('{id}')[0];
  const or = bearing(ids);
  for (const header of ['Message-ID', 'In-Reply-To', 'References'])
    or.push({ header, contains: `imapdesk.${number}.` });
  if (local !== undefined) {
    const fields = [
      'To',
      'Cc',
      'Delivered-To',
      'X-Original-To',
      'Envelope-To',
      'X-Envelope-To',
      'Resent-To',
      'Resent-Cc',
    ];
    for (const header of fields) or.push({ header, contains: `${local}${number}` });
  }
  return or;
}

/** A first message without a Message-ID was split off another ticket, whose hints still say where it lies. */
export async function byOthersHints(
  desk: Desk,
  survey: Survey,
  numbers: readonly number[],
): Promise<readonly number[]> {
  const records = numbers.flatMap((number) => survey.ledger.records.get(number) ?? []);
  const roots = records
    .filter(({ rootMessageId, flags }) => rootMessageId === null && flags.has(SPLIT_OFF))
    .map(({ rootIdentity }) => rootIdentity);
  if (roots.length === 0) return [];
  const { store, folders } = desk;
  const hints = await lookUp(desk, survey, { moved: roots });
  const { uidValidity } = await store.state(folders.archived);
  const uids = hints
    .filter((hint) => hint.uidValidity === uidValidity)
    .flatMap(({ moved }) => moved.flatMap((one) => (roots.includes(one.identity) ? (one.uid ?? []) : [])));
  return store.search(folders.archived, { uids });
}

/** For messages that bear any of these Message-IDs. */
export function bearing(ids: readonly (string | null | undefined)[]): Query[] {
  return ids.flatMap((id) => (id == null ? [] : [{ header: 'Message-ID', contains: id }]));
}
