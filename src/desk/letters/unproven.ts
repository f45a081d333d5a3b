/** What staff are told of mail under a staff member's address that is not proven to be that member's. */
import type { Facts } from '../../message/facts/facts.js';
import { readForMark } from '../../message/header/for-mark.js';
import type { DeskPolicy } from '../policy.js';
import { staffMemberOf } from '../sign/ticket-address.js';
import type { Decision } from '../ticket/decision.js';
import type { Occasion } from './row.js';

/** null where there is nothing to tell: it is proven, or its sender only acts as anybody may. */
export function unprovenText(policy: DeskPolicy, { decision, facts }: Occasion): string | null {
  const { address } = facts.sender;
  const member = staffMemberOf(policy, address);
  if (member === null || decision.staff !== null || !wantsMore(decision, facts)) return null;
  if (facts.automatic !== null || facts.fromAccount === true) return null;
  const who = member.name || (address ?? '');
  const failed = facts.authentication.dmarc === 'fail';
  if (decision.kind !== 'new') {
    return failed
      ? policy.phrase('staff-failed', { who })
      : withAuthservHint(policy, policy.phrase('staff-unproven', { who }));
  }
  const words = policy.phrase('staff-unproven-for', { who });
  return failed ? words : withAuthservHint(policy, words);
}

/** What only staff may do: open a ticket for somebody, and write into one in which they do not take part. */
function wantsMore({ kind, newcomer, refused, requester }: Decision, { subject }: Facts): boolean {
  if (kind === 'new') return requester === null && readForMark(subject) !== null;
  return newcomer || refused !== null;
}

/** The words, and how such mail would be proven; not where that is set up already, or cannot help. */
export function withAuthservHint(policy: DeskPolicy, words: string): string {
  const helps = policy.authservId === null && !policy.forwarded;
  return helps ? `${words} ${policy.phrase('authserv-hint')}` : words;
}
