/** Writes letters before anything is stored: what they need of their causes' bodies is read for all of them at once. */
import { type ComposedLetter, composeLetter, type Writer } from '../../desk/letters/compose-letter.js';
import type { LetterFrom } from '../../desk/letters/letters.js';
import type { Matter } from '../../desk/letters/row.js';
import { confirmedTo } from '../../desk/letters/to-people.js';
import { isLastWordCarried } from '../../desk/ticket/participants.js';
import type { Ticket } from '../../desk/ticket/ticket.js';
import type { Facts } from '../../message/facts/facts.js';
import type { Desk } from '../workplace/desk.js';
import type { Decided } from './decide-batch.js';
import { type BodiesRead, NO_BODIES, NOTHING_READ, readBodies } from './read-bodies.js';

export async function composeLetters(
  desk: Desk,
  decided: readonly Pick<Decided, 'pending' | 'occasion' | 'letters'>[],
  {
    folder = desk.folders.inbox,
    foreseen = NO_BODIES,
  }: { readonly folder?: string; readonly foreseen?: BodiesRead } = {},
): Promise<readonly ComposedLetter[]> {
  const readings = await readBodies(desk, decided, { folder, foreseen });
  const writer = writerOf(desk);
  return decided.flatMap(({ pending, occasion, letters }) => {
    const reading = readings.get(pending.uid) ?? NOTHING_READ;
    return letters.map((letter) => composeLetter(writer, occasion, { letter, reading }));
  });
}

/** A letter that needs no more of its cause than its name and ids. */
export function composeUnread(desk: Desk, matter: Matter, letter: LetterFrom<Matter>): ComposedLetter {
  return composeLetter(writerOf(desk), matter, { letter, reading: NOTHING_READ });
}

/**
 * The confirmation of a close that no message asked for: a command, or somebody who moved mail. Empty if the requester may
 * not be written to. The same cause gives the same Message-ID.
 */
export function confirmationLetter(desk: Desk, ticket: Ticket, cause: string): readonly ComposedLetter[] {
  const to = confirmedTo(ticket);
  if (to === null || isLastWordCarried(desk.policy, ticket)) return [];
  // No message caused it, but it answers the ticket's last one.
  const { messageId = null, references = [] } = ticket.messages.at(-1)?.facts ?? {};
  const facts = { identity: cause, messageId, references, subject: ticket.entry.subject };
  return [composeUnread(desk, { facts, ticket }, { purpose: 'confirmation', to })];
}

/** A word to say that a ticket will be closed, in answer to the last that went out; null if nobody may be written to. */
export function staleWarning(
  desk: Desk,
  ticket: Ticket,
  about: { readonly cause: string; readonly unanswered: Facts },
): ComposedLetter | null {
  const to = confirmedTo(ticket);
  if (to === null || isLastWordCarried(desk.policy, ticket)) return null;
  const { identity: unanswered, messageId, references } = about.unanswered;
  const facts = { identity: about.cause, messageId, references, subject: ticket.entry.subject };
  return composeUnread(desk, { facts, ticket }, { purpose: 'stale-warning', to, unanswered });
}

function writerOf({ policy, folders, now }: Desk): Writer {
  const { review, open, archived } = folders;
  return { policy, now: now(), folders: { review, open, archived } };
}
