/**
 * Work under the desk's claim: every change, and every letter that is sent, waits for it; looking needs none. A pass begins
 * again where somebody wrote between the look and the claim.
 */
import type { Courier } from '../../delivery/courier.js';
import { appendBatches } from '../../mailbox/append-batches.js';
import { appendOne } from '../../mailbox/append-one.js';
import { readingHalf } from '../../mailbox/read-only.js';
import { formatRecord } from '../../mailbox/register/format.js';
import { parseRecord } from '../../mailbox/register/parse.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import type { MailStore } from '../../mailbox/store.js';
import { Problem } from '../../problem/problem.js';
import { type PassOutcome, runPass } from '../pass/pass.js';
import {
  type Claim,
  type ClaimEntries,
  ClaimedElsewhere,
  LEASE_MS,
  type LiveClaim,
  LookAgain,
  MailboxClaim,
  RENEWED_AFTER,
} from '../workplace/claim.js';
import type { WorkingDesk } from '../workplace/desk.js';
import type { Presence } from '../workplace/presence.js';

/** A claim may be lost this often in one pass, before the next pass is the better place to go on. */
const MAX_STARTS = 5;

/** Throws ClaimedElsewhere where another worker is at it. */
export async function claimedPass(
  desk: WorkingDesk,
  claim: Claim,
  renewEveryMs?: number,
): Promise<PassOutcome> {
  const claimed = underClaim(desk, claim, renewEveryMs);
  try {
    for (let starts = 0; starts < MAX_STARTS; starts += 1) {
      const outcome = await runPass(claimed).catch((error: unknown) => {
        if (!(error instanceof LookAgain)) throw error;
        desk.log.debug({}, error.message);
        return null;
      });
      if (outcome !== null) return outcome;
    }
  } finally {
    await giveBack(desk, claim);
  }
  throw contested();
}

/** Other work that must meet no worker, such as a repair. Without a register there is nothing to claim in, and no pass either. */
export async function claimedWork<T>(
  desk: WorkingDesk,
  claim: Claim,
  work: (desk: WorkingDesk) => Promise<T>,
): Promise<T> {
  if (!(await desk.store.folders()).includes(desk.folders.register)) return work(desk);
  try {
    await takeClaim(claim);
    return await work(underClaim(desk, claim));
  } catch (error) {
    if (error instanceof LookAgain) throw contested();
    throw error;
  } finally {
    await giveBack(desk, claim);
  }
}

function contested(): Problem {
  return new Problem('desk-contested', 'other workers on this desk were quicker', { temporary: true });
}

async function takeClaim(claim: Claim): Promise<void> {
  try {
    await claim.hold();
  } catch (error) {
    if (error instanceof ClaimedElsewhere)
      throw new Problem('desk-claimed', `${error.message}: try again when it is done`, { temporary: true });
    // Nothing has been looked at yet.
    if (!(error instanceof LookAgain)) throw error;
  }
}

/** A claim that cannot be given back is over with its process, or with its lease. */
async function giveBack(desk: WorkingDesk, claim: Claim): Promise<void> {
  try {
    await claim.release();
  } catch (error) {
    const lost = error instanceof Problem && error.code === 'imap-connection-lost';
    desk.log[lost ? 'debug' : 'warn'](
      { err: error },
      'the claim of the desk could not be given back: workers elsewhere wait until it is over',
    );
  }
}

export function underClaim(
  desk: WorkingDesk,
  claim: Claim,
  renewEveryMs = LEASE_MS * RENEWED_AFTER,
): WorkingDesk {
  const { store, courier } = desk;
  return {
    ...desk,
    claim,
    store: claimedStore(store, claim, renewEveryMs),
    courier: claimedCourier(courier, claim, renewEveryMs),
  };
}

/**
 * A mail server may think over a message for longer than a lease: the claim is renewed while anything is in hand, once for
 * all of it. What a renewal meets, the next change meets again.
 */
function claimedCourier(courier: Courier, claim: Claim, everyMs: number): Courier {
  let inHand = 0;
  let timer: NodeJS.Timeout | undefined;
  let renewal: Promise<void> = Promise.resolve();
  const renew = (): void => {
    renewal = renewal.then(() => claim.hold()).catch(() => undefined);
  };
  return {
    get connections() {
      return courier.connections;
    },
    send: async (envelope, raw, behind) => {
      await claim.hold();
      if (inHand === 0) timer = setInterval(renew, everyMs);
      inHand += 1;
      try {
        await courier.send(envelope, raw, behind);
      } finally {
        inHand -= 1;
        if (inHand === 0) clearInterval(timer);
        await renewal;
      }
    },
    close: () => courier.close(),
  };
}

/** All of a batch may take longer than a lease. What a renewal meets, the next change meets again. */
async function whileRenewed<T>(claim: Claim, everyMs: number, work: () => Promise<T>): Promise<T> {
  let renewal: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    renewal = renewal.then(() => claim.hold()).catch(() => undefined);
  }, everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await renewal;
  }
}

function claimedStore(store: MailStore, claim: Claim, renewEveryMs: number): MailStore {
  const first = async <T>(change: () => Promise<T>, what?: readonly unknown[]): Promise<T> => {
    if (what?.length !== 0) await claim.hold();
    return change();
  };
  return {
    ...readingHalf(store),
    createFolder: (folder, options) => first(() => store.createFolder(folder, options)),
    // Held before each batch: all of them may take longer than a lease. So may one on a server that is slow, and takes
    // them one by one.
    append: async (folder, messages) => {
      const uids: number[] = [];
      for (const batch of appendBatches(messages)) {
        const append = (): Promise<readonly number[]> => store.append(folder, batch);
        uids.push(...(await first(() => whileRenewed(claim, renewEveryMs, append))));
      }
      return uids;
    },
    setFlags: (folder, uids, change) => first(() => store.setFlags(folder, uids, change), uids),
    move: (folder, uids, to) => first(() => store.move(folder, uids, to), uids),
    copy: (folder, uids, to) => first(() => store.copy(folder, uids, to), uids),
    remove: (folder, uids) => first(() => store.remove(folder, uids), uids),
  };
}

export function registerClaim(
  desk: WorkingDesk,
  { presence, leaseMs = LEASE_MS }: { readonly presence: Presence; readonly leaseMs?: number | undefined },
): MailboxClaim {
  return new MailboxClaim({
    entries: claimEntries(desk),
    presence,
    leaseMs,
    elapsed: () => performance.now(),
    now: desk.now,
  });
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
