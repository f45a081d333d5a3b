/**
 * Follows what people moved. A message of a ticket that a person dragged from Open to Archived closes the ticket,
 * one dragged from Archived to Open reopens it; the rest of the thread goes after it. Nothing is sent for it, unless the
 * desk confirms such a close (`drag-confirmations.ts`). The desk's own copies follow their ticket, and never count as
 * somebody's move. A ticket of which nothing is left in Open is closed (`follow-away.ts`).
 */

import { isOwn } from '../../desk/sign/origin.js';
import type { TicketState } from '../../desk/ticket/ticket.js';
import type { Facts } from '../../message/facts/facts.js';
import { beginTransition, clearUnderWay, endTransition, moveMessages } from '../effects/transition.js';
import { type ArchiveView, appendHint, locateArchived, markArchive } from '../sight/archive.js';
import { groupByTicket, lookUpStrangers, type PlacedMessage, place, type Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { bringBack } from './astray.js';
import { stageDragConfirmation } from './drag-confirmations.js';
import { followAway } from './follow-away.js';

/** Answers whether anything was changed, so that the survey is no longer true. */
export async function followPeople(
  desk: Desk,
  survey: Survey,
  seen: { archive: ArchiveView; pending: readonly Facts[] },
): Promise<boolean> {
  const { archive } = seen;
  await lookUpStrangers(desk, survey, archive.strays);
  const strays = place(survey, archive.strays);
  // What was read of Open is no longer true once a ticket has left it: the next look sees to the rest.
  if (await followIntoArchive(desk, survey, { archive, strays })) return true;
  if (await followIntoOpen(desk, survey, archive)) return true;
  if (await followAway(desk, survey, seen)) return true;
  if (await bringBack(desk, survey, archive)) return true;
  // A stray whose twin is still pending may get its ticket in this pass; it has to be met again.
  const awaited = new Set(seen.pending.map(({ identity }) => identity));
  if (!strays.some(({ facts }) => awaited.has(facts.identity))) await markArchive(desk, survey, archive);
  return false;
}

function isFollowed(survey: Survey, number: number, state: TicketState): boolean {
  const ticket = survey.ledger.ticket(number);
  return ticket !== null && !ticket.underWay && ticket.state === state;
}

async function followIntoArchive(
  desk: Desk,
  survey: Survey,
  seen: { archive: ArchiveView; strays: readonly PlacedMessage[] },
): Promise<boolean> {
  const { archive, strays } = seen;
  let moved = false;
  for (const [number, messages] of groupByTicket(strays)) {
    const here = messages.map(({ uid, facts }) => ({ uid, identity: facts.identity }));
    if (!isFollowed(survey, number, 'open')) {
      // They lie where their ticket is; a worker died before its hint, or filed nothing but them.
      const complete = !(survey.ledger.ticket(number)?.underWay ?? false);
      await appendHint(desk, survey, { archive, ticket: number, moved: here, complete });
    } else if (messages.every(({ facts }) => isOwn(desk.policy, facts))) {
      moved = (await moveMessages(desk, messages, 'open')).length > 0 || moved;
    } else {
      desk.log.info(
        { ticket: number },
        'a person moved a message of this ticket to the archive: it is closed',
      );
      await stageDragConfirmation(desk, survey, { number, archive, messages });
      await beginTransition(desk, survey, { number, to: 'archived' });
      const rest = survey.open.filter(({ ticket }) => ticket === number);
      const went = await moveMessages(desk, rest, 'archived');
      const done = { number, to: 'archived' as const, archive, moved: [...here, ...went], complete: true };
      await endTransition(desk, survey, done);
      await clearUnderWay(desk, survey, [number]);
      moved = true;
    }
  }
  return moved;
}

async function followIntoOpen(desk: Desk, survey: Survey, archive: ArchiveView): Promise<boolean> {
  let moved = false;
  for (const [number, messages] of groupByTicket(survey.open)) {
    if (!isFollowed(survey, number, 'archived')) continue;
    moved = true;
    if (messages.every(({ facts }) => isOwn(desk.policy, facts))) {
      const went = await moveMessages(desk, messages, 'archived');
      await appendHint(desk, survey, { archive, ticket: number, moved: went, complete: true });
      continue;
    }
    desk.log.info({ ticket: number }, 'a person moved a message of this ticket to Open: it is reopened');
    await beginTransition(desk, survey, { number, to: 'open' });
    const went = await moveMessages(desk, await locateArchived(desk, survey, number), 'open');
    await endTransition(desk, survey, { number, to: 'open', archive, moved: went, complete: true });
    await clearUnderWay(desk, survey, [number]);
  }
  return moved;
}
