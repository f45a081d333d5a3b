/**
 * A worker's turn at a desk: it waits for the desks of this process on the same account, for its turn at the server, for the
 * account's lock, for a claim elsewhere, and while another `run` works there.
 *
 * Who waits for one of them holds nothing that another one may wait for: a connection gives way meanwhile, and a lock that was
 * won without a turn is given back until it is the desk's turn. So no two wait for each other.
 */
import type { Account } from '../../config/account.js';
import { ClaimedElsewhere } from '../workplace/claim.js';
import { STANDBY_PACE, StandsBy } from '../workplace/standing.js';
import { queueOf } from './account-queue.js';
import { workerOf } from './busy.js';
import type { DeskConnection } from './desk-connection.js';
import { acquireLock, type HeldLock, type LockHolder, waitForLock } from './lock.js';
import type { LoopLog } from './loop.js';
import { waitMs } from './timers.js';
import type { Traffic } from './traffic.js';

/** How long to wait before a desk is looked at again that a worker elsewhere has claimed. */
const CLAIMED_PAUSE_MS = 5_000;
/** Who stands by and has given its connection up for others signs in again for its next look only after so many more. */
const SELDOM = 3;

export interface TurnOptions {
  readonly account: Account;
  readonly command: string;
  readonly log: LoopLog;
  readonly traffic: Traffic;
  readonly signal: AbortSignal;
  /** How often who stands by looks, in milliseconds. */
  readonly lookMs?: number | undefined;
  /** The desk's connection, for which it has to wait, too. */
  readonly server: Pick<DeskConnection, 'takeTurn' | 'hasTurn' | 'hasWork' | 'aside'>;
  /** Gives the connection up, and the turn with it. */
  readonly hangUp: () => Promise<void>;
}

/** Does the work as soon as nobody else is at this account; it must release the lock. The log is told once of whom it waits for. */
export async function inTurn<T>(options: TurnOptions, work: (lock: HeldLock) => Promise<T>): Promise<T> {
  const { log, traffic, signal, server, lookMs = STANDBY_PACE.lookMs } = options;
  let told = '';
  for (;;) {
    try {
      return await alone(options, work);
    } catch (error) {
      if (!(error instanceof ClaimedElsewhere)) throw error;
      const by = workerOf(error);
      const stands = error instanceof StandsBy;
      if (!stands) traffic.waitsForLock(by);
      const news = stands ? standsByWords(error) : 'waiting for a worker elsewhere on this desk';
      if (news !== told) log.info({ by }, news);
      told = news;
      await server.aside(() => waitMs(stands ? lookMs : CLAIMED_PAUSE_MS, signal));
      if (stands && !server.hasTurn) await waitMs(lookMs * SELDOM, signal);
    }
  }
}

async function alone<T>(options: TurnOptions, work: (lock: HeldLock) => Promise<T>): Promise<T> {
  const leave = await enter(options);
  try {
    const lock = await lockInTurn(options);
    options.traffic.hasLock();
    return await work(lock);
  } finally {
    leave();
  }
}

/** Before other desks of this process that share the account. */
async function enter({ account, command, signal, server, traffic, log }: TurnOptions): Promise<() => void> {
  const queue = queueOf(account);
  const asking = { command, signal, hasWork: () => server.hasWork };
  const by = queue.holder;
  if (by === null) return queue.enter(asking);
  traffic.waitsForLock(by);
  log.debug({ by }, 'waiting for another desk on this account');
  return server.aside(() => queue.enter(asking));
}

async function lockInTurn(options: TurnOptions): Promise<HeldLock> {
  const { account, command, signal, server, traffic, log } = options;
  let told = false;
  const onWait = (by: LockHolder | null): void => {
    if (!told) log.info({ by }, 'waiting for another worker on this account');
    told = true;
    traffic.waitsForLock(by);
  };
  try {
    for (;;) {
      await server.takeTurn(signal);
      const lock = await acquireLock(account, { command });
      if (lock.held) return lock;
      onWait(lock.by);
      const late = await server.aside(() => waitForLock(account, { command, signal, onWait }));
      if (server.hasTurn) return late;
      await late.release();
    }
  } catch (error) {
    // A pause follows, in which the turn is of use to others. Who is told to stop still takes leave over its connection.
    if (!signal.aborted) await options.hangUp();
    throw error;
  }
}

function standsByWords({ by: { command, host, pid, since } }: StandsBy): string {
  return `stands by: ${command} on ${host} (process ${pid}) has worked on this desk since ${since.toISOString()}`;
}
