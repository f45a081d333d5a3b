/**
 * A ticket as its requester may see it: the pages that a signed link leads to. All that they show comes through here, and the
 * files and HTML of a message are looked for among those that may be shown alone. Nothing else is told of the ticket: how many
 * other messages it has, when the last of them came, who else takes part.
 */
import { complete } from '../../desk/letters/complete.js';
import { isLetterTo, mayBeShown } from '../../desk/letters/shown-to-requester.js';
import { type Staging, verifyStaged } from '../../desk/letters/staging.js';
import type { DeskPolicy } from '../../desk/policy.js';
import { isOwn } from '../../desk/sign/origin.js';
import { isDeskAddress } from '../../desk/sign/ticket-address.js';
import { requesterOutside } from '../../desk/ticket/participants.js';
import type { Ticket, TicketMessage } from '../../desk/ticket/ticket.js';
import { readParts } from '../../message/body/read-structure.js';
import { readMessage } from '../../message/body/words.js';
import type { Facts } from '../../message/facts/facts.js';
import { sameAddress } from '../../message/header/addresses.js';
import { chunksOf } from '../workplace/batches.js';
import type { Desk } from '../workplace/desk.js';
import type { Conversation } from './conversation.js';
import { type FoundMessage, findMessage } from './message-parts.js';
import { type MessageRange, type ReadableMessage, readTicket } from './reading.js';
import { datesOf, lineOf, viewTicket } from './tickets.js';

/** What a genuine link names. */
export interface ShownByLink {
  readonly number: number;
  /** Whether it was made for this requester. */
  readonly isFor: (requester: string) => boolean;
}

/** Letters hold no more: what they pass on of large messages lies there once, with the message. */
const MAX_LETTER_BYTES = 262_144;
const LETTERS_AT_ONCE = 20;
/** A larger message that a letter passed on is not put together again. */
const MAX_WHOLE_BYTES = 8_388_608;

/** null for a number that this requester has no ticket of, or no more: it was merged, erased, given to somebody else. */
export async function readForRequester(
  desk: Desk,
  link: ShownByLink,
  range: MessageRange,
): Promise<Conversation | null> {
  const seen = await look(desk, link);
  if (seen === null) return null;
  const { ticket, shown } = seen;
  const { entry, state } = ticket;
  const messages = shown.map(({ message }) => message);
  const line = lineOf(entry, state, datesOf({ messages }));
  return {
    asked: link.number,
    // Before anything was written to them, they know no subject of the desk's.
    line: { ...line, subject: shown.length === 0 ? '' : line.subject },
    merged: [],
    requesterFrom: entry.requesterFrom,
    openedBy: null,
    messages: await readShown(desk, seen, range),
    waiting: [],
    ticket: { entry, state, underWay: ticket.underWay, messages },
  };
}

/** null where this message is not for them to be seen, or there is none. */
export async function findForRequester(
  desk: Desk,
  link: ShownByLink,
  name: string,
): Promise<FoundMessage | null> {
  const seen = await look(desk, link);
  if (seen === null) return null;
  const found = await findMessage(desk, { messages: seen.shown.map(({ message }) => message) }, name);
  const letter = seen.shown.find(
    ({ message }) => message.uid === found?.stored.uid && desk.folders[message.folder] === found?.folder,
  )?.letter;
  if (found === null || letter === null || letter === undefined) return found;
  if (letter.stage.original === undefined) return found;
  const whole = await wholeOf(desk, seen.ticket, letter);
  return whole === null ? null : { ...found, whole, structure: readParts(whole, whole.length).structure };
}

interface Letter {
  readonly stage: Staging;
  /** Without its staging fields. */
  readonly raw: Buffer;
}

interface Shown {
  readonly message: TicketMessage;
  /** null for what the requester wrote. */
  readonly letter: Letter | null;
}

interface Seen {
  readonly ticket: Ticket;
  readonly requester: string;
  readonly shown: readonly Shown[];
}

async function look(desk: Desk, { number, isFor }: ShownByLink): Promise<Seen | null> {
  const ticket = (await viewTicket(desk, number))?.ticket;
  if (ticket === undefined || ticket.entry.number !== number) return null;
  const requester = requesterOutside(desk.policy, ticket);
  if (requester === null || !isFor(requester)) return null;
  const messages = mayBeShown(desk.policy, ticket);
  const letters = await verifiedLetters(desk, ticket, messages);
  const shown = messages.flatMap((message): Shown[] => {
    if (!isOwn(desk.policy, message.facts)) return [{ message, letter: null }];
    const letter = letters.get(message);
    return letter === undefined ? [] : [{ message, letter }];
  });
  return { ticket, requester, shown };
}

/** Every byte of a letter is what the desk has signed for that requester. */
async function verifiedLetters(
  desk: Desk,
  ticket: Ticket,
  messages: readonly TicketMessage[],
): Promise<ReadonlyMap<TicketMessage, Letter>> {
  const { policy } = desk;
  const letters = new Map<TicketMessage, Letter>();
  for await (const [message, source] of sourcesOf(desk, messages)) {
    const letter = verifyStaged(policy, source);
    if (letter !== null && isLetterTo(policy, ticket, letter.stage)) letters.set(message, letter);
  }
  return letters;
}

/** Of those that bear the desk's signature. */
async function* sourcesOf(
  { policy, folders, store }: Desk,
  messages: readonly TicketMessage[],
): AsyncGenerator<readonly [TicketMessage, Buffer]> {
  const own = messages.filter(({ facts }) => facts.size <= MAX_LETTER_BYTES && isOwn(policy, facts));
  for (const folder of ['open', 'archived'] as const) {
    const here = own.filter((one) => one.folder === folder && one.uid !== null);
    for (const some of chunksOf(here, LETTERS_AT_ONCE)) {
      const uids = some.flatMap(({ uid }) => uid ?? []);
      const sources = await store.fetchSource(folders[folder], uids);
      yield* some.flatMap((message) => {
        const source = sources.get(message.uid ?? 0);
        return source === undefined ? [] : [[message, source] as const];
      });
    }
  }
}

async function readShown(
  desk: Desk,
  { ticket, requester, shown }: Seen,
  { from, count }: MessageRange,
): Promise<readonly ReadableMessage[]> {
  const some = shown.slice(from, from + count);
  const letters = new Map(some.map(({ message, letter }) => [message.facts, letter]));
  const messages: ReadableMessage[] = [];
  for (const read of await readTicket(desk, { ...ticket, messages: some.map(({ message }) => message) })) {
    const letter = letters.get(read.facts) ?? null;
    const isWhole = letter === null || letter.stage.original === undefined;
    const said = isWhole ? read : await passedOn(desk, ticket, { read, letter });
    messages.push({ ...said, facts: withoutOthers(desk.policy, read.facts, requester) });
  }
  return messages;
}

/** Whom else a message names is not told. */
function withoutOthers(policy: DeskPolicy, facts: Facts, requester: string): Facts {
  const toAndCc = facts.toAndCc.flatMap((one) => {
    if (isDeskAddress(policy, one.address)) return [{ name: policy.name, address: policy.address }];
    return sameAddress(one.address, requester) ? [one] : [];
  });
  return { ...facts, toAndCc };
}

/** What a letter said that passed on a large message; nothing where that is too large, or not there any more. */
async function passedOn(
  desk: Desk,
  ticket: Ticket,
  { read, letter }: { readonly read: ReadableMessage; readonly letter: Letter },
): Promise<ReadableMessage> {
  const whole = await wholeOf(desk, ticket, letter);
  const structure = readParts(whole ?? Buffer.from('\r\n'), whole?.length ?? 2).structure;
  if (whole === null) return { ...read, structure, text: '', cut: true, notes: [], attachments: [] };
  return { ...read, structure, ...(await readMessage(whole)) };
}

/** As it was sent: byte for byte what its signature names, or null. */
async function wholeOf(desk: Desk, ticket: Ticket, { stage, raw }: Letter): Promise<Buffer | null> {
  const cause = ticket.messages.find(({ facts }) => facts.identity === stage.cause);
  if (cause === undefined || cause.uid === null || cause.facts.size > MAX_WHOLE_BYTES) return null;
  const sources = await desk.store.fetchSource(desk.folders[cause.folder], [cause.uid]);
  const source = sources.get(cause.uid);
  return source === undefined ? null : complete(stage, raw, source);
}
