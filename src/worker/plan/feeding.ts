/** Tells whoever runs the worker of a list, a forwarder or a form that seems to feed the desk: each at most once in a process. */
import {
  type FeedingList,
  feedingList,
  feedingListWarning,
  LOOKED_AT_MESSAGES,
  MAX_LOOKED_THROUGH,
  newestOf,
} from '../../desk/feeding/feeding-list.js';
import {
  type FeedingRoute,
  feedingRoute,
  feedingRouteWarning,
  routeOf,
} from '../../desk/feeding/feeding-route.js';
import { type FormSender, formSender, formSenderHint } from '../../desk/feeding/form-senders.js';
import type { DeskPolicy } from '../../desk/policy.js';
import type { Facts } from '../../message/facts/facts.js';
import type { Desk } from '../workplace/desk.js';

/** What feeds the desk, and is not named in the configuration; of a forwarder also if it is. */
export interface Feeding {
  readonly list: FeedingList | null;
  readonly route: FeedingRoute | null;
  readonly form: FormSender | null;
}

/** Of what a pass files, what may be looked at after it: no more is kept, however much it files. */
export class NewestFiled {
  readonly #policy: DeskPolicy;
  #facts: Facts[] = [];
  readonly #asking = new Set<keyof Feeding>();

  constructor({ policy }: Pick<Desk, 'policy'>) {
    this.#policy = policy;
  }

  note(facts: Facts): void {
    for (const { kind, asks } of WARNINGS) if (asks(this.#policy, facts)) this.#asking.add(kind);
    this.#facts.push(facts);
    if (this.#facts.length > 2 * MAX_LOOKED_THROUGH) this.#facts = newestOf(this.#facts);
  }

  get facts(): readonly Facts[] {
    return this.#facts;
  }

  asks(kind: keyof Feeding): boolean {
    return this.#asking.has(kind);
  }
}

/** After a pass over what it has filed and what is open: nothing is read for it, and nothing counted in a quiet pass. */
export function warnOfFeeding(
  { policy, cache, log }: Desk,
  filed: NewestFiled,
  before: readonly { readonly facts: Facts }[],
): void {
  const asked = WARNINGS.filter(({ kind }) => !cache.feedingTold.has(kind) && filed.asks(kind));
  if (asked.length === 0) return;
  const known = new Set(filed.facts.map(({ identity }) => identity));
  const open = before.map(({ facts }) => facts).filter(({ identity }) => !known.has(identity));
  for (const { kind, warning } of asked) {
    const found = warning(policy, [...filed.facts, ...open]);
    if (found === null) continue;
    cache.feedingTold.add(kind);
    log.warn(...found);
  }
}

interface Warning {
  readonly kind: keyof Feeding;
  /** Whether a message that was filed is worth counting for. */
  readonly asks: (policy: DeskPolicy, facts: Facts) => boolean;
  /** With the text what of it is logged as fields. */
  readonly warning: (policy: DeskPolicy, messages: readonly Facts[]) => readonly [object, string] | null;
}

const WARNINGS: readonly Warning[] = [
  {
    kind: 'list',
    asks: (_, { listIds }) => listIds.length > 0,
    warning: (policy, messages) => {
      const found = feedingList(policy, messages);
      return found === null ? null : [{ ...found }, feedingListWarning(found)];
    },
  },
  {
    kind: 'route',
    asks: (policy, facts) => !policy.forwarded && routeOf(policy, facts) !== null,
    warning: (policy, messages) => {
      const found = feedingRoute(policy, messages);
      if (found === null) return null;
      const { by, bearing, of } = found;
      return [{ by, bearing, of }, feedingRouteWarning(policy, found)];
    },
  },
  {
    kind: 'form',
    asks: (_, { replyTo }) => replyTo.length > 0,
    warning: (policy, messages) => {
      const found = formSender(policy, messages);
      return found === null ? null : [{ bearing: found.bearing, of: found.of }, formSenderHint(found)];
    },
  },
];

/** For `check`: the newest header blocks of the inbox and of the ticket folders that are there. */
export async function findFeeding(desk: Desk): Promise<Feeding> {
  const { store, folders, policy, cache } = desk;
  const there = new Set(await store.folders());
  const messages: Facts[] = [];
  for (const folder of [folders.inbox, folders.open, folders.archived]) {
    if (!there.has(folder)) continue;
    const { uidNext } = await store.state(folder);
    // The desk's own copies lie among them, and what was moved away has left gaps.
    const uids = await store.search(folder, { uidFrom: Math.max(1, uidNext - 10 * LOOKED_AT_MESSAGES) });
    const newest = await cache.read(store, folder, uids.slice(-2 * LOOKED_AT_MESSAGES));
    messages.push(...newest.map(({ facts }) => facts));
  }
  return {
    list: feedingList(policy, messages),
    route: feedingRoute(policy, messages),
    form: formSender(policy, messages),
  };
}
