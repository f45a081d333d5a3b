/** The test message of `check`: what its way back says about the host, and what to do about it. */

import type { DeskPolicy } from '../desk/policy.js';
import { sameAddress } from '../message/header/addresses.js';
import { EXIT } from '../problem/problem.js';
import {
  type Arrival,
  composeTestMail,
  makeRoundTrip,
  type RoundTrip,
  type TestMail,
} from '../worker/ask/test-mail.js';
import type { DeskSession } from '../worker/run/session.js';
import type { Checklist } from './checklist.js';
import type { CommandContext } from './context.js';

const WAIT_MS = 60_000;
const WITHOUT_ADDRESSES = '"addresses": false';

interface Trying {
  readonly session: DeskSession;
  readonly list: Checklist;
  readonly waitMs: number | null;
}

export async function tryRoundTrip(
  context: CommandContext,
  { session, list, waitMs }: Trying,
): Promise<void> {
  const forMs = waitMs ?? WAIT_MS;
  await session.look(async (desk, connection) => {
    const mail = composeTestMail(desk.policy, desk.now());
    list.note('test message', `sent to ${mail.to}; waiting up to ${Math.round(forMs / 1000)} seconds for it`);
    const pause = (ms: number): Promise<void> =>
      connection.waitForMail(desk.folders.inbox, AbortSignal.any([context.signal, AbortSignal.timeout(ms)]));
    const trip = await makeRoundTrip(desk, mail, { forMs, pause });
    list.tell(fieldsOf(mail, trip));
    if (trip.outcome === 'arrived')
      tellArrival(list, { policy: desk.policy, folders: desk.folders }, { mail, arrival: trip.arrival });
    else tellLoss(list, desk.policy, { mail, what: whatBecame(trip) });
  }, context.signal);
}

function fieldsOf(mail: TestMail, trip: RoundTrip): Record<string, unknown> {
  const arrival = trip.outcome === 'arrived' ? trip.arrival : null;
  return {
    to: mail.to,
    arrived: arrival !== null,
    bounced: trip.outcome === 'bounced',
    folder: arrival?.folder ?? null,
    seconds: arrival === null ? null : Math.round(arrival.afterMs / 100) / 10,
    messageId: arrival?.messageId ?? null,
    messageIdKept: arrival === null ? null : arrival.messageId === mail.messageId,
    from: arrival?.from ?? null,
    replyTo: arrival?.replyTo ?? null,
  };
}

interface Home {
  readonly policy: DeskPolicy;
  readonly folders: { readonly inbox: string; readonly review: string };
}

function tellArrival(
  list: Checklist,
  { policy, folders }: Home,
  came: { mail: TestMail; arrival: Arrival },
): void {
  const { mail, arrival } = came;
  const { folder, afterMs, messageId, from, replyTo, referenceKept } = arrival;
  const after = `after ${(afterMs / 1000).toFixed(1)} seconds`;
  if (folder === folders.inbox) list.pass('test message', `arrived in ${folder} ${after}`);
  else if (folder === folders.review)
    list.pass('test message', `arrived ${after}; a running worker had moved it to ${folder}`);
  else
    list.fail(
      'test message',
      `arrived in "${folder}" ${after}, where the desk does not look: have your host deliver mail from ${policy.address} to the inbox`,
      EXIT.configuration,
    );
  if (messageId === mail.messageId) list.pass('Message-ID', `came as it was sent: <${messageId}>`);
  else if (referenceKept)
    list.note(
      'Message-ID',
      `was replaced by <${messageId}>; answers are still told apart, by an id in References`,
    );
  else
    list.fail(
      'Message-ID',
      'was replaced, and so was References: answers can only be told apart by address and subject',
      EXIT.configuration,
    );
  if (from !== null && sameAddress(from, policy.address)) list.pass('From', `came as it was sent: ${from}`);
  else
    list.fail(
      'From',
      `was ${policy.address} and came as ${from ?? 'nothing'}: let this account send as the address, or make "address" the one that the host allows`,
      EXIT.configuration,
    );
  if (replyTo !== null && sameAddress(replyTo, mail.to))
    list.pass('Reply-To', `came as it was sent: ${replyTo}`);
  else
    list.fail(
      'Reply-To',
      `was ${mail.to} and came as ${replyTo ?? 'nothing'}: answers will not reach a ticket by its address`,
      EXIT.configuration,
    );
}

function whatBecame(trip: Exclude<RoundTrip, { outcome: 'arrived' }>): string {
  if (trip.outcome === 'refused') return `is not taken: ${trip.why.replace(/\.$/, '')}`;
  return trip.outcome === 'bounced'
    ? 'came back as undeliverable (the report is in the inbox)'
    : 'has not arrived';
}

function tellLoss(list: Checklist, policy: DeskPolicy, lost: { mail: TestMail; what: string }): void {
  const { mail, what } = lost;
  if (policy.addresses === null) {
    list.fail(
      'test message',
      `to ${mail.to} ${what}: mail to the desk does not reach this mailbox`,
      EXIT.unavailable,
    );
    return;
  }
  const advice = [
    `to ${mail.to} ${what}. If your host delivers no such addresses, put this line into the desk's configuration:`,
    `  ${WITHOUT_ADDRESSES}`,
    `Should it arrive later, its subject is "${mail.subject}".`,
  ];
  list.fail('test message', advice.join('\n'), EXIT.configuration);
}
