/** Files what a person sent from the desk's own account with the ticket that it answers. */
import type { TicketMatch } from '../../desk/decide/match.js';
import { sentFromAccount } from '../../desk/decide/question.js';
import type { Occasion } from '../../desk/letters/letters.js';
import { asAccounts } from '../../desk/ticket/in-its-name.js';
import { signedTicket } from '../../desk/ticket/marks.js';
import { stateOf } from '../../desk/ticket/ticket.js';
import type { Facts } from '../../message/facts/facts.js';
import type { Effects, NewEntry } from '../effects/effects.js';
import type { Pending } from '../sight/pending.js';
import type { Survey } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';
import { composeLetters } from './compose-letters.js';
import { lettersWithin } from './decide-batch.js';
import { fromAccountEntry, linkEntry } from './members.js';

export type SentMessage = Omit<Pending, 'quiet'>;

/** A pass that died before the copy was made does it again, and one that died after it finds the message filed. */
export async function planCopy(
  desk: Desk,
  survey: Survey,
  sent: { folder: string; message: SentMessage; match: TicketMatch },
): Promise<Effects> {
  const { folder, message, match } = sent;
  const { number } = match;
  const record = survey.ledger.records.get(number);
  if (record === undefined) return {};
  const facts = asAccounts(message.facts);
  const decision = sentFromAccount(desk.policy, facts, { match, state: stateOf(record) });
  const entries = [
    ...linkUnlessProven(desk, survey, { number, via: match.via ?? number, facts }),
    ...fromAccountEntry(survey, { number, facts }),
  ];
  survey.ledger.takeIn(decision, facts);
  const occasion: Occasion = { decision, facts, ticket: survey.ledger.ticket(number) };
  const letters = lettersWithin(desk, survey, occasion);
  const decided = { pending: { ...message, facts, quiet: false }, occasion, letters };
  desk.log.info(
    { ticket: number, messageId: facts.messageId },
    "a message that somebody sent from the desk's account is filed with its ticket",
  );
  return {
    entries,
    letters: { composed: await composeLetters(desk, [decided], { folder }), release: 'done' },
    copies: [{ from: folder, uids: [message.uid], to: desk.folders[decision.destination] }],
    stale: true,
  };
}

function linkUnlessProven(
  desk: Desk,
  survey: Survey,
  about: { number: number; via: number; facts: Facts },
): readonly NewEntry[] {
  const { number, facts } = about;
  const { ledger } = survey;
  const signed = signedTicket(desk.policy, facts, (named) => ledger.endOf(named));
  return signed === number || ledger.registeredTicket(facts.identity) === number
    ? []
    : [linkEntry(survey, about)];
}
