/**
 * The proof that `imapdesk new` puts into a mail that it appends to the inbox in a staff member's name, where no border
 * has looked at it and so no DMARC result stands in it: an id in References, for number 0 and that member.
 *
 * The token for number 0 alone proves nothing: review notices and summaries have it in their Message-IDs. So the id's
 * rest begins with `new-` and is a keyed digest of the mail's own Message-ID, From, To, Cc, Date and Subject.
 *
 * What a leaked id could do: with all of these as they were, somebody could send a mail with another body, and open one
 * more ticket in that member's name for the same requester. They cannot choose another requester (an attached message
 * counts only with a DMARC pass), close, relay, or touch any ticket that is there, and the id proves no other mail. It
 * stands in the mail itself alone, which stays in the mailbox: no letter of the desk repeats it.
 */
import type { Facts } from '../../message/facts/facts.js';
import type { DeskPolicy, StaffMember } from '../policy.js';
import { keyedHash, sameToken } from './signature.js';
import { isOurForm, signedId } from './ticket-address.js';

type Signed = Pick<Facts, 'originSubject' | 'toAndCc'>;

export function newMailId(
  policy: DeskPolicy,
  member: StaffMember,
  { originSubject, toAndCc }: Signed,
): string {
  const named = toAndCc.map(({ address }) => address);
  const rest = `new-${keyedHash(policy.secrets[0], 'new mail 1', [originSubject, ...named])}`;
  return signedId(policy, { number: 0, role: { kind: 'staff', member } }, rest);
}

/** Whether it is a new mail that was written for this member on the command line. */
export function isNewMailOf(policy: DeskPolicy, facts: Facts, member: StaffMember): boolean {
  const given = facts.references.find((id) => isOurForm(id) && id.includes('.new-'));
  if (given === undefined) return false;
  return policy.secrets.some((secret) =>
    sameToken(newMailId({ ...policy, secrets: [secret] }, member, facts), given),
  );
}
