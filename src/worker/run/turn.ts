/** A worker's turn at a desk: it waits for the account's lock, for a claim elsewhere, and while another `run` works there. */
import type { Account } from '../../config/account.js';
import { ClaimedElsewhere } from '../workplace/claim.js';
import { STANDBY_PACE, StandsBy } from '../workplace/standing.js';
import { workerOf } from './busy.js';
import type { DeskConnection } from './desk-connection.js';
import { type HeldLock, type LockHolder, waitForLock } from './lock.js';
import type { LoopLog } from './loop.js';
import { waitMs } from './timers.js';
import type { Traffic } from './traffic.js';

/** How long to wait before a desk is looked at again that a worker elsewhere has claimed. */
const CLAIMED_PAUSE_MS = 5_000;

export interface TurnOptions {
  readonly account: Account;
  readonly command: string;
  readonly log: LoopLog;
  readonly traffic: Traffic;
  readonly signal: AbortSignal;
  /** How often who stands by looks, in milliseconds. */
  readonly lookMs?: number | undefined;
  /** The desk's connection, for which it has to wait, too. */
  readonly server: Pick<DeskConnection, 'takeTurn' | 'standAside'>;
  /** Whether another desk wants it; then it is given up while this one waits. */
  readonly isWanted: () => boolean;
  readonly hangUp: () => Promise<void>;
}

/** Does the work as soon as nobody else is at this account; it must release the lock. The log is told once of whom it waits for. */
export async function inTurn<T>(options: TurnOptions, work: (lock: HeldLock) => Promise<T>): Promise<T> {
  const { account, command, log, traffic, signal, server, lookMs = STANDBY_PACE.lookMs } = options;
  const onWait = (by: LockHolder | null): void => {
    server.standAside();
    traffic.waitsForLock(by);
    log.info({ by }, 'waiting for another worker on this account');
  };
  let told = '';
  for (;;) {
    await server.takeTurn(signal);
    const lock = await waitForLock(account, { command, signal, onWait });
    traffic.hasLock();
    try {
      return await work(lock);
    } catch (error) {
      if (!(error instanceof ClaimedElsewhere)) throw error;
      const by = workerOf(error);
      const stands = error instanceof StandsBy;
      if (!stands) traffic.waitsForLock(by);
      const news = stands ? standsByWords(error) : 'waiting for a worker elsewhere on this desk';
      if (news !== told) log.info({ by }, news);
      told = news;
      if (options.isWanted()) await options.hangUp();
      await waitMs(stands ? lookMs : CLAIMED_PAUSE_MS, signal);
    }
  }
}

function standsByWords({ by: { command, host, pid, since } }: StandsBy): string {
  return `stands by: ${command} on ${host} (process ${pid}) has worked on this desk since ${since.toISOString()}`;
}
