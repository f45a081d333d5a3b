/**
 * How many desks a host takes, and how many it gives back, pure. Every host plans for itself, from what all of them have
 * said last; nobody leads.
 *
 * - The share of a host is the same for all, up to what each takes at most; what does not come out even goes to the first.
 * - A host takes what is missing of its share. A desk that waits for longer than it should is taken beyond the share,
 *   also by a host that asks for less than it takes at most.
 * - A host gives back only what another host says that it wants: never below its own share, and no more than its part of
 *   what is wanted. So nothing is given back for nothing, and two hosts never pass a desk to and fro.
 * - A host says that it wants more only where that is worth a move: a tenth of its share.
 */
import type { HostState, Meeting } from './leases.js';

/** What differs by less from the share is left as it is: each move costs a sign-in. */
const WORTH_A_MOVE = 0.1;
/** A desk that nobody takes for so long is taken by whoever can: the host whose share it is may hang. */
export const PATIENCE_MS = 12_000;

export interface Situation extends Meeting {
  /** What this host is, as it is now. */
  readonly self: Omit<HostState, 'failing' | 'wants'>;
  /** Desks in all, as this host knows them. */
  readonly desks: number;
  /** How many desks it takes at most, whatever it has asked for; null for any number. */
  readonly most: number | null;
  /** Of what waits, what it has not put back itself just now. */
  readonly takeable: number;
  /** For how long there has been something to take without a break, in milliseconds. */
  readonly waitingMs: number;
}

export interface Plan {
  readonly take: number;
  readonly giveBack: number;
  /** For the others: how many more this host would take. */
  readonly wants: number;
}

export function planShare(situation: Situation): Plan {
  const { self, waiting, takeable } = situation;
  const hosts = [...situation.hosts.filter(({ id }) => id !== self.id), { ...self, failing: 0, wants: 0 }];
  const desks = Math.max(situation.desks, waiting + situation.taken);
  const shares = sharesOf(desks, hosts);
  const share = shares.get(self.id) ?? 0;
  const missing = share - self.held;
  const take = Math.min(takeable, Math.max(missing, overdue(situation)));
  const worth = missing > share * WORTH_A_MOVE || takeable > 0;
  return {
    take,
    giveBack: missing < 0 && take === 0 ? Math.min(-missing, partOfWanted(situation, shares)) : 0,
    wants: missing > 0 && worth ? missing : 0,
  };
}

/** Filled up evenly: who takes only few gets these, and the others share what is left. */
export function sharesOf(
  desks: number,
  hosts: readonly Pick<HostState, 'id' | 'capacity'>[],
): ReadonlyMap<string, number> {
  const order = [...hosts].sort((one, other) => room(one) - room(other) || (one.id < other.id ? -1 : 1));
  let left = desks;
  return new Map(
    order.map((host, index) => {
      const share = Math.min(room(host), Math.ceil(left / (order.length - index)));
      left -= share;
      return [host.id, share] as const;
    }),
  );
}

function room({ capacity }: Pick<HostState, 'capacity'>): number {
  return capacity ?? Number.POSITIVE_INFINITY;
}

/** What waits although it is in somebody's share: all that are there take their part of it. */
function overdue({ self, most, takeable, waitingMs, hosts }: Situation): number {
  if (waitingMs < PATIENCE_MS) return 0;
  const free = most === null ? takeable : Math.max(most - self.held, 0);
  return Math.min(free, Math.ceil(takeable / Math.max(hosts.length, 1)));
}

/** null where all are null. */
export function leastOf(...numbers: readonly (number | null)[]): number | null {
  const told = numbers.filter((number) => number !== null);
  return told.length === 0 ? null : Math.min(...told);
}

function partOfWanted({ self, hosts, waiting }: Situation, shares: ReadonlyMap<string, number>): number {
  const others = hosts.filter(({ id }) => id !== self.id);
  const wanted = others.reduce((sum, { wants }) => sum + wants, 0) - waiting;
  if (wanted <= 0) return 0;
  const excessOf = ({ id, held }: Pick<HostState, 'id' | 'held'>): number =>
    Math.max(held - (shares.get(id) ?? 0), 0);
  const own = excessOf(self);
  const all = others.reduce((sum, host) => sum + excessOf(host), own);
  return Math.ceil((wanted * own) / all);
}
