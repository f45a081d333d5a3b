/**
 * A message that somebody dragged into Open, from Review, the inbox or anywhere, becomes a ticket. Nobody outside is
 * told; a filing note in the ticket shows its number.
 */
import { setAside } from '../desk/decide.js';
import type { Decision } from '../desk/decision.js';
import { entryOf } from '../desk/ledger.js';
import type { Letter } from '../desk/letters.js';
import { isOwn } from '../desk/origin.js';
import type { Phrase } from '../desk/policy.js';
import type { Ticket } from '../desk/ticket.js';
import { writeLetter } from '../desk/write.js';
import type { Desk } from './desk.js';
import { Overtaken, openTickets } from './open-tickets.js';
import { release, stage } from './stage-mail.js';
import type { PlacedMessage, Survey } from './survey.js';
import { clearUnderWay } from './transition.js';

const WHY = 'not answered: a person made this message a ticket by moving it';
const MOVED: Phrase = { name: 'not-answered-moved' };
/** More than this at once is left to the next pass. */
const MAX_AT_ONCE = 50;

/** Answers whether any ticket was opened, so that the survey is no longer true. */
export async function openDragged(desk: Desk, survey: Survey): Promise<boolean> {
  const strange = survey.open.filter(({ ticket, facts }) => ticket === null && !isOwn(desk.policy, facts));
  const byIdentity = new Map(strange.map((message) => [message.facts.identity, message]));
  const strangers = [...byIdentity.values()].slice(0, MAX_AT_ONCE);
  if (strangers.length === 0) return false;
  const first = survey.ledger.highest + 1;
  const opened = strangers.map((message, index) => ({ message, decision: opening(message, first + index) }));
  // The notes come first: once the entries are there, nothing would tell a next pass that they are missing.
  const staged = await stage(
    desk,
    survey,
    opened.map((one) => filingNote(desk, one)),
  );
  try {
    await openTickets(
      desk,
      survey,
      opened.map(({ message, decision }) => entryOf(decision, message.facts)),
    );
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    desk.log.info({}, error.message);
    await release(desk, staged, new Set());
    return true;
  }
  await release(desk, staged, new Set(staged.keys()));
  await clearUnderWay(
    desk,
    survey,
    opened.flatMap(({ decision }) => decision.ticket ?? []),
  );
  for (const { message, decision } of opened) {
    desk.log.info(
      { uid: message.uid, messageId: message.facts.messageId, ticket: decision.ticket },
      'a person moved a message to Open: it is a ticket',
    );
  }
  return true;
}

function opening({ facts }: PlacedMessage, number: number): Decision {
  return { ...setAside(facts, WHY), why: MOVED, kind: 'new', ticket: number, destination: 'open' };
}

function filingNote(desk: Desk, opened: { message: PlacedMessage; decision: Decision }) {
  const { message, decision } = opened;
  const ticket: Ticket = {
    entry: entryOf(decision, message.facts),
    state: 'open',
    underWay: true,
    messages: [],
  };
  const letter: Letter = { purpose: 'filing-note', to: null, why: MOVED };
  const writer = {
    policy: desk.policy,
    now: desk.now(),
    folders: { review: desk.folders.review, open: desk.folders.open },
  };
  const reading = { excerpt: '', attachments: [], source: null };
  return writeLetter(writer, { decision, facts: message.facts, ticket }, { letter, reading });
}
