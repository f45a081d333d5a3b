/** A desk's policy and messages to it, for unit tests. */
import { loadPhrases } from '../../../src/config/phrases.js';
import type { Reading } from '../../../src/desk/letters/reading.js';
import type { Writing } from '../../../src/desk/letters/staff-mail.js';
import { PHRASES } from '../../../src/desk/phrases.js';
import type { DeskPolicy } from '../../../src/desk/policy.js';
import { Ledger } from '../../../src/desk/ticket/ledger.js';
import type { Ticket, TicketState } from '../../../src/desk/ticket/ticket.js';
import { type Facts } from '../../../src/message/facts/facts.js';
import { splitMessage } from '../../../src/message/header/header-block.js';
import { readFacts } from '../../../src/message/read-facts.js';

export const STEVE = { name: 'Steve', addresses: ['steve@example.org'] };
export const ANN = { name: 'Ann', addresses: ['ann@example.org', 'ann.b@phone.example'] };

const ENGLISH = await loadPhrases(PHRASES, 'en', null);

/** So wide that only the limit of error reports is ever met. */
export const LIMITS: DeskPolicy['limits'] = {
  acknowledgementsPerSender: { count: 1_000, withinMs: 3_600_000 },
  acknowledgementsPerTopic: { count: 1_000, withinMs: 3_600_000 },
  acknowledgementsPerExchange: { count: 1_000, withinMs: 3_600_000 },
  errorReportsPerSender: { count: 1, withinMs: 86_400_000 },
  answersPerSender: { count: 1_000, withinMs: 3_600_000 },
  answersPerDomain: { count: 1_000, withinMs: 3_600_000 },
  answersPerDesk: { count: 1_000, withinMs: 3_600_000 },
  noticesPerMember: { count: 1_000, withinMs: 3_600_000 },
};

export function deskPolicy(changes: Partial<DeskPolicy> = {}): DeskPolicy {
  return {
    name: 'Example Support',
    address: 'support@example.com',
    secrets: ['a secret of the tests, 32 characters long'],
    staff: [STEVE, ANN],
    addresses: { ticket: 'support+{id}@example.com', done: 'support+{id}-done@example.com' },
    tag: 'issue',
    authservId: null,
    ownLists: [],
    forwarded: false,
    replyToSenders: [],
    alerted: { mail: [], sms: [] },
    spamFields: ['x-spam-flag', 'x-spam-status'],
    confirmClose: 'requester',
    confirmDrag: false,
    reopenWithinMs: null,
    staffReplies: 'all',
    notices: { show: 'excerpt', maxBytes: 5_000_000 },
    timezone: 'UTC',
    digest: null,
    remind: null,
    closeStale: null,
    linkInAcknowledgements: null,
    limits: LIMITS,
    render: (name, variables) => `${name}\n${JSON.stringify(variables)}\n`,
    phrase: ENGLISH,
    ...changes,
  };
}

export interface Written {
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly id?: string;
  readonly fields?: readonly string[];
  readonly at?: number;
  readonly authservId?: string;
}

let written = 0;

export function message(about: Written = {}): Facts {
  written += 1;
  const {
    from = 'Jane Doe <jane@example.com>',
    to = 'support@example.com',
    subject = 'Printer on fire',
    fields = [],
  } = about;
  const id = about.id ?? `message-${written}@example.com`;
  const raw = Buffer.from(
    [
      ...fields,
      `From: ${from}`,
      `To: ${to}`,
      `Subject: ${subject}`,
      `Message-ID: <${id}>`,
      '',
      'Text',
      '',
    ].join('\r\n'),
  );
  const receivedAt = new Date(about.at ?? written * 1_000);
  return readFacts(
    { header: splitMessage(raw).header, size: raw.length, receivedAt, structure: null },
    { authservId: about.authservId },
  );
}

export function ticket(
  number: number,
  root: Facts,
  state: TicketState = 'open',
  more: readonly Facts[] = [],
): Ticket {
  return {
    entry: {
      number,
      rootIdentity: root.identity,
      rootMessageId: root.messageId,
      requester: root.sender.address,
      requesterName: root.sender.name,
      requesterFrom: 'sender',
      subject: root.subject,
      answerable: true,
      opened: root.receivedAt,
    },
    state,
    underWay: false,
    messages: [root, ...more].map((facts, index) => ({ facts, folder: state, uid: index + 1 })),
  };
}

export function ledgerOf(policy: DeskPolicy, ...tickets: readonly Ticket[]): Ledger {
  return new Ledger(policy, { highest: 0, tickets });
}

/** Of a message that says so much, and carries nothing. */
export const READING: Reading = {
  excerpt: 'It burns.',
  left: null,
  cut: false,
  attachments: [],
  body: null,
  part: null,
};

/** What STEVE writes from the terminal or in a mail program. */
export const WRITING: Writing = {
  member: STEVE,
  as: 'steve@example.org',
  text: 'Hello',
  files: [],
  at: new Date(0),
  id: 'unique',
};
