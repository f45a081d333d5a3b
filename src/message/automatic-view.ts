/** What the rules about automatic mail look at: read once for all of them, in bounded work. */
import { MAX_NAME_CHARACTERS, mailboxesOf } from './addresses.js';
import { readContentType } from './content-type.js';
import { cleanText, decodeText } from './encoded-words.js';
import { fieldValues, type HeaderBlock } from './header-block.js';
import type { MessagePart } from './structure.js';
import { MAX_SUBJECT_CHARACTERS } from './subject.js';

export const MAX_VIEWED_PARTS = 200;
const MAX_VIEWED_SENDERS = 5;

/**
 * Names that mail clients which people use put into User-Agent or X-Mailer. Their presence makes nothing a
 * person's mail by itself; it only keeps a weak sign from deciding.
 */
const PEOPLES_CLIENT =
  /thunderbird|mozilla|icedove|apple mail|iphone mail|ipad mail|outlook|mutt|k-?mail|kmail|evolution|gnus|claws|sylpheed|mailmate|the bat|alpine|pine|roundcube|squirrelmail|horde|zimbra|k-9|airmail|postbox|betterbird|geary|eudora|foxmail|becky|sup\/|notmuch|aerc|vm \d/i;

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
  readonly isNullSender: boolean;
  readonly isReply: boolean;
  readonly hasPeoplesClient: boolean;
}

export function viewMessage(block: HeaderBlock, structure: MessagePart | null): MessageView {
  const contentType = readContentType(block);
  const values = (name: string): string[] => fieldValues(block, name);
  const has = (...names: readonly string[]): boolean => names.some((name) => block.byName.has(name));
  const senders = mailboxesOf(block, ['from'], MAX_VIEWED_SENDERS);
  return {
    block,
    values,
    has,
    type: contentType.type,
    parameter: (name) => (contentType.parameters.get(name) ?? '').toLowerCase(),
    partTypes: partTypesOf(structure),
    subject: cleanText(decodeText(values('subject')[0] ?? ''), MAX_SUBJECT_CHARACTERS),
    senderLocals: senders.map(({ address }) => address.slice(0, address.lastIndexOf('@')).toLowerCase()),
    sender: cleanText(decodeText(values('from')[0] ?? ''), MAX_NAME_CHARACTERS),
    isNullSender: values('return-path').some((value) => /^<\s*>$/.test(value)),
    isReply: has('in-reply-to', 'references'),
    hasPeoplesClient: [...values('user-agent'), ...values('x-mailer')].some((value) =>
      PEOPLES_CLIENT.test(value),
    ),
  };
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
