/** What the desk is told of the ways by which mail reaches it. */
import { addressSchema } from './address.js';
import { listOf, text, yesOrNo } from './expected.js';

const FIELD_NAME = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;
const LIST_ID = /^[^\s<>]{3,255}$/;

export const originSchemas = {
  ownLists: listOf(
    'a list of List-Ids',
    text('a List-Id as its field has it, without angle brackets', (value) => LIST_ID.test(value)),
  )
    .default([])
    .describe(
      'List-Ids of the groups or lists that feed this desk; one that is the desk’s own address counts without being named. Their list headers count for nothing; where From is the list’s own address, the one address in X-Original-From or Reply-To is the requester.',
    ),
  forwarded: yesOrNo()
    .default(false)
    .describe(
      'A forwarder feeds the mailbox: a failed DMARC then stops no acknowledgement, and only signed addresses give power.',
    ),
  replyToSenders: listOf('a list of addresses', addressSchema())
    .default([])
    .describe(
      'From addresses of contact forms, whose Reply-To is taken as the requester; one that sends as the desk itself need not be named.',
    ),
  spamFields: listOf(
    'a list of field names',
    text('the name of a header field', (value) => FIELD_NAME.test(value)),
  )
    .default(['X-Spam-Flag', 'X-Spam-Status'])
    .describe(
      'Fields in which your mail server marks spam. What is marked goes to review without an answer; so does what has the keyword $Junk.',
    ),
} as const;
