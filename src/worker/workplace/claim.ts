/**
 * One worker at a time on a desk, for workers that do not see each other's lock: two hosts, containers with networks of
 * their own, or two spellings of one host. The claim is an entry in the desk's own register, so all that share a mailbox
 * meet there, however they were told of it.
 *
 * - A pass claims the desk before its first change, and before it sends anything; a pass that changes nothing claims
 *   nothing. It gives the claim back when it ends.
 * - Of two claims, the one with the lower UID counts; who sees an earlier one takes the own one back and waits.
 * - A claim is over when its program has gone, which only the same machine can tell, or when it is older than its lease
 *   by the server's clock: INTERNALDATE of two entries is compared, so no host's clock counts. Each claim says how long its
 *   lease is: whoever keeps it renews it by that.
 * - A pass that goes on for longer renews it. One that was held up for so long that it may have lost it looks before it
 *   goes on.
 * - What was seen before the claim counts only if nothing was written into the register since: else the pass begins again.
 *
 * A worker that wakes up between its look and its command may still do that one command; `view.ts` and `settle.ts` hold
 * for that, as they did before there were claims.
 */
import type { ClaimRecord, Registered, WorkerRecord } from '../../mailbox/register/entry.js';
import type { Presence } from './presence.js';

/** What is told of a worker elsewhere. */
export type AtWork = Pick<ClaimRecord, 'host' | 'pid' | 'command' | 'since'>;

/** A worker elsewhere has claimed the desk. */
export class ClaimedElsewhere extends Error {
  override readonly name: string = 'ClaimedElsewhere';
  readonly by: AtWork;

  constructor(by: AtWork) {
    super(`${by.command} on ${by.host} (process ${by.pid}) is at work on this desk`);
    this.by = by;
  }
}

/** The claim is ours now, but somebody wrote since the desk was looked at: what was seen is out of date. */
export class LookAgain extends Error {
  override readonly name = 'LookAgain';
}

export type LiveClaim = Registered<ClaimRecord> & { readonly receivedAt: Date };

export interface RegisterSight {
  readonly claims: readonly Registered<ClaimRecord>[];
  /** Who works on the desk, and who stands by. */
  readonly workers?: readonly Registered<WorkerRecord>[];
  /** The register's UIDNEXT before anything of it was read. */
  readonly uidNext: number;
}

export interface Claim {
  /** What a survey has just seen of the register. */
  see(sight: RegisterSight): void;
  /** Called before each change: throws ClaimedElsewhere or LookAgain where it must not be made. */
  hold(): Promise<void>;
  release(): Promise<void>;
  /** Whether the register's entry with this UID is, or was, this claim: nobody else's can have had it. */
  wrote(uid: number): boolean;
}

/** For who works alone by other means. */
export const unclaimed: Claim = {
  see: () => undefined,
  hold: () => Promise.resolve(),
  release: () => Promise.resolve(),
  wrote: () => false,
};

/** What a claim needs of the register. */
export interface ClaimEntries {
  append(record: ClaimRecord): Promise<number>;
  /** All live claims as they are now, in order of UID. */
  live(): Promise<readonly LiveClaim[]>;
  remove(uids: readonly number[]): Promise<void>;
}

export interface ClaimOptions {
  readonly entries: ClaimEntries;
  readonly presence: Presence;
  /** How long a claim stands that is not renewed; whole seconds, since INTERNALDATE has no others. */
  readonly leaseMs: number;
  /** Milliseconds from any moment on, by a clock that nobody sets. */
  readonly elapsed: () => number;
  readonly now: () => Date;
}

/** Longer than an IMAP command may be silent, since nothing can be renewed meanwhile; sending renews by itself. */
export const LEASE_MS = 180_000;
export const RENEWED_AFTER = 1 / 3;

interface Mine {
  readonly uid: number;
  /** The UID of the first of its renewals: that is what counts between two claims. */
  readonly first: number;
  readonly since: Date;
}

export class MailboxClaim implements Claim {
  readonly #options: ClaimOptions;
  #sight: RegisterSight | null = null;
  #mine: Mine | null = null;
  /** Of this claim and its renewals since the last look. */
  readonly #written = new Set<number>();
  #confirmed = { elapsed: 0, at: 0 };
  #holding: Promise<void> | null = null;

  constructor(options: ClaimOptions) {
    this.#options = options;
  }

  see(sight: RegisterSight): void {
    this.#sight = sight;
    this.#written.clear();
  }

  wrote(uid: number): boolean {
    return this.#written.has(uid);
  }

  /** Several changes may ask for it at once: it is taken, or renewed, once for all of them. */
  hold(): Promise<void> {
    this.#holding ??= this.#hold().finally(() => {
      this.#holding = null;
    });
    return this.#holding;
  }

  async release(): Promise<void> {
    // Whoever asked for it is told how that ended.
    await this.#holding?.catch(() => undefined);
    await this.#giveUp();
  }

  async #hold(): Promise<void> {
    if (this.#mine === null) await this.#take();
    else if (this.#age() > this.#options.leaseMs * RENEWED_AFTER) await this.#renew(this.#mine);
  }

  async #giveUp(): Promise<void> {
    const mine = this.#mine;
    this.#mine = null;
    // Who claimed nothing takes away what the dead have left.
    const over = (this.#sight?.claims ?? []).filter((one) => this.#isOver(one));
    await this.#options.entries.remove(mine === null ? over.map(({ uid }) => uid) : [mine.uid]);
    this.#sight = null;
  }

  async #take(): Promise<void> {
    const sight = this.#sight;
    const others = (sight?.claims ?? []).filter((one) => !this.#isOver(one));
    const [first] = others.filter((one) => !this.#mayBeStale(one));
    if (first !== undefined) throw new ClaimedElsewhere(first);
    const mine = await this.#append(null);
    // Nobody has written anything since the look, and nobody else was at it.
    if (sight !== null && others.length === 0 && mine.uid === sight.uidNext) {
      await this.#options.entries.remove(sight.claims.map(({ uid }) => uid));
      return;
    }
    await this.#settle(mine);
    throw new LookAgain('another worker has written into the register since it was read');
  }

  /** Appends the new one before it takes the old one away, so that there is never none. */
  async #renew(mine: Mine): Promise<void> {
    const before = await this.#options.entries.live();
    // Too late even if the old one is still there: another worker may be about to take it away.
    if (this.#age() >= this.#options.leaseMs || !before.some(({ uid }) => uid === mine.uid)) {
      await this.#giveUp();
      throw new LookAgain('this worker was held up for so long that another may have been at work');
    }
    await this.#settle(await this.#append(mine));
  }

  /** Since the last renewal: a machine that slept shows it in one clock or the other. */
  #age(): number {
    const { elapsed, now } = this.#options;
    return Math.max(elapsed() - this.#confirmed.elapsed, now().getTime() - this.#confirmed.at);
  }

  async #append(before: Mine | null): Promise<Mine> {
    const { entries, presence, leaseMs, elapsed, now } = this.#options;
    const at = now();
    const confirmed = { elapsed: elapsed(), at: at.getTime() };
    const since = before?.since ?? at;
    const uid = await entries.append({
      kind: 'claim',
      ...presence.self,
      since,
      at,
      first: before?.first ?? null,
      leaseS: leaseMs === LEASE_MS ? null : leaseMs / 1000,
    });
    this.#written.add(uid);
    this.#mine = { uid, first: before?.first ?? uid, since };
    this.#confirmed = confirmed;
    return this.#mine;
  }

  /** Looks who else claims the desk; takes the own claim back and throws where somebody was earlier. */
  async #settle(mine: Mine): Promise<void> {
    const { entries } = this.#options;
    const live = await entries.live();
    const own = live.find(({ uid }) => uid === mine.uid);
    const isOver = (one: LiveClaim): boolean => {
      const age = own === undefined ? 0 : own.receivedAt.getTime() - one.receivedAt.getTime();
      // What was there before and bears a later date was written before the server's clock was set back.
      // Whole seconds: a difference of the lease may be up to a second less.
      return this.#isOver(one) || !(Math.abs(age) <= leaseOf(one));
    };
    const others = live.filter((one) => !this.#isOwn(one));
    const earlier = others.find((one) => !isOver(one) && (one.first ?? one.uid) < mine.first);
    if (own === undefined || earlier !== undefined) {
      await this.#giveUp();
      if (earlier !== undefined) throw new ClaimedElsewhere(earlier);
      throw new LookAgain('the claim of this worker was taken away');
    }
    const over = live.filter((one) => one.uid !== mine.uid && isOver(one));
    await entries.remove(over.map(({ uid }) => uid));
  }

  #isOwn({ worker }: ClaimRecord): boolean {
    return worker === this.#options.presence.self.worker;
  }

  /** An own one is left of an earlier pass that could not take it back. */
  #isOver(one: ClaimRecord): boolean {
    return this.#isOwn(one) || this.#options.presence.isGone(one);
  }

  /** By our own clock, which may be wrong: then the server's shall tell. */
  #mayBeStale(one: ClaimRecord): boolean {
    const age = this.#options.now().getTime() - one.at.getTime();
    // A date that cannot be read is no number.
    return !(age >= 0 && age < leaseOf(one));
  }
}

/** Nobody may hold a desk for longer than usual by writing so. */
function leaseOf({ leaseS }: ClaimRecord): number {
  return leaseS === null ? LEASE_MS : Math.min(leaseS * 1000, LEASE_MS);
}
