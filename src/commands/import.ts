/** `import`: mail in files becomes tickets, under the account's lock, and nobody is told. */
import { resolve } from 'node:path';
import type { TicketState } from '../desk/ticket/ticket.js';
import type { MetErased } from '../import/erased.js';
import { type ImportReport, importTickets } from '../import/import.js';
import type { Dialect } from '../mbox/quoting.js';
import { EXIT } from '../problem/problem.js';
import { waitForLock } from '../worker/run/lock.js';
import type { DeskSession } from '../worker/run/session.js';
import type { WorkingDesk } from '../worker/workplace/desk.js';
import { type CommandContext, onDesk, tell } from './context.js';
import { count } from './count.js';
import { wakeForWork } from './wake.js';

export interface ImportOptions {
  readonly path: string;
  readonly dryRun: boolean;
  readonly renumber: boolean;
  readonly state: TicketState;
  readonly mbox: Dialect | null;
  /** Names of statuses, with commas between them. */
  readonly closed: string | null;
  readonly json: boolean;
}

export function importMail(context: CommandContext, options: ImportOptions): Promise<number> {
  const { dryRun, renumber, state, mbox: dialect, json } = options;
  const closed = options.closed?.split(',') ?? null;
  const path = resolve(options.path);
  return onDesk(context, async (session) => {
    const work = (desk: WorkingDesk): Promise<ImportReport> =>
      importTickets(desk, { path, dialect, state, closed, renumber, dryRun });
    const report = dryRun
      ? await session.look(work, context.signal)
      : await lookAlone(context, session, work);
    const about = { desk: session.name, path, dryRun };
    tell(context, json, { fields: { ...about, ...report }, lines: linesOf(report, path, dryRun) });
    if (report.stopped) return EXIT.tryLater;
    // Mail that was erased stays away, and that is as it should be; what only has its number is for people to look at.
    const isUnsure = report.erased.some(({ isSame, now }) => !isSame && now === null);
    return report.refused.length > 0 || isUnsure ? EXIT.someToReview : EXIT.done;
  });
}

/** Under the account's lock and the desk's claim, as a pass. */
async function lookAlone(
  context: CommandContext,
  session: DeskSession,
  work: (desk: WorkingDesk) => Promise<ImportReport>,
): Promise<ImportReport> {
  const { log, signal } = context;
  const onWait = (): void => log.warn({ desk: session.name }, 'waiting for another worker on this account');
  const lock = await waitForLock(session.config.imap, { command: 'import', signal, onWait });
  try {
    return await session.lookAlone(work, signal);
  } finally {
    await lock.release();
    await wakeForWork(context, session.config);
  }
}

function linesOf(report: ImportReport, path: string, dryRun: boolean): readonly string[] {
  const { tickets, messages, added, brought, numbers, open, renumbered, elsewhere, refused, stopped } =
    report;
  const lines = [
    `${path}: ${count(tickets, 'ticket')} with ${count(messages, 'message')}, ${open} of them open`,
  ];
  const [first, last] = numbers;
  const isAllLeftOut = tickets === 0 && report.erased.length > 0;
  if (added === 0) lines.push(...(isAllLeftOut ? [] : ['  all of it is there already']));
  else if (dryRun) lines.push(`  ${count(added, 'ticket')} would be imported, as ${first} to ${last}`);
  else
    lines.push(
      `  imported ${count(added, 'ticket')}, as ${first} to ${last}: ${count(brought, 'message')} were stored`,
    );
  lines.push(...report.notes.map((note) => `  ${note}`));
  if (renumbered.length > 0)
    lines.push(`  with other numbers: ${renumbered.map(([was, is]) => `${was} is ${is}`).join(', ')}`);
  lines.push(...report.erased.map((one) => `  ${erasedLine(one)}`));
  if (elsewhere > 0)
    lines.push(`  left out ${count(elsewhere, 'message')} that are there twice, or with another ticket`);
  for (const { path: file, offset, why } of refused)
    lines.push(`  not taken by the server: ${file}, at byte ${offset}: ${why}`);
  if (stopped) lines.push('  stopped before all was imported: run it again, and it goes on');
  return lines;
}

function erasedLine({ number, at, isSame, now }: MetErased): string {
  const when = `number ${number} was erased on ${at.toISOString().slice(0, 10)}`;
  if (now !== null)
    return `${when}: what has it in the files is ${now} now. Should it be mail of the erased ticket, erase ${now}, too`;
  return isSame
    ? `${when}: its mail is left out`
    : `${when}: what has it in the files is left out. If it is another ticket, --renumber gives it a new number`;
}
