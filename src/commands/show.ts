/** `show N`: one ticket with its messages in order, and what of its mail has still to leave. */
import type { DeskConfig } from '../config/complete.js';
import type { RequesterFrom } from '../desk/ticket/ticket.js';
import { EXIT } from '../problem/problem.js';
import { type Conversation, readConversation } from '../worker/ask/conversation.js';
import type { ReadableMessage } from '../worker/ask/reading.js';
import type { Desk } from '../worker/workplace/desk.js';
import { isoTime, readableTime } from './clock.js';
import { type CommandContext, onDesk, tell } from './context.js';
import { printRaw, saveAttachments } from './show-mail.js';
import { noSuchTicket } from './ticket-number.js';

export interface ShowOptions {
  readonly ticket: number;
  readonly json: boolean;
  /** The folder to put attachments into, instead. */
  readonly save: string | null;
  /** The message to print as it came, instead. */
  readonly raw: number | null;
}

interface Shown extends Conversation {
  readonly desk: string;
  readonly timezone: string;
}

export function show(context: CommandContext, options: ShowOptions): Promise<number> {
  const { ticket: number, json, save, raw } = options;
  if (save !== null) return saveAttachments(context, { ticket: number, folder: save, json });
  if (raw !== null) return printRaw(context, { ticket: number, message: raw });
  return onDesk(context, async (session) => {
    const shown = await session.look((desk) => look(desk, number, session.config), context.signal);
    tell(context, json, { fields: fieldsOf(shown), lines: linesOf(shown) });
    return EXIT.done;
  });
}

async function look(open: Desk, asked: number, { name, timezone }: DeskConfig): Promise<Shown> {
  const conversation = await readConversation(open, asked);
  if (conversation === null) throw noSuchTicket(asked, name);
  return { ...conversation, desk: name, timezone };
}

function fieldsOf(shown: Shown): Record<string, unknown> {
  const { desk, line, requesterFrom, openedBy, merged, messages, waiting } = shown;
  const { number, state, subject, requester, requesterName, opened, updated } = line;
  return {
    desk,
    ticket: number,
    state,
    subject,
    requester,
    requesterName,
    requesterFrom,
    openedBy,
    opened: isoTime(opened),
    updated: isoTime(updated),
    merged,
    messages: messages.map(({ facts, folder, uid, flags, purpose, text, notes, attachments, cut }) => ({
      folder,
      uid,
      date: isoTime(facts.receivedAt),
      messageId: facts.messageId,
      from: facts.sender.shown,
      to: facts.toAndCc.map(({ address }) => address),
      subject: facts.subject,
      flags: lasting(flags),
      purpose,
      text,
      cut,
      notes,
      attachments,
    })),
    waiting: waiting.map(({ stage, held }) => ({
      purpose: stage?.purpose ?? null,
      to: stage?.to ?? null,
      held,
    })),
  };
}

const WHENCE: Readonly<Record<RequesterFrom, string>> = {
  sender: '',
  redirected: 'whose mail was redirected to the desk',
  forwarded: 'whose mail is attached',
  subject: 'who is named in the subject',
  recipient: 'who is named in To or Cc',
  'reply-to': 'who is named in Reply-To',
};

function onBehalf({ line, requesterFrom, openedBy }: Shown): string[] {
  if (requesterFrom === 'sender') return [];
  const by = openedBy === null ? '' : `by ${openedBy} `;
  return [`Opened ${by}for ${line.requester ?? '(unknown)'}, ${WHENCE[requesterFrom]}.`];
}

function linesOf(shown: Shown): string[] {
  const { asked, desk, timezone, line, merged, messages, waiting } = shown;
  const { number, state, subject, requester, requesterName, opened, updated } = line;
  const who = [requesterName, requester === null ? '' : `<${requester}>`]
    .filter((part) => part !== '')
    .join(' ');
  return [
    ...(asked === number ? [] : [`Ticket ${asked} was merged into ticket ${number}.`]),
    `Ticket ${number} of ${desk} (${state}): ${subject || '(no subject)'}`,
    `requester  ${who || '(unknown)'}`,
    ...onBehalf(shown),
    `opened     ${readableTime(opened, timezone)}`,
    `updated    ${readableTime(updated, timezone)}`,
    ...(merged.length === 0 ? [] : [`merged     ${merged.join(', ')}`]),
    ...messages.flatMap((message, index) => [
      '',
      `--- ${index + 1} of ${messages.length}${message.purpose === null ? '' : `, by the desk (${message.purpose})`}`,
      ...messageLines(message, timezone),
    ]),
    ...waiting.map(
      ({ stage, held }) =>
        `\nIn the outbox${held ? ', held' : ''}: ${stage?.purpose} to ${stage?.to ?? 'nobody'}`,
    ),
  ];
}

function messageLines(message: ReadableMessage, timezone: string): string[] {
  const { facts, folder, flags, text, cut, notes, attachments } = message;
  const to = facts.toAndCc.map(({ address }) => address).join(', ');
  const kept = lasting(flags)
    .map((flag) => flag.replace('\\', ''))
    .join(', ');
  return [
    `from     ${facts.sender.shown || '(nobody)'}`,
    `to       ${to || '(nobody)'}`,
    `date     ${readableTime(facts.receivedAt, timezone)}`,
    `subject  ${facts.subject || '(no subject)'}`,
    `lies in  ${folder}${kept === '' ? '' : ` (${kept})`}`,
    ...notes.map((note) =>
      note.kind === 'encrypted'
        ? 'encrypted: only a mail program that has the key can show it'
        : `message  “${note.subject || '(no subject)'}”, from ${note.from || '(nobody)'}, is attached`,
    ),
    ...attachments.map(({ fileName, type, size }) => `attached ${fileName} (${type}, ${size} bytes)`),
    '',
    text || '(no text)',
    ...(cut ? ['[there is more: read it in your mail program]'] : []),
  ];
}

/** `\Recent` says something about the connection, not about the message. */
function lasting(flags: ReadonlySet<string>): string[] {
  return [...flags].filter((flag) => flag !== '\\Recent').sort();
}
