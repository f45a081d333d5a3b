/** Asks for a message of a ticket to become a ticket of its own, and tells which one it is then. */
import { randomUUID } from 'node:crypto';
import { lookUpRegister } from '../../mailbox/register/view.js';
import { carryOut } from '../carry-out/carry-out.js';
import { refusal } from '../plan/split-ticket.js';
import type { Desk, WorkingDesk } from '../workplace/desk.js';
import { viewTicket } from './tickets.js';

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
