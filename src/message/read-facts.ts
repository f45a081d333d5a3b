/** Reads the facts of a message from its header block, its size and its structure. */

import { classifyAutomatic } from './automatic/automatic.js';
import { LIST_FIELDS } from './automatic/automatic-fields.js';
import { isOfPeoplesClient } from './automatic/automatic-view.js';
import { readForwarding } from './automatic/route.js';
import type { MessagePart } from './body/structure.js';
import type { Facts } from './facts/facts.js';
import { mailboxesOf } from './header/addresses.js';
import { readAuthentication } from './header/authentication-results.js';
import { cleanText, decodeText } from './header/encoded-words.js';
import { readFrom, strictFrom } from './header/from-field.js';
import { fieldValues, type HeaderBlock, parseHeaderBlock } from './header/header-block.js';
import { identityOf } from './header/identity.js';
import { ownMessageId, referencedIds } from './header/message-ids.js';
import { SPAM_FIELDS, spamMarks } from './header/spam-marks.js';
import { MAX_SUBJECT_CHARACTERS } from './header/subject.js';
import { readThreadIndex } from './header/thread-index.js';
import { mayBeReaction } from './inside/reaction.js';

export const MAX_RECIPIENTS = 200;
export const MAX_TO_AND_CC = 100;
export const MAX_SENDER_CHARACTERS = 200;
export const MAX_LIST_IDS = 10;
export const MAX_REPLY_TO = 20;
export const MAX_HOP_ADDRESSES = 50;
const MAX_LIST_ID_CHARACTERS = 255;

/** In which the desk signs its own mail. */
const ORIGIN_FIELD = 'x-imapdesk-origin';
const ORIGIN_SUBJECT_FIELDS = ['message-id', 'from', 'to', 'date', 'subject'];
/** Of programs whose subject tag has the form of ours: this one (whichever desk it is), and Roundup (`[issue42]`). */
const DESK_FIELDS = ['x-imapdesk-', 'x-roundup-'];
const FAILED_FIELDS = ['x-failed-recipients'];
/** In which delivery programs write the address that mail came to. */
export const DELIVERY_FIELDS = ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to'];
const NAMED_FIELDS = ['to', 'cc', 'resent-to', 'resent-cc'];

export interface FactsInput {
  /** The header block as stored, with its empty line. */
  readonly header: Buffer;
  readonly size: number;
  readonly receivedAt: Date;
  readonly structure: MessagePart | null;
}

export interface FactsOptions {
  readonly authservId?: string | undefined;
  /** Fields in which the server marks spam; those of SpamAssassin where none are named. */
  readonly spamFields?: readonly string[] | undefined;
}

/** Reads everything that decisions rest on. Never throws, whatever the bytes; same input, same facts. */
export function readFacts(message: FactsInput, options: FactsOptions = {}): Facts {
  const block = parseHeaderBlock(message.header);
  const sender = readSender(block);
  return {
    identity: identityOf(message.header, message.size),
    messageId: ownMessageId(block),
    subject: cleanText(decodeText(fieldValues(block, 'subject')[0] ?? ''), MAX_SUBJECT_CHARACTERS),
    sender,
    recipients: recipientsOf(block),
    toAndCc: mailboxesOf(block, ['to', 'cc'], MAX_TO_AND_CC),
    references: referencedIds(block),
    ...readThreadIndex(block),
    receivedAt: message.receivedAt,
    size: message.size,
    bodySize: Math.max(0, message.size - message.header.length),
    ...classifyAutomatic(block, message.structure),
    ...readPassage(block),
    mayBeReaction: mayBeReaction(block, message.structure),
    reaction: null,
    resentFrom: strictFrom(block, 'resent-from'),
    forwarded: null,
    returnedIds: [],
    failedRecipients: mailboxesOf(block, FAILED_FIELDS, MAX_REPLY_TO).map((one) => one.address.toLowerCase()),
    spam: spamMarks(block, options.spamFields ?? SPAM_FIELDS),
    authentication: readAuthentication(block, { authservId: options.authservId, sender: sender.address }),
    origin: fieldValues(block, ORIGIN_FIELD)[0] ?? null,
    deskFields: block.fields.some(({ name }) => DESK_FIELDS.some((prefix) => name.startsWith(prefix))),
    originSubject: originSubject(block),
  };
}

/** See `Facts.originSubject`. */
export function originSubject(block: HeaderBlock): string {
  return ORIGIN_SUBJECT_FIELDS.map((name) => collapse(fieldValues(block, name).join(','))).join('\n');
}

/** What lists, forwarders and servers on the way have added. */
function readPassage(
  block: HeaderBlock,
): Pick<Facts, 'listIds' | 'onlyUnsubscribes' | 'byPeoplesClient' | 'replyTo' | 'originalFrom' | 'hops'> {
  const listIds = fieldValues(block, 'list-id').slice(0, MAX_LIST_IDS).map(listIdOf);
  const forwarding = readForwarding(block);
  return {
    listIds: [...new Set(listIds.filter((id) => id !== ''))],
    ...(onlyUnsubscribes(block) ? { onlyUnsubscribes: true } : {}),
    ...(isOfPeoplesClient(block) ? { byPeoplesClient: true } : {}),
    replyTo: mailboxesOf(block, ['reply-to'], MAX_REPLY_TO),
    originalFrom: mailboxesOf(block, ['x-original-from'], MAX_REPLY_TO),
    hops: {
      received: fieldValues(block, 'received').length,
      deliveredTo: fieldValues(block, 'delivered-to')
        .slice(0, MAX_HOP_ADDRESSES)
        .map((value) => value.replace(/^<|>$/g, '').toLowerCase().slice(0, MAX_LIST_ID_CHARACTERS)),
      ...(forwarding === null ? {} : { forwarding }),
    },
  };
}

/** Brevo, Mailgun and others write it into whatever they send; no mail program of people's does. */
function onlyUnsubscribes(block: HeaderBlock): boolean {
  const present = LIST_FIELDS.filter((name) => block.byName.has(name));
  if (fieldValues(block, 'precedence').some((value) => /^list/i.test(value.trim()))) return false;
  return present.length > 0 && present.every((name) => name.startsWith('list-unsubscribe'));
}

/** RFC 2919 §3: the identifier stands in angle brackets at the end; some lists write it bare. */
function listIdOf(value: string): string {
  const bracketed = /<([^<>]{1,255})>[^<>]*$/.exec(value)?.[1] ?? value;
  return cleanText(bracketed.toLowerCase(), MAX_LIST_ID_CHARACTERS);
}

function readSender(block: HeaderBlock): Facts['sender'] {
  const shown = cleanText(fieldValues(block, 'from').map(decodeText).join(', '), MAX_SENDER_CHARACTERS);
  return { ...readFrom(block), shown };
}

/** What the delivery itself has added comes first, so that a long list of the author's cannot push it out. */
function recipientsOf(block: HeaderBlock): string[] {
  const delivery = mailboxesOf(block, DELIVERY_FIELDS, MAX_RECIPIENTS / 2);
  const named = mailboxesOf(block, NAMED_FIELDS, MAX_RECIPIENTS - delivery.length);
  return [...new Set([...delivery, ...named].map((mailbox) => mailbox.address))];
}

function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
