/**
 * Whose notices hold the message itself, with what is attached to it.
 *
 * What programs write does so only where it opens a ticket, as a site's form does: an answer of theirs may quote a notice
 * whole, and two that answer each other would pass on ever more.
 */
import type { DeskPolicy, StaffMember } from '../policy.js';
import type { Occasion } from './row.js';

export function holdsMessage(policy: DeskPolicy, occasion: Occasion, { notices }: StaffMember): boolean {
  const { decision, facts } = occasion;
  const { automatic, perhapsAnswersNotices, kind } = decision;
  if ((notices ?? policy.notices.show) !== 'whole' || facts.size > policy.notices.maxBytes) return false;
  // The one line that tells of a reaction is all of it.
  if (facts.reaction !== null || perhapsAnswersNotices) return false;
  return automatic === null || automatic.kind === 'list' || kind === 'new';
}

/** Whether a message of that size may be shown whole to anybody. */
export function mayBeShownWhole({ notices, staff }: DeskPolicy, size: number): boolean {
  return size <= notices.maxBytes && staff.some((member) => (member.notices ?? notices.show) === 'whole');
}

/** Who reads the folders is told of nothing that lies there. */
export function isTold({ notices }: StaffMember): boolean {
  return notices !== 'none';
}
