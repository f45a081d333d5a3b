/** `export`: one ticket or all as mbox files, Maildirs or pages; with the next run only what is new. */
import { resolve } from 'node:path';
import type { DeskConfig } from '../config/complete.js';
import { type ExportLook, type ExportReport, exportTickets } from '../export/export.js';
import type { Layout } from '../mbox/list.js';
import { canonicalAddress } from '../message/header/addresses.js';
import { EXIT, Problem } from '../problem/problem.js';
import { acquireLock } from '../worker/run/lock.js';
import type { DeskSession } from '../worker/run/session.js';
import { type CommandContext, onDesk, tell } from './context.js';
import { count } from './count.js';
import { noSuchTicket } from './ticket-number.js';
import { momentOf } from './when.js';

export interface ExportOptions {
  readonly ticket: number | null;
  readonly to: string;
  readonly format: Layout;
  readonly since: string | null;
  readonly person: string | null;
  readonly json: boolean;
}

export function exportMail(context: CommandContext, options: ExportOptions): Promise<number> {
  const { ticket, to, format: layout, since, json } = options;
  return onDesk(context, async (session) => {
    const { timezone } = session.config;
    const from = since === null ? null : momentOf(since, { option: '--since', timezone, now: new Date() });
    const choice = { ticket, since: from, person: personOf(options.person) };
    const folder = resolve(to);
    const look = lookOf(context, session.config);
    const report = await alone(folder, () => exported(context, session, { folder, layout, choice, look }));
    const isNone = report.tickets + report.left.length === 0;
    if (ticket !== null && isNone && from === null && choice.person === null)
      throw noSuchTicket(ticket, session.name);
    tell(context, json, {
      fields: { desk: session.name, folder, format: layout, ...report },
      lines: linesOf(report, folder),
    });
    return report.stopped || report.left.length > 0 ? EXIT.tryLater : EXIT.done;
  });
}

function exported(
  { signal }: CommandContext,
  session: DeskSession,
  what: Parameters<typeof exportTickets>[1],
): Promise<ExportReport> {
  return session.look((desk) => exportTickets(desk, what), signal);
}

/** Of two at once each would clear away what the other has not finished; cron may well start the second. */
async function alone<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = await acquireLock(`export ${folder}`, { command: 'export' });
  if (!lock.held)
    throw new Problem('export-busy', `${folder}: another export is writing there; run it again later`, {
      temporary: true,
    });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/** As the pages that are served, where their language is said; else as the desk writes. */
function lookOf({ config: { web } }: CommandContext, { language, timezone }: DeskConfig): ExportLook {
  const said = web === null || web.language === 'auto' ? language : web.language;
  return { language: said === 'de' ? 'de' : 'en', timezone };
}

function personOf(written: string | null): string | null {
  if (written === null) return null;
  const address = canonicalAddress(written);
  if (address !== null) return address;
  throw new Problem('no-address', '--person: expected an address such as jane@example.org', {
    exitCode: EXIT.usage,
  });
}

function linesOf(report: ExportReport, folder: string): readonly string[] {
  const { tickets, messages, added, changed, moved, removed, left, stopped } = report;
  const lines = [`${folder}: ${count(tickets, 'ticket')} with ${count(messages, 'message')}`];
  if (added > 0) lines.push(`  wrote ${count(added, 'message')} into ${count(changed, 'ticket')}`);
  if (moved > 0) lines.push(`  moved ${count(moved, 'ticket')} that were closed or reopened`);
  if (removed > 0) lines.push(`  took out ${count(removed, 'message')} that are with another ticket now`);
  if (added + moved + removed === 0 && !stopped) lines.push('  nothing is new');
  if (left.length > 0)
    lines.push(`  left for the next run, because they are just being changed: ${left.join(', ')}`);
  if (stopped) lines.push('  stopped before all was written: the next run goes on');
  return lines;
}
