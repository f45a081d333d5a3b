/** The test message of `check`: what its way back says about the host, and what to do about it. */

import type { DeskPolicy } from '../desk/policy.js';
import { sameAddress } from '../message/header/addresses.js';
import { EXIT } from '../problem/problem.js';
import { resultsOfNewest } from '../worker/ask/results-on-the-way.js';
import {
  type Arrival,
  composeTestMail,
  makeRoundTrip,
  type RoundTrip,
  type TestMail,
} from '../worker/ask/test-mail.js';
import type { DeskSession } from '../worker/run/session.js';
import type { WorkingDesk } from '../worker/workplace/desk.js';
import { aheadOf, clockFinding } from './check-account.js';
import { authservFinding } from './check-authserv.js';
import type { Checklist } from './checklist.js';
import type { CommandContext } from './context.js';
import { authenticationFields, verdictFindings } from './verdicts.js';

const WAIT_MS = 60_000;

interface Trying {
  readonly session: DeskSession;
  readonly list: Checklist;
  readonly waitMs: number | null;
}

/** What of the desk a trip is told by, and how long it may take. */
interface Traveller {
  readonly list: Checklist;
  readonly desk: WorkingDesk;
  readonly forMs: number;
  readonly pause: (ms: number) => Promise<void>;
}

interface Travelled {
  readonly mail: TestMail;
  readonly trip: RoundTrip;
}

export async function tryRoundTrip(
  context: CommandContext,
  { session, list, waitMs }: Trying,
): Promise<void> {
  await session.look(async (desk, connection) => {
    // Not AbortSignal.timeout: joined with another signal, Node 20 may forget it while a wait alone holds it.
    const pause = async (ms: number): Promise<void> => {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), ms);
      try {
        await connection.waitForMail(desk.folders.inbox, AbortSignal.any([context.signal, late.signal]));
      } finally {
        clearTimeout(timer);
      }
    };
    const arrival = await arrivalOf({ list, desk, forMs: waitMs ?? WAIT_MS, pause });
    if (arrival !== null) await tellHost(list, session, { desk, arrival });
  }, context.signal);
}

/** null where mail to the desk does not come here, which the list then says. */
async function arrivalOf(traveller: Traveller): Promise<Arrival | null> {
  const { list, desk } = traveller;
  const { addresses } = desk.policy;
  const first = await travel(traveller, desk.policy);
  list.tell({ roundTrip: fieldsOf(first) });
  if (first.trip.outcome === 'arrived')
    return tellArrival(list, desk, { check: MESSAGE, mail: first.mail, arrival: first.trip.arrival });
  if (addresses === null) return tellLoss(list, { mail: first.mail, trip: first.trip });
  // Only what the plain address shows tells a host without plus-addresses from mail that does not come at all.
  list.note(MESSAGE, `to ${first.mail.to} ${whatBecame(first.trip)}; so the plain address is tried`);
  const second = await travel(traveller, { ...desk.policy, addresses: null });
  list.tell({ plainRoundTrip: fieldsOf(second) });
  if (second.trip.outcome !== 'arrived') return tellLoss(list, { mail: second.mail, trip: second.trip });
  const { mail, trip } = second;
  tellArrival(list, desk, { check: 'plain address', mail, arrival: trip.arrival });
  list.add({
    check: MESSAGE,
    result: 'failed',
    text: `to ${first.mail.to} ${whatBecame(first.trip)}, and to ${mail.to} it came: your host delivers no such addresses.${later(first)} Replies are then told apart by message ids and the subject tag, with this line in the desk's configuration:`,
    exitCode: EXIT.configuration,
    proposal: { key: 'addresses', value: false },
  });
  return trip.arrival;
}

const MESSAGE = 'test message';

async function travel({ list, desk, forMs, pause }: Traveller, policy: DeskPolicy): Promise<Travelled> {
  const mail = composeTestMail(policy, desk.now());
  list.note(MESSAGE, `sent to ${mail.to}; waiting up to ${Math.round(forMs / 1000)} seconds for it`);
  return { mail, trip: await makeRoundTrip(desk, mail, { forMs, pause }) };
}

/** What the way of the message shows of those who carried it. */
async function tellHost(
  list: Checklist,
  { config }: DeskSession,
  { desk, arrival }: { desk: WorkingDesk; arrival: Arrival },
): Promise<void> {
  const { address } = desk.policy;
  const { way } = arrival;
  const newest = await resultsOfNewest(desk);
  list.add(authservFinding({ way, newest, configured: config.authservId }));
  for (const finding of verdictFindings(way, address.slice(address.lastIndexOf('@') + 1))) list.add(finding);
  const ahead = aheadOf(arrival);
  list.add(clockFinding(ahead));
  list.tell({
    authentication: authenticationFields(way),
    clock: { serverAheadSeconds: { least: ahead.least / 1000, most: ahead.most / 1000 } },
  });
}

function fieldsOf({ mail, trip }: Travelled): Record<string, unknown> {
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
  came: { check: string; mail: TestMail; arrival: Arrival },
): Arrival {
  const { check, mail, arrival } = came;
  const { folder, afterMs, messageId, from, replyTo, referenceKept } = arrival;
  const after = `after ${(afterMs / 1000).toFixed(1)} seconds`;
  if (folder === folders.inbox) list.pass(check, `arrived in ${folder} ${after}`);
  else if (folder === folders.review)
    list.pass(check, `arrived ${after}; a running worker had moved it to ${folder}`);
  else
    list.fail(
      check,
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
  return arrival;
}

function whatBecame(trip: Exclude<RoundTrip, { outcome: 'arrived' }>): string {
  if (trip.outcome === 'refused') return `is not taken: ${trip.why.replace(/\.$/, '')}`;
  return trip.outcome === 'bounced'
    ? 'came back as undeliverable (the report is in the inbox)'
    : 'has not arrived';
}

function later({ mail, trip }: Travelled): string {
  return trip.outcome === 'lost' ? ` Should it arrive later, its subject is "${mail.subject}".` : '';
}

function tellLoss(
  list: Checklist,
  { mail, trip }: { mail: TestMail; trip: Exclude<RoundTrip, { outcome: 'arrived' }> },
): null {
  list.fail(
    MESSAGE,
    `to ${mail.to} ${whatBecame(trip)}: mail to the desk does not reach this mailbox.${later({ mail, trip })}`,
    EXIT.unavailable,
  );
  return null;
}
