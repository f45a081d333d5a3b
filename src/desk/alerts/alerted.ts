/**
 * Mail of those to whom alerts go. A gateway that makes an SMS of a mail may answer each, with or without saying that a program
 * wrote the answer; so may a desk of another installation. Neither is answered, and no alert that goes by mail tells of it:
 * that is where such mail could go round.
 */
import type { Facts } from '../../message/facts/facts.js';
import { sameAddress } from '../../message/header/addresses.js';
import type { DeskPolicy } from '../policy.js';
import { hasAlertForm, isAlertId } from '../sign/alert-id.js';
import { staffMemberOf } from '../sign/ticket-address.js';
import { marks } from '../ticket/marks.js';

/** Whether alerts of any desk of the configuration go to an address, other than those of staff. */
export function isAlerted({ alerted }: DeskPolicy, address: string | null): boolean {
  if (address === null) return false;
  return [...alerted.mail, ...alerted.sms].some((one) => sameAddress(one, address));
}

/** Whether it answers an alert of this desk, or brings one back. */
export function answersAlert(policy: DeskPolicy, { references, returnedIds }: Facts): boolean {
  return [...references, ...returnedIds].some((id) => isAlertId(policy, id));
}

/** Why it is not answered: an answer would be one more mail to somebody who may answer each; null where nothing says so. */
export function silentForAlerts(policy: DeskPolicy, facts: Facts): string | null {
  const { address, answerTo } = facts.sender;
  if (isAlerted(policy, address) || isAlerted(policy, answerTo)) return 'alerts go to its sender';
  return answersAlert(policy, facts) ? 'it answers an alert of this desk' : null;
}

/** Whether an alert by mail that told of it could be answered by another one. */
export function isOfAlerts(policy: DeskPolicy, facts: Facts): boolean {
  const { references, messageId } = facts;
  return silentForAlerts(policy, facts) !== null || [...references, messageId ?? ''].some(hasAlertForm);
}

/** Kinds that open tickets, as what a gateway writes about an alert must not. */
const OPENS_TICKETS: ReadonlySet<string> = new Set(['generated', 'list', 'bulk']);

/**
 * Why a program is taken for its writer, whatever its header says: it comes from an address that makes SMS of mail, or answers
 * an alert and names no ticket. Staff who answer an alert may mean it for their colleagues. null for all other mail.
 */
export function programOfAlert(policy: DeskPolicy, facts: Facts): string | null {
  const { automatic, sender } = facts;
  if (automatic !== null && !OPENS_TICKETS.has(automatic.kind)) return null;
  const { address } = sender;
  if (address !== null && policy.alerted.sms.some((one) => sameAddress(one, address)))
    return 'Its sender is an address to which alerts go, and which makes an SMS of each mail.';
  if (staffMemberOf(policy, address) !== null || !answersAlert(policy, facts)) return null;
  return marks(policy, facts).length > 0 ? null : 'It answers an alert of this desk, and names no ticket.';
}
