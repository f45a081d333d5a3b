/** Commands that were asked for through the register, carried out like pending mail. */

import type { Registered, RequestRecord, StateCommand } from '../../mailbox/register/entry.js';
import { release, stage } from '../effects/stage-mail.js';
import { beginTransition, clearUnderWay, endTransition, moveMessages } from '../effects/transition.js';
import { requestCause } from '../send/settle.js';
import { type ArchiveView, locateArchived } from '../sight/archive.js';
import { loadArchived } from '../sight/load-archived.js';
import { followMerges, place, type Survey, stateOf } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { confirmationLetter } from './confirmation.js';
import { splitOff } from './split-ticket.js';

/** Answers whether any was carried out, so that the survey is no longer true. */
export async function carryOutRequests(desk: Desk, survey: Survey, archive: ArchiveView): Promise<boolean> {
  const open = survey.requests.filter(({ flags }) => !flags.has('\\Answered'));
  for (const request of open) {
    if (request.command === 'split') await splitOff(desk, survey, request);
    else await changeState(desk, survey, { request, archive });
  }
  return open.length > 0;
}

type StateRequest = Extract<Registered<RequestRecord>, { command: StateCommand }>;

async function changeState(
  desk: Desk,
  survey: Survey,
  given: { request: StateRequest; archive: ArchiveView },
): Promise<void> {
  const { request, archive } = given;
  const { ticket: asked, command } = request;
  const { store, folders, log } = desk;
  await followMerges(desk, survey, [asked]);
  const number = survey.ledger.endOf(asked);
  const record = survey.records.get(number);
  const to = command === 'close' ? 'archived' : 'open';
  if (record === undefined || stateOf(record) === to) {
    log.warn(
      { ticket: number, command },
      record === undefined ? 'no such ticket' : `the ticket is ${to} already`,
    );
    await store.setFlags(folders.register, [request.uid], { add: ['\\Answered'] });
    return;
  }
  await loadArchived(desk, survey, number);
  const staged = await stage(desk, survey, confirmations(desk, survey, request));
  await beginTransition(desk, survey, { number, to });
  const elsewhere =
    to === 'archived'
      ? // A request before this one may have split a message off.
        place(survey, survey.open).filter(({ ticket }) => ticket === number)
      : await locateArchived(desk, survey, number);
  const moved = await moveMessages(desk, elsewhere, to);
  await endTransition(desk, survey, { number, to, archive, moved, complete: true });
  await store.setFlags(folders.register, [request.uid], { add: ['\\Answered'] });
  await release(desk, staged, new Set(staged.keys()));
  await clearUnderWay(desk, survey, [number]);
  log.info({ ticket: number, command }, 'carried out on request');
}

function confirmations(desk: Desk, survey: Survey, request: StateRequest) {
  const ticket = survey.ledger.ticket(request.ticket);
  const told = request.command === 'close' && desk.policy.confirmClose === 'requester';
  return told && ticket !== null ? confirmationLetter(desk, ticket, requestCause(request.id)) : [];
}
