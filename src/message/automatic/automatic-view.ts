/** What the rules about automatic mail look at: read once for all of them, in bounded work. */

import type { MessagePart } from '../body/structure.js';
import { MAX_NAME_CHARACTERS, mailboxesOf } from '../header/addresses.js';
import { withoutComments } from '../header/comments.js';
import { readContentType } from '../header/content-type.js';
import { cleanText, decodeText } from '../header/encoded-words.js';
import { readFrom } from '../header/from-field.js';
import { fieldValues, type HeaderBlock } from '../header/header-block.js';
import { MAX_SUBJECT_CHARACTERS } from '../header/subject.js';
import { MENTIONS_DELIVERY } from './automatic-subjects.js';

export const MAX_VIEWED_PARTS = 200;
const MAX_VIEWED_SENDERS = 5;
const MAX_VIEWED_RECIPIENTS = 50;

/**
 * Names that mail clients which people use put into User-Agent or X-Mailer. Their presence makes nothing a
 * person's mail by itself; it only keeps a weak sign from deciding.
 */
const PEOPLES_CLIENT =
  /thunderbird|mozilla|icedove|apple mail|iphone mail|ipad mail|outlook|mutt|k-?mail|evolution|gnus|claws|sylpheed|mailmate|the bat|alpine|pine|roundcube|squirrelmail|horde|imp\b|zimbra|k-9|airmail|postbox|betterbird|geary|eudora|foxmail|becky|sup\/|notmuch|aerc|vm \d|nmh|exmh|mh-e|gmail|ymail|yahoomail|cyrus-jmap|git-send-email|b4 |lotus notes|pegasus|forte agent|entourage|balsa|mailspring|spark|canary|protonmail|sogo|zoho mail|open-xchange/i;

/** Scripts write X-Mailer as they like; User-Agent and Apple's names are written by mail clients. */
export function isOfPeoplesClient(block: HeaderBlock): boolean {
  const isApples = fieldValues(block, 'x-mailer').some((value) =>
    /^(?:apple|iphone|ipad) mail\b/i.test(value),
  );
  return isApples || fieldValues(block, 'user-agent').some((value) => PEOPLES_CLIENT.test(value));
}

const CLIENT_FIELDS = ['user-agent', 'x-mailer', 'x-newsreader'];
/** RFC 5321 §4.5.5; and what servers write for it, or nothing at all. `<#@[]>` is qmail's, for a bounce of a bounce. */
const NULL_PATH = /^(?:<\s*(?:"")?@?>|<?mailer-daemon>?|<#@\[\]>|)$/i;

export interface MessageView {
  readonly block: HeaderBlock;
  /** Values of the fields of that name (lower case). */
  values(name: string): readonly string[];
  has(...names: readonly string[]): boolean;
  /** Lower-case type of the outer Content-Type. */
  readonly type: string;
  /** A parameter of it in lower case, '' without one. */
  parameter(name: string): string;
  /** Lower-case types of all parts outside attached messages, bounded. */
  readonly partTypes: ReadonlySet<string>;
  readonly subject: string;
  /** Lower-case local parts of the From addresses, read with tolerance. */
  readonly senderLocals: readonly string[];
  /** The From fields as text, for what has no address. */
  readonly sender: string;
  /** Lower-case local parts of the addresses in To and Cc, bounded. */
  readonly recipientLocals: readonly string[];
  /** The subject speaks of mail that did not arrive. */
  readonly mentionsDelivery: boolean;
  readonly isNullSender: boolean;
  readonly isReply: boolean;
  readonly hasPeoplesClient: boolean;
}

export function viewMessage(block: HeaderBlock, structure: MessagePart | null): MessageView {
  const contentType = readContentType(block);
  const values = (name: string): string[] => fieldValues(block, name);
  const has = (...names: readonly string[]): boolean => names.some((name) => block.byName.has(name));
  const { answerTo } = readFrom(block);
  // Whoever would be answered is looked at, also where the list reading does not find the address.
  const answered = answerTo === null ? [] : [{ address: answerTo }];
  const senders = [...mailboxesOf(block, ['from'], MAX_VIEWED_SENDERS), ...answered];
  const subject = cleanText(decodeText(values('subject')[0] ?? ''), MAX_SUBJECT_CHARACTERS);
  return {
    block,
    values,
    has,
    type: contentType.type,
    parameter: (name) => (contentType.parameters.get(name) ?? '').toLowerCase(),
    partTypes: partTypesOf(structure),
    subject,
    senderLocals: [...new Set(senders.map(localPart))],
    recipientLocals: mailboxesOf(block, ['to', 'cc'], MAX_VIEWED_RECIPIENTS).map(localPart),
    mentionsDelivery: MENTIONS_DELIVERY.test(subject),
    sender: cleanText(decodeText(values('from')[0] ?? ''), MAX_NAME_CHARACTERS),
    isNullSender: values('return-path').some((value) => NULL_PATH.test(withoutComments(value).trim())),
    isReply: has('in-reply-to', 'references'),
    hasPeoplesClient: CLIENT_FIELDS.flatMap(values).some((value) => PEOPLES_CLIENT.test(value)),
  };
}

function localPart({ address }: { readonly address: string }): string {
  return address.slice(0, address.lastIndexOf('@')).toLowerCase();
}

/** The parts of an attached message say nothing about the message that carries it. */
function partTypesOf(structure: MessagePart | null): Set<string> {
  const types = new Set<string>();
  const waiting = structure === null ? [] : [structure];
  for (let seen = 0; seen < MAX_VIEWED_PARTS; seen += 1) {
    const part = waiting.shift();
    if (part === undefined) break;
    types.add(part.type);
    if (!part.type.startsWith('message/')) waiting.push(...part.children.slice(0, MAX_VIEWED_PARTS));
  }
  return types;
}
