/**
 * A message of a ticket becomes a ticket of its own: the way out where a wrong number has joined two matters. The new
 * entry has the message as its first one, and that wins over every link and mark, so it is all that has to be written;
 * born under way, it brings the message to Open wherever it lies (`finish.ts`).
 */
import type { Phrase } from '../../desk/policy.js';
import { isOwn } from '../../desk/sign/origin.js';
import { stateOf, type Ticket } from '../../desk/ticket/ticket.js';
import type { Registered, RequestRecord } from '../../mailbox/register/entry.js';
import { doneWith, type Effects } from '../effects/effects.js';
import { locateArchived } from '../sight/archive.js';
import { lookUp, place, type Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';
import { ticketMove } from './moves.js';
import { planPlaced } from './open-placed.js';

export type SplitRequest = Extract<Registered<RequestRecord>, { command: 'split' }>;

/** Why a message of the ticket cannot be split off, or null. */
export function refusal(desk: Desk, ticket: Ticket, facts: FiledMessage['facts']): string | null {
  if (facts.identity === ticket.entry.rootIdentity) return 'it is the message that opened the ticket';
  const opened = ticket.merged?.find(({ entry }) => entry.rootIdentity === facts.identity);
  if (opened !== undefined)
    return `it opened ticket ${opened.entry.number}, and what was merged stays together`;
  return isOwn(desk.policy, facts) ? 'the desk itself wrote it' : null;
}

export async function planSplit(desk: Desk, survey: Survey, request: SplitRequest): Promise<Effects> {
  const { ticket: asked, identity } = request;
  const end = (problem: string): Effects => {
    desk.log.warn({ ticket: asked, command: request.command }, problem);
    return { done: doneWith([request]), stale: true };
  };
  await lookUp(desk, survey, { tickets: [asked], identities: [identity] });
  const ticket = survey.ledger.ticket(asked);
  const number = survey.ledger.endOf(asked);
  if (survey.ledger.isRoot(identity)) return end('the message has opened a ticket already');
  if (ticket === null) return end('no such ticket');
  const { inOpen, archived } = await find(desk, survey, { number, identity });
  const [message] = [...inOpen, ...archived];
  if (message === undefined) return end('the message is in this ticket no more');
  const refused = refusal(desk, ticket, message.facts);
  if (refused !== null) return end(refused);
  const why: Phrase = { name: 'not-answered-split', values: { number } };
  const placed = planPlaced(desk, survey, { messages: [message], why, splitOff: true });
  const opened = placed.tickets[0]?.number ?? number;
  desk.log.info(
    { ticket: number, opened },
    'a message of this ticket becomes a ticket of its own, on request',
  );
  return {
    ...placed,
    moves: [ticketMove(desk, archived, { number: opened, to: 'open' })],
    done: doneWith([request]),
  };
}

/** All copies of the message, wherever the ticket is by now. */
async function find(
  desk: Desk,
  survey: Survey,
  { number, identity }: { number: number; identity: string },
): Promise<{ inOpen: readonly FiledMessage[]; archived: readonly FiledMessage[] }> {
  const record = survey.ledger.records.get(number);
  const isMeant = ({ facts }: FiledMessage): boolean => facts.identity === identity;
  const inOpen = place(survey, survey.open).filter((one) => one.ticket === number && isMeant(one));
  const look = record !== undefined && (stateOf(record) === 'archived' || inOpen.length === 0);
  return { inOpen, archived: look ? (await locateArchived(desk, survey, number)).filter(isMeant) : [] };
}
