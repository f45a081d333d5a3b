/**
 * Rebuilds what a desk keeps for itself from what its mail says: folders that are missing, ticket entries, links,
 * hints, and the adoption entry, which comes last, so that a repair that dies is begun again. No mail is moved,
 * changed, sent or removed. Where a ticket's messages lie in two folders, its entry is marked as under way, and the
 * next pass brings them together.
 *
 * To be run under the account's lock. A second run finds nothing to do.
 */

import type { TicketState } from '../../desk/ticket/ticket.js';
import { readOnly } from '../../mailbox/read-only.js';
import type { AdoptionRecord, RegisterRecord } from '../../mailbox/register/entry.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import { arbitrate, type RegisterView } from '../../mailbox/register/view.js';
import type { Flag } from '../../mailbox/store.js';
import { EXIT, Problem } from '../../problem/problem.js';
import { appendRecord } from '../effects/register-writing.js';
import { chooseOlder } from '../plan/adoption.js';
import type { Desk, DeskFolders } from '../workplace/desk.js';
import { type Evidence, gatherEvidence, openingsOf } from './evidence.js';
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
  /** A new adoption entry was written, and so many messages of the inbox are pending by it. */
  readonly adoption: { readonly taken: number } | null;
  readonly highest: number;
  /** People's messages in Open and Archived that nothing connects with a ticket. */
  readonly unplaced: number;
  readonly unverified: number;
}

const FOLDERS = ['open', 'archived', 'review', 'register', 'outbox'] as const;
const SUBSCRIBED = new Set<keyof DeskFolders>(['open', 'archived', 'review']);

export async function repairDesk(given: Desk, options: { readonly dryRun: boolean }): Promise<RepairReport> {
  const desk: Desk = options.dryRun ? { ...given, store: readOnly(given.store) } : given;
  const { store, folders } = desk;
  const there = new Set(await store.folders());
  const missing = FOLDERS.filter((role) => !there.has(folders[role]));
  const register = await readWholeRegister(desk, there);
  const evidence = await gatherEvidence(desk, there);
  checkSecrets(register, evidence);
  const begun =
    register.adoption !== null || register.tickets.length > 0 || evidence.found.some(({ own }) => own);
  if (!begun) return nothing(evidence);
  // What may fail or has to be asked comes before anything is written.
  const adoption = register.adoption === null ? await newAdoption(desk, there) : null;
  const rebuilt = await planTickets(desk, { register, evidence, adoption, there });
  for (const role of missing) await store.createFolder(folders[role], { subscribe: SUBSCRIBED.has(role) });
  await writeRebuilt(desk, rebuilt);
  if (adoption !== null) await write(desk, rebuilt, { record: await placed(desk, adoption), flags: [] });
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

function nothing({ unverified }: Evidence): RepairReport {
  const none = {
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
  return { begun: false, ...none, unverified };
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
  return {
    kind: 'adoption',
    at: desk.now(),
    uidValidity: inbox.uidValidity,
    uidNext: inbox.uidNext,
    archivedUidValidity: archived.uidValidity,
    archivedUidNext: archived.uidNext,
    taken: taken.map(({ uid, facts, recent }) => ({ uid, identity: facts.identity, quiet: !recent })),
  };
}

/** A folder that was only just created has its UIDVALIDITY only now. */
async function placed(desk: Desk, adoption: AdoptionRecord): Promise<AdoptionRecord> {
  if (adoption.archivedUidValidity !== '0') return adoption;
  const { store, folders } = desk;
  const there = (await store.folders()).includes(folders.archived);
  if (!there) return adoption;
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
  const openings = await openingsOf(desk, evidence.found, (number) => !known.has(number));
  const archived = there.has(desk.folders.archived) ? await desk.store.state(desk.folders.archived) : null;
  return rebuildTickets(desk.policy, {
    register,
    evidence,
    openings,
    archived,
    beginsAgain: adoption !== null,
  });
}

async function writeRebuilt(desk: Desk, rebuilt: Rebuilt): Promise<void> {
  const { store, folders } = desk;
  for (const { record, state, apart } of rebuilt.tickets) {
    await write(desk, rebuilt, {
      record,
      flags: [...archivedFlag(state), ...(apart ? ['\\Flagged' as const] : [])],
    });
  }
  for (const { record, state } of rebuilt.links)
    await write(desk, rebuilt, { record, flags: archivedFlag(state) });
  for (const record of rebuilt.hints) await write(desk, rebuilt, { record, flags: [] });
  for (const { uid, state } of rebuilt.corrected) {
    await store.setFlags(folders.register, [uid], { set: ['\\Seen', '\\Flagged', ...archivedFlag(state)] });
  }
}

function archivedFlag(state: TicketState): Flag[] {
  return state === 'archived' ? ['\\Answered'] : [];
}

async function write(
  desk: Desk,
  { highest }: Rebuilt,
  entry: { readonly record: RegisterRecord; readonly flags: readonly Flag[] },
): Promise<void> {
  desk.signal.throwIfAborted();
  await appendRecord(desk, entry.record, { highest, flags: entry.flags });
}
