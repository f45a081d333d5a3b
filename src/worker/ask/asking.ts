/**
 * Asks for a command to be carried out: an entry in the register, which the lock's holder decides like mail. Then tells what has
 * become of it.
 */
import { randomUUID } from 'node:crypto';
import { type StoredTicket, stateOf } from '../../desk/ticket/ticket.js';
import type { StateCommand } from '../../mailbox/register/entry.js';
import { lookUpRegister } from '../../mailbox/register/look-up.js';
import { carryOut } from '../carry-out/carry-out.js';
import { refusal } from '../plan/split-ticket.js';
import type { Desk, WorkingDesk } from '../workplace/desk.js';
import { findTicket, viewDesk, viewTicket } from './tickets.js';

/** What was asked for is in the register now, if it is `asked`; the others changed nothing. */
export type Answer =
  | 'no-such-ticket'
  | {
      readonly outcome: 'asked' | 'already';
      /** The one that the number stands for. */
      readonly ticket: number;
    };

export async function askFor(desk: WorkingDesk, command: StateCommand, number: number): Promise<Answer> {
  const seen = await viewTicket(desk, number);
  if (seen === null) return 'no-such-ticket';
  const { ledger } = seen.survey;
  const ticket = ledger.endOf(number);
  const record = ledger.records.get(ticket);
  if (record === undefined) return 'no-such-ticket';
  if (isDoneBy(command, record)) return { outcome: 'already', ticket };
  const request = { kind: 'request' as const, id: randomUUID(), command, ticket: number };
  await carryOut(desk, seen.survey, { entries: [{ record: request }] });
  return { outcome: 'asked', ticket };
}

/** Whether the ticket is in the state that the command leads to. */
export async function isDone(desk: Desk, command: StateCommand, number: number): Promise<boolean> {
  const ledger = (await viewTicket(desk, number))?.survey.ledger;
  const record = ledger?.records.get(ledger.endOf(number));
  return record !== undefined && isDoneBy(command, record);
}

function isDoneBy(command: StateCommand, record: StoredTicket): boolean {
  return stateOf(record) === (command === 'close' ? 'archived' : 'open');
}

export interface MergeWish {
  readonly into: number;
  readonly from: number;
  readonly joinPeople: boolean;
}

export type MergeOutcome =
  /** `ticket` is what `into` stands for. */
  | { readonly outcome: 'asked' | 'already'; readonly ticket: number }
  | { readonly refused: 'no-such-ticket'; readonly number: number }
  | { readonly refused: 'itself' }
  | { readonly refused: 'merged-before' | 'circle'; readonly into: number };

/** Where it is `asked` the merge is in the register now; the others changed nothing. */
export async function askToMerge(desk: WorkingDesk, wish: MergeWish): Promise<MergeOutcome> {
  const { into, from, joinPeople } = wish;
  if (into === from) return { refused: 'itself' };
  const survey = await viewDesk(desk);
  if (survey === null) return { refused: 'no-such-ticket', number: into };
  for (const number of [into, from])
    if ((await findTicket(desk, survey, number)) === null) return { refused: 'no-such-ticket', number };
  const { ledger } = survey;
  const ticket = ledger.endOf(into);
  const stands = ledger.endOf(from);
  if (ticket === from) return { refused: 'circle', into: from };
  if (stands === ticket) return { outcome: 'already', ticket };
  if (stands !== from) return { refused: 'merged-before', into: stands };
  const record = { kind: 'merge' as const, from, into: ticket, joinPeople };
  await carryOut(desk, survey, { entries: [{ record }] });
  return { outcome: 'asked', ticket };
}

/** `other` is what the number stands for instead, where another merge was quicker. */
export async function seeMerged(
  desk: Desk,
  { from, ticket }: { from: number; ticket: number },
): Promise<'done' | 'asked' | { readonly other: number }> {
  const survey = await viewDesk(desk);
  if (survey === null) return 'asked';
  await findTicket(desk, survey, from);
  if (survey.merges.some((merge) => merge.from === from)) return 'asked';
  const stands = survey.ledger.endOf(from);
  return stands === survey.ledger.endOf(ticket) ? 'done' : { other: stands };
}

export interface SplitWish {
  readonly ticket: number;
  /** As `show` counts them, from 1. */
  readonly message: number;
}

export type SplitOutcome =
  | { readonly asked: string }
  | { readonly refused: 'no-such-ticket' }
  | { readonly refused: 'no-such-message'; readonly messages: number }
  | { readonly refused: 'not-this-message'; readonly why: string };

/** `asked` is the message's identity: the request is in the register now. Else nothing was changed. */
export async function askToSplit(desk: WorkingDesk, wish: SplitWish): Promise<SplitOutcome> {
  const seen = await viewTicket(desk, wish.ticket);
  if (seen === null) return { refused: 'no-such-ticket' };
  const { messages } = seen.ticket;
  const facts = messages[wish.message - 1]?.facts;
  if (facts === undefined) return { refused: 'no-such-message', messages: messages.length };
  const why = refusal(desk, seen.ticket, facts);
  if (why !== null) return { refused: 'not-this-message', why };
  const { identity } = facts;
  const request = { kind: 'request', id: randomUUID(), command: 'split', ticket: wish.ticket } as const;
  await carryOut(desk, seen.survey, { entries: [{ record: { ...request, identity } }] });
  return { asked: identity };
}

/** The ticket that a message has opened; null where it has opened none yet. */
export async function openedBy(desk: Desk, identity: string): Promise<number | null> {
  const { tickets } = await lookUpRegister(desk.store, desk.folders.register, { identities: [identity] });
  return tickets.find(({ rootIdentity }) => rootIdentity === identity)?.number ?? null;
}
