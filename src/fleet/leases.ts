/**
 * Who works on which desk, among the hosts of a fleet: a port, and BullMQ on Redis behind it (`bullmq.ts`).
 *
 * - A desk is known here by its key alone (`desk-key.ts`): no secret, no address.
 * - A lease ends LEASE_MS after it was last renewed, by the clock of whoever keeps it; then somebody else may have the desk.
 * - Nothing here is needed to keep mail safe. All of it may be lost: the hosts offer their desks again.
 * - Every method rejects where the leases cannot be reached, within WITHIN_MS; what was asked for may have been done.
 */

/** How long a lease stands that is not renewed. A host that is gone is relieved after it, so it is part of the minute. */
export const LEASE_MS = 30_000;
/** How long an answer may take. */
export const WITHIN_MS = 4_000;

/** How a host is, as it tells the others. */
export interface HostState {
  /** Unique for each start of a host. */
  readonly id: string;
  /** Its name, for people. */
  readonly host: string;
  readonly pid: number;
  /** How many desks it takes at most; null for any number. */
  readonly capacity: number | null;
  readonly held: number;
  /** Desks whose passes fail there. */
  readonly failing: number;
  /** How many more it would take now; others give back for it. */
  readonly wants: number;
}

/** What hosts see when they meet. */
export interface Meeting {
  /** Those that were heard of within the time of a lease, in the order of their ids; the own one is among them. */
  readonly hosts: readonly HostState[];
  /** Desks that are there to be taken. */
  readonly waiting: number;
  /** Desks that somebody has a lease of, or had until a moment ago. */
  readonly taken: number;
}

/** What became of leases that were to be renewed; all others go on. */
export interface Renewed {
  /** Nobody has them. */
  readonly free: readonly string[];
  /** Another host has them. */
  readonly elsewhere: readonly string[];
}

/** That all passes of a desk have failed, as it is told from host to host with its lease. */
export interface Failed {
  /** Milliseconds since 1970, by the clock of the host on which they began to. */
  readonly since: number;
  /** How often it was given back for that. */
  readonly moves: number;
}

export interface Leases {
  /** Makes sure that these can be taken by somebody, the first ones first; what is there already stays as it is. */
  offer(desks: readonly string[]): Promise<void>;
  /** Takes away what no host knows any more. */
  withdraw(desks: readonly string[]): Promise<void>;
  meet(self: HostState): Promise<Meeting>;
  /** One or more, up to `count`; none if there are none. It may be a desk that this host does not know. */
  take(count: number): Promise<readonly string[]>;
  renew(desks: readonly string[]): Promise<Renewed>;
  /**
   * Those that are not held any more are passed over. The other hosts are told that there is something to take. `failed` is for
   * whoever takes them next.
   */
  giveBack(desks: readonly string[], failed?: ReadonlyMap<string, Failed>): Promise<void>;
  /** What hosts before have told of a desk that this one has taken; null for nothing. */
  failed(desk: string): Failed | null;
  /** Passes of these have gone well since. */
  mended(desks: readonly string[]): Promise<void>;
  /** This host has gone: nobody waits for it. */
  leave(): Promise<void>;
  close(): Promise<void>;
}

/** What a host hears without asking. */
export interface Heard {
  /** Something may be taken. */
  readonly onFree: () => void;
  /** Somebody has left work for this desk. */
  readonly onWake: (desk: string) => void;
}
