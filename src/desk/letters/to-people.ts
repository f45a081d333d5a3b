/** Letters to people outside, and the note that a ticket holds in place of one. Each is a row, in the order of the table. */
import { sameAddress } from '../../message/header/addresses.js';
import { canReceive } from '../decide/authority.js';
import type { Phrase, StaffMember } from '../policy.js';
import { isOwn } from '../sign/origin.js';
import { REQUESTER, signedDoneAddress } from '../sign/ticket-address.js';
import { answeredAddress } from '../ticket/decision.js';
import type { Ticket } from '../ticket/ticket.js';
import { relayedTo } from './audience.js';
import { commonWords } from './common-words.js';
import { requesterLink } from './requester-link.js';
import type { Cause, Draft, Occasion, Row } from './row.js';
import { spanShown } from './span-shown.js';
import { DESK_NAME, FOLLOWS, NUMBER, REPLY_ADDRESS, TICKET_SUBJECT } from './text.js';

interface ToSomebody {
  readonly to: string;
}

/** Whom the mail that opens a ticket is acknowledged to; null where nobody is. */
function acknowledged({ decision, facts }: Occasion): string | null {
  return decision.acknowledge ? answeredAddress(decision, facts) : null;
}

const acknowledgement: Row<'acknowledgement', ToSomebody, Occasion> = {
  goesTo: 'the requester of a new ticket',
  ofTicket: true,
  kept: true,
  awaited: true,
  opens: true,
  text: {
    name: 'acknowledgement',
    about: 'Goes to the person who opened a ticket.',
    variables: {
      deskName: DESK_NAME,
      number: NUMBER,
      subject: 'the subject of the message',
      replyAddress: REPLY_ADDRESS,
      doneAddress: 'the address that closes the ticket; empty where the host has no such addresses',
      follows: FOLLOWS,
      link: 'where the requester can read the ticket in a browser, for a time; empty unless `web.linkInAcknowledgements` is set',
    },
  },
  words: (draft) => ({
    ...commonWords(draft),
    doneAddress: signedDoneAddress(draft.policy, draft.number, REQUESTER),
    follows: draft.occasion.ticket?.entry.follows ?? null,
    link: requesterLink(draft.policy, draft.occasion),
  }),
  // Where staff opened the ticket for the requester, that mail is none that the requester knows.
  answered: ({ occasion: { decision, facts } }) =>
    decision.requester === null ? facts : { messageId: facts.forwarded?.messageId ?? null, references: [] },
  caused(_, occasion) {
    const to = acknowledged(occasion);
    return occasion.decision.kind === 'new' && to !== null ? [{ purpose: 'acknowledgement', to }] : [];
  },
};

const filingNote: Row<'filing-note', { readonly to: null; readonly why: Phrase }> = {
  goesTo: 'nobody, it is never sent: it shows the number of a ticket whose opening mail is not answered',
  ofTicket: true,
  kept: true,
  opens: true,
  text: {
    name: 'filing-note',
    about: 'Is kept in a ticket whose opening message may not be answered, in place of an acknowledgement.',
    variables: { deskName: DESK_NAME, number: NUMBER, reason: 'why nothing was sent, as a sentence' },
  },
  words: (draft) => ({
    ...commonWords(draft),
    reason: draft.policy.phrase(draft.letter.why.name, draft.letter.why.values),
  }),
  caused(_, occasion) {
    const { kind, why } = occasion.decision;
    if (kind !== 'new' || acknowledged(occasion) !== null) return [];
    return [{ purpose: 'filing-note', to: null, why: why ?? { name: 'not-answered' } }];
  },
};

const errorReport: Row<'error-report', ToSomebody & { readonly number: number }> = {
  goesTo: 'the sender of mail to a number that does not exist',
  countsAs: 'error-report',
  text: {
    name: 'error-report',
    about: 'Goes to the sender of a message for a number that does not exist.',
    variables: {
      deskName: DESK_NAME,
      deskAddress: 'the desk’s address',
      number: 'the number as it was written',
    },
  },
  words: (draft) => ({ ...commonWords(draft), number: draft.letter.number }),
  caused(_, { decision, facts }) {
    const { answerTo: to } = facts.sender;
    if (!decision.errorReport || to === null || decision.ticket === null) return [];
    return [{ purpose: 'error-report', to, number: decision.ticket }];
  },
};

const confirmation: Row<'confirmation', ToSomebody> = {
  goesTo: 'the requester: the ticket was closed',
  ofTicket: true,
  kept: true,
  refusalTold: true,
  text: {
    name: 'confirmation-closed',
    about: 'Goes to the requester when a ticket was closed.',
    offered: ['deskName'],
    variables: {
      deskName: DESK_NAME,
      number: NUMBER,
      subject: TICKET_SUBJECT,
      replyAddress: REPLY_ADDRESS,
    },
  },
  caused(_, { decision, ticket }) {
    const to = ticket === null || !decision.confirm ? null : confirmedTo(ticket);
    return to === null ? [] : [{ purpose: 'confirmation', to }];
  },
};

/** Of a ticket that will be closed by itself. One for each word of the desk that nobody has answered. */
const staleWarning: Row<'stale-warning', ToSomebody & { readonly unanswered: string }> = {
  goesTo: 'the requester: the ticket will be closed, since nobody has answered',
  ofTicket: true,
  kept: true,
  refusalTold: true,
  text: {
    name: 'stale-warning',
    about: 'Goes to the requester some days before a ticket is closed by `closeStale`.',
    offered: ['deskName'],
    variables: {
      deskName: DESK_NAME,
      number: NUMBER,
      subject: TICKET_SUBJECT,
      replyAddress: REPLY_ADDRESS,
      closesIn: 'how long after this mail the ticket will be closed',
    },
  },
  words: (draft) => ({
    ...commonWords(draft),
    closesIn: spanShown(draft.policy, draft.policy.closeStale?.graceMs ?? 0),
  }),
  // Another day's warning about the same silence would be the same letter.
  standsFor: ({ unanswered }) => `unanswered ${unanswered}`,
};

/** To whom a close is confirmed; null where nobody may be written to. */
export function confirmedTo({ entry: { requester, answerable } }: Ticket): string | null {
  return requester !== null && answerable && canReceive(requester) ? requester : null;
}

/** One envelope each, and nobody whom the reply itself names. */
const relay: Row<'relay', ToSomebody & { readonly member: StaffMember; readonly part?: Ticket }> = {
  goesTo: 'a person of the ticket: what staff wrote',
  ofTicket: true,
  kept: true,
  refusalTold: true,
  awaited: true,
  reads: 'whole',
  text: {
    name: 'passed-on',
    about:
      'Stands in the desk’s own copy of a reply that it passes on, where that is too large to be kept a second time. Nobody gets it.',
    variables: {
      deskName: DESK_NAME,
      number: NUMBER,
      to: 'who gets the reply',
      member: 'who wrote it; empty if only an address is known',
      messageId: 'its Message-ID; empty if it has none',
    },
  },
  words: (draft) => ({
    ...commonWords(draft),
    to: draft.letter.to,
    member: draft.letter.member.name || null,
    messageId: draft.occasion.facts.messageId,
  }),
  sender: ({ policy, letter: { member } }) =>
    member.name === ''
      ? policy.name
      : policy.phrase('relay-name', { member: member.name, deskName: policy.name }),
  answered: lastOfRequester,
  caused(policy, occasion) {
    const relayed = relayedTo(policy, occasion);
    if (relayed === null) return [];
    const { people, ...about } = relayed;
    const named = (address: string): boolean =>
      occasion.facts.toAndCc.some((one) => sameAddress(one.address, address));
    return people.filter((address) => !named(address)).map((to) => ({ purpose: 'relay', to, ...about }));
  },
};

/** The requester's last message; the opening mail where none is at hand, if it is theirs. */
function lastOfRequester({
  policy,
  occasion: { facts, ticket },
}: Draft): Pick<Cause, 'messageId' | 'references'> {
  if (ticket === null) return facts;
  const { entry, messages } = ticket;
  const last = messages.findLast(
    // The requester may be another desk of this software, whose mail bears the same field.
    (one) => one.facts.sender.answerTo === entry.requester && !isOwn(policy, one.facts),
  );
  const isTheirs = entry.requesterFrom === 'sender' || entry.requesterFrom === 'redirected';
  return last?.facts ?? { messageId: isTheirs ? entry.rootMessageId : null, references: [] };
}

export const TO_PEOPLE = {
  acknowledgement,
  'filing-note': filingNote,
  'error-report': errorReport,
  confirmation,
  'stale-warning': staleWarning,
  relay,
};
