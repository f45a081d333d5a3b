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

export type SpecialUse = 'sent' | 'trash' | 'junk' | 'archive';

export interface SpecialFolder {
  readonly use: SpecialUse;
  readonly folder: string;
  /** The server says so (RFC 6154); else it is known by its usual name alone. */
  readonly bySaying: boolean;
}

const USES: readonly (readonly [SpecialUse, string])[] = [
  ['sent', '\\Sent'],
  ['trash', '\\Trash'],
  ['junk', '\\Junk'],
  ['archive', '\\Archive'],
];

/** One of each use, if there is any. */
export async function specialUses(session: Session): Promise<readonly SpecialFolder[]> {
  // With `listOnly` imapflow leaves the special uses out.
  const entries = (await session.client.list()).filter(isSelectable);
  return USES.flatMap(([use, flag]) => {
    const entry = entries.find(({ specialUse }) => specialUse === flag);
    const folder = entry === undefined ? null : session.names.toName(entry.path);
    if (entry === undefined || folder === null) return [];
    return [
      { use, folder, bySaying: [...entry.flags].some((one) => one.toLowerCase() === flag.toLowerCase()) },
    ];
  });
}

export async function specialFolders(session: Session): Promise<SpecialFolders> {
  const uses = await specialUses(session);
  const named = (wanted: SpecialUse): string | null => uses.find(({ use }) => use === wanted)?.folder ?? null;
  return { sent: named('sent'), trash: named('trash'), junk: named('junk') };
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
