/**
 * What staff write on the command line, as ordinary mail to the desk: it goes into the inbox, and everything that
 * follows is what follows from any mail of theirs.
 */
import { composeHeader } from '../../message/compose/compose.js';
import { type AttachedFile, composeMail } from '../../message/compose/compose-mail.js';
import { withoutForMarks } from '../../message/header/for-mark.js';
import { baseSubject, replySubject } from '../../message/header/subject.js';
import { readFacts } from '../../message/read-facts.js';
import type { DeskPolicy, StaffMember } from '../policy.js';
import { newMailId } from '../sign/new-mail.js';
import { isOwn } from '../sign/origin.js';
import {
  type Role,
  signedDoneAddress,
  signedNoteAddress,
  signedTicketAddress,
  threadId,
} from '../sign/ticket-address.js';
import { marks } from '../ticket/marks.js';
import type { Ticket } from '../ticket/ticket.js';

/** What a staff member has written, and as whom. */
export interface Writing {
  readonly member: StaffMember;
  /** One of the member's addresses. */
  readonly as: string;
  readonly text: string;
  readonly files: readonly AttachedFile[];
  readonly at: Date;
  /** Unique. */
  readonly id: string;
}

export type ReplyKind = 'reply' | 'note' | 'close';

/** null for a note where the desk has no addresses for notes. */
export function addressFor(
  policy: DeskPolicy,
  reply: { kind: ReplyKind; number: number; role: Role },
): string | null {
  const { kind, number, role } = reply;
  switch (kind) {
    case 'reply':
      return signedTicketAddress(policy, number, role);
    case 'note':
      return signedNoteAddress(policy, number, role);
    case 'close':
      return signedDoneAddress(policy, number, role) ?? policy.address;
  }
}

/** The last message that came in: what a reply answers. */
export function lastIncoming(policy: DeskPolicy, ticket: Ticket): Ticket['messages'][number] | null {
  return ticket.messages.findLast(({ facts }) => !isOwn(policy, facts)) ?? null;
}

export function writeReply(
  policy: DeskPolicy,
  ticket: Ticket,
  reply: { readonly kind: ReplyKind; readonly to: string; readonly writing: Writing },
): Buffer {
  const { kind, to, writing } = reply;
  const { number } = ticket.entry;
  const role: Role = { kind: 'staff', member: writing.member };
  const answered = lastIncoming(policy, kind === 'close' ? withoutDone(policy, ticket) : ticket)?.facts
    .messageId;
  const thread = [threadId(policy, number, role), ...(answered == null ? [] : [answered])];
  return composeMail(
    {
      ...frameOf(policy, writing),
      to: { name: policy.name, address: to },
      subject: subjectOf(policy, ticket, kind),
      inReplyTo: answered ?? thread[0],
      references: thread,
    },
    writing.files,
  );
}

/** An answer to a message that carried the done mark is an update: such a message is not named. */
function withoutDone(policy: DeskPolicy, ticket: Ticket): Ticket {
  const { number } = ticket.entry;
  const messages = ticket.messages.filter(
    ({ facts }) => !marks(policy, facts).some((mark) => mark.done && mark.number === number),
  );
  return { ...ticket, messages };
}

/** Where there is no done address, the tag closes. */
function subjectOf(policy: DeskPolicy, { entry }: Ticket, kind: ReplyKind): string {
  if (kind !== 'close' || policy.addresses !== null)
    return replySubject(entry.subject, policy.tag, entry.number);
  return `Re: [${policy.tag}${entry.number}-done] ${baseSubject(entry.subject, policy.tag)}`;
}

/** A new mail for a requester, who is acknowledged only where the subject names them. */
export function writeNew(
  policy: DeskPolicy,
  about: {
    readonly requester: string;
    readonly subject: string;
    readonly acknowledge: boolean;
    readonly writing: Writing;
  },
): Buffer {
  const { requester, acknowledge, writing } = about;
  const subject = withoutForMarks(about.subject);
  const mail = {
    ...frameOf(policy, writing),
    to: { name: policy.name, address: policy.address },
    subject: acknowledge ? `[for ${requester}] ${subject}` : subject,
    fields: acknowledge ? [] : [['Cc', requester] as const],
    references: [],
  };
  const header = Buffer.from(composeHeader(mail));
  const facts = readFacts({ header, size: header.length, receivedAt: writing.at, structure: null });
  return composeMail({ ...mail, references: [newMailId(policy, writing.member, facts)] }, writing.files);
}

function frameOf(policy: DeskPolicy, { member, as, at, id, text }: Writing) {
  const domain = policy.address.slice(policy.address.lastIndexOf('@') + 1);
  return { from: { name: member.name, address: as }, date: at, messageId: `${id}@${domain}`, text };
}
