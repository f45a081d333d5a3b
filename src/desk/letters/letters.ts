/**
 * Which letters a decision causes. A letter is mail that the desk writes: to whom, why, and about which ticket.
 * What stands in it is for `write.ts`; nothing here reads a body.
 */

import type { Facts } from '../../message/facts/facts.js';
import { sameAddress } from '../../message/header/addresses.js';
import { canReceive } from '../decide/authority.js';
import type { DeskPolicy, Phrase, StaffMember } from '../policy.js';
import { answeredAddress, type Decision } from '../ticket/decision.js';
import { partOf } from '../ticket/merged.js';
import type { Ticket } from '../ticket/ticket.js';
import { answerAddresses, audienceOf, newcomerAddress, partMeant } from './audience.js';

/** For whom the people of a ticket are, where a staff member's answer will go. */
export type Letter =
  | { readonly purpose: 'acknowledgement'; readonly to: string }
  | { readonly purpose: 'filing-note'; readonly to: null; readonly why: Phrase }
  | {
      readonly purpose: 'notice';
      readonly to: string;
      readonly member: StaffMember;
      readonly answerTo: readonly string[];
      readonly part?: Ticket;
    }
  | {
      readonly purpose: 'relay';
      readonly to: string;
      readonly member: StaffMember;
      /** What it is about, where that is a ticket which was merged: its people know no other. */
      readonly part?: Ticket;
    }
  | { readonly purpose: 'confirmation'; readonly to: string }
  | { readonly purpose: 'error-report'; readonly to: string; readonly number: number }
  | {
      readonly purpose: 'not-relayed';
      readonly to: string;
      readonly member: StaffMember;
      /** Where it is not that the sender is not proven to be the member. */
      readonly why?: Phrase;
      /** Nor are the other members told of what it is about, where the report itself would come too soon. */
      readonly hushes?: true;
    }
  | {
      readonly purpose: 'review-notice';
      readonly to: string;
      readonly member: StaffMember;
      readonly why: Phrase;
    }
  | {
      readonly purpose: 'digest';
      readonly to: string;
      readonly member: StaffMember;
      readonly window: number;
    };

export interface Occasion {
  readonly decision: Decision;
  readonly facts: Facts;
  /** As the decisions so far leave it; null where the message belongs to none. */
  readonly ticket: Ticket | null;
}

export function lettersFor(policy: DeskPolicy, occasion: Occasion): readonly Letter[] {
  const { decision, ticket } = occasion;
  return [
    ...(decision.kind === 'new' ? [opening(occasion)] : []),
    ...toSender(occasion),
    ...(ticket === null ? [] : toOutside(policy, occasion, ticket)),
    ...reports(decision),
    ...(decision.notifyStaff ? notices(policy, occasion) : []),
  ];
}

function toSender({ decision, facts }: Occasion): readonly Letter[] {
  const { answerTo } = facts.sender;
  if (!decision.errorReport || answerTo === null || decision.ticket === null) return [];
  return [{ purpose: 'error-report', to: answerTo, number: decision.ticket }];
}

function toOutside(policy: DeskPolicy, occasion: Occasion, ticket: Ticket): readonly Letter[] {
  const { decision } = occasion;
  const { requester, answerable } = ticket.entry;
  const confirmed = decision.confirm && requester !== null && canReceive(requester) && answerable;
  return [
    ...(confirmed ? [{ purpose: 'confirmation' as const, to: requester }] : []),
    ...(decision.relay ? relays(policy, occasion, ticket) : []),
  ];
}

function notRelayed(member: StaffMember | null, why: Phrase | null): readonly Letter[] {
  if (member === null) return [];
  const letter = { purpose: 'not-relayed' as const, to: firstAddress(member), member };
  return [why === null ? letter : { ...letter, why }];
}

/**
 * Two members' machines, each of which answers what it is told of the other, fall silent with the reports. Of a close or
 * a reopening staff are always told: one follows the other only where somebody else has closed or opened the ticket.
 */
function reports({ notRelayedTo, why, perhapsAnswersNotices, changesState }: Decision): readonly Letter[] {
  const hushes = perhapsAnswersNotices && !changesState;
  return notRelayed(notRelayedTo, why).map((letter) =>
    hushes && letter.purpose === 'not-relayed' ? { ...letter, hushes: true } : letter,
  );
}

function firstAddress(member: StaffMember): string {
  return member.addresses[0] ?? '';
}

function opening({ decision, facts }: Occasion): Letter {
  const to = answeredAddress(decision, facts);
  if (decision.acknowledge && to !== null) return { purpose: 'acknowledgement', to };
  return { purpose: 'filing-note', to: null, why: decision.why ?? { name: 'not-answered' } };
}

/** One envelope each, nobody whom the reply itself names; if it reaches nobody at all, its writer is told so. */
function relays(policy: DeskPolicy, { decision, facts }: Occasion, ticket: Ticket): readonly Letter[] {
  const { staff } = decision;
  if (staff === null) return [];
  const audience = audienceOf(policy, ticket, { facts, member: staff }).filter(canReceive);
  if (audience.length === 0) return notRelayed(staff, null);
  const named = (address: string): boolean => facts.toAndCc.some((one) => sameAddress(one.address, address));
  const part = partOtherThan(ticket, partMeant(policy, ticket, { facts, member: staff }));
  return audience
    .filter((address) => !named(address))
    .map((to) => ({ purpose: 'relay', to, member: staff, ...part }));
}

function notices(policy: DeskPolicy, { decision, facts, ticket }: Occasion): readonly Letter[] {
  const others = policy.staff.filter(
    (member) =>
      member !== decision.staff && !isUnreachable(member, { decision, facts }) && !hasReacted(member, facts),
  );
  if (ticket === null || decision.destination === 'review') {
    const why: Phrase = decision.why ?? { name: 'review-other' };
    return others.map((member) => ({ purpose: 'review-notice', to: firstAddress(member), member, why }));
  }
  if (isReply(decision) && policy.staffReplies === 'none') return [];
  // What a colleague wrote to the people of a merged ticket is answered to these.
  const meant =
    decision.staff === null
      ? partWrittenTo(ticket, facts)
      : partMeant(policy, ticket, { facts, member: decision.staff });
  const answerTo = decision.newcomer ? newcomerAddress(policy, facts) : answerAddresses(policy, meant);
  const part = partOtherThan(ticket, meant);
  return others.map((member) => ({ purpose: 'notice', to: firstAddress(member), member, answerTo, ...part }));
}

/** Whom somebody wrote to from the desk's own account is told by where that letter belongs. */
function partWrittenTo(ticket: Ticket, { identity, fromAccount }: Facts): Ticket {
  if (fromAccount !== true) return ticket;
  const via = ticket.messages.find(({ facts }) => facts.identity === identity)?.via;
  return partOf(ticket, via ?? ticket.entry.number) ?? ticket;
}

/** A bounce names them: to tell them of it would only make the next one, also where an address of theirs forwards to another. */
function isUnreachable(
  { addresses }: StaffMember,
  { decision, facts }: Pick<Occasion, 'decision' | 'facts'>,
): boolean {
  if (decision.kind !== 'bounce') return false;
  return facts.failedRecipients.some((failed) => addresses.some((address) => sameAddress(address, failed)));
}

/** Who set a sign to a notice knows of it. */
function hasReacted({ addresses }: StaffMember, { reaction, sender }: Facts): boolean {
  const { address } = sender;
  return reaction !== null && address !== null && addresses.some((own) => sameAddress(own, address));
}

function partOtherThan(ticket: Ticket, meant: Ticket): { readonly part?: Ticket } {
  return meant === ticket ? {} : { part: meant };
}

/** Unlike a note, which is written for the others. */
function isReply({ staff, relay, kind }: Decision): boolean {
  return staff !== null && (relay || kind === 'close');
}
