/** A desk whose every change, and every letter that is sent, waits for the claim. Looking needs none. */
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
import type { Desk } from '../workplace/desk.js';

export function underClaim(desk: Desk, claim: Claim, renewEveryMs = LEASE_MS * RENEWED_AFTER): Desk {
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
  const first = async <T>(change: () => Promise<T>): Promise<T> => {
    await claim.hold();
    return change();
  };
  return {
    ...readingHalf(store),
    createFolder: (folder, options) => first(() => store.createFolder(folder, options)),
    append: (folder, raw, flags) => first(() => store.append(folder, raw, flags)),
    setFlags: (folder, uids, change) => first(() => store.setFlags(folder, uids, change)),
    move: (folder, uids, to) => first(() => store.move(folder, uids, to)),
    copy: (folder, uids, to) => first(() => store.copy(folder, uids, to)),
    remove: (folder, uids) => first(() => store.remove(folder, uids)),
  };
}

/** The desk's register as its claims need it. */
export function claimEntries({ policy, folders, store, now, newId }: Desk): ClaimEntries {
  const folder = folders.register;
  return {
    append: (record) => {
      const { name, address } = policy;
      const raw = formatRecord(record, {
        deskName: name,
        deskAddress: address,
        now: now(),
        id: newId(),
        highest: 0,
      });
      return store.append(folder, raw, ['\\Seen']);
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
    remove: async (uids) => {
      if (uids.length > 0) await store.remove(folder, uids);
    },
  };
}
