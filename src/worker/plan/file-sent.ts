/** Files what a person sent from the desk's own account with the ticket that it answers. */

import type { TicketMatch } from '../../desk/decide/match.js';
import { sentFromAccount } from '../../desk/decide/question.js';
import { lettersFor, type Occasion } from '../../desk/letters/letters.js';
import { boundNotices } from '../../desk/letters/notice-limit.js';
import { asAccounts } from '../../desk/ticket/in-its-name.js';
import { signedTicket } from '../../desk/ticket/marks.js';
import type { MessagePart } from '../../message/body/structure.js';
import type { Facts } from '../../message/facts/facts.js';
import { appendLink, noteWritten } from '../effects/member-entries.js';
import { release, stage, writeLetters } from '../effects/stage-mail.js';
import { type Survey, stateOf } from '../sight/survey.js';
import type { Desk } from '../workplace/desk.js';

export interface SentMessage {
  readonly uid: number;
  readonly facts: Facts;
  readonly structure: MessagePart | null;
}

/**
 * Links come first, then held mail, then the copy: a pass that died before the copy does it again, and one that died
 * after it finds the message filed.
 */
export async function copySent(
  desk: Desk,
  survey: Survey,
  sent: { folder: string; message: SentMessage; match: TicketMatch },
): Promise<void> {
  const { folder, message, match } = sent;
  const { number } = match;
  const record = survey.records.get(number);
  if (record === undefined) return;
  const facts = asAccounts(message.facts);
  const decision = sentFromAccount(desk.policy, facts, { match, state: stateOf(record) });
  await linkUnlessProven(desk, survey, { number, via: match.via ?? number, facts });
  await noteWritten(desk, survey, { number, facts });
  survey.ledger.follow(decision, facts);
  const occasion: Occasion = { decision, facts, ticket: survey.ledger.ticket(number) };
  const cause = facts.identity;
  const letters = boundNotices(desk.policy, survey.ledger, {
    letters: lettersFor(desk.policy, occasion),
    cause,
  });
  const written = await writeLetters(
    desk,
    [{ pending: { ...message, facts, quiet: false }, occasion, letters }],
    folder,
  );
  const staged = await stage(desk, survey, written);
  await desk.store.copy(folder, [message.uid], desk.folders[decision.destination]);
  await release(desk, staged, new Set([cause]));
  desk.log.info(
    { ticket: number, messageId: facts.messageId },
    "a message that somebody sent from the desk's account is filed with its ticket",
  );
}

async function linkUnlessProven(
  desk: Desk,
  survey: Survey,
  about: { number: number; via: number; facts: Facts },
): Promise<void> {
  const { number, via, facts } = about;
  const { identity, messageId } = facts;
  const { ledger } = survey;
  const signed = signedTicket(desk.policy, facts, (named) => ledger.endOf(named));
  if (signed === number || ledger.registeredTicket(identity) === number) return;
  await appendLink(desk, survey, about);
  ledger.addLink({ ticket: via, identity, messageId });
}
