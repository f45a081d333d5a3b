/**
 * Reads what letters need of their causes' bodies: for notices the first words, or the whole message where they show it, for
 * relays the whole message. A message that is read whole is read once, and its words out of that.
 */

import type { Letter, Occasion } from '../../desk/letters/letters.js';
import { type PassedOn, passedOn } from '../../desk/letters/passed-on.js';
import { footerCuts } from '../../desk/letters/quoted-footer.js';
import type { Reading } from '../../desk/letters/reading.js';
import { rowOf } from '../../desk/letters/staging.js';
import { mayBeShownWhole } from '../../desk/letters/whole-notice.js';
import { staffMemberOf } from '../../desk/sign/ticket-address.js';
import { readLast } from '../../mailbox/together.js';
import { readMessage, type Words } from '../../message/body/words.js';
import { asBody, asPart, canGoAlong } from '../../message/compose/original.js';
import { readStoredWords } from '../sight/asked-parts.js';
import { reasonToGiveUp } from '../sight/attempts.js';
import type { Pending } from '../sight/pending.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { isUnreadable } from '../workplace/unreadable.js';
import { noticeWords } from './notice-words.js';

/**
 * As transferred: the first is enough for a long letter even in base64. The others are for words that stand behind a
 * style sheet or a picture, and for what must be opened first.
 */
const STEPS_BYTES = [32_768, 524_288, 4_194_304];
const LIMITS = { steps: STEPS_BYTES, enough: 4_000 };

/** Where more has come, a round trip counts for little, and memory for more. */
const FEW = 10;
/** Whole messages that one command brings. */
const MAX_BYTES_AT_ONCE = 8_388_608;

/** As read so far, by UID. */
export interface BodiesRead {
  readonly words: ReadonlyMap<number, Words>;
  readonly sources: ReadonlyMap<number, Buffer>;
}

export const NO_BODIES: BodiesRead = { words: new Map(), sources: new Map() };

/**
 * What notices need of new mail, read while it is decided: as a rule somebody of staff is told of it. Of the automatic mail
 * nobody may be, and of staff it is read whole. Whatever fails is read, or fails, when it is needed.
 */
export async function foreseeBodies(
  { store, folders, policy }: Desk,
  survey: Survey,
  batch: readonly Pending[],
): Promise<BodiesRead> {
  if (batch.length > FEW || policy.staff.length === 0) return NO_BODIES;
  const messages = batch.filter(
    ({ facts, quiet }) =>
      !quiet &&
      facts.automatic === null &&
      !isUnreadable(facts.identity) &&
      reasonToGiveUp(survey, { facts }) === null &&
      staffMemberOf(policy, facts.sender.address) === null,
  );
  const whole = messages.filter(({ facts }) => mayBeShownWhole(policy, facts.size));
  const [first = []] = groupsOf(whole);
  const uids = first.map(({ uid }) => uid);
  const others = messages.filter((one) => !whole.includes(one));
  // The inbox is then selected when the mail leaves it.
  return readLast(async () => ({
    sources: uids.length === 0 ? NO_BODIES.sources : await store.fetchSource(folders.inbox, uids),
    words: await readStoredWords(store, folders.inbox, { messages: others, limits: LIMITS }),
  })).catch(() => NO_BODIES);
}

/** In order, each what one command may bring; a larger message comes alone. */
function groupsOf(messages: readonly Pending[]): readonly (readonly Pending[])[] {
  const groups: Pending[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const one of messages) {
    bytes += one.facts.size;
    if (bytes > MAX_BYTES_AT_ONCE) {
      groups.push([]);
      bytes = one.facts.size;
    }
    groups.at(-1)?.push(one);
  }
  return groups;
}

export const NOTHING_READ: Reading = {
  excerpt: '',
  left: null,
  cut: false,
  attachments: [],
  body: null,
  part: null,
};

interface Wanted {
  readonly pending: Pending;
  readonly occasion: Occasion;
  readonly letters: readonly Letter[];
}

export async function readBodies(
  desk: Desk,
  wanted: readonly Wanted[],
  { folder, foreseen }: { readonly folder: string; readonly foreseen: BodiesRead },
): Promise<ReadonlyMap<number, Reading>> {
  const sources = await readSources(desk, wanted, { folder, foreseen });
  const readings = new Map<number, Reading>();
  for (const { pending, occasion, letters } of wanted) {
    const source = sources.get(pending.uid);
    if (source === undefined) continue;
    const { size } = pending.facts;
    const body = letters.some(passesOn) ? passedBody(desk, occasion, { source, size }) : null;
    const part = letters.some(isWhole) ? shownPart(source, size) : null;
    readings.set(pending.uid, { ...NOTHING_READ, body, part });
  }
  const noticed = wanted.filter(({ pending, letters }) =>
    letters.some(
      (letter) =>
        rowOf(letter).reads === 'words' && !(isWhole(letter) && readings.get(pending.uid)?.part != null),
    ),
  );
  const words = await readWords(desk, noticed, { folder, foreseen: { ...foreseen, sources } });
  const shown = await noticeWords(desk, noticed, words);
  for (const [uid, { attachments, notes, cut }] of words) {
    const { text = '', left = null } = shown.get(uid) ?? {};
    const read = readings.get(uid) ?? NOTHING_READ;
    readings.set(uid, { ...read, excerpt: text, left, cut, attachments, notes });
  }
  return readings;
}

function passesOn(letter: Letter): boolean {
  return rowOf(letter).reads === 'whole';
}

function isWhole(letter: Letter): boolean {
  return letter.purpose === 'notice' && letter.whole === true;
}

/** Without the desk's own words, where they are quoted. */
function passedBody(
  { policy, folders: { open, archived } }: Desk,
  { ticket }: Occasion,
  { source, size }: { readonly source: Buffer; readonly size: number },
): PassedOn {
  const cuts = footerCuts(policy, source, { messages: ticket?.messages ?? [], folders: [open, archived] });
  return passedOn(asBody(source, cuts), size, cuts);
}

function shownPart(source: Buffer, size: number): PassedOn | null {
  const part = asPart(source);
  return canGoAlong(part) ? passedOn(part, size) : null;
}

/** By UID, of the messages that letters pass on or show whole. */
async function readSources(
  { store }: Desk,
  wanted: readonly Wanted[],
  { folder, foreseen }: { readonly folder: string; readonly foreseen: BodiesRead },
): Promise<ReadonlyMap<number, Buffer>> {
  const messages = wanted
    .filter(({ letters }) => letters.some((letter) => passesOn(letter) || isWhole(letter)))
    .map(({ pending }) => pending);
  const sources = new Map<number, Buffer>();
  for (const { uid } of messages) {
    const known = foreseen.sources.get(uid);
    if (known !== undefined) sources.set(uid, known);
  }
  for (const group of groupsOf(messages.filter(({ uid }) => !sources.has(uid)))) {
    const uids = group.map(({ uid }) => uid);
    for (const [uid, source] of await store.fetchSource(folder, uids)) sources.set(uid, source);
  }
  return sources;
}

/** By UID. Of a reaction the notice has words of its own. */
export async function readWords(
  desk: Desk,
  noticed: readonly Wanted[],
  { folder, foreseen }: { readonly folder: string; readonly foreseen: BodiesRead },
): Promise<ReadonlyMap<number, Words>> {
  const messages = noticed.map(({ pending }) => pending).filter(({ facts }) => facts.reaction === null);
  const unread = messages.filter(({ uid }) => !foreseen.words.has(uid) && !foreseen.sources.has(uid));
  const words = new Map(await readStoredWords(desk.store, folder, { messages: unread, limits: LIMITS }));
  for (const { uid } of messages) {
    const source = foreseen.sources.get(uid);
    const known = foreseen.words.get(uid) ?? (source === undefined ? undefined : await readMessage(source));
    if (known !== undefined) words.set(uid, known);
  }
  return words;
}
