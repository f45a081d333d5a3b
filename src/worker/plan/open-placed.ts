/**
 * Tickets of messages that lie in a folder already, because a person wants them to be tickets. Nobody outside is told; a
 * filing note in the ticket shows its number.
 */
import { provenStaff } from '../../desk/decide/authority.js';
import { openingOf } from '../../desk/decide/on-behalf.js';
import type { Phrase } from '../../desk/policy.js';
import { entryOf } from '../../desk/ticket/ledger.js';
import type { Ticket } from '../../desk/ticket/ticket.js';
import { Overtaken, openTickets } from '../effects/open-tickets.js';
import { release, type Staged, stage, writeUnread } from '../effects/stage-mail.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';

export interface Placed {
  readonly messages: readonly FiledMessage[];
  /** Why nobody is answered, as the filing note says it. */
  readonly why: Phrase;
  /** The messages were in other tickets until now. */
  readonly splitOff: boolean;
}

export interface OpenedPlaced {
  readonly opened: readonly { readonly message: FiledMessage; readonly number: number }[];
  /** Held: whoever asks for it releases it, once the messages lie in Open. */
  readonly staged: Staged;
}

/** Appends the entries, each under way; null where another worker was quicker, and then all is to be looked at again. */
export async function openPlaced(desk: Desk, survey: Survey, placed: Placed): Promise<OpenedPlaced | null> {
  const { messages, why, splitOff } = placed;
  const first = survey.ledger.highest + 1;
  const opened = messages.map((message, index) => ({ message, number: first + index }));
  const decided = opened.map(({ message: { facts }, number }) => {
    const staff = provenStaff(desk.policy, facts, null);
    const { requester } = openingOf(desk.policy, facts, staff !== null || facts.fromAccount === true);
    const opening = { ticket: number, staff, requester, acknowledge: false, follows: null };
    return { facts, entry: entryOf(opening, facts) };
  });
  // The notes come first: once the entries are there, nothing would tell a next pass that they are missing.
  const notes = decided.map(({ facts, entry }) => {
    const ticket: Ticket = { entry, state: 'open', underWay: true, messages: [] };
    return writeUnread(desk, { facts, ticket }, { purpose: 'filing-note', to: null, why });
  });
  const staged = await stage(desk, survey, notes);
  try {
    await openTickets(
      desk,
      survey,
      decided.map(({ entry }) => ({ ...entry, splitOff })),
    );
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    desk.log.info({}, error.message);
    await release(desk, staged, new Set());
    return null;
  }
  return { opened, staged };
}
