/** Asks for a command to be carried out: an entry in the register, which the lock's holder decides like mail. */
import { randomUUID } from 'node:crypto';
import { type StoredTicket, stateOf } from '../../desk/ticket/ticket.js';
import type { StateCommand } from '../../mailbox/register/entry.js';
import { carryOut } from '../carry-out/carry-out.js';
import type { Desk, WorkingDesk } from '../workplace/desk.js';
import { viewTicket } from './tickets.js';

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
