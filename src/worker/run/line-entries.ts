/** The line of workers as it lies in the desk's register; see `standing.ts`. */

import { appendOne } from '../../mailbox/append-one.js';
import type { ImapConnection } from '../../mailbox/imap/connection.js';
import type { ClaimRecord, Registered } from '../../mailbox/register/entry.js';
import { formatRecord } from '../../mailbox/register/format.js';
import { parseRecord } from '../../mailbox/register/parse.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import type { Query } from '../../mailbox/store.js';
import type { WorkingDesk } from '../workplace/desk.js';
import type { Line, LineEntries, Standing } from '../workplace/standing.js';

/** Of an older version, that of a claim, and that of who stands. */
const LIVE: Query = {
  and: [
    { flag: '\\Answered', set: false },
    {
      or: [
        { header: 'X-Imapdesk-Entry', contains: 'worker' },
        { header: 'X-Imapdesk-Entry', contains: 'claim' },
      ],
    },
  ],
};

/** What it is done over: neither remembers anything. */
export type LineConnection = Pick<ImapConnection, 'store' | 'setFlagsIf'>;
export type LineDesk = Pick<WorkingDesk, 'policy' | 'folders' | 'now' | 'newId'>;

export class RegisterLine implements LineEntries {
  readonly connection: LineConnection;
  readonly #desk: LineDesk;
  /** The inbox's UIDNEXT at the last look: more has come where it has grown. */
  inboxNext: number | null = null;

  constructor(desk: LineDesk, connection: LineConnection) {
    this.#desk = desk;
    this.connection = connection;
  }

  append: LineEntries['append'] = (record) => {
    const { policy, folders, now, newId } = this.#desk;
    const { name: deskName, address: deskAddress } = policy;
    const raw = formatRecord(record, { deskName, deskAddress, now: now(), id: newId(), highest: 0 });
    return appendOne(this.connection.store, folders.register, { raw, flags: ['\\Seen'] });
  };

  read: LineEntries['read'] = async (): Promise<Line | null> => {
    const { folders } = this.#desk;
    const { store } = this.connection;
    const found = await store.statuses([folders.inbox, folders.register]);
    this.inboxNext = found.get(folders.inbox)?.uidNext ?? null;
    const register = found.get(folders.register);
    if (register === undefined) return null;
    const uids = await store.search(folders.register, LIVE);
    const records = (await readEntries(store, folders.register, uids)).map(parseRecord);
    const claims = records.filter((record) => record?.kind === 'claim');
    const standing = records.flatMap((record): readonly Standing[] =>
      record?.kind === 'worker' ? [{ ...record, sign: signOf(record, claims) }] : [],
    );
    return { standing: standing.toSorted((a, b) => a.uid - b.uid), modseq: register.modseq };
  };

  sign: LineEntries['sign'] = async (uid, flags, modseq) => {
    const { register } = this.#desk.folders;
    const { store } = this.connection;
    if (modseq !== null) return this.connection.setFlagsIf(register, uid, { flags, unchangedSince: modseq });
    await store.setFlags(register, [uid], { set: flags });
    return true;
  };

  /** `\\Answered` is how an entry says that it is done: who dies before it is removed leaves nobody in the line. */
  takeOut: LineEntries['takeOut'] = async (uid, modseq) => {
    if (modseq !== null && !(await this.sign(uid, ['\\Seen', '\\Answered'], modseq))) return false;
    await this.remove([uid]);
    return true;
  };

  remove: LineEntries['remove'] = async (uids) => {
    await this.connection.store.remove(this.#desk.folders.register, uids);
  };
}

/** A claim is a sign as well: a pass that goes on for long renews it. */
function signOf(
  { worker, flags }: Registered & { readonly worker: string },
  claims: readonly Registered<ClaimRecord>[],
): string {
  const own = claims.filter((claim) => claim.worker === worker).map(({ uid }) => uid);
  return [flags.has('\\Flagged'), flags.has('\\Draft'), ...own].join(' ');
}
