/** What the names stand for that most texts have. */
import { cleanText } from '../../message/header/encoded-words.js';
import { REQUESTER, signedTicketAddress } from '../sign/ticket-address.js';
import type { Draft } from './row.js';

export function commonWords({ policy, occasion, number }: Draft) {
  const { facts, ticket } = occasion;
  return {
    deskName: policy.name,
    deskAddress: policy.address,
    number,
    subject: cleanText(ticket?.entry.subject ?? facts.subject, 200) || policy.phrase('no-subject'),
    replyAddress: policy.addresses === null ? null : signedTicketAddress(policy, number, REQUESTER),
  };
}
