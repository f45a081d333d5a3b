/**
 * Ids of alerts that go by mail. They name no ticket, and say that they are an alert's, so that what answers one is known for
 * that by whatever address it comes from. The second one stands in References, since some hosts replace Message-IDs.
 */
import type { DeskPolicy } from '../policy.js';
import { isOurForm, REQUESTER, readSignedId, signedId } from './ticket-address.js';

const ALERT_ID = /^imapdesk\.0\.[0-9a-z]+\.alert\./i;

/** `name` tells alerts apart. */
export function alertIds(
  policy: DeskPolicy,
  name: string,
): { readonly messageId: string; readonly reference: string } {
  const named = { number: 0, role: REQUESTER };
  return {
    messageId: signedId(policy, named, `alert.${name}`),
    reference: signedId(policy, named, `alert.${name}.ref`),
  };
}

/** Whether this desk has signed it for an alert. */
export function isAlertId(policy: DeskPolicy, id: string): boolean {
  return hasAlertForm(id) && readSignedId(policy, id) !== null;
}

/** Whether it is an alert's of any desk of this software: nobody else can tell whether it is genuine. */
export function hasAlertForm(id: string): boolean {
  return isOurForm(id) && ALERT_ID.test(id);
}
