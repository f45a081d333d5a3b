/** A desk whose every change, and every letter that is sent, waits for the claim. Looking needs none. */
import { appendOne } from '../../mailbox/append-one.js';
import { readingHalf } from '../../mailbox/read-only.js';
import { formatRecord } from '../../mailbox/register/format.js';
import { parseRecord } from '../../mailbox/register/parse.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import type { MailStore } from '../../mailbox/store.js';
import {
  type Claim,
  type ClaimEntries,
  LEASE_MS,
  type LiveClaim,
  RENEWED_AFTER,
} from '../workplace/claim.js';
import type { WorkingDesk } from '../workplace/desk.js';

export function underClaim(
  desk: WorkingDesk,
  claim: Claim,
  renewEveryMs = LEASE_MS * RENEWED_AFTER,
): WorkingDesk {
  const { store, courier } = desk;
  return {
    ...desk,
    claim,
    store: claimedStore(store, claim),
    courier: {
      send: async (envelope, raw) => {
        await claim.hold();
        await whileRenewed(claim, renewEveryMs, () => courier.send(envelope, raw));
      },
      close: () => courier.close(),
    },
  };
}

/** A mail server may think over a message for longer than a lease. What a renewal meets, the next change meets again. */
async function whileRenewed(claim: Claim, everyMs: number, work: () => Promise<void>): Promise<void> {
  let renewal: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    renewal = renewal.then(() => claim.hold()).catch(() => undefined);
  }, everyMs);
  try {
    await work();
  } finally {
    clearInterval(timer);
    await renewal;
  }
}

function claimedStore(store: MailStore, claim: Claim): MailStore {
  const first = async <T>(change: () => Promise<T>, what?: readonly unknown[]): Promise<T> => {
    if (what?.length !== 0) await claim.hold();
    return change();
  };
  return {
    ...readingHalf(store),
    createFolder: (folder, options) => first(() => store.createFolder(folder, options)),
    // Held before each: a batch of large messages may take longer than a lease.
    append: async (folder, messages) => {
      const uids: number[] = [];
      for (const message of messages) uids.push(await first(() => appendOne(store, folder, message)));
      return uids;
    },
    setFlags: (folder, uids, change) => first(() => store.setFlags(folder, uids, change), uids),
    move: (folder, uids, to) => first(() => store.move(folder, uids, to), uids),
    copy: (folder, uids, to) => first(() => store.copy(folder, uids, to), uids),
    remove: (folder, uids) => first(() => store.remove(folder, uids), uids),
  };
}

/** The desk's register as its claims need it. */
export function claimEntries({ policy, folders, store, now, newId }: WorkingDesk): ClaimEntries {
  const folder = folders.register;
  return {
    append: (record) => {
      const { name: deskName, address: deskAddress } = policy;
      const raw = formatRecord(record, { deskName, deskAddress, now: now(), id: newId(), highest: 0 });
      return appendOne(store, folder, { raw, flags: ['\\Seen'] });
    },
    live: async () => {
      const uids = await store.search(folder, {
        and: [
          { header: 'X-Imapdesk-Entry', contains: 'claim' },
          { flag: '\\Answered', set: false },
        ],
      });
      return (await readEntries(store, folder, uids)).flatMap((message): LiveClaim[] => {
        const record = parseRecord(message);
        return record?.kind === 'claim' ? [{ ...record, receivedAt: message.receivedAt }] : [];
      });
    },
    remove: (uids) => store.remove(folder, uids),
  };
}
