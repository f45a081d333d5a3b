/** `repair`: mends what a desk keeps for itself, under the account's lock. */
import { type RepairReport, repairDesk } from '../worker/repair/repair.js';
import { waitForLock } from '../worker/run/lock.js';
import type { AdoptChoice, WorkingDesk } from '../worker/workplace/desk.js';
import { type CommandContext, tell } from './context.js';
import { count } from './count.js';
import { askEachDesk } from './desks.js';
import { wakeForWork } from './wake.js';

export interface RepairOptions {
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly adopt: AdoptChoice | null;
}

export async function repair(context: CommandContext, options: RepairOptions): Promise<number> {
  const { dryRun, json, adopt } = options;
  const { answers, exitCode } = await askEachDesk(
    context,
    async (session, desk) => {
      const onWait = (): void =>
        context.log.warn({ desk: session.name }, 'waiting for another worker on this account');
      const lock = await waitForLock(desk.imap, { command: 'repair', signal: context.signal, onWait });
      try {
        const work = (open: WorkingDesk): Promise<RepairReport> => repairDesk(open, { dryRun });
        return await (dryRun ? session.look(work, context.signal) : session.lookAlone(work, context.signal));
      } finally {
        await lock.release();
        if (!dryRun) await wakeForWork(context, desk);
      }
    },
    { adopt },
  );
  for (const { answer, desk } of answers) {
    const fields = { desk: desk.name, dryRun, ...answer };
    tell(context, json, { fields, lines: linesOf(desk.name, answer, dryRun) });
  }
  return exitCode;
}

function linesOf(desk: string, report: RepairReport, dryRun: boolean): readonly string[] {
  const title = dryRun ? `${desk}, if this were no dry run:` : `${desk}:`;
  return [title, ...[...done(report), ...left(report)].map((line) => `  ${line}`)];
}

function done(report: RepairReport): string[] {
  const { begun, created, tickets, corrected, apart, links, hints, adoption, highest } = report;
  if (!begun)
    return ['no desk has worked in this mailbox: there is nothing to repair, and "imapdesk once" begins it'];
  const lines = created.map((folder) => `created the folder "${folder}"`);
  if (tickets.length > 0) {
    lines.push(
      `rebuilt ${count(tickets.length, 'ticket')}: ${tickets.map(({ ticket, state }) => `${ticket} (${state})`).join(', ')}`,
    );
  }
  if (corrected.length > 0)
    lines.push(`set the state of ${corrected.join(', ')} to where their messages lie`);
  if (apart.length > 0)
    lines.push(
      `found messages of open tickets in the archive; the next pass brings them back: ${apart.join(', ')}`,
    );
  if (links > 0) lines.push(`connected ${count(links, 'message')} with their tickets again`);
  if (hints > 0) lines.push(`noted where ${count(hints, 'archived ticket')} lie`);
  if (adoption !== null)
    lines.push(
      `wrote a new beginning: new mail is filed from here on, and ${adoption.taken} of the inbox with it`,
    );
  if (lines.length === 0) return ['nothing to repair'];
  return [...lines, `the highest number is ${highest}: the next ticket is ${highest + 1}`];
}

function left({ renamed, unplaced, unverified }: RepairReport): string[] {
  const lines = renamed.map(
    (folder) =>
      `"${folder}" holds copies that this desk keeps: if it is one of those folders, renamed, put its name into "folders" instead`,
  );
  if (unplaced > 0)
    lines.push(
      `${count(unplaced, 'message')} in the ticket folders belong to no ticket; moved to the inbox they are filed like new mail`,
    );
  if (unverified > 0)
    lines.push(
      `${count(unverified, 'message')} look like the desk's own and were signed with none of the secrets in "secret"`,
    );
  return lines;
}
