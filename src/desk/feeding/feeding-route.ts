/**
 * Whether a forwarder feeds the mailbox. It breaks SPF and often DKIM, so a DMARC result of the last server tells nothing
 * of the sender, and people whose domain asks to refuse such mail are not acknowledged: nothing else would show why.
 */
import { HAS_NULL_SENDER } from '../../message/automatic/automatic-rules.js';
import type { Forwarder } from '../../message/automatic/route.js';
import type { Facts } from '../../message/facts/facts.js';
import type { DeskPolicy } from '../policy.js';
import { newestMail } from './feeding-list.js';
import { areOfOneHost } from './houses.js';

/** The signs of a forwarder are its own, so that few messages tell. */
const MIN_FORWARDED_MESSAGES = 3;

/** `elsewhere`: nothing names a forwarder, but it was delivered at another domain before. */
type RouteKind = Forwarder | 'elsewhere';

export interface FeedingRoute {
  readonly by: RouteKind;
  /** The mailbox or domain that mail comes through, where it is told. */
  readonly from: string | null;
  readonly bearing: number;
  readonly of: number;
  /** How many of them have a null sender. */
  readonly nullSenders: number;
}

const NAMES: Readonly<Record<RouteKind, string>> = {
  gmail: 'Gmail forwards it',
  'microsoft-365': 'a rule of an Exchange or Microsoft 365 mailbox passes it on',
  sieve: 'a Sieve script redirects it',
  yahoo: 'Yahoo forwards it',
  yandex: 'Yandex forwards it',
  'mail-ru': 'Mail.ru forwards it',
  zimbra: 'Zimbra forwards it',
  srs: 'a forwarder rewrites its envelope sender (SRS)',
  redirect: 'somebody or a rule redirects it (Resent-From)',
  elsewhere: 'another server delivers it first',
};

/** The one way by which more than half of the newest messages came; else null. */
export function feedingRoute(policy: DeskPolicy, messages: readonly Facts[]): FeedingRoute | null {
  const newest = newestMail(policy, messages);
  const counts = new Map<string, FeedingRoute>();
  for (const facts of newest) {
    const route = routeOf(policy, facts);
    if (route === null) continue;
    const key = `${route.by} ${route.from ?? ''}`;
    const known = counts.get(key) ?? { ...route, bearing: 0, of: newest.length, nullSenders: 0 };
    const nullSenders = known.nullSenders + Number(hasNullSender(facts));
    counts.set(key, { ...known, bearing: known.bearing + 1, nullSenders });
  }
  const [first] = [...counts.values()].toSorted((a, b) => b.bearing - a.bearing);
  if (first === undefined || first.bearing < MIN_FORWARDED_MESSAGES) return null;
  return first.bearing * 2 > newest.length ? first : null;
}

/** What passed a message on to the desk; null where it came directly, as far as it shows. */
export function routeOf(
  policy: DeskPolicy,
  { hops }: Facts,
): { readonly by: RouteKind; readonly from: string | null } | null {
  if (hops.forwarding !== undefined) return { ...hops.forwarding };
  const [last, ...before] = hops.deliveredTo;
  const other = last === undefined ? undefined : before.find((address) => !areOfOneHost(address, last));
  // The server of the account may have a name of its own for the mailbox: only what was delivered twice tells.
  if (last === undefined || other === undefined) return null;
  return { by: 'elsewhere', from: areOfOneHost(other, policy.address) ? last : other };
}

function hasNullSender({ automatic }: Facts): boolean {
  return automatic?.because.includes(HAS_NULL_SENDER) === true;
}

export function describeRoute({ by, from, bearing, of }: FeedingRoute): string {
  const through = from === null ? '' : `, through ${from}`;
  return `${bearing} of the newest ${of} messages come by a forwarder: ${NAMES[by]}${through}`;
}

/** Without the address, for the log. */
export function feedingRouteWarning(policy: DeskPolicy, route: FeedingRoute): string {
  return `${describeRoute({ ...route, from: null })}; ${feedingRouteCost(policy, route)}`;
}

/** What it costs, and what to do. */
export function feedingRouteCost(policy: DeskPolicy, route: FeedingRoute): string {
  const power =
    'only addresses and ids that the desk signed give power: staff answer and close by the addresses in their notices, and nobody closes by number or tag alone';
  const nothing =
    route.nullSenders * 2 > route.bearing
      ? '; it sends with a null sender, and such mail is never answered: let it keep the sender or rewrite it (SRS), else nobody is acknowledged'
      : '';
  if (policy.forwarded) return `"forwarded" is set: no DMARC result counts, and ${power}${nothing}`;
  return `a DMARC result of the last server tells nothing of the sender then, so that people may not be acknowledged, and staff may have no power: set "forwarded": true. No result counts then, and ${power}${nothing}`;
}
