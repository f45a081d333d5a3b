/** The confirmation of a close that no message asked for: a command, or somebody who moved mail. */
import { canReceive } from '../../desk/decide/authority.js';
import { setAside } from '../../desk/decide/decide.js';
import type { Letter, Occasion } from '../../desk/letters/letters.js';
import type { WrittenLetter } from '../../desk/letters/write.js';
import { isLastWordCarried } from '../../desk/ticket/participants.js';
import { type Ticket } from '../../desk/ticket/ticket.js';
import type { Facts } from '../../message/facts/facts.js';
import { writeUnread } from '../effects/stage-mail.js';
import type { Desk } from '../workplace/desk.js';

/** Empty if the requester may not be written to. The same cause gives the same Message-ID. */
export function confirmationLetter(desk: Desk, ticket: Ticket, cause: string): readonly WrittenLetter[] {
  const { requester: to, answerable } = ticket.entry;
  if (to === null || !answerable || !canReceive(to) || isLastWordCarried(desk.policy, ticket)) return [];
  const facts = causeFacts(cause, ticket.messages.at(-1)?.facts, desk.now());
  const occasion: Occasion = { decision: setAside(facts, 'no message asked for it'), facts, ticket };
  const letter: Letter = { purpose: 'confirmation', to };
  return [writeUnread(desk, occasion, letter)];
}

/** No message caused it, but it answers the ticket's last one. */
function causeFacts(identity: string, last: Facts | undefined, now: Date): Facts {
  const nothing: Facts = {
    identity,
    messageId: null,
    subject: '',
    sender: { address: null, answerTo: null, namesNobody: false, shown: '', name: '' },
    recipients: [],
    toAndCc: [],
    references: [],
    receivedAt: now,
    size: 0,
    bodySize: 0,
    automatic: null,
    suppressAnswer: false,
    suppressBecause: [],
    inWords: false,
    asAnswer: null,
    mayBeBounce: false,
    mayBeReaction: false,
    reaction: null,
    resentFrom: null,
    forwarded: null,
    returnedIds: [],
    failedRecipients: [],
    spam: [],
    listIds: [],
    replyTo: [],
    originalFrom: [],
    hops: { received: 0, deliveredTo: [] },
    authentication: { dmarc: 'none', policy: null },
    origin: null,
    deskFields: false,
    originSubject: '',
  };
  return last === undefined
    ? nothing
    : { ...nothing, messageId: last.messageId, references: last.references };
}
