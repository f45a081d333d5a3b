/**
 * The words of messages for their notices. Where only the mail that a message answers can tell its sender's own words
 * from what is quoted, that mail is read, too: of a few messages of its ticket the beginning, two commands for each
 * folder and each place in which their texts stand.
 */
import type { Occasion } from '../../desk/letters/letters.js';
import { threadOf } from '../../desk/letters/thread.js';
import type { TicketMessage, TicketState } from '../../desk/ticket/ticket.js';
import { trueStructure } from '../../message/body/true-structure.js';
import type { Words } from '../../message/body/words.js';
import { readText, type ShownWords, shownWords } from '../../message/quotes/shown-words.js';
import { readStoredWords } from '../sight/asked-parts.js';
import type { Desk } from '../workplace/desk.js';

const LIMITS = { maxChars: 4_000, maxLines: 60 };
/** Of the ticket of each message that asks for them. */
const MAX_EARLIER_MESSAGES = 3;
/** Of each of them, bytes as transferred. */
const EARLIER = { steps: [32_768], enough: 32_768 };

interface Noticed {
  readonly pending: { readonly uid: number };
  readonly occasion: Occasion;
}

/** By the UIDs of the messages that have a text. */
export async function noticeWords(
  desk: Desk,
  noticed: readonly Noticed[],
  texts: ReadonlyMap<number, Pick<Words, 'text'>>,
): Promise<ReadonlyMap<number, ShownWords>> {
  const read = noticed.flatMap(({ pending: { uid }, occasion }) => {
    const text = texts.get(uid)?.text;
    if (text === undefined) return [];
    const thread = threadOf(desk.policy, occasion);
    return [{ uid, text, occasion, thread, alone: readText(text, thread) }];
  });
  const asking = read.filter(({ alone }) => alone.unsure);
  const wanted = new Map(asking.map(({ uid, occasion }) => [uid, earlierMessages(occasion)]));
  const earlier = await readEarlier(desk, [...wanted.values()].flat());
  return new Map(
    read.map(({ uid, text, thread, alone }) => {
      const known = (wanted.get(uid) ?? []).flatMap((one) => earlier.get(keyOf(one)) ?? []);
      const informed = known.length === 0 ? alone : readText(text, { ...thread, earlier: known });
      return [uid, shownWords(informed, LIMITS)];
    }),
  );
}

/** The messages of the ticket that a message names as answered, the newest first, then its last ones. */
function earlierMessages({ facts, ticket }: Occasion): readonly TicketMessage[] {
  const others = (ticket?.messages ?? []).filter(
    (one) => one.uid !== null && one.facts.identity !== facts.identity,
  );
  const named = new Set(facts.references);
  const answered = others.filter(({ facts: { messageId } }) => messageId !== null && named.has(messageId));
  const chosen = new Set([...answered.reverse().slice(0, MAX_EARLIER_MESSAGES - 1), ...others.toReversed()]);
  return [...chosen].slice(0, MAX_EARLIER_MESSAGES);
}

async function readEarlier(
  desk: Desk,
  wanted: readonly TicketMessage[],
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const folder of ['open', 'archived'] as const) {
    const uids = new Set(wanted.flatMap((one) => (one.folder === folder && one.uid !== null ? one.uid : [])));
    if (uids.size > 0)
      for (const [uid, text] of await readTexts(desk, desk.folders[folder], [...uids]))
        texts.set(keyOf({ folder, uid }), text);
  }
  return texts;
}

async function readTexts(
  { store }: Desk,
  folder: string,
  uids: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const stored = await store.fetch(folder, uids, { structure: true });
  const messages = stored.map((one) => ({ uid: one.uid, structure: trueStructure(one) }));
  const words = await readStoredWords(store, folder, { messages, limits: EARLIER });
  return new Map([...words].map(([uid, { text }]) => [uid, text]));
}

function keyOf({ folder, uid }: { readonly folder: TicketState; readonly uid: number | null }): string {
  return `${folder} ${uid}`;
}
