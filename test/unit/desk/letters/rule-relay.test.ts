/** What a rule of a staff member's mailbox writes is never passed on, whatever name of the mailbox it bears. */
import { expect, it } from 'vitest';
import { decide } from '../../../../src/desk/decide/decide.js';
import { signedTicketAddress } from '../../../../src/desk/sign/ticket-address.js';
import { corpusLedger, factsOf, POLICY } from '../../../corpus/desk.js';

const [member = { name: '', addresses: [] }] = POLICY.staff;
const RULE = [
  'Auto-Submitted: auto-generated',
  'X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent',
];

function staffMail(lines: readonly string[]) {
  const raw = [
    'Authentication-Results: mx.example.com; dmarc=pass header.from=example.org',
    'Received: from mail.example.org by mx.example.com',
    ...lines,
    'From: Steve <steve@example.org>',
    `To: ${signedTicketAddress(POLICY, 1, { kind: 'staff', member })}`,
    'Subject: Re: Printer on fire',
    'Message-ID: <rule@example.org>',
    '',
    'Text',
    '',
  ];
  return decide(POLICY, corpusLedger(), factsOf(Buffer.from(raw.join('\r\n'))));
}

it('a template under another name of the mailbox is told to its writer, and not relayed', () => {
  const line = 'X-MS-Exchange-Inbox-Rules-Loop: steve@example.onmicrosoft.test';
  expect(staffMail([...RULE, line])).toMatchObject({ relay: false, notRelayedTo: member });
});

it('a reply that a rule has sent once more is relayed', () => {
  expect(staffMail([...RULE, 'Resent-From: old@example.org'])).toMatchObject({ relay: true });
});

it('a reply without a rule is relayed', () => {
  expect(staffMail([])).toMatchObject({ relay: true, notRelayedTo: null });
});
