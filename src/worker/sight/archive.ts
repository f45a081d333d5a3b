/**
 * The archive, which is never read whole. What lies below the watermark has been looked at by an earlier pass; above
 * it, what no hint names was put there by a person, or by a worker that died before it could say so.
 */
import type { TicketMessage } from '../../desk/ticket/ticket.js';
import { type HintRecord, type MovedMessage, type Registered } from '../../mailbox/register/entry.js';
import { together } from '../../mailbox/together.js';
import type { NewHint } from '../effects/effects.js';
import { grouped } from '../workplace/batches.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';
import { bearing, byOthersHints, bySearch } from './search-archive.js';
import { lookUp, type Survey } from './survey.js';
import { SENT_AND_UNDER_WAY } from './unsent.js';

export interface ArchiveView {
  readonly uidValidity: string;
  /** Everything below this UID was looked at, and seen to, in an earlier pass. */
  readonly watermark: number;
  /** Everything below this UID has been looked at in this pass; it becomes the watermark once it was seen to. */
  readonly examined: number;
  /** Above the old watermark, and named by no hint. */
  readonly strays: readonly FiledMessage[];
  /** UIDs of all that lies there from the watermark on. */
  readonly above: ReadonlySet<number>;
  /** The watermark stands in no hint that fits. */
  readonly withoutWatermark: boolean;
}

export async function examineArchive(desk: Desk, survey: Survey): Promise<ArchiveView> {
  const { store, folders, cache } = desk;
  const { uidValidity, uidNext } = await store.state(folders.archived);
  survey.archiveUidValidity = uidValidity;
  const mark = watermarkOf(survey, uidValidity);
  const watermark = mark ?? uidNext;
  const [found, marked] = await together(
    store,
    async () => (uidNext <= watermark ? [] : store.search(folders.archived, { uidFrom: watermark })),
    // The end of the pass asks for them: an archive of many years is selected once for both.
    async () =>
      cache.copiesWiped
        ? null
        : (cache.markedInArchive ?? store.search(folders.archived, SENT_AND_UNDER_WAY)),
  );
  cache.markedInArchive = marked;
  const uids = found.filter((uid) => uid >= watermark && uid < uidNext);
  const ours = new Set(uidsNamed(survey.hints, uidValidity));
  const strays = await cache.read(
    store,
    folders.archived,
    uids.filter((uid) => !ours.has(uid)),
  );
  return {
    uidValidity,
    watermark,
    examined: Math.max(uidNext, watermark),
    strays,
    above: new Set(uids),
    withoutWatermark: mark === null,
  };
}

/** Which of these lie in the archive: where the pass has looked already, it need not look again. */
export async function stillThere(
  { store, folders }: Desk,
  { watermark, above }: ArchiveView,
  uids: Iterable<number>,
): Promise<readonly number[]> {
  const asked = [...new Set(uids)];
  const below = asked.filter((uid) => uid < watermark);
  const found = below.length === 0 ? [] : await store.search(folders.archived, { uids: below });
  return [...found, ...asked.filter((uid) => above.has(uid))];
}

/** By live hints, and the beginning of the desk; null where none of them is about the folder as it is. */
export function watermarkOf(
  { hints, adoption }: Pick<Survey, 'hints' | 'adoption'>,
  uidValidity: string,
): number | null {
  const marks = hints.filter((hint) => hint.uidValidity === uidValidity).map((hint) => hint.uidNext);
  if (adoption?.archivedUidValidity === uidValidity) marks.push(adoption.archivedUidNext);
  return marks.length === 0 ? null : Math.max(...marks);
}

/** Where hints say that messages lie. */
export function uidsNamed(hints: readonly HintRecord[], uidValidity: string): readonly number[] {
  const fitting = hints.filter((hint) => hint.uidValidity === uidValidity);
  return fitting.flatMap(({ moved }) => moved.flatMap(({ uid }) => uid ?? []));
}

/** The messages of a ticket that lie in the archive. */
export async function locateArchived(
  desk: Desk,
  survey: Survey,
  number: number,
): Promise<readonly FiledMessage[]> {
  return (await locateAllArchived(desk, survey, [number])).get(number) ?? [];
}

/**
 * The same of many tickets, in as many commands. Hints are trusted if all of a ticket's are complete and fit, and whatever
 * they name lies where one of them says, or in Open, where the survey has seen it; a message that does not may lie in the
 * archive under another UID, so then it is searched for.
 */
export async function locateAllArchived(
  desk: Desk,
  survey: Survey,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, readonly FiledMessage[]>> {
  const { located, ledger } = survey;
  const unknown = numbers.filter((number) => !located.has(number));
  if (unknown.length > 0) {
    const found = await searchOut(desk, survey, await hintsOf(desk, survey, unknown));
    const groups = grouped(found, ({ facts }) => ledger.membership(facts));
    for (const number of unknown) located.set(number, groups.get(number) ?? []);
  }
  return new Map(numbers.map((number) => [number, located.get(number) ?? []]));
}

/** Whatever may belong to these tickets. */
async function searchOut(
  desk: Desk,
  survey: Survey,
  hinted: ReadonlyMap<number, Hinted>,
): Promise<readonly FiledMessage[]> {
  const { store, folders, cache } = desk;
  const uidValidity = (survey.archiveUidValidity ??= (await store.state(folders.archived)).uidValidity);
  const told = uidsNamed(
    [...hinted.values()].flatMap(({ hints }) => hints),
    uidValidity,
  );
  const known = await store.search(folders.archived, { uids: [...new Set(told)] });
  const there = await cache.read(store, folders.archived, known);
  const places = new Set(there.map(placeOf));
  const inOpen = new Set(survey.open.map(({ facts }) => facts.identity));
  const isThere = ({ uid, identity }: MovedMessage): boolean =>
    inOpen.has(identity) || places.has(`${uid} ${identity}`);
  const unsure = [...hinted].flatMap(([number, { numbers: named, hints }]) =>
    isTrusted(hints, { number, uidValidity, isThere }) ? [] : named,
  );
  if (unsure.length === 0) return there;
  const searched = [
    ...(await bySearch(desk, survey, unsure)),
    ...(await byOthersHints(desk, survey, unsure)),
  ];
  const candidates = [...new Set([...known, ...searched])].sort((a, b) => a - b);
  return cache.read(store, folders.archived, candidates);
}

function placeOf({ uid, facts }: FiledMessage): string {
  return `${uid} ${facts.identity}`;
}

function isTrusted(
  hints: readonly Registered<HintRecord>[],
  about: {
    readonly number: number;
    readonly uidValidity: string;
    readonly isThere: (moved: MovedMessage) => boolean;
  },
): boolean {
  const { number, uidValidity, isThere } = about;
  if (!hints.some((hint) => hint.ticket === number)) return false;
  if (!hints.every((hint) => hint.complete && hint.uidValidity === uidValidity)) return false;
  const moved = hints.flatMap((hint) => hint.moved);
  // A ticket that was archived several times has hints of earlier places, too.
  const found = new Set(moved.filter(isThere).map(({ identity }) => identity));
  return moved.every(({ uid, identity }) => uid !== null && found.has(identity));
}

/** Archived tickets' messages become known: who takes part in them can only be told from them. */
export async function loadArchived(desk: Desk, survey: Survey, named: Iterable<number>): Promise<void> {
  const { ledger } = survey;
  const unknown = [...new Set([...named].map((number) => ledger.endOf(number)))].filter((number) => {
    const own = ledger.own(number);
    // What was decided since the survey may have reopened it.
    if (!ledger.records.has(number) || own?.state === 'open') return false;
    return own === null || !own.messages.some(({ folder }) => folder === 'archived');
  });
  for (const [number, located] of await locateAllArchived(desk, survey, unknown)) {
    const known = ledger.own(number)?.messages ?? [];
    const messages = located.map(({ uid, facts }): TicketMessage => ({ uid, facts, folder: 'archived' }));
    ledger.place(number, [...known, ...messages]);
  }
}

export interface Hinted {
  /** The ticket's own, and those of all that was merged into it. */
  readonly numbers: readonly number[];
  readonly hints: readonly Registered<HintRecord>[];
}

/** By ticket. One round for each merge that a chain is long; what the survey has asked for already is not asked again. */
export async function hintsOf(
  desk: Desk,
  survey: Survey,
  tickets: readonly number[],
): Promise<ReadonlyMap<number, Hinted>> {
  const { ledger, hinted } = survey;
  const merged = (number: number): readonly number[] => [
    number,
    ...ledger.merges.into(number).map(({ from }) => from),
  ];
  for (;;) {
    const unknown = [...new Set(tickets.flatMap(merged))].filter((number) => !hinted.has(number));
    if (unknown.length === 0) break;
    await lookUp(desk, survey, { tickets: unknown });
  }
  return new Map(
    tickets.map((number) => {
      const numbers = merged(number);
      return [number, { numbers, hints: numbers.flatMap((one) => hinted.get(one) ?? []) }];
    }),
  );
}

/** Which of these Message-IDs are borne by messages in the archive. */
export async function findInArchive(
  desk: Desk,
  messageIds: readonly string[],
): Promise<readonly FiledMessage[]> {
  if (messageIds.length === 0) return [];
  const { store, folders } = desk;
  const wanted = new Set(messageIds);
  const found = await desk.cache.read(
    store,
    folders.archived,
    await store.search(folders.archived, { or: bearing(messageIds) }),
  );
  return found.filter(({ facts }) => wanted.has(facts.messageId ?? ''));
}

/** `complete` is false where another's move is finished, so that there may be more of it. */
export function hintOf(
  { uidValidity, watermark }: ArchiveView,
  ticket: number,
  {
    there = [],
    complete = true,
  }: { readonly there?: readonly MovedMessage[]; readonly complete?: boolean } = {},
): NewHint {
  return { ticket, uidValidity, uidNext: watermark, there, complete };
}

export function placesOf(messages: readonly FiledMessage[]): readonly MovedMessage[] {
  return messages.map(({ uid, facts }) => ({ uid, identity: facts.identity }));
}
