/** Letters to staff. Each is a row, in the order of the table. */

import type { Facts } from '../../message/facts/facts.js';
import { sameAddress } from '../../message/header/addresses.js';
import { whyNotAnswered } from '../decide/authority.js';
import type { DeskPolicy, Phrase, StaffMember } from '../policy.js';
import type { Decision } from '../ticket/decision.js';
import { partOf } from '../ticket/merged.js';
import type { Ticket } from '../ticket/ticket.js';
import {
  answerAddresses,
  newcomerAddress,
  newcomerId,
  partMeant,
  partOtherThan,
  relayedTo,
} from './audience.js';
import { commonWords } from './common-words.js';
import { NOTICE_TEXT, type Notice, noticeWords } from './notice-text.js';
import type { Addressed, Occasion, Row } from './row.js';
import { senderShown } from './sender-shown.js';
import { stateChange } from './state-change.js';
import { DESK_NAME, NUMBER, OPEN_FOLDER, TICKET_SUBJECT } from './text.js';
import { withAuthservHint } from './unproven.js';
import { holdsMessage, isTold } from './whole-notice.js';

interface ToMember {
  readonly to: string;
  readonly member: StaffMember;
}

interface NotRelayed extends ToMember {
  /** Where it is not that the sender is not proven to be the member. */
  readonly why?: Phrase;
  /** Nor are the other members told of what it is about, where the report itself would come too soon. */
  readonly hushes?: true;
}

const notRelayed: Row<'not-relayed', NotRelayed> = {
  goesTo: 'a staff member whose reply was passed on to nobody',
  toStaff: true,
  ofTicket: true,
  countsAs: 'not-relayed',
  text: {
    name: 'not-relayed',
    about: 'Goes to a member of staff whose reply was not passed on.',
    variables: {
      deskName: DESK_NAME,
      number: NUMBER,
      subject: TICKET_SUBJECT,
      reason: 'why, and what to do, as sentences',
    },
  },
  words(draft) {
    const { policy, letter } = draft;
    const name = letter.why?.name ?? 'not-relayed-unproven';
    const reason = policy.phrase(name);
    const provable = name === 'not-relayed-limited';
    return { ...commonWords(draft), reason: provable ? withAuthservHint(policy, reason) : reason };
  },
  caused(policy, occasion) {
    const relayed = relayedTo(policy, occasion);
    const nobody = { purpose: 'not-relayed', why: { name: 'not-relayed-nobody' } } as const;
    const unread = relayed?.people.length === 0 ? [{ ...nobody, ...first(relayed.member) }] : [];
    const { notRelayedTo: member, why, perhapsAnswersNotices, changesState } = occasion.decision;
    if (member === null) return unread;
    // Two members' machines, each of which answers what it is told of the other, fall silent with the reports. Of a close
    // or a reopening staff are always told: one follows the other only where somebody else has closed or opened the ticket.
    const hushes = perhapsAnswersNotices && !changesState;
    const report = { ...first(member), ...(why === null ? {} : { why }), ...(hushes ? { hushes } : {}) };
    return [...unread, { purpose: 'not-relayed', ...report }];
  },
};

const reviewNotice: Row<'review-notice', ToMember & { readonly why: Phrase }, Occasion> = {
  goesTo: 'a staff member: a message lies in Review',
  toStaff: true,
  countsAs: 'notice',
  text: {
    name: 'review-notice',
    about: 'Goes to staff when a person’s message went to review.',
    variables: {
      deskName: DESK_NAME,
      from: 'the sender as the message shows it',
      subject: 'the subject of the message',
      reason: 'why it is there, as a sentence',
      folder: 'the review folder',
      reportedTo:
        'the address of its sender, who is told that there is no such ticket; empty if nobody is answered',
      unanswered: 'why its sender is not told so, as a sentence; empty where there is nothing to tell',
      openFolder: 'the folder that makes a ticket of what is moved there; empty if none does',
    },
  },
  words: (draft, { folders }) => ({
    ...commonWords(draft),
    folder: folders.review,
    openFolder: folders.open,
    from: draft.occasion.facts.sender.shown,
    reason: draft.policy.phrase(draft.letter.why.name, draft.letter.why.values),
    ...reported(draft.policy, draft.occasion),
  }),
  subject: ({ policy, occasion: { facts } }) =>
    policy.phrase('subject-review-notice', { subject: facts.subject || policy.phrase('no-subject') }),
  caused(policy, occasion) {
    if (isOfTicket(occasion)) return [];
    const why = occasion.decision.why ?? { name: 'review-other' };
    return noticed(policy, occasion).map((member) => ({ purpose: 'review-notice', ...first(member), why }));
  },
};

/** Who got an error report (`to-people.ts`), or why nobody did where one was due. */
function reported(policy: DeskPolicy, { decision, facts }: Occasion) {
  const reportedTo = decision.errorReport ? facts.sender.answerTo : null;
  const isDue = decision.kind === 'unknown-ticket' && reportedTo === null;
  return { reportedTo, unanswered: isDue ? policy.phrase(whyNotAnswered(policy, facts, false).name) : null };
}

const notice: Row<'notice', Notice, Occasion> = {
  goesTo: 'a staff member: a message has joined a ticket',
  toStaff: true,
  ofTicket: true,
  countsAs: 'notice',
  reads: 'words',
  text: NOTICE_TEXT,
  words: noticeWords,
  change: ({ policy, occasion }) => stateChange(policy, occasion),
  sender: ({ policy, occasion }) => `${senderShown(policy, occasion.facts)} (${policy.name})`,
  threadIds: ({ policy, occasion: { decision, facts }, letter: { member }, number }) =>
    decision.newcomer ? [newcomerId(policy, { number, member, identity: facts.identity })] : [],
  caused(policy, occasion) {
    const { decision, facts, ticket } = occasion;
    const { staff, relay, kind, newcomer } = decision;
    if (ticket === null || !isOfTicket(occasion)) return [];
    // Unlike a note, which is written for the others.
    const isReply = staff !== null && (relay || kind === 'close');
    if (isReply && policy.staffReplies === 'none') return [];
    // What a colleague wrote to the people of a merged ticket is answered to these.
    const meant =
      staff === null ? partWrittenTo(ticket, facts) : partMeant(policy, ticket, { facts, member: staff });
    const answerTo = newcomer ? newcomerAddress(policy, facts) : answerAddresses(policy, meant);
    const about = { answerTo, ...partOtherThan(ticket, meant) };
    return noticed(policy, occasion).map((member) => {
      const whole = holdsMessage(policy, occasion, member);
      return { purpose: 'notice', ...first(member), ...about, ...(whole ? { whole } : {}) };
    });
  },
};

function isOfTicket({ decision, ticket }: Occasion): boolean {
  return ticket !== null && decision.destination !== 'review';
}

/** Who is told of a message. */
function noticed(policy: DeskPolicy, { decision, facts }: Occasion): readonly StaffMember[] {
  if (!decision.notifyStaff) return [];
  return policy.staff.filter(
    (member) =>
      member !== decision.staff &&
      isTold(member) &&
      !isUnreachable(member, decision, facts) &&
      !hasReacted(member, facts),
  );
}

/** Whom somebody wrote to from the desk's own account is told by where that letter belongs. */
function partWrittenTo(ticket: Ticket, { identity, fromAccount }: Facts): Ticket {
  if (fromAccount !== true) return ticket;
  const via = ticket.messages.find(({ facts }) => facts.identity === identity)?.via;
  return partOf(ticket, via ?? ticket.entry.number) ?? ticket;
}

/** A bounce names them: to tell them of it would only make the next one, also where an address of theirs forwards to another. */
function isUnreachable({ addresses }: StaffMember, { kind }: Decision, facts: Facts): boolean {
  if (kind !== 'bounce') return false;
  return facts.failedRecipients.some((failed) => addresses.some((address) => sameAddress(address, failed)));
}

/** Who set a sign to a notice knows of it. */
function hasReacted({ addresses }: StaffMember, { reaction, sender }: Facts): boolean {
  const { address } = sender;
  return reaction !== null && address !== null && addresses.some((own) => sameAddress(own, address));
}

/** By the first of their addresses. */
function first(member: StaffMember): ToMember {
  return { to: member.addresses[0] ?? '', member };
}

/** Caused by the limit of notices (`notice-limit.ts`). */
const digest: Row<'digest', ToMember & { readonly window: number }> = {
  goesTo: 'a staff member, in place of notices beyond the limit',
  toStaff: true,
  countsAs: 'digest',
  text: {
    name: 'digest',
    about: 'Goes to a staff member in place of notices, when there are too many.',
    variables: {
      deskName: DESK_NAME,
      openFolder: OPEN_FOLDER,
      minutes: 'the length of the limit’s span, in minutes',
    },
  },
  words: ({ policy }, { folders }) => ({
    deskName: policy.name,
    openFolder: folders.open,
    minutes: policy.limits.noticesPerMember.withinMs / 60_000,
  }),
  subject: ({ policy }) => policy.phrase('subject-digest', { deskName: policy.name }),
  // All notices of its window, whichever of them was the first too many.
  standsFor: ({ window }) => `window ${window}`,
};

/** What several messages caused, or none: its texts are in `summary.ts`. */
const summary: Row<'summary', ToMember & { readonly subject: Phrase }> = {
  goesTo: 'each staff member: news about several messages, or about none',
  toStaff: true,
  news: true,
  text: null,
  subject: ({ policy, letter: { subject } }) =>
    policy.phrase(subject.name, { deskName: policy.name, ...subject.values }),
};

interface ToAlerted extends Addressed {
  readonly to: string;
  readonly subject: string;
}

/** Not only staff get them. What they say is composed elsewhere (`alert-letter.ts`). */
function alertRow<P extends string>(goesTo: string): Row<P, ToAlerted> {
  return {
    goesTo,
    toStaff: true,
    news: true,
    isAlert: true,
    text: null,
    subject: ({ letter: { subject } }) => subject,
  };
}

export const TO_STAFF = {
  'not-relayed': notRelayed,
  'review-notice': reviewNotice,
  notice,
  digest,
  summary,
  alert: alertRow<'alert'>('an address of an alert'),
  'alert-sms': {
    ...alertRow<'alert-sms'>('an address that makes an SMS of it'),
    atMostOnce: true as const,
  },
};
