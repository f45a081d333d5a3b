/** What a host of a fleet needs, and how it is. */
import type { HostState, Leases } from './leases.js';
import type { MemberClock } from './moment.js';

type Log = Readonly<Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>>;

/** How the passes of a desk fail. */
export interface Fails {
  /** Since when they do, other hosts included, in milliseconds since 1970. */
  readonly since: number;
  /** For a reason that another host may not have. */
  readonly mayMove: boolean;
}

export interface MemberOptions {
  readonly leases: Leases;
  readonly self: Omit<HostState, 'held' | 'failing' | 'wants'>;
  /** Asked once in each round: this process has more than enough to do, so that others need not give back for it. */
  readonly isStrained?: () => boolean;
  /** Of the desks at work here, those whose passes have all failed here for so many milliseconds. */
  readonly failing?: (forMs: number) => ReadonlyMap<string, Fails>;
  /** Sees to it that exactly these are worked: all others are told to stop. */
  readonly work: (desks: ReadonlySet<string>) => void;
  /** Of a desk that was told to stop: resolves when nothing works on it any more, however long that takes. */
  readonly stopped: (desk: string) => Promise<void>;
  readonly clock: MemberClock;
  readonly log: Log;
}

/** How a host is, for who watches it. */
export interface MemberState {
  readonly held: number;
  /** Worked without a lease. */
  readonly loose: number;
  /** Hosts at the last meeting, this one included. */
  readonly hosts: number;
  /** Desks of the fleet that nobody had taken then. */
  readonly waiting: number;
  /** For how long Redis has not answered, in milliseconds; null while it does. */
  readonly awayMs: number | null;
}
