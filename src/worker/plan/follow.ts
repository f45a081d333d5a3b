/**
 * Follows what people moved. A message of a ticket that a person dragged from Open to Archived closes the ticket,
 * one dragged from Archived to Open reopens it; the rest of the thread goes after it. Nothing is sent for it, unless the
 * desk confirms such a close (`confirm.drag`). The desk's own copies follow their ticket, and never count as
 * somebody's move. A ticket of which nothing is left in Open is closed (`follow-away.ts`).
 */
import type { ComposedLetter } from '../../desk/letters/compose-letter.js';
import { isOwn } from '../../desk/sign/origin.js';
import type { TicketState } from '../../desk/ticket/ticket.js';
import type { Effects, Move, NewHint, StateChange } from '../effects/effects.js';
import { type ArchiveView, hintOf, placesOf } from '../sight/archive.js';
import { dragCause } from '../sight/causes.js';
import type { Awaited } from '../sight/pending-mail.js';
import { groupByTicket, lookUpStrangers, type PlacedMessage, place, type Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { confirmationLetter } from './compose-letters.js';
import { raiseWatermark } from './hints.js';
import { moveRest, ticketMove } from './moves.js';

/** What somebody put into the archive, or a worker that died before it could say so. */
export async function planIntoArchive(desk: Desk, survey: Survey, archive: ArchiveView): Promise<Effects> {
  await lookUpStrangers(desk, survey, archive.strays);
  const states: StateChange[] = [];
  const moves: Move[] = [];
  const hints: NewHint[] = [];
  const written: ComposedLetter[] = [];
  for (const [number, messages] of groupByTicket(place(survey, archive.strays))) {
    const there = placesOf(messages);
    if (!isFollowed(survey, number, 'open')) {
      // They lie where their ticket is; a worker died before its hint, or filed nothing but them.
      const complete = !(survey.ledger.ticket(number)?.underWay ?? false);
      hints.push(hintOf(archive, number, { there, complete }));
    } else if (messages.every(({ facts }) => isOwn(desk.policy, facts))) {
      moves.push(ticketMove(desk, messages, { number, to: 'open' }));
    } else {
      desk.log.info(
        { ticket: number },
        'a person moved a message of this ticket to the archive: it is closed',
      );
      written.push(...confirmations(desk, survey, { number, archive, messages }));
      states.push({ number, to: 'archived' });
      hints.push(hintOf(archive, number, { there }));
    }
  }
  moves.push(...(await moveRest(desk, survey, { changes: states })));
  return { letters: { composed: written, release: 'later' }, states, moves, hints };
}

export async function planIntoOpen(desk: Desk, survey: Survey, archive: ArchiveView): Promise<Effects> {
  const states: StateChange[] = [];
  const moves: Move[] = [];
  const hints: NewHint[] = [];
  for (const [number, messages] of groupByTicket(survey.open)) {
    if (!isFollowed(survey, number, 'archived')) continue;
    if (messages.every(({ facts }) => isOwn(desk.policy, facts))) {
      moves.push(ticketMove(desk, messages, { number, to: 'archived' }));
      hints.push(hintOf(archive, number));
      continue;
    }
    desk.log.info({ ticket: number }, 'a person moved a message of this ticket to Open: it is reopened');
    states.push({ number, to: 'open' });
  }
  moves.push(...(await moveRest(desk, survey, { changes: states })));
  return { states, moves, hints, stale: moves.length > 0 };
}

/** Once everybody's moves have been followed. A stray whose twin is still pending may get its ticket in this pass. */
export async function planWatermark(
  survey: Survey,
  { archive, pending }: { archive: ArchiveView; pending: Awaited },
): Promise<Effects> {
  const awaited = archive.strays.length === 0 ? new Set() : await pending.identities();
  const isMet = archive.strays.some(({ facts }) => awaited.has(facts.identity));
  return isMet ? {} : raiseWatermark(survey, archive);
}

function isFollowed(survey: Survey, number: number, state: TicketState): boolean {
  const ticket = survey.ledger.ticket(number);
  return ticket !== null && !ticket.underWay && ticket.state === state;
}

/** Each waits in the outbox, held, for a minute: moving the mail back takes it back (`send/settle.ts`). */
function confirmations(
  desk: Desk,
  survey: Survey,
  dragged: { number: number; archive: ArchiveView; messages: readonly PlacedMessage[] },
): readonly ComposedLetter[] {
  const moved = dragged.messages.find(({ facts }) => !isOwn(desk.policy, facts));
  const ticket = survey.ledger.ticket(dragged.number);
  if (!desk.policy.confirmDrag || moved === undefined || ticket === null) return [];
  return confirmationLetter(desk, ticket, dragCause(dragged.archive.uidValidity, moved.uid));
}
