/** Looking at what the desk has done: what it sent, and what lies in its mailbox. */
import type { MailStore } from '../mailbox/store.js';
import { decodeText } from '../message/header/encoded-words.js';
import { fieldValues, type HeaderBlock, parseHeaderBlock } from '../message/header/header-block.js';
import type { Answered } from './sample-mail.js';
import type { TakenMail } from './smtp-end.js';

const OPEN_FOLDER = 'Tickets/Open';

/** The header of a message that people see, and what it answers. */
export interface Seen extends Answered {
  readonly from: string;
  /** Where a reply goes. */
  readonly replyTo: string;
  readonly inReplyTo: string;
}

export function readHeader(raw: Buffer): Seen {
  const header = parseHeaderBlock(raw);
  const from = first(header, 'from');
  return {
    from,
    replyTo: bareAddress(first(header, 'reply-to') || from),
    subject: decodeText(first(header, 'subject')),
    messageId: first(header, 'message-id'),
    inReplyTo: first(header, 'in-reply-to'),
    references: first(header, 'references'),
  };
}

function first(header: HeaderBlock, name: string): string {
  return fieldValues(header, name)[0] ?? '';
}

function bareAddress(value: string): string {
  return /<([^<>]*)>\s*$/.exec(value)?.[1] ?? value.trim();
}

/** What was sent to that address in answer to that message, if anything. */
export function answerTo(sent: readonly TakenMail[], to: string, messageId: string): Seen | null {
  const headers = sent.filter((mail) => mail.to.includes(to)).map(({ raw }) => readHeader(raw));
  return headers.find(({ inReplyTo }) => inReplyTo.includes(messageId)) ?? null;
}

/** Everything in the folder of open tickets; nothing before the desk has made it. */
export async function openMessages(store: MailStore): Promise<readonly Seen[]> {
  const folders = await store.folders();
  if (!folders.includes(OPEN_FOLDER)) return [];
  const uids = await store.search(OPEN_FOLDER, { uidFrom: 1 });
  const messages = await store.fetch(OPEN_FOLDER, uids);
  return messages.map(({ header }) => readHeader(header));
}
