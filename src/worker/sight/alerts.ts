/** What the register says of alerts. */
import { nameOf } from '../../desk/alerts/happening.js';
import type { AlertRecord, Registered, TellingRecord } from '../../mailbox/register/entry.js';
import { readEntries } from '../../mailbox/register/read-entries.js';
import { arbitrate } from '../../mailbox/register/view.js';
import type { Query } from '../../mailbox/store.js';
import type { Effects } from '../effects/effects.js';
import { chunksOf } from '../workplace/batches.js';
import type { Desk } from '../workplace/desk.js';
import { live, type Survey } from './survey.js';

const OF_ALERTS: Query = {
  or: [
    { header: 'X-Imapdesk-Entry', contains: 'alert' },
    { header: 'X-Imapdesk-Entry', contains: 'telling' },
  ],
};

/** As it stands now. */
export async function readAlerts({ store, folders }: Desk): Promise<Pick<Survey, 'alerts' | 'tellings'>> {
  const uids = await store.search(folders.register, {
    and: [{ flag: '\\Answered', set: false }, OF_ALERTS],
  });
  const view = arbitrate(await readEntries(store, folders.register, uids));
  return { alerts: live(view.of('alert')), tellings: live(view.of('telling')) };
}

/** So many are searched for at once. */
const FEW = 60;

/**
 * Those of them that need no telling: the same event was noted, or told, before. The last command of a dead worker may come
 * after its successor's, and what that one has done is read no more.
 */
export async function toldByOthers(
  { store, folders }: Desk,
  alerts: readonly Registered<AlertRecord>[],
): Promise<readonly Registered<AlertRecord>[]> {
  const identities = [...new Set(alerts.map(({ identity }) => identity))];
  const known: Registered<AlertRecord>[] = [];
  for (const some of chunksOf(identities, FEW)) {
    const or = some.map((identity) => ({ header: 'X-Imapdesk-Event', contains: identity }));
    const view = arbitrate(
      await readEntries(store, folders.register, await store.search(folders.register, { or })),
    );
    const told = toldIn(view.of('telling'));
    const first = new Set(view.of('alert').map(({ uid }) => uid));
    known.push(
      ...alerts.filter(
        (one) => some.includes(one.identity) && (!first.has(one.uid) || told.has(nameIn(one))),
      ),
    );
  }
  return known;
}

/** An event of an alert, as its entries claim it. */
export function nameIn({ alert, ...event }: Pick<AlertRecord, 'alert' | 'event' | 'identity'>): string {
  return `${alert} ${nameOf(event)}`;
}

/** The names of all that these tell of. */
export function toldIn(tellings: readonly TellingRecord[]): ReadonlySet<string> {
  return new Set(tellings.flatMap(({ alert, events }) => events.map((event) => nameIn({ ...event, alert }))));
}

/** The UIDs of the entries that say the same already, and are done. */
export async function notedBefore(
  { store, folders }: Desk,
  records: readonly AlertRecord[],
): Promise<ReadonlyMap<string, number>> {
  const wanted = new Set(records.map(nameIn));
  const found = new Map<string, number>();
  for (const some of chunksOf([...new Set(records.map(({ identity }) => identity))], FEW)) {
    const or = some.map((identity) => ({ header: 'X-Imapdesk-Event', contains: identity }));
    const uids = await store.search(folders.register, { and: [OF_ALERTS, { or }] });
    for (const entry of arbitrate(await readEntries(store, folders.register, uids)).of('alert'))
      if (wanted.has(nameIn(entry))) found.set(nameIn(entry), entry.uid);
  }
  return found;
}

const DAY_MS = 86_400_000;
/** By then nobody's last command is still on its way. */
const KEPT_MS = 8 * DAY_MS;

/** What was told long ago goes. Asked for when there is news: for what is left nobody waits. */
export async function forgetTold({ store, folders, now }: Desk): Promise<Effects> {
  const before = new Date(now().getTime() - KEPT_MS);
  const uids = await store.search(folders.register, {
    and: [{ flag: '\\Answered', set: true }, { before }, OF_ALERTS],
  });
  return { removed: [{ folder: folders.register, uids }] };
}
