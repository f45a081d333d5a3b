/**
 * The archive, which is never read whole. What lies below the watermark has been looked at by an earlier pass; above
 * it, what no hint names was put there by a person, or by a worker that died before it could say so.
 */
import type { TicketMessage } from '../../desk/ticket/ticket.js';
import {
  type HintRecord,
  type MovedMessage,
  type Registered,
  SPLIT_OFF,
} from '../../mailbox/register/entry.js';
import type { Query } from '../../mailbox/store.js';
import type { NewHint } from '../effects/effects.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';
import { lookUp, type Survey } from './survey.js';

export interface ArchiveView {
  readonly uidValidity: string;
  /** Everything below this UID was looked at, and seen to, in an earlier pass. */
  readonly watermark: number;
  /** Everything below this UID has been looked at in this pass; it becomes the watermark once it was seen to. */
  readonly examined: number;
  /** Above the old watermark, and named by no hint. */
  readonly strays: readonly FiledMessage[];
  /** The watermark stands in no hint that fits. */
  readonly withoutWatermark: boolean;
}

export async function examineArchive(desk: Desk, survey: Survey): Promise<ArchiveView> {
  const { store, folders } = desk;
  const { uidValidity, uidNext } = await store.state(folders.archived);
  const watermark = watermarkOf(survey, uidValidity);
  if (watermark === null)
    return { uidValidity, watermark: uidNext, examined: uidNext, strays: [], withoutWatermark: true };
  if (uidNext <= watermark)
    return { uidValidity, watermark, examined: watermark, strays: [], withoutWatermark: false };
  const ours = new Set(uidsNamed(survey.hints, uidValidity));
  const uids = await store.search(folders.archived, { uidFrom: watermark });
  const unknown = uids.filter((uid) => uid >= watermark && uid < uidNext && !ours.has(uid));
  const strays = await desk.cache.read(store, folders.archived, unknown);
  return { uidValidity, watermark, examined: uidNext, strays, withoutWatermark: false };
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

/**
 * The messages of a ticket that lie in the archive. Its hints are trusted if all are complete and fit, and whatever they name
 * lies where one of them says; a message that does not may lie there under another UID, so then it is searched for.
 */
export async function locateArchived(
  desk: Desk,
  survey: Survey,
  number: number,
): Promise<readonly FiledMessage[]> {
  const { store, folders } = desk;
  const { numbers, hints } = await hintsOf(desk, survey, number);
  const { uidValidity } = await store.state(folders.archived);
  const moved = hints.flatMap((hint) => (hint.uidValidity === uidValidity ? hint.moved : []));
  const told = moved.flatMap(({ uid }) => uid ?? []);
  const hinted = await store.search(folders.archived, { uids: [...new Set(told)] });
  const there = await desk.cache.read(store, folders.archived, hinted);
  const own = hints.some((hint) => hint.ticket === number);
  const complete = hints.every((hint) => hint.complete && hint.uidValidity === uidValidity);
  const trusted = own && complete && told.length === moved.length && namesWhatIsThere(moved, there);
  const searched = trusted
    ? []
    : [...(await bySearch(desk, survey, numbers)), ...(await byOthersHints(desk, survey, numbers))];
  const candidates = [...new Set([...hinted, ...searched])].sort((a, b) => a - b);
  const messages = await desk.cache.read(store, folders.archived, candidates);
  return messages.filter(({ facts }) => survey.ledger.membership(facts) === number);
}

/** An archived ticket's messages become known: who takes part in it can only be told from them. */
export async function loadArchived(desk: Desk, survey: Survey, named: number): Promise<void> {
  const number = survey.ledger.endOf(named);
  const own = survey.ledger.own(number);
  // What was decided since the survey may have reopened it.
  if (!survey.ledger.records.has(number) || own?.state === 'open') return;
  const known = own?.messages ?? [];
  if (known.some(({ folder }) => folder === 'archived')) return;
  const located = await locateArchived(desk, survey, number);
  const messages = located.map(({ uid, facts }): TicketMessage => ({ uid, facts, folder: 'archived' }));
  survey.ledger.place(number, [...known, ...messages]);
}

/** A ticket that was archived several times has hints of earlier places, too. */
function namesWhatIsThere(moved: readonly MovedMessage[], there: readonly FiledMessage[]): boolean {
  const places = new Set(there.map(({ uid, facts }) => `${uid} ${facts.identity}`));
  const found = new Set(
    moved.filter(({ uid, identity }) => places.has(`${uid} ${identity}`)).map(({ identity }) => identity),
  );
  return moved.every(({ identity }) => found.has(identity));
}

/** The hints of a ticket and of all that was merged into it, with all these numbers. */
async function hintsOf(
  desk: Desk,
  survey: Survey,
  number: number,
): Promise<{ numbers: readonly number[]; hints: readonly Registered<HintRecord>[] }> {
  const asked = new Set<number>();
  const hints = new Map<number, Registered<HintRecord>>();
  for (;;) {
    const numbers = [number, ...survey.ledger.merges.into(number).map(({ from }) => from)];
    const tickets = numbers.filter((one) => !asked.has(one));
    if (tickets.length === 0) {
      const meant = [...hints.values()].filter(({ ticket }) => ticket !== null && asked.has(ticket));
      return { numbers, hints: meant };
    }
    for (const one of tickets) asked.add(one);
    for (const hint of await lookUp(desk, survey, { tickets })) hints.set(hint.uid, hint);
  }
}

async function bySearch(desk: Desk, survey: Survey, numbers: readonly number[]): Promise<readonly number[]> {
  const or = numbers.flatMap((number) => marksOf(desk, survey, number));
  return desk.store.search(desk.folders.archived, { or });
}

function marksOf({ policy }: Desk, survey: Survey, number: number): readonly Query[] {
  const root = survey.ledger.records.get(number)?.rootMessageId;
  const links = [...survey.ledger.links.values()].filter(({ ticket }) => ticket === number);
  const local = policy.addresses?.ticket.split('{id}')[0];
  const or = bearing([root, ...links.map(({ messageId }) => messageId)]);
  for (const header of ['Message-ID', 'In-Reply-To', 'References'])
    or.push({ header, contains: `imapdesk.${number}.` });
  if (local !== undefined) {
    const fields = [
      'To',
      'Cc',
      'Delivered-To',
      'X-Original-To',
      'Envelope-To',
      'X-Envelope-To',
      'Resent-To',
      'Resent-Cc',
    ];
    for (const header of fields) or.push({ header, contains: `${local}${number}` });
  }
  return or;
}

/** A first message without a Message-ID was split off another ticket, whose hints still say where it lies. */
async function byOthersHints(
  desk: Desk,
  survey: Survey,
  numbers: readonly number[],
): Promise<readonly number[]> {
  const records = numbers.flatMap((number) => survey.ledger.records.get(number) ?? []);
  const roots = records
    .filter(({ rootMessageId, flags }) => rootMessageId === null && flags.has(SPLIT_OFF))
    .map(({ rootIdentity }) => rootIdentity);
  if (roots.length === 0) return [];
  const { store, folders } = desk;
  const hints = await lookUp(desk, survey, { moved: roots });
  const { uidValidity } = await store.state(folders.archived);
  const uids = hints
    .filter((hint) => hint.uidValidity === uidValidity)
    .flatMap(({ moved }) => moved.flatMap((one) => (roots.includes(one.identity) ? (one.uid ?? []) : [])));
  return store.search(folders.archived, { uids });
}

/** For messages that bear any of these Message-IDs. */
export function bearing(ids: readonly (string | null | undefined)[]): Query[] {
  return ids.flatMap((id) => (id == null ? [] : [{ header: 'Message-ID', contains: id }]));
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
