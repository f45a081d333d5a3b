/**
 * Rebuilds what a desk keeps for itself from what its mail says: folders that are missing, ticket entries, links,
 * hints, and the adoption entry, which comes last, so that a repair that dies is begun again. No mail is moved,
 * changed, sent or removed. Where a ticket's messages lie in two folders, its entry is marked as under way, and the
 * next pass brings them together.
 *
 * To be run under the account's lock. A second run finds nothing to do.
 */
import { Ledger } from '../../desk/ticket/ledger.js';
import type { TicketState } from '../../desk/ticket/ticket.js';
import type { AdoptionRecord } from '../../mailbox/register/entry.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import { arbitrate, type RegisterView } from '../../mailbox/register/view.js';
import type { Flag } from '../../mailbox/store.js';
import { EXIT, Problem } from '../../problem/problem.js';
import { carryOut } from '../carry-out/carry-out.js';
import type { NewEntry } from '../effects/effects.js';
import { newFolders, TICKET_FOLDERS } from '../sight/beginning.js';
import { adoptionFrom, chooseOlder } from '../sight/older-mail.js';
import { nothingSeen } from '../sight/survey.js';
import { chunksOf } from '../workplace/batches.js';
import type { Desk, DeskFolders, WorkingDesk } from '../workplace/desk.js';
import { type Evidence, firstLettersOf, gatherEvidence } from './evidence.js';
import { type Rebuilt, rebuildTickets } from './rebuild.js';

export interface RepairReport {
  /** False where no desk has worked in this mailbox, so that there is nothing to repair. */
  readonly begun: boolean;
  /** Folders that were missing. */
  readonly created: readonly string[];
  /** Folders that may be those that were missing, under new names. */
  readonly renamed: readonly string[];
  readonly tickets: readonly { readonly ticket: number; readonly state: TicketState }[];
  /** Tickets that were known, and whose state was not where their messages lie. */
  readonly corrected: readonly number[];
  /** Open tickets of which messages lie in the archive: the next pass brings them back. */
  readonly apart: readonly number[];
  readonly links: number;
  readonly hints: number;
  /** A new adoption entry was written; `taken` tells how many messages of the inbox are pending by it. */
  readonly adoption: { readonly taken: number } | null;
  readonly highest: number;
  /** People's messages in Open and Archived that nothing connects with a ticket. */
  readonly unplaced: number;
  readonly unverified: number;
}

const NOTHING: Omit<RepairReport, 'unverified'> = {
  begun: false,
  created: [],
  renamed: [],
  tickets: [],
  corrected: [],
  apart: [],
  links: 0,
  hints: 0,
  adoption: null,
  highest: 0,
  unplaced: 0,
};

export async function repairDesk(
  desk: WorkingDesk,
  options: { readonly dryRun: boolean },
): Promise<RepairReport> {
  const { store, folders } = desk;
  const there = new Set(await store.folders());
  const missing = TICKET_FOLDERS.filter((role) => !there.has(folders[role]));
  const register = await readWholeRegister(desk, there);
  const evidence = await gatherEvidence(desk, there);
  checkSecrets(register, evidence);
  const begun =
    register.adoption !== null || register.tickets.length > 0 || evidence.found.some(({ own }) => own);
  if (!begun) return { ...NOTHING, unverified: evidence.unverified };
  // What may fail or has to be asked comes before anything is written.
  const adoption = register.adoption === null ? await newAdoption(desk, there) : null;
  const rebuilt = await planTickets(desk, { register, evidence, adoption, there });
  if (!options.dryRun) await writeAll(desk, { missing, rebuilt, adoption });
  return {
    begun: true,
    created: missing.map((role) => folders[role]),
    renamed: missing.length === 0 ? [] : evidence.elsewhere,
    tickets: rebuilt.tickets.map(({ record, state }) => ({ ticket: record.number, state })),
    corrected: rebuilt.corrected.map(({ number }) => number),
    apart: rebuilt.apart,
    links: rebuilt.links.length,
    hints: rebuilt.hints.length,
    adoption: adoption === null ? null : { taken: adoption.taken.length },
    highest: rebuilt.highest,
    unplaced: rebuilt.unplaced,
    unverified: evidence.unverified,
  };
}

async function readWholeRegister(desk: Desk, there: ReadonlySet<string>): Promise<RegisterView> {
  const { store, folders } = desk;
  if (!there.has(folders.register)) return arbitrate([]);
  const uids = await store.search(folders.register, { and: [] });
  return arbitrate(await readEntries(store, folders.register, uids));
}

/** With the wrong secret nothing of the desk's mail is known again, and numbers would begin anew. */
function checkSecrets(register: RegisterView, { found, unverified }: Evidence): void {
  if (unverified === 0 || register.tickets.length > 0 || found.some(({ own }) => own)) return;
  throw new Problem(
    'secret-unknown',
    `the desk's folders hold ${unverified} messages of a desk that none of the secrets in "secret" has signed: put the secret of that time into the list, after the present one`,
    { exitCode: EXIT.configuration },
  );
}

/** Where the desk begins again; older unread mail is taken by the same rule as when it first began. */
async function newAdoption(desk: Desk, there: ReadonlySet<string>): Promise<AdoptionRecord> {
  const { store, folders } = desk;
  const inbox = await store.state(folders.inbox);
  const { taken } = await chooseOlder(desk, inbox.uidNext);
  const archived = there.has(folders.archived)
    ? await store.state(folders.archived)
    : { uidValidity: '0', uidNext: 1 };
  return adoptionFrom(desk, inbox, { archived, taken });
}

/** A folder that was only just created has its UIDVALIDITY only now. */
async function placed({ store, folders }: Desk, adoption: AdoptionRecord): Promise<AdoptionRecord> {
  if (adoption.archivedUidValidity !== '0') return adoption;
  if (!(await store.folders()).includes(folders.archived)) return adoption;
  const { uidValidity, uidNext } = await store.state(folders.archived);
  return { ...adoption, archivedUidValidity: uidValidity, archivedUidNext: uidNext };
}

async function planTickets(
  desk: Desk,
  read: {
    register: RegisterView;
    evidence: Evidence;
    adoption: AdoptionRecord | null;
    there: ReadonlySet<string>;
  },
): Promise<Rebuilt> {
  const { register, evidence, adoption, there } = read;
  const known = new Set(register.tickets.map(({ number }) => number));
  const openings = await firstLettersOf(desk, evidence.found, (number) => !known.has(number));
  const archived = there.has(desk.folders.archived) ? await desk.store.state(desk.folders.archived) : null;
  return rebuildTickets(desk.policy, {
    register,
    evidence,
    openings,
    archived,
    beginsAgain: adoption !== null,
  });
}

async function writeAll(
  desk: WorkingDesk,
  planned: {
    readonly missing: readonly (keyof DeskFolders)[];
    readonly rebuilt: Rebuilt;
    readonly adoption: AdoptionRecord | null;
  },
): Promise<void> {
  const { missing, rebuilt, adoption } = planned;
  await carryOut(desk, nothingSeen(desk), { folders: newFolders(desk, missing) });
  await writeRebuilt(desk, rebuilt);
  if (adoption !== null) await write(desk, rebuilt, [{ record: await placed(desk, adoption) }]);
}

async function writeRebuilt(desk: WorkingDesk, rebuilt: Rebuilt): Promise<void> {
  const { register } = desk.folders;
  await write(desk, rebuilt, [
    ...rebuilt.tickets.map(({ record, state, apart }) => ({
      record,
      flags: [...archivedFlag(state), ...(apart ? ['\\Flagged'] : [])],
    })),
    ...rebuilt.links.map(({ record, state }) => ({ record, flags: archivedFlag(state) })),
    ...rebuilt.hints.map((record) => ({ record })),
  ]);
  const flags = rebuilt.corrected.map(({ uid, state }) => ({
    folder: register,
    uids: [uid],
    change: { set: ['\\Seen', '\\Flagged', ...archivedFlag(state)] },
  }));
  await carryOut(desk, nothingSeen(desk), { flags });
}

function archivedFlag(state: TicketState): Flag[] {
  return state === 'archived' ? ['\\Answered'] : [];
}

/** A repair that is told to stop ends between two of these, and is begun again. */
const WRITTEN_TOGETHER = 50;

async function write(desk: WorkingDesk, { highest }: Rebuilt, entries: readonly NewEntry[]): Promise<void> {
  const ledger = new Ledger(desk.policy, { highest, tickets: [] });
  for (const [index, some] of chunksOf(entries, WRITTEN_TOGETHER).entries()) {
    desk.signal.throwIfAborted();
    desk.progress?.({ work: 'writing entries', done: index * WRITTEN_TOGETHER, total: entries.length });
    await carryOut(desk, { ...nothingSeen(desk), ledger }, { entries: some });
  }
}
