/** Mail under the desk's own address: who wrote it may be the site's form, a person in the desk's account, or anybody. */

import type { Facts } from '../../message/facts/facts.js';
import { sameAddress } from '../../message/header/addresses.js';
import type { DeskPolicy } from '../policy.js';
import { isOwn } from '../sign/origin.js';
import { isDeskAddress } from '../sign/ticket-address.js';
import { isInside } from './participants.js';

/** Whom From names, for whomever the desk takes the message. */
export function addressInFrom({ sender, asWritten }: Facts): string | null {
  return (asWritten?.sender ?? sender).address;
}

/** Written under the desk's address, and not by the desk. A list that keeps the author elsewhere has put it there. */
export function isInItsName(policy: DeskPolicy, facts: Facts): boolean {
  const address = addressInFrom(facts);
  const byList = facts.asWritten !== undefined && facts.originalFrom.length > 0;
  return address !== null && !byList && isDeskAddress(policy, address) && !isOwn(policy, facts);
}

/** As a person wrote it who was signed in to the desk's account: then Reply-To is that person's, and names no visitor. */
export function asAccounts(facts: Facts): Facts {
  const { asWritten, ...others } = facts;
  return { ...others, ...asWritten, fromAccount: true };
}

/** A form writes to the desk, and perhaps a copy to its visitor; who writes to other people as well may be a person. */
export function mayBeAccounts(policy: DeskPolicy, facts: Facts): boolean {
  const { asWritten, sender, toAndCc, listIds, byPeoplesClient, replyTo } = facts;
  const namesAnother = asWritten !== undefined || (byPeoplesClient === true && replyTo.length > 0);
  return (
    namesAnother &&
    listIds.length === 0 &&
    toAndCc.some(
      ({ address }) =>
        !isInside(policy, address) && (sender.address === null || !sameAddress(address, sender.address)),
    )
  );
}
