/**
 * Who may do what (the table in `docs/mail-flow.md#who-may-do-what`). The sender is the one address of exactly one well-formed From
 * field; a message without one has no authority, though it may be answered (`silenceOf`), and failed authentication takes
 * every power but append.
 */
import type { Facts } from '../../message/facts/facts.js';
import { silentForAlerts } from '../alerts/alerted.js';
import type { PhraseName } from '../phrases.js';
import type { DeskPolicy, Phrase, StaffMember } from '../policy.js';
import { isNewMailOf } from '../sign/new-mail.js';
import { isDeskAddress, staffMemberOf } from '../sign/ticket-address.js';
import type { Ledger } from '../ticket/ledger.js';
import { isByThread, isParticipant, type TicketMatch } from './match.js';

export interface Authority {
  readonly mayClose: boolean;
  readonly mayReopen: boolean;
  /** Nobody that the ticket knows. */
  readonly newcomer: boolean;
  /** Proven to be this staff member. */
  readonly staff: StaffMember | null;
  readonly because: string;
}

type Powers = Omit<Authority, 'because'>;

const NOBODY: Powers = { mayClose: false, mayReopen: false, newcomer: true, staff: null };
const FULL: Powers = { mayClose: true, mayReopen: true, newcomer: false, staff: null };

/**
 * The staff member that a message is proven to come from: by DMARC, by a signed address issued to that member, or, of
 * mail that names no ticket, by the proof that `imapdesk new` has put into it.
 */
export function provenStaff(policy: DeskPolicy, facts: Facts, match: TicketMatch | null): StaffMember | null {
  const member = staffMemberOf(policy, facts.sender.address);
  if (member === null || facts.authentication.dmarc === 'fail') return null;
  const signed =
    match === null
      ? isNewMailOf(policy, facts, member)
      : match.role?.kind === 'staff' && match.role.member === member;
  return signed || facts.authentication.dmarc === 'pass' ? member : null;
}

/** Why nothing that the message says of its sender counts, or null. */
function powerlessBecause(
  policy: DeskPolicy,
  { facts, match }: { facts: Facts; match: TicketMatch },
): string | null {
  if (facts.sender.address === null) return 'the message has no single well-formed sender';
  if (facts.authentication.dmarc === 'fail') return 'the sender failed authentication';
  const onlySigned = policy.forwarded && match.role === null && facts.fromAccount !== true;
  return onlySigned ? 'only a signed address gives power here' : null;
}

export function authorityOf(
  policy: DeskPolicy,
  ledger: Ledger,
  about: { facts: Facts; match: TicketMatch },
): Authority {
  const authority = authorityBy(policy, ledger, about);
  // What only belongs to the same conversation asks for nothing.
  return isByThread(about.match) ? { ...authority, mayClose: false } : authority;
}

function authorityBy(
  policy: DeskPolicy,
  ledger: Ledger,
  about: { facts: Facts; match: TicketMatch },
): Authority {
  const { facts, match } = about;
  const powerless = powerlessBecause(policy, about);
  if (powerless !== null) return { ...NOBODY, because: powerless };
  if (facts.fromAccount === true) return { ...FULL, because: "a person sent it from the desk's own account" };
  const staff = provenStaff(policy, facts, match);
  if (staff !== null) return { ...FULL, staff, because: 'the sender is proven staff' };
  const isKnown = isParticipant(policy, ledger, { facts, number: match.number });
  if (isRequester(ledger, match)) {
    const newcomer = !isKnown && !isDeskAddress(policy, facts.sender.address ?? '');
    return { ...FULL, newcomer, because: 'it carries a mark that we signed' };
  }
  const byThread = match.by === 'message-id';
  if (isKnown) {
    const mayClose = byThread || policy.authservId === null || facts.authentication.dmarc === 'pass';
    return { ...FULL, mayClose, because: 'the sender takes part in the ticket' };
  }
  const mayReopen = byThread || isSignedForRequester(match);
  return { ...NOBODY, mayReopen, because: 'the sender is nobody that the ticket knows' };
}

/** A mark for a requester of a ticket that was merged without its people lets them in, and gives no more power here. */
function isRequester(ledger: Ledger, match: TicketMatch): boolean {
  return isSignedForRequester(match) && (match.via === undefined || ledger.merges.joins(match.via));
}

function isSignedForRequester({ role }: TicketMatch): boolean {
  return role?.kind === 'requester';
}

/** An address beyond ASCII needs SMTPUTF8 and UTF8=ACCEPT on every server of the way (RFC 6531, RFC 6855). */
export function canReceive(address: string): boolean {
  return /^[!-~]+$/.test(address);
}

/** For the log, and for mail to staff. */
interface Silence {
  readonly because: string;
  readonly phrase: PhraseName;
}

/** Why a message may not be answered automatically, or null if it may. */
export function silenceOf(policy: DeskPolicy, facts: Facts): Silence | null {
  if (facts.automatic !== null) {
    const { kind } = facts.automatic;
    const phrase = kind === 'list' || kind === 'bulk' ? 'not-answered-list' : 'not-answered-automatic';
    return { because: `${kind} mail`, phrase };
  }
  if (facts.suppressAnswer) {
    const because = facts.suppressBecause[0] ?? 'the message asks for no automatic answer';
    return { because, phrase: 'not-answered-marked' };
  }
  const { answerTo } = facts.sender;
  if (answerTo === null)
    return { because: 'there is no single well-formed sender', phrase: 'not-answered-no-sender' };
  if (!canReceive(answerTo))
    return { because: 'not every server can carry mail to such an address', phrase: 'not-answered-address' };
  if (isDeskAddress(policy, answerTo))
    return { because: 'the sender is the desk itself', phrase: 'not-answered-desk' };
  const ofAlerts = silentForAlerts(policy, facts);
  if (ofAlerts !== null) return { because: ofAlerts, phrase: 'not-answered-alerted' };
  return silenceAboutUnproven(facts);
}

function silenceAboutUnproven({ authentication: { dmarc, policy: published } }: Facts): Silence | null {
  if (dmarc !== 'fail' || (published !== 'quarantine' && published !== 'reject')) return null;
  const because = `the sender failed DMARC, and its domain asks to ${published} such mail`;
  return { because, phrase: 'not-answered-unproven' };
}

/** The same as a sentence for the log. */
export function silence(policy: DeskPolicy, facts: Facts): string | null {
  const found = silenceOf(policy, facts);
  return found === null ? null : `not answered: ${found.because}`;
}

/**
 * Why a new ticket has no acknowledgement, as staff read it in its filing note: where nothing forbids an answer and no
 * staff member wrote the mail or passed it on, a limit is reached.
 */
export function whyNotAnswered(policy: DeskPolicy, facts: Facts, byStaff: boolean): Phrase {
  const name = silenceOf(policy, facts)?.phrase ?? (byStaff ? 'not-answered-staff' : 'not-answered-limit');
  return { name };
}
