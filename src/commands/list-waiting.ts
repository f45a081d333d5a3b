/** `list --waiting`: the open tickets whose last word is a customer's, who waits longest first. */
import type { DeskConfig } from '../config/complete.js';
import type { WaitingTicket } from '../desk/figures/voice.js';
import { spanInWords } from '../terminal/span.js';
import { viewDesk } from '../worker/ask/tickets.js';
import { waitingTickets } from '../worker/sight/waiting.js';
import { isoTime } from './clock.js';
import type { CommandContext } from './context.js';
import { askEachDesk } from './desks.js';
import { type Column, layTable } from './table.js';

interface Row extends WaitingTicket {
  readonly desk: DeskConfig;
}

export async function listWaiting(context: CommandContext, json: boolean): Promise<number> {
  const { answers, exitCode } = await askEachDesk(context, (session) =>
    session.look(async (open) => {
      const survey = await viewDesk(open);
      return survey === null ? [] : waitingTickets(open, survey);
    }, context.signal),
  );
  const rows = answers
    .flatMap(({ answer, desk }) => answer.map((one): Row => ({ ...one, desk })))
    .sort((a, b) => a.since.getTime() - b.since.getTime());
  const now = new Date();
  if (json) for (const row of rows) context.out.write(`${JSON.stringify(fieldsOf(row, now))}\n`);
  else context.out.write(table(context, rows, now));
  return exitCode;
}

function waitedMs({ since }: Row, now: Date): number {
  return Math.max(0, now.getTime() - since.getTime());
}

function fieldsOf(row: Row, now: Date): Record<string, unknown> {
  const { desk, ticket, last, since } = row;
  const { number, subject, requester } = ticket.entry;
  return {
    desk: desk.name,
    ticket: number,
    subject,
    requester,
    since: isoTime(since),
    waitingSeconds: Math.floor(waitedMs(row, now) / 1000),
    lastFrom: last.facts.sender.address ?? last.facts.sender.answerTo,
    lastName: last.facts.sender.name,
    lastAt: isoTime(last.facts.receivedAt),
  };
}

function table(context: CommandContext, rows: readonly Row[], now: Date): string {
  if (rows.length === 0) return 'Nobody waits.\n';
  const several = context.desks.length > 1;
  const columns: readonly Column[] = [
    ...(several ? [{ title: 'DESK', atMost: 24 }] : []),
    { title: 'TICKET', align: 'right' },
    { title: 'WAITING', align: 'right' },
    { title: 'LAST FROM', atMost: 32 },
    { title: 'SUBJECT' },
  ];
  const cells = rows.map((row) => [
    ...(several ? [row.desk.name] : []),
    String(row.ticket.entry.number),
    spanInWords(waitedMs(row, now)),
    writerOf(row),
    row.ticket.entry.subject || '(no subject)',
  ]);
  return layTable(columns, cells, context.out.columns)
    .map((line) => `${line}\n`)
    .join('');
}

function writerOf({ last }: Row): string {
  const { name, address, answerTo } = last.facts.sender;
  return name || (address ?? answerTo ?? '(nobody)');
}
