/** An archived ticket's messages: who takes part in it can only be told from them. */
import type { TicketMessage } from '../../desk/ticket/ticket.js';
import type { Desk } from '../workplace/desk.js';
import { locateArchived } from './archive.js';
import type { Survey } from './survey.js';

export async function loadArchived(desk: Desk, survey: Survey, named: number): Promise<void> {
  const number = survey.ledger.endOf(named);
  const own = survey.ledger.own(number);
  // What was decided since the survey may have reopened it.
  if (!survey.ledger.records.has(number) || own?.state === 'open') return;
  const known = own?.messages ?? [];
  if (known.some(({ folder }) => folder === 'archived')) return;
  const located = await locateArchived(desk, survey, number);
  const messages = located.map(({ uid, facts }): TicketMessage => ({ uid, facts, folder: 'archived' }));
  survey.ledger.place(number, [...known, ...messages]);
}
