/** Letters to every staff member that are about several messages, or none in particular. */
import type { Facts } from '../../message/facts/facts.js';
import type { DeskPolicy, Phrase, StaffMember } from '../policy.js';
import { type ComposedLetter, compose } from './compose-letter.js';
import { DESK_NAME, NUMBER, OPEN_FOLDER, type Text } from './text.js';
import { isTold } from './whole-notice.js';

const LISTED = {
  about: 'the messages',
  items: { subject: 'the subject', from: 'the sender as the message shows it' },
};
const MORE = 'how many messages the list leaves out; empty if none';

const TEXTS = {
  'adoption-summary': {
    about: 'Goes to staff once, when the desk has taken on mail from before its time.',
    variables: {
      deskName: DESK_NAME,
      messages: 'how many messages were taken on',
      listed: LISTED,
      more: MORE,
    },
  },
  'copied-summary': {
    about:
      'Goes to staff when the mailbox was copied without dates, and mail from before the desk was filed.',
    variables: { deskName: DESK_NAME, messages: 'how many messages were filed', listed: LISTED, more: MORE },
  },
  'not-delivered': {
    about: 'Goes to staff when the mail server has refused mail to somebody outside for good.',
    variables: {
      deskName: DESK_NAME,
      number: NUMBER,
      to: 'whom it did not reach',
      reason: 'why, as a sentence',
      folder: 'the review folder, where the copy lies',
      outboxFolder: 'the outbox; what is moved back there is sent once more',
    },
  },
  'review-summary': {
    about:
      'Goes to staff at most once an hour, for automatic mail that went to review; at most once a day, for what was filed with tickets without a notice.',
    variables: {
      deskName: DESK_NAME,
      folder: 'the review folder',
      count: 'how many messages went to review; empty for none',
      silent: 'how many were filed with their tickets and told to nobody; empty for none',
      spam: 'how many more were marked as spam; empty for none',
      listed: LISTED,
      more: MORE,
    },
  },
  'figures-digest': {
    about: 'Goes to staff at the times of `digest`.',
    variables: {
      deskName: DESK_NAME,
      since: 'since when it counts, by the desk’s clock',
      opened: 'how many tickets were opened',
      closed: 'how many were closed',
      reopened: 'how many were reopened',
      firstAnswer: 'the median time to the first answer; empty if there was none',
      toClose: 'the median time to close; empty if nothing was closed',
      open: 'how many are open',
      ages: { about: 'those by age', items: { age: 'how old', tickets: 'how many' } },
    },
  },
  reminder: {
    about: 'Goes to staff at the times of `remind`, if anybody has waited for too long.',
    variables: {
      deskName: DESK_NAME,
      tickets: {
        about: 'the tickets, who waits longest first',
        items: {
          number: 'the number',
          subject: 'the subject',
          from: 'who wrote last',
          waiting: 'for how long they wait',
          link: 'opens a reply in a mail program (mailto:)',
        },
      },
      more: 'how many tickets the list leaves out; empty for none',
    },
  },
  absence: {
    about:
      'Goes to staff once, when the mail of many tickets has gone from the folder of open tickets at once.',
    variables: {
      deskName: DESK_NAME,
      openFolder: OPEN_FOLDER,
      count: 'how many tickets',
      tickets: { about: 'the tickets', items: { number: 'the number', subject: 'the subject' } },
      more: 'how many tickets the list leaves out; empty for none',
    },
  },
};

export const SUMMARY_TEXTS: readonly Text[] = Object.entries(TEXTS).map(([name, text]) => ({
  name,
  ...text,
}));

export interface Summary {
  readonly policy: DeskPolicy;
  readonly now: Date;
  /** What it is about; the same cause gives the same Message-IDs. */
  readonly cause: string;
  readonly subject: Phrase;
  readonly text: keyof typeof TEXTS;
  readonly variables: Readonly<Record<string, unknown>>;
  /** What is another for each of them. */
  readonly ofMember?: (member: StaffMember) => Readonly<Record<string, unknown>>;
}

const MAX_LISTED = 200;

/** The variables by which texts list messages. */
export function listed(
  policy: DeskPolicy,
  messages: readonly Facts[],
): {
  listed: readonly { subject: string; from: string }[];
  more: number | null;
} {
  return {
    listed: messages.slice(0, MAX_LISTED).map(({ subject, sender }) => ({
      subject: subject || policy.phrase('no-subject'),
      from: sender.shown,
    })),
    more: messages.length > MAX_LISTED ? messages.length - MAX_LISTED : null,
  };
}

/** To every member; what tells of a folder alone not to those who read the folders. */
export function composeSummary(summary: Summary): readonly ComposedLetter[] {
  const { policy, now, subject, ofMember } = summary;
  const variables = { deskName: policy.name, ...summary.variables };
  const facts = { identity: summary.cause, messageId: null, references: [], subject: '' };
  const told = summary.text === 'review-summary' ? policy.staff.filter(isTold) : policy.staff;
  return told.map((member) => {
    const letter = { purpose: 'summary' as const, to: member.addresses[0] ?? '', member, subject };
    const text = policy.render(summary.text, { ...variables, ...ofMember?.(member) });
    return compose({ policy, occasion: { facts, ticket: null }, letter, number: 0 }, now, {
      passed: null,
      text,
    });
  });
}
