/** What staff are told of mail under a staff member's address that is not proven to be that member's. */
import type { DeskPolicy } from '../policy.js';
import { staffMemberOf } from '../sign/ticket-address.js';
import type { Occasion } from './row.js';

/** null where there is nothing to tell: it is proven, or its sender only acts as somebody who takes part in the ticket. */
export function unprovenText(policy: DeskPolicy, { decision, facts }: Occasion): string | null {
  const { kind, newcomer, refused, staff } = decision;
  const member = staffMemberOf(policy, facts.sender.address);
  if (member === null || staff !== null || kind === 'new' || (!newcomer && refused === null)) return null;
  if (facts.automatic !== null || facts.fromAccount === true) return null;
  const who = member.name || (facts.sender.address ?? '');
  if (facts.authentication.dmarc === 'fail') return policy.phrase('staff-failed', { who });
  return withAuthservHint(policy, policy.phrase('staff-unproven', { who }));
}

/** The words, and how such mail would be proven; not where that is set up already, or cannot help. */
export function withAuthservHint(policy: DeskPolicy, words: string): string {
  const helps = policy.authservId === null && !policy.forwarded;
  return helps ? `${words} ${policy.phrase('authserv-hint')}` : words;
}
