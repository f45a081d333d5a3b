/**
 * `export`: tickets as files, and with the next run only what is new. Reads the desk and changes nothing in it.
 *
 * - All that lies with a ticket is exported: mail that came in, what staff wrote, notes among them, and the copies of what the desk
 *   sent. The inbox, Review, the outbox and the register are not.
 * - Of pages, each shows what the desk has of its ticket now.
 * - A file is whole, or as it was before; whenever a run dies, the next one goes on. What was exported stays, also if it has gone
 *   from the desk; only what lies with another ticket by now goes there.
 */
import type { Layout } from '../mbox/list.js';
import type { Look } from '../web/saved/look.js';
import { hasBegun } from '../worker/sight/beginning.js';
import type { Desk } from '../worker/workplace/desk.js';
import { MovedMeanwhile } from './fetch.js';
import { dropMaildir, putMaildir } from './maildir-files.js';
import { dropMbox, putMbox } from './mbox-files.js';
import type { Put, Putting } from './put.js';
import { Target } from './target.js';
import { type Choice, type Lying, type LyingTicket, whatLies } from './what.js';

export interface ExportOptions {
  readonly folder: string;
  readonly layout: Layout;
  readonly choice: Choice;
  /** Of pages; in English and UTC if left out. */
  readonly look?: ExportLook;
}

export interface ExportLook {
  readonly language: Look['language'];
  readonly timezone: string;
}

export interface ExportReport {
  /** That were chosen; `messages` lie with them. */
  readonly tickets: number;
  readonly messages: number;
  /** Messages that were written now, in so many tickets. */
  readonly added: number;
  readonly changed: number;
  /** Tickets that went from open to archived, or back. */
  readonly moved: number;
  /** Messages that went to another ticket's file. */
  readonly removed: number;
  /** Numbers of tickets that somebody changed again and again meanwhile, or that are still being filed: for the next run. */
  readonly left: readonly number[];
  /** Told to stop before all was done. */
  readonly stopped: boolean;
}

/** So often a ticket is looked at again, of which somebody moved a message meanwhile. */
const MAX_LOOKS = 3;

export async function exportTickets(desk: Desk, options: ExportOptions): Promise<ExportReport> {
  const { choice, folder, layout } = options;
  const lying = (await hasBegun(desk)) ? await whatLies(desk, choice) : NOTHING;
  if (choice.ticket !== null && lying.tickets.length + lying.beingFiled.length === 0) return reportOf(lying);
  const target = await Target.open({ folder, layout, desk: desk.policy.address });
  try {
    const files = await filesOf(desk, options);
    const report = await putAll(desk, target, { lying, files });
    await files.finish?.(target);
    await target.close(lying.highest);
    return report;
  } catch (error) {
    await target.abandon();
    throw error;
  }
}

/** How one layout is written. */
interface Files {
  put(desk: Desk, target: Target, putting: Putting): Promise<Put>;
  drop(target: Target, number: number, isThere: (identity: string) => boolean): Promise<void>;
  finish?(target: Target): Promise<void>;
}

/** What makes pages is loaded only for them. */
async function filesOf(desk: Desk, { layout, look }: ExportOptions): Promise<Files> {
  if (layout === 'mbox') return { put: putMbox, drop: dropMbox };
  if (layout === 'maildir') return { put: putMaildir, drop: dropMaildir };
  const { PageFiles } = await import('./page-files.js');
  const { language = 'en', timezone = 'UTC' } = look ?? {};
  return new PageFiles({ language, desk: { name: desk.policy.name, timezone } });
}

const NOTHING: Lying = { tickets: [], highest: 0, beingFiled: [] };

function reportOf({ tickets, beingFiled }: Lying): ExportReport {
  const messages = tickets.reduce((sum, ticket) => sum + ticket.messages.length, 0);
  const counts = { added: 0, changed: 0, moved: 0, removed: 0, stopped: false };
  return { tickets: tickets.length, messages, ...counts, left: beingFiled };
}

async function putAll(
  desk: Desk,
  target: Target,
  { lying, files }: { readonly lying: Lying; readonly files: Files },
): Promise<ExportReport> {
  const whose = new Map<string, number>();
  for (const { entry, messages } of lying.tickets)
    for (const { identity } of messages) whose.set(identity, entry.number);
  let report = reportOf(lying);
  for (const [index, ticket] of lying.tickets.entries()) {
    if (desk.signal.aborted) return { ...report, stopped: true };
    desk.progress?.({ work: 'exporting', done: index, total: lying.tickets.length });
    const { number } = ticket.entry;
    const isElsewhere = (identity: string): boolean => (whose.get(identity) ?? number) !== number;
    const put = await putOne(desk, target, { ticket, files, isElsewhere });
    if (put === null) report = { ...report, left: [...report.left, number] };
    else report = withPut(report, put);
  }
  return report;
}

function withPut(report: ExportReport, { added, removed, moved }: Put): ExportReport {
  const isChanged = added + removed > 0;
  return {
    ...report,
    added: report.added + added,
    removed: report.removed + removed,
    changed: report.changed + (isChanged ? 1 : 0),
    moved: report.moved + (moved ? 1 : 0),
  };
}

/** null where the ticket did not stay as it was long enough. */
async function putOne(
  desk: Desk,
  target: Target,
  about: {
    readonly ticket: LyingTicket;
    readonly files: Files;
    readonly isElsewhere: (identity: string) => boolean;
  },
): Promise<Put | null> {
  const { files, isElsewhere } = about;
  let ticket: LyingTicket | undefined = about.ticket;
  for (let looks = 0; ticket !== undefined && looks < MAX_LOOKS; looks += 1) {
    try {
      const done = await files.put(desk, target, { ticket, isElsewhere });
      const there = new Set(ticket.messages.map(({ identity }) => identity));
      for (const { entry } of ticket.merged) await files.drop(target, entry.number, (one) => there.has(one));
      return done;
    } catch (error) {
      if (!(error instanceof MovedMeanwhile)) throw error;
      const { number }: LyingTicket['entry'] = ticket.entry;
      ticket = (await whatLies(desk, { ticket: number, since: null, person: null })).tickets[0];
    }
  }
  return null;
}
