/** Commands that were asked for through the register, carried out like pending mail. */
import type { ComposedLetter } from '../../desk/letters/compose-letter.js';
import { stateOf } from '../../desk/ticket/ticket.js';
import type { Registered, RequestRecord, StateCommand } from '../../mailbox/register/entry.js';
import { doneWith, type Effects } from '../effects/effects.js';
import { type ArchiveView, hintOf, loadArchived } from '../sight/archive.js';
import { requestCause } from '../sight/causes.js';
import { place, resolveMerges, type Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { confirmationLetter } from './compose-letters.js';
import { moveRest } from './moves.js';
import { planSplit } from './split-ticket.js';

export async function planRequest(
  desk: Desk,
  survey: Survey,
  { request, archive }: { request: Registered<RequestRecord>; archive: ArchiveView },
): Promise<Effects> {
  return request.command === 'split'
    ? planSplit(desk, survey, request)
    : planState(desk, survey, { request, archive });
}

type StateRequest = Extract<Registered<RequestRecord>, { command: StateCommand }>;

async function planState(
  desk: Desk,
  survey: Survey,
  { request, archive }: { request: StateRequest; archive: ArchiveView },
): Promise<Effects> {
  const { ticket: asked, command } = request;
  await resolveMerges(desk, survey, [asked]);
  const number = survey.ledger.endOf(asked);
  const record = survey.ledger.records.get(number);
  const to = command === 'close' ? 'archived' : 'open';
  const over: Effects = { done: doneWith([request]), stale: true };
  if (record === undefined || stateOf(record) === to) {
    const why = record === undefined ? 'no such ticket' : `the ticket is ${to} already`;
    desk.log.warn({ ticket: number, command }, why);
    return over;
  }
  await loadArchived(desk, survey, [number]);
  // A request before this one may have split a message off.
  const moves = await moveRest(desk, survey, {
    changes: [{ number, to }],
    open: place(survey, survey.open),
  });
  desk.log.info({ ticket: number, command }, 'carried out on request');
  return {
    ...over,
    letters: { composed: confirmations(desk, survey, request), release: 'done' },
    states: [{ number, to }],
    moves,
    hints: to === 'archived' ? [hintOf(archive, number)] : [],
  };
}

function confirmations(desk: Desk, survey: Survey, request: StateRequest): readonly ComposedLetter[] {
  const ticket = survey.ledger.ticket(request.ticket);
  const told = request.command === 'close' && desk.policy.confirmClose === 'requester';
  return told && ticket !== null ? confirmationLetter(desk, ticket, requestCause(request.id)) : [];
}
