/** Commands that were asked for through the register, carried out like pending mail. */

import { setAside } from '../desk/decide.js';
import type { Letter, Occasion } from '../desk/letters.js';
import { writeLetter } from '../desk/write.js';
import type { Registered, RequestRecord } from '../mailbox/register/entry.js';
import { lookUpRegister } from '../mailbox/register/view.js';
import type { Facts } from '../message/facts.js';
import { type ArchiveView, locateArchived } from './archive.js';
import type { Desk } from './desk.js';
import { loadArchived } from './look-up.js';
import { requestCause } from './settle.js';
import { release, stage } from './stage-mail.js';
import { type Survey, stateOf, takeIn } from './survey.js';
import { beginTransition, clearUnderWay, endTransition, moveMessages } from './transition.js';

/** Answers whether any was carried out, so that the survey is no longer true. */
export async function carryOutRequests(desk: Desk, survey: Survey, archive: ArchiveView): Promise<boolean> {
  const open = survey.requests.filter(({ flags }) => !flags.has('\\Answered'));
  for (const request of open) await carryOut(desk, survey, { request, archive });
  return open.length > 0;
}

async function carryOut(
  desk: Desk,
  survey: Survey,
  asked: { request: Registered<RequestRecord>; archive: ArchiveView },
): Promise<void> {
  const { request, archive } = asked;
  const { ticket: number, command } = request;
  const { store, folders, log } = desk;
  const look = { tickets: survey.records.has(number) ? [] : [number] };
  takeIn(survey, await lookUpRegister(store, folders.register, look));
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
      ? survey.open.filter(({ ticket }) => ticket === number)
      : await locateArchived(desk, survey, number);
  const moved = await moveMessages(desk, elsewhere, to);
  await endTransition(desk, survey, { number, to, archive, moved, complete: true });
  await store.setFlags(folders.register, [request.uid], { add: ['\\Answered'] });
  await release(desk, staged, new Set(staged.keys()));
  await clearUnderWay(desk, survey, [number]);
  log.info({ ticket: number, command }, 'carried out on request');
}

function confirmations(desk: Desk, survey: Survey, request: Registered<RequestRecord>) {
  const { policy } = desk;
  const ticket = survey.ledger.ticket(request.ticket);
  const to = ticket?.entry.requester ?? null;
  const told =
    request.command === 'close' && policy.confirmClose === 'requester' && ticket?.entry.answerable === true;
  if (!told || ticket === null || to === null) return [];
  const last = ticket.messages.at(-1)?.facts;
  const facts = causeFacts(requestCause(request.id), last, desk.now());
  const occasion: Occasion = { decision: setAside(facts, 'asked for on the command line'), facts, ticket };
  const letter: Letter = { purpose: 'confirmation', to };
  const writer = {
    policy,
    now: desk.now(),
    folders: { review: desk.folders.review, open: desk.folders.open },
  };
  return [writeLetter(writer, occasion, { letter, reading: { excerpt: '', attachments: [], source: null } })];
}

/** A request is no message, but what it causes answers the ticket's last one. */
function causeFacts(identity: string, last: Facts | undefined, now: Date): Facts {
  const nothing: Facts = {
    identity,
    messageId: null,
    subject: '',
    sender: { address: null, shown: '', name: '' },
    recipients: [],
    toAndCc: [],
    references: [],
    receivedAt: now,
    size: 0,
    bodySize: 0,
    automatic: null,
    suppressAnswer: false,
    suppressBecause: [],
    asAnswer: null,
    mayBeBounce: false,
    returnedIds: [],
    failedRecipients: [],
    spam: [],
    listIds: [],
    replyTo: [],
    originalFrom: [],
    hops: { received: 0, deliveredTo: [] },
    authentication: { dmarc: 'none', policy: null },
    origin: null,
    originSubject: '',
  };
  return last === undefined
    ? nothing
    : { ...nothing, messageId: last.messageId, references: last.references };
}
