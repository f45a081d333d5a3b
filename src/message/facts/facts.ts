/**
 * What the desk knows of a message without its body: read once from the header block, the size and the arrival
 * date, in bounded work, and never changed after. Everything that decides works on facts alone.
 */

import { type Answered, type Automatic, classifyAutomatic } from '../automatic/automatic.js';
import { LIST_FIELDS } from '../automatic/automatic-fields.js';
import { isOfPeoplesClient } from '../automatic/automatic-view.js';
import { type Forwarding, readForwarding } from '../automatic/route.js';
import type { MessagePart } from '../body/structure.js';
import { mailboxesOf } from '../header/addresses.js';
import { type Authentication, readAuthentication } from '../header/authentication-results.js';
import { cleanText, decodeText } from '../header/encoded-words.js';
import { type FromField, readFrom, strictFrom } from '../header/from-field.js';
import { fieldValues, type HeaderBlock, parseHeaderBlock } from '../header/header-block.js';
import { identityOf } from '../header/identity.js';
import { ownMessageId, referencedIds } from '../header/message-ids.js';
import { SPAM_FIELDS, spamMarks } from '../header/spam-marks.js';
import { MAX_SUBJECT_CHARACTERS } from '../header/subject.js';
import { readThreadIndex, type ThreadIndex } from '../header/thread-index.js';
import { mayBeReaction, type Reaction } from '../inside/reaction.js';

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
const DELIVERY_FIELDS = ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to'];
const NAMED_FIELDS = ['to', 'cc', 'resent-to', 'resent-cc'];

export interface Mailbox {
  /** Decoded and cleaned display name, '' if there is none. */
  readonly name: string;
  /** Canonical addr-spec: local part as written, domain in lower case A-labels. */
  readonly address: string;
}

/** Only `address` gives power; `answerTo` says whom an answer reaches. */
interface Sender extends FromField {
  /** Cleaned for showing to people: the From field as far as it can be read. Never used to decide. */
  readonly shown: string;
}

interface Hops {
  /** How many Received fields it has. */
  readonly received: number;
  /** The addresses of its Delivered-To fields, the last delivery first, with repeats; bounded. */
  readonly deliveredTo: readonly string[];
  /** What passed it on, as far as something shows it. */
  readonly forwarding?: Forwarding;
}

/** What changes where a message is taken for somebody else's than its From says. */
type AsWritten = Pick<Facts, 'sender' | 'authentication' | 'suppressAnswer' | 'suppressBecause'>;

export interface Facts {
  /** SHA-256 (hex) of the header block, a colon, and the size. */
  readonly identity: string;
  /** Without angle brackets; null if there is none or none that can be used. */
  readonly messageId: string | null;
  /** Decoded, without control characters, line breaks and direction overrides; bounded. */
  readonly subject: string;
  readonly sender: Sender;
  /** Canonical addresses of all recipient fields that may name the desk (To, Cc, Resent-*, Delivered-To …); bounded. */
  readonly recipients: readonly string[];
  /** To and Cc with names; bounded. */
  readonly toAndCc: readonly Mailbox[];
  /** Ids of References (the first and the newest), then In-Reply-To, without brackets; bounded. */
  readonly references: readonly string[];
  /** Missing where there is no Thread-Index, or none that can be read. */
  readonly threadIndex?: ThreadIndex;
  readonly receivedAt: Date;
  readonly size: number;
  /** The size less the header block: two deliveries of one mail agree in it, whatever trace fields they got. */
  readonly bodySize: number;
  /** null for a person's mail. */
  readonly automatic: Automatic | null;
  /** Not automatic, but asks for no automatic answer (X-Auto-Response-Suppress). */
  readonly suppressAnswer: boolean;
  /** Why, one sentence for each rule; empty if it does not. */
  readonly suppressBecause: readonly string[];
  /** Only words of its subject say that it is automatic. */
  readonly inWords: boolean;
  /** A program carried it: what it is if it answers us, which the desk alone can tell. */
  readonly asAnswer: Answered | null;
  /** The header leaves open whether mail was returned; see `looksLikeBounce`. */
  readonly mayBeBounce: boolean;
  /** A mailbox rule sent it, perhaps only once more: enough for an answer, and not for a relay. */
  readonly perhapsOfRule?: true;
  /** The body may show that it is a reaction; see `reaction.ts`. */
  readonly mayBeReaction: boolean;
  /** Of mail whose body was read, and that is one. */
  readonly reaction: Reaction | null;
  /** The one address of exactly one well-formed Resent-From field: who says that they have redirected it. */
  readonly resentFrom: string | null;
  /** Of mail whose attached message was read (`forwarded.ts`): whose it is; null for all other mail. */
  readonly forwarded: { readonly from: Mailbox; readonly messageId: string | null } | null;
  /** Of a bounce whose body was read: the ids of the message that came back, and those which it named; bounded. */
  readonly returnedIds: readonly string[];
  /** Of a bounce whose body was read, and from X-Failed-Recipients: whom the mail did not reach, lower case; bounded. */
  readonly failedRecipients: readonly string[];
  /** Why the server holds it for spam, one sentence for each mark; empty if it does not. */
  readonly spam: readonly string[];
  /** The values of List-Id, without brackets and in lower case (RFC 2919); bounded. */
  readonly listIds: readonly string[];
  /** Of a list it has a link to unsubscribe and nothing else, as services write it that send for programs. */
  readonly onlyUnsubscribes?: true;
  /** It names a mail client that people use, in a field that scripts do not write. */
  readonly byPeoplesClient?: true;
  /** The mailboxes of Reply-To; bounded. */
  readonly replyTo: readonly Mailbox[];
  /** The mailboxes of X-Original-From, in which Google Groups keep the author; bounded. */
  readonly originalFrom: readonly Mailbox[];
  /** The way it came. */
  readonly hops: Hops;
  readonly authentication: Authentication;
  /** Proven by the folder of sent mail: a person who was signed in to the desk's account wrote it. Never read from it. */
  readonly fromAccount?: boolean;
  /** What From alone says, where the desk takes the message for somebody else's (`as-seen.ts`). Never read from it. */
  readonly asWritten?: AsWritten;
  /** The value of our own signed field, if the message claims one; to be verified by the desk. */
  readonly origin: string | null;
  /** A program like this one wrote it, ours or another: it bears fields that only such programs write. */
  readonly deskFields: boolean;
  /**
   * What an origin field signs: the values of Message-ID, From, To, Date and Subject, unfolded and still encoded,
   * white space collapsed, a line each. Several fields of one name are joined, so an added one breaks the signature.
   */
  readonly originSubject: string;
}

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

function readSender(block: HeaderBlock): Sender {
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
