/** `list`: the tickets of every desk, as a table for people or a line of JSON each. */

import type { TicketState } from '../desk/ticket/ticket.js';
import { listTickets, type TicketLine, viewDesk } from '../worker/ask/tickets.js';
import { isoTime, readableTime } from './clock.js';
import type { CommandContext } from './context.js';
import { askEachDesk } from './desks.js';
import { listWaiting } from './list-waiting.js';
import { type Column, layTable } from './table.js';

export interface ListOptions {
  readonly state: 'open' | 'archived' | 'all';
  /** Only tickets whose last word is a customer's. */
  readonly waiting: boolean;
  readonly json: boolean;
}

interface Row extends TicketLine {
  readonly desk: string;
  readonly timezone: string;
}

export async function list(context: CommandContext, options: ListOptions): Promise<number> {
  const { state, waiting, json } = options;
  if (waiting) return listWaiting(context, json);
  const states = new Set<TicketState>(state === 'all' ? ['open', 'archived'] : [state]);
  const { answers, exitCode } = await askEachDesk(context, (session) =>
    session.look(async (open) => {
      const survey = await viewDesk(open);
      return survey === null ? [] : listTickets(open, survey, states);
    }, context.signal),
  );
  const rows: Row[] = answers.flatMap(({ answer, desk: { name, timezone } }) =>
    answer.map((line) => ({ ...line, desk: name, timezone })),
  );
  if (json) for (const row of rows) context.out.write(`${JSON.stringify(fieldsOf(row))}\n`);
  else context.out.write(table(context, rows, state));
  return exitCode;
}

function fieldsOf(row: Row): Record<string, unknown> {
  const { desk, number, state, subject, requester, opened, updated, messages } = row;
  return {
    desk,
    ticket: number,
    state,
    subject,
    requester,
    opened: isoTime(opened),
    updated: isoTime(updated),
    messages,
  };
}

function table(context: CommandContext, rows: readonly Row[], state: ListOptions['state']): string {
  if (rows.length === 0) return state === 'all' ? 'No tickets.\n' : `No ${state} tickets.\n`;
  const several = context.desks.length > 1;
  const columns: readonly Column[] = [
    ...(several ? [{ title: 'DESK', atMost: 24 }] : []),
    { title: 'TICKET', align: 'right' },
    { title: 'STATE' },
    { title: 'UPDATED' },
    { title: 'MESSAGES', align: 'right' },
    { title: 'REQUESTER', atMost: 32 },
    { title: 'SUBJECT' },
  ];
  const cells = rows.map((row) => [
    ...(several ? [row.desk] : []),
    String(row.number),
    row.state,
    readableTime(row.updated, row.timezone),
    String(row.messages),
    row.requester ?? '(unknown)',
    row.subject || '(no subject)',
  ]);
  return layTable(columns, cells, context.out.columns ?? null)
    .map((line) => `${line}\n`)
    .join('');
}
