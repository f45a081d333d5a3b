/** The desk that the corpus is written for: its policy and its two tickets. */

import { readFileSync } from 'node:fs';
import { readMessage } from '../../src/desk/decide/as-seen.js';
import { Ledger } from '../../src/desk/ticket/ledger.js';
import type { TicketState } from '../../src/desk/ticket/ticket.js';
import type { Facts } from '../../src/message/facts/facts.js';
import { readWhole } from '../../src/message/whole.js';
import { atHand } from '../../src/worker/ask/explanation.js';
import { lookAgain } from '../../src/worker/sight/look-again.js';
import { deskPolicy, LIMITS } from '../unit/desk/desk.js';

const ARRIVAL = new Date('2026-01-05T10:00:02Z');

export const POLICY = deskPolicy({
  name: 'Example Support',
  // Signed addresses and ids in corpus messages are made with it.
  secrets: ['the secret of the corpus, which signs nothing else'],
  staff: [
    { name: 'Steve', addresses: ['steve@example.org'] },
    { name: 'Ann', addresses: ['ann@example.org', 'ann.b@phone.example'] },
  ],
  authservId: 'mx.example.com',
  alerted: { mail: ['night@alerted.example'], sms: ['15550101@sms.example'] },
  confirmClose: 'none',
  confirmDrag: false,
  reopenWithinMs: null,
  staffReplies: 'all',
  notices: { show: 'whole', maxBytes: 5_000_000 },
  timezone: 'UTC',
  digest: null,
  remind: null,
  closeStale: null,
  linkInAcknowledgements: null,
  limits: { ...LIMITS, errorReportsPerSender: { count: 3, withinMs: 3_600_000 } },
  render: () => '',
});

const OPENING_MAIL_OF_TICKET_2 = [
  'From: Kim <kim@other.example>',
  'To: support@example.com',
  'Subject: Screen stays dark',
  'Date: Thu, 01 Jan 2026 09:00:00 +0000',
  'Message-ID: <ticket-2@other.example>',
  '',
  'It stays dark.',
  '',
].join('\r\n');

export function corpusMail(name: string): Buffer {
  return readFileSync(new URL(`${name}.eml`, import.meta.url));
}

/** With what its body tells. */
export async function corpusFacts(name: string): Promise<Facts> {
  const { pending, source } = atHand(POLICY, corpusMail(name), ARRIVAL);
  const [seen = pending] = await lookAgain(source, [pending]);
  return seen.facts;
}

export function factsOf(raw: Buffer): Facts {
  return readMessage(POLICY, readWhole(raw, ARRIVAL));
}

/** Ticket 1 as `00-plain.eml` opens it; ticket 2 closed. */
export function corpusLedger(): Ledger {
  const tickets = [
    ticket(1, 'open', factsOf(corpusMail('00-plain'))),
    ticket(2, 'archived', factsOf(Buffer.from(OPENING_MAIL_OF_TICKET_2))),
  ];
  return new Ledger(POLICY, { highest: 2, tickets });
}

function ticket(number: number, state: TicketState, facts: Facts) {
  const { identity, messageId, sender, subject, receivedAt } = facts;
  const entry = {
    number,
    rootIdentity: identity,
    rootMessageId: messageId,
    requester: sender.address,
    requesterName: sender.name,
    requesterFrom: 'sender' as const,
    subject,
    answerable: true,
    opened: receivedAt,
  };
  return { entry, state, underWay: false, messages: [{ facts, folder: state, uid: number }] };
}
