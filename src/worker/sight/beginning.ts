/**
 * The first look at a desk: its folders, and its adoption entry. Folders are created at adoption only; later, one
 * that is missing, or an empty register beside ticket folders that hold the desk's mail, stops the desk, because a
 * worker that begins again at ticket 1 would mix up two tickets under one number.
 */
import { withoutFolders } from '../../mailbox/read-only.js';
import type { AdoptionRecord } from '../../mailbox/register/entry.js';
import { findEntries, readRegister } from '../../mailbox/register/view.js';
import { EXIT, Problem } from '../../problem/problem.js';
import type { Effects } from '../effects/effects.js';
import type { Desk, DeskFolders } from '../workplace/desk.js';
import { lookAtFolders } from './look-at-folders.js';
import type { Survey } from './survey.js';

export const TICKET_FOLDERS = ['open', 'archived', 'review', 'register', 'outbox'] as const;

/** To be created. Register and outbox are not subscribed: no mail client need show them. */
export function newFolders(
  { folders }: Desk,
  roles: readonly (keyof DeskFolders)[] = TICKET_FOLDERS,
): Required<Effects>['folders'] {
  return roles.map((role) => ({
    name: folders[role],
    subscribe: role !== 'register' && role !== 'outbox',
  }));
}

export async function hasBegun(desk: Desk): Promise<boolean> {
  return (await beginningOf(desk)) !== null;
}

/** The desk as it will be: in a mailbox that no desk has yet, its folders are empty. */
export async function withFoldersToCome(desk: Desk): Promise<Desk> {
  const { store, folders } = desk;
  const there = new Set(await store.folders());
  const lacking = TICKET_FOLDERS.map((role) => folders[role]).filter((folder) => !there.has(folder));
  return { ...desk, store: withoutFolders(store, new Set(lacking)) };
}

/** null for a mailbox that no desk has worked on yet; throws where something of a desk is missing. */
export async function beginningOf(desk: Desk): Promise<AdoptionRecord | null> {
  const { store, folders } = desk;
  const own = new Set([...(await lookAtFolders(desk))].map(folderName));
  const isWhole = [folders.inbox, ...TICKET_FOLDERS.map((role) => folders[role])].every((folder) =>
    own.has(folderName(folder)),
  );
  const known = isWhole ? await knownBeginning(desk) : null;
  if (known !== null) return known;
  const there = isWhole ? own : new Set((await store.folders()).map(folderName));
  const missing = TICKET_FOLDERS.filter((role) => !there.has(folderName(folders[role])));
  if (!there.has(folderName(folders.inbox))) throw missingFolders(folders, ['inbox'], there);
  const adoption = missing.includes('register')
    ? null
    : (await readRegister(store, folders.register, await findEntries(store, folders.register))).adoption;
  if (adoption !== null && missing.length === 0) return adoption;
  if (adoption !== null || (await holdsDeskMail(desk, missing))) {
    throw missing.length > 0 ? missingFolders(folders, missing, there) : emptiedRegister(folders);
  }
  const elsewhere = await findAdoption(desk, there);
  if (elsewhere !== null) throw movedRegister(desk, elsewhere);
  return null;
}

/**
 * As the look before has seen it: the survey of this pass reads the register, and stops the desk if that has lost its
 * beginning meanwhile. Of an inbox under other UIDs others may have written down since what is pending.
 */
async function knownBeginning({ store, folders, cache }: Desk): Promise<AdoptionRecord | null> {
  const { adoption } = cache;
  if (adoption === null) return null;
  return (await store.state(folders.inbox)).uidValidity === adoption.uidValidity ? adoption : null;
}

/** The folder, other than those of the configuration, that holds this desk's adoption entry: all were renamed. */
async function findAdoption(desk: Desk, there: ReadonlySet<string>): Promise<string | null> {
  const { store, policy } = desk;
  const entries = {
    and: [
      { header: 'X-Imapdesk-Entry', contains: 'adoption' },
      { header: 'From', contains: policy.address },
    ],
  };
  for (const folder of there) {
    if ((await store.search(folder, entries)).length > 0) return folder;
  }
  return null;
}

function movedRegister({ folders, policy }: Desk, folder: string): Problem {
  return new Problem(
    'folders-missing',
    `the folders of this desk are missing, and "${folder}" holds a register of ${policy.address}: the desk has worked here before, under other names. Rename its folders back, or put their names into the configuration's "folders" (folders.register is "${folders.register}"). To begin anew from ticket 1 instead, remove that folder's messages for good`,
    { exitCode: EXIT.configuration },
  );
}

function folderName(name: string): string {
  return name.toUpperCase() === 'INBOX' ? 'INBOX' : name;
}

/** Whether a desk has worked here before: its own copies lie in the ticket folders. */
async function holdsDeskMail(desk: Desk, missing: readonly string[]): Promise<boolean> {
  const { store, folders } = desk;
  for (const role of ['open', 'archived', 'outbox', 'review'] as const) {
    if (missing.includes(role)) continue;
    // What is still held there may be of an adoption that died before its entry was written.
    const held = role === 'outbox' ? [{ flag: '\\Flagged', set: false }] : [];
    const uids = await store.search(folders[role], {
      and: [{ header: 'Message-ID', contains: 'imapdesk.' }, ...held],
    });
    if (uids.length > 0) return true;
  }
  return false;
}

function missingFolders(
  folders: DeskFolders,
  roles: readonly (keyof DeskFolders)[],
  there: ReadonlySet<string>,
): Problem {
  const lines = roles.map((role) => {
    const likely = likelyName(folders[role], folders, there);
    const hint = likely === null ? '' : `; perhaps it is now "${likely}"`;
    return `"${folders[role]}" (folders.${role})${hint}`;
  });
  return new Problem(
    'folders-missing',
    `these folders of the desk are missing: ${lines.join(', ')}. Rename them back, or put the new names into the configuration's "folders"; "imapdesk repair" creates what was deleted and rebuilds the register`,
    { exitCode: EXIT.configuration },
  );
}

/** A folder that the desk does not use, and that ends like the missing one or stands beside it. */
function likelyName(name: string, folders: DeskFolders, there: ReadonlySet<string>): string | null {
  const used = new Set(Object.values(folders).map((folder: string) => folderName(folder)));
  const last = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  const parent = name.slice(0, name.lastIndexOf('/') + 1);
  const free = [...there].filter((folder) => !used.has(folder));
  return (
    free.find((folder) => folder.slice(folder.lastIndexOf('/') + 1).toLowerCase() === last) ??
    (parent === '' ? null : (free.find((folder) => folder.startsWith(parent)) ?? null))
  );
}

function emptiedRegister(folders: DeskFolders): Problem {
  return new Problem(
    'register-emptied',
    `the register "${folders.register}" has lost its entries, while other folders hold mail of this desk. Put its messages back (perhaps they are in the trash), or let "imapdesk repair" rebuild it from that mail`,
    { exitCode: EXIT.configuration },
  );
}

export function adoptionOf(survey: Pick<Survey, 'adoption'>): AdoptionRecord {
  if (survey.adoption !== null) return survey.adoption;
  throw new Problem(
    'register-emptied',
    'the register lost its adoption entry during the pass; run again to see what to do',
    {
      exitCode: EXIT.configuration,
    },
  );
}
