/** Listing, creating and opening folders. */
import type { ListResponse } from 'imapflow';
import type { FolderState, SpecialFolders } from '../store.js';
import { encodePath } from './names.js';
import { searchUids } from './searching.js';
import type { Session } from './session.js';

function isSelectable({ flags }: ListResponse): boolean {
  return ![...flags].some((flag) => /^\\(noselect|nonexistent)$/i.test(flag));
}

/** Complete paths, as imapflow decodes them. */
export async function selectablePaths(session: Session): Promise<string[]> {
  const entries = await session.client.list({ listOnly: true });
  return entries.filter(isSelectable).map((entry) => entry.path);
}

export async function specialFolders(session: Session): Promise<SpecialFolders> {
  // With `listOnly` imapflow leaves the special uses out.
  const entries = (await session.client.list()).filter(isSelectable);
  const named = (use: string): string | null => {
    const path = entries.find(({ specialUse }) => specialUse === use)?.path;
    return path === undefined ? null : session.names.toName(path);
  };
  return { sent: named('\\Sent'), trash: named('\\Trash'), junk: named('\\Junk') };
}

/** By their configured names; folders that no configured name can reach are left out. */
export async function listFolders(session: Session): Promise<string[]> {
  const names = (await selectablePaths(session)).map((path) => session.names.toName(path));
  return names.filter((name) => name !== null);
}

async function create(session: Session, path: string): Promise<void> {
  try {
    // Not imapflow's own method: that subscribes to every folder.
    await session.wire.command('CREATE', [{ type: 'ATOM', value: encodePath(path) }]);
  } catch (error) {
    // Servers differ in what they say of a folder that somebody else has just made, so we look.
    if (!(await selectablePaths(session)).includes(path)) throw error;
  }
}

/** An existing folder is subscribed to as well: the worker that made it may have died before it subscribed. */
export async function createFolder(session: Session, folder: string, subscribe: boolean): Promise<void> {
  const path = session.names.toPath(folder);
  if (!(await selectablePaths(session)).includes(path)) await create(session, path);
  if (subscribe && !(await session.client.mailboxSubscribe(path)))
    session.warn(`The IMAP server did not subscribe to the folder ${folder}`);
}

export async function folderState(session: Session, folder: string): Promise<FolderState> {
  const mailbox = await session.reselect(folder);
  const uidNext: number | undefined = mailbox.uidNext;
  const uidValidity = String(mailbox.uidValidity ?? 0n);
  if (uidNext !== undefined) return { uidValidity, uidNext };
  // UIDNEXT is required only since IMAP4rev2. A search leaves out what is marked \Deleted, which is nowhere anyway.
  const found = await searchUids(session, { and: [] });
  return { uidValidity, uidNext: (found.at(-1) ?? 0) + 1 };
}
