/** Message-IDs (RFC 5322 §3.6.4), read without trust in anybody's syntax and always in bounded number. */
import { fieldValues, type HeaderBlock } from './header-block.js';

/** A longer id does not fit into one IMAP command line or one header line, so it cannot be used. */
export const MAX_MESSAGE_ID_CHARACTERS = 900;
export const MAX_IN_REPLY_TO_IDS = 5;
export const MAX_FIRST_REFERENCE_IDS = 3;
export const MAX_NEWEST_REFERENCE_IDS = 20;
/** Of what a mail answers, the first and the newest ids tell which conversation it belongs to. */
export const MAX_FIRST_CONVERSATION_IDS = 2;
export const MAX_NEWEST_CONVERSATION_IDS = 6;
export const MAX_REFERENCE_IDS = MAX_IN_REPLY_TO_IDS + MAX_FIRST_REFERENCE_IDS + MAX_NEWEST_REFERENCE_IDS;

/** Printable ASCII: other ids fit into no header line and no SEARCH that every server takes. */
const USABLE_ID = /^[!-;=?-~]+$/;

/**
 * The message's own id without its angle brackets: the first usable one where there are several fields. null if
 * there is none, or none without spaces and of a usable length; no id is ever made up for somebody's message.
 */
export function ownMessageId(block: HeaderBlock): string | null {
  for (const value of fieldValues(block, 'message-id')) {
    const id = firstBracketed(value) ?? value;
    if (isUsable(id)) return id;
  }
  return null;
}

/**
 * The ids that a message answers, without brackets and without repeats, the oldest first: of References the first and
 * the newest, then of In-Reply-To the first ones. Two fields of one name are read one after the other.
 */
export function referencedIds(block: HeaderBlock): string[] {
  const replied = idsOfField(block, 'in-reply-to').slice(0, MAX_IN_REPLY_TO_IDS);
  const references = idsOfField(block, 'references');
  const newest = references.slice(MAX_FIRST_REFERENCE_IDS).slice(-MAX_NEWEST_REFERENCE_IDS);
  return [...new Set([...references.slice(0, MAX_FIRST_REFERENCE_IDS), ...newest, ...replied])];
}

/** Of ids that a message answers (`referencedIds`) those that tell its conversation; bounded. */
export function conversationIds(references: readonly string[]): string[] {
  const first = references.slice(0, MAX_FIRST_CONVERSATION_IDS);
  return [...new Set([...first, ...references.slice(-MAX_NEWEST_CONVERSATION_IDS)])];
}

function idsOfField(block: HeaderBlock, name: string): string[] {
  return fieldValues(block, name).flatMap(scanIds);
}

/** Every `<…>`; where a field has none, every word with an at sign (RFC 5322 §4.5.4 lets phrases and commas stand around). */
function scanIds(value: string): string[] {
  const bracketed: string[] = [];
  for (let open = value.indexOf('<'); open >= 0; open = value.indexOf('<', open + 1)) {
    const close = value.indexOf('>', open);
    if (close < 0) break;
    const inner = value.slice(open + 1, close);
    const id = inner.slice(inner.lastIndexOf('<') + 1).replace(/\s+/g, '');
    if (isUsable(id)) bracketed.push(id);
    open = close;
  }
  if (bracketed.length > 0) return bracketed;
  return value.split(/[\s,;]+/).filter((word) => word.includes('@') && isUsable(word));
}

function firstBracketed(value: string): string | null {
  const open = value.indexOf('<');
  const close = value.indexOf('>', open);
  return open < 0 || close < 0 ? null : value.slice(open + 1, close);
}

function isUsable(id: string): boolean {
  return id.length <= MAX_MESSAGE_ID_CHARACTERS && USABLE_ID.test(id);
}
