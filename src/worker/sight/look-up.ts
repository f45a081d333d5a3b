/**
 * What the messages at hand name beyond the open tickets, found with a few batched searches: archived tickets by
 * their numbers, by Message-IDs that the register or the archive holds, and by what they answer together.
 */
import { isOlderThan, threadReachMs } from '../../desk/decide/long-closed.js';
import { readSignedId } from '../../desk/sign/ticket-address.js';
import { marks, signedTicket } from '../../desk/ticket/marks.js';
import { stateOf } from '../../desk/ticket/ticket.js';
import { together } from '../../mailbox/together.js';
import type { Facts } from '../../message/facts/facts.js';
import type { Desk } from '../workplace/desk.js';
import { findInArchive, loadArchived } from './archive.js';
import { lookUpThreads } from './look-up-threads.js';
import { rememberAnswers } from './sent-memory.js';
import { lookUp, lookUpStrangers, place, resolveMerges, type Survey } from './survey.js';

export async function lookUpNamed(desk: Desk, survey: Survey, messages: readonly Facts[]): Promise<void> {
  const { ledger } = survey;
  const { records } = ledger;
  const numbers = new Set(messages.flatMap((facts) => marks(desk.policy, facts).map(({ number }) => number)));
  const ids = unknownIds(desk, survey, messages);
  // Where the mail of an archived one lies is asked for soon: its hints are looked for with the rest.
  const tickets = [...numbers].filter((number) => {
    const record = records.get(number);
    return record === undefined || (stateOf(record) === 'archived' && !survey.hinted.has(number));
  });
  // A message that was filed before may have been put back into the inbox: then the register knows it.
  const identities = messages
    .map(({ identity }) => identity)
    .filter((identity) => ledger.registeredTicket(identity) === null);
  const merged = [...numbers].filter((number) => !tickets.includes(number) && !survey.resolved.has(number));
  await together(
    desk.store,
    () => lookUp(desk, survey, { tickets, merged, messageIds: ids, identities }),
    () => rememberAnswers(desk, survey),
  );
  for (const { identity } of messages) numbers.add(ledger.registeredTicket(identity) ?? 0);
  numbers.delete(0);
  const archived = await findInArchive(desk, await idsToSearch(desk, survey, messages));
  await lookUpStrangers(desk, survey, archived);
  for (const { ticket } of place(survey, archived)) if (ticket !== null) numbers.add(ticket);
  for (const id of ids) for (const number of ledger.ticketsHolding(id)) numbers.add(number);
  await resolveMerges(desk, survey, numbers);
  await loadArchived(desk, survey, numbers);
  await lookUpThreads(desk, survey, messages);
}

/** What the register does not know; the archive is searched through for it, which takes the longer the larger that is. */
async function idsToSearch(
  desk: Desk,
  survey: Survey,
  messages: readonly Facts[],
): Promise<readonly string[]> {
  const { ledger } = survey;
  const signed = messages.flatMap(
    (facts) => signedTicket(desk.policy, facts, (one) => ledger.endOf(one)) ?? [],
  );
  await resolveMerges(desk, survey, signed);
  await loadArchived(desk, survey, signed);
  const unsure = messages.filter((facts) => !isSure(desk, survey, facts));
  return unknownIds(desk, survey, unsure).filter((id) => ledger.ticketsHolding(id).length === 0);
}

/**
 * A mark that we signed names the ticket, all of whose messages are known by now: an id that the message names besides is
 * weaker evidence, and the same mail delivered along another way bears the same mark, so it lies there. Not so where the
 * ticket was closed long ago: then either may have opened another one.
 */
function isSure({ policy }: Desk, { ledger }: Survey, facts: Facts): boolean {
  const number = signedTicket(policy, facts, (one) => ledger.endOf(one));
  const ticket = number === null ? null : ledger.ticket(number);
  if (ticket === null) return false;
  return ticket.state === 'open' || !isOlderThan(ticket, facts, threadReachMs(policy));
}

/** Ids that may be of messages in the archive: our own signed ones say by themselves what they are about. */
function unknownIds(desk: Desk, survey: Survey, messages: readonly Facts[]): string[] {
  const ids = new Set<string>();
  for (const facts of messages) {
    for (const id of [...facts.references, ...facts.returnedIds]) {
      if (survey.ledger.ticketsHolding(id).length === 0 && readSignedId(desk.policy, id) === null)
        ids.add(id);
    }
    // The same mail may have come before, along another way.
    const { messageId, references } = facts;
    if (messageId !== null && references.length > 0) ids.add(messageId);
  }
  return [...ids];
}
