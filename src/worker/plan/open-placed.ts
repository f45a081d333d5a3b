/**
 * Tickets of messages that lie in a folder already, because a person wants them to be tickets: somebody asked for a split,
 * or dragged a message into Open, from Review, the inbox or anywhere. Nobody outside is told; a
 * filing note in the ticket shows its number.
 */
import { provenStaff } from '../../desk/decide/authority.js';
import { whoseMatter } from '../../desk/decide/on-behalf.js';
import type { Phrase } from '../../desk/policy.js';
import { isOwn } from '../../desk/sign/origin.js';
import { entryOf } from '../../desk/ticket/decision.js';
import type { Ticket } from '../../desk/ticket/ticket.js';
import type { Effects } from '../effects/effects.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import type { FiledMessage } from '../workplace/facts-cache.js';
import { composeUnread } from './compose-letters.js';

const MOVED: Phrase = { name: 'not-answered-moved' };
/** More than this at once is left to the next pass. */
const MAX_DRAGGED_AT_ONCE = 50;

interface Placed {
  readonly messages: readonly FiledMessage[];
  /** Why nobody is answered, as the filing note says it. */
  readonly why: Phrase;
  /** The messages were in other tickets until now. */
  readonly splitOff: boolean;
}

export function planPlaced(
  desk: Desk,
  survey: Survey,
  placed: Placed,
): Effects & Required<Pick<Effects, 'tickets'>> {
  const { messages, why, splitOff } = placed;
  const first = survey.ledger.highest + 1;
  const opened = messages.map((message, index) => ({ message, number: first + index }));
  const decided = opened.map(({ message: { facts }, number }) => {
    const staff = provenStaff(desk.policy, facts, null);
    const { requester } = whoseMatter(desk.policy, facts, staff !== null || facts.fromAccount === true);
    const opening = { ticket: number, staff, requester, acknowledge: false, follows: null };
    return { facts, entry: entryOf(opening, facts) };
  });
  // The notes come first: once the entries are there, nothing would tell a next pass that they are missing.
  const written = decided.map(({ facts, entry }) => {
    const ticket: Ticket = { entry, state: 'open', underWay: true, messages: [] };
    return composeUnread(desk, { facts, ticket }, { purpose: 'filing-note', to: null, why });
  });
  return {
    tickets: decided.map(({ entry }) => ({ ...entry, splitOff, placed: true })),
    letters: { composed: written, release: 'done' },
    lettersFirst: true,
    stale: true,
  };
}

export function planDragged(desk: Desk, survey: Survey): Effects {
  const strange = survey.open.filter(({ ticket, facts }) => ticket === null && !isOwn(desk.policy, facts));
  const byIdentity = new Map(strange.map((message) => [message.facts.identity, message]));
  const messages = [...byIdentity.values()].slice(0, MAX_DRAGGED_AT_ONCE);
  if (messages.length === 0) return {};
  const effects = planPlaced(desk, survey, { messages, why: MOVED, splitOff: false });
  for (const { number, rootIdentity, rootMessageId: messageId } of effects.tickets) {
    const uid = byIdentity.get(rootIdentity)?.uid;
    desk.log.info(
      { uid, messageId, ticket: number },
      'a person moved a message to Open: it becomes a ticket',
    );
  }
  return effects;
}
