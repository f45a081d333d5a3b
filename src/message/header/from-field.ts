/**
 * The From field in two readings, each of a field that stands alone in a block which all programs read alike.
 *
 * The strict one (`strictFrom`) is the only one that gives power. The tolerant one (`readFrom`) says whom an answer
 * reaches: the one address in the field, whatever else is wrong with it, as in `Roe, Jane <jane@example.org>`. It takes
 * nobody where anything else in the field looks like an address, in a name, a comment or an encoded word as well.
 */
import { isUtf8 } from 'node:buffer';
import { addressKey, canonicalAddress, MAX_NAME_CHARACTERS, mailboxesOf } from './addresses.js';
import { cleanText, decodeText } from './encoded-words.js';
import type { HeaderBlock, HeaderField } from './header-block.js';
import { strictMailbox } from './strict-mailbox.js';

export const MAX_FROM_CHARACTERS = 2_000;
/** Comments nested deeper are not looked through. */
const MAX_PASSES = 10;

export interface FromField {
  /** By the strict reading, canonical; else null. The only one that gives power. */
  readonly address: string | null;
  /**
   * Whom an answer reaches, canonical: the same, or where the strict reading fails the one address that can be meant.
   * null where there is none, or more than one.
   */
  readonly answerTo: string | null;
  /** There is no address in it, or one that cannot be used, and so nobody whom a Reply-To could contradict. */
  readonly namesNobody: boolean;
  /** Decoded and cleaned display name, or ''. */
  readonly name: string;
}

const NOBODY = { answerTo: null, namesNobody: false } as const;

/**
 * The one address of exactly one well-formed From field (or of Resent-From, RFC 5322 §3.6.6), canonical; null
 * otherwise. See `strict-mailbox.ts` for the forms that are accepted.
 */
export function strictFrom(block: HeaderBlock, name: 'from' | 'resent-from' = 'from'): string | null {
  const field = onlyField(block, name);
  return field === null ? null : usable(strictMailbox(field.value), field);
}

export function readFrom(block: HeaderBlock): FromField {
  const address = strictFrom(block);
  const [first] = mailboxesOf(block, ['from'], 1);
  const name = first?.name ?? '';
  if (address !== null) return { address, answerTo: address, namesNobody: false, name };
  const field = onlyField(block, 'from');
  if (field === null) return { address, ...NOBODY, namesNobody: isMissing(block), name };
  const only = onlyWord(field);
  if (only === undefined) return { address, ...NOBODY, name };
  const answerTo = only === null ? null : usable(only, field);
  if (only === null || answerTo === null) return { address, answerTo: null, namesNobody: true, name };
  return { address, answerTo, namesNobody: false, name: nameBeside(field.value, only) ?? name };
}

function onlyField(block: HeaderBlock, name: 'from' | 'resent-from'): HeaderField | null {
  const [field, second] = block.byName.get(name) ?? [];
  if (field === undefined || second !== undefined || block.ambiguous || block.truncated) return null;
  return field.value.length > MAX_FROM_CHARACTERS ? null : field;
}

function isMissing(block: HeaderBlock): boolean {
  return !block.byName.has('from') && !block.ambiguous && !block.truncated;
}

/** Not UTF-8, and yet not ASCII: then nobody knows which characters an address there would have (RFC 6532 §3.1). */
function usable(address: string | null, field: HeaderField): string | null {
  if (address === null || !(/^[\0-\x7f]*$/.test(address) || isUtf8(field.raw))) return null;
  return canonicalAddress(address);
}

/** The one word that looks like an address; null where there is none that stands clear, undefined where there are several. */
function onlyWord({ value }: HeaderField): string | null | undefined {
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(value)) return undefined;
  const written = prepared(value);
  const shown = decodeText(value);
  const words = addressLike(written);
  const found = shown === value ? words : [...words, ...addressLike(shown)];
  if (new Set(found.map((one) => addressKey(one) ?? one)).size > 1) return undefined;
  const [only] = words;
  return only !== undefined && isClear(written, only) ? only : null;
}

/** Stand for a comment and for an encoded word: no value with a control gets so far. */
const COMMENT = '\x01';
const ENCODED = '\x02';

/** `@ Acme`, and not `@ acme.example`, however that is written: one word, with no dot behind it. */
const NAME_BEHIND_AT =
  /(^|[\s,;:])@[ \t\x01]*(?=[^\s<>()"@.,;:\x01\x02]+(?![^\s<,;:\x01])[ \t\x01]*(?:$|[^\s.\x01]))/g;

/** Comments without an address in them are taken out, encoded words too, and what the RFC lets stand around the at sign. */
function prepared(value: string): string {
  let text = value.replace(/=\?[^?\s]*\?[bq]\?[^?\s]*\?=/gi, ENCODED);
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const without = text.replace(/\([^()@\\"<>]*\)/g, COMMENT);
    if (without === text) break;
    text = without;
  }
  // Without brackets, `Jane @ Acme` is a name: nobody has an address at a domain without a dot (RFC 5321 §2.3.5).
  return text
    .replace(NAME_BEHIND_AT, '$1')
    .replace(/<[^<>]*>/g, (inner) => inner.replace(/[ \t\x01]*@[ \t\x01]*/g, '@'))
    .replace(/\x01*@\x01*/g, '@');
}

/** Every word with an at sign, each once; of one in apostrophes, as Outlook writes addresses, what stands between. */
function addressLike(text: string): readonly string[] {
  const words = text.split(/[\s<>()"[\],;:\\]+/).filter((word) => word.includes('@'));
  return [...new Set(words.map((word) => word.replace(/^\x01+|\x01+$/g, '').replace(/^'(.*)'$/, '$1')))];
}

/** Whether nothing that is glued to an address, or stands in brackets with it, could be a part of it. */
function isClear(text: string, address: string): boolean {
  const at = text.lastIndexOf(address);
  const before = text.slice(0, at);
  const behind = text.slice(at + address.length);
  const open = before.slice(before.lastIndexOf('>') + 1).lastIndexOf('<') >= 0;
  const inner = before.slice(before.lastIndexOf('<') + 1);
  if (open && !/^[\s\x01'"]*(?:mailto:)?$/i.test(inner)) return false;
  if (open) return /^[\s\x01'"]*(?:>|[,;]?\s*$)/.test(behind);
  return !/[,;"\\]$|\.[\s\x01]*$/.test(before) && !/^["\\]|^[\s\x01]*\./.test(behind);
}

/** What stands beside the address: the name with its commas, as its writer meant it. */
function nameBeside(value: string, address: string): string | null {
  const at = value.lastIndexOf(address);
  if (at < 0) return null;
  const rest = `${value.slice(0, at)} ${value.slice(at + address.length)}`;
  const words = decodeText(rest.replace(/<[^<>@]*>|\(\s*\)|\[\s*\]|[<>"]/g, ' '));
  // Without a letter or a digit, it is what was left of punctuation.
  const name = /[\p{L}\p{N}]/u.test(words) ? words.replace(/^[\s,;:]+|[\s,;:]+$/g, '') : '';
  return cleanText(name, MAX_NAME_CHARACTERS);
}
