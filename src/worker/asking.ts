/** Asks for a command to be carried out: an entry in the register, which the lock's holder decides like mail. */
import { randomUUID } from 'node:crypto';
import type { StateCommand } from '../mailbox/register/entry.js';
import type { Desk } from './desk.js';
import { appendRecord } from './register-writing.js';
import { stateOf } from './survey.js';
import { findTicket, viewDesk } from './tickets.js';

/** `asked` is in the register now; the others changed nothing. */
export type Answer = 'asked' | 'already' | 'no-such-ticket';

export async function askFor(desk: Desk, command: StateCommand, number: number): Promise<Answer> {
  const view = await viewDesk(desk);
  if (view === null || (await findTicket(view.desk, view.survey, number)) === null) return 'no-such-ticket';
  const record = view.survey.records.get(number);
  if (record === undefined) return 'no-such-ticket';
  if (stateOf(record) === (command === 'close' ? 'archived' : 'open')) return 'already';
  const request = { kind: 'request' as const, id: randomUUID(), command, ticket: number };
  await appendRecord(desk, request, { highest: view.survey.ledger.highest, flags: [] });
  return 'asked';
}

/** Whether the ticket is in the state that the command leads to. */
export async function isDone(desk: Desk, command: StateCommand, number: number): Promise<boolean> {
  const view = await viewDesk(desk);
  if (view === null || (await findTicket(view.desk, view.survey, number)) === null) return false;
  const record = view.survey.records.get(number);
  return record !== undefined && stateOf(record) === (command === 'close' ? 'archived' : 'open');
}
