/** From what the mailbox holds of a ticket to what its page shows. */
import { foldQuotes } from '../../message/quotes/folded.js';
import type { Conversation } from '../../worker/ask/conversation.js';
import { hasHtml, listFiles, nameOfMessage } from '../../worker/ask/message-parts.js';
import type { ReadableMessage } from '../../worker/ask/reading.js';
import type { MessageShown } from '../pages/message.js';
import type { TicketPageShown } from '../pages/ticket.js';

export const MESSAGES_ON_A_PAGE = 50;
/** Of so many messages before it, what a message quotes is looked for. */
const EARLIER_TEXTS = 10;

export interface PageWished {
  /** The first message, counted from 0. */
  readonly from: number;
  readonly size: number;
  /** The message whose HTML is shown; `all` for each. */
  readonly html: string | null;
}

export function ticketShown(conversation: Conversation, wished: PageWished): TicketPageShown {
  const { asked, line, openedBy, merged, messages, waiting, ticket } = conversation;
  const { number, state, subject, requester, requesterName, opened, updated } = line;
  const total = ticket.messages.length;
  const context = { ...wished, total, known: namesIn(messages), messages };
  return {
    facts: {
      asked,
      number,
      state,
      subject,
      requester,
      requesterName,
      opened,
      updated,
      openedBy,
      merged,
      waiting: waiting.flatMap(({ stage }) => stage?.to ?? []),
    },
    messages: messages.map((message, index) => messageShown(message, index, context)),
    from: wished.from,
    total,
    size: wished.size,
  };
}

interface Context extends PageWished {
  readonly total: number;
  readonly known: readonly string[];
  readonly messages: readonly ReadableMessage[];
}

function messageShown(message: ReadableMessage, index: number, context: Context): MessageShown {
  const { facts, text, cut, notes, attachments, purpose, structure } = message;
  const { from, total, html, known, messages } = context;
  const name = nameOfMessage(facts);
  const earlier = messages.slice(Math.max(0, index - EARLIER_TEXTS), index).map((one) => one.text);
  return {
    name,
    place: from + index + 1,
    total,
    from: facts.sender.shown,
    to: facts.toAndCc.map(({ name: shown, address }) => (shown === '' ? address : `${shown} <${address}>`)),
    receivedAt: facts.receivedAt,
    subject: facts.subject,
    byDesk: purpose !== null,
    pieces: foldQuotes(text, { first: from + index === 0, known, earlier }),
    cut,
    notes,
    files: listFiles(structure, attachments).map(({ fileName, type, size }, at) => ({
      place: at + 1,
      fileName,
      type,
      size,
    })),
    html: hasHtml(structure) ? htmlWished(html, name) : 'none',
    pageFrom: from,
  };
}

function htmlWished(html: string | null, name: string): MessageShown['html'] {
  if (html === 'all') return 'always';
  return html === name ? 'shown' : 'hidden';
}

/** Names and addresses of those whose mail is here. */
function namesIn(messages: readonly ReadableMessage[]): readonly string[] {
  const senders = messages.flatMap(({ facts: { sender } }) => [sender.name, sender.address ?? '']);
  return [...new Set(senders)].filter((name) => name !== '');
}
