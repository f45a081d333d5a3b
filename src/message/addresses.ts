/**
 * Addresses, in two readings. The strict one (`strictFrom`) is the only one that may give power: it takes a field
 * apart completely and refuses whatever two parsers could read in two ways (RFC 5322 §3.4 without its obsolete
 * forms, routes, groups and quoted local parts). The tolerant one (`readMailboxes`) finds what it can, for showing
 * and for matching recipients.
 */
import { isUtf8 } from 'node:buffer';
import { cleanText, decodeText } from './encoded-words.js';
import type { Mailbox } from './facts.js';
import { fieldValues, type HeaderBlock } from './header-block.js';
import { splitMailboxes } from './mailbox-list.js';

export const MAX_FROM_CHARACTERS = 2_000;
export const MAX_NAME_CHARACTERS = 200;
/** In octets, RFC 5321 §4.5.3.1.1 and §4.5.3.1.2. */
export const MAX_LOCAL_PART_BYTES = 64;
export const MAX_DOMAIN_BYTES = 255;
const MAX_LABEL_BYTES = 63;

/** RFC 5322 §3.2.3 atext, with RFC 6532 §3.2 for what is not ASCII. */
const ATEXT = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\u0080-\\uffff-]";
const DOT_ATOM = new RegExp(`^${ATEXT}+(?:\\.${ATEXT}+)*$`);
const LABEL = /^[A-Za-z0-9_\u0080-\uffff](?:[A-Za-z0-9_\u0080-\uffff-]*[A-Za-z0-9_\u0080-\uffff])?$/;
/** Unseen characters, and the three signs that normalise into plain letters (ohm, kelvin, ångström). */
const NOT_IN_ADDRESS = /[\p{C}\p{Z}\u2126\u212a\u212b\ufffd]/u;
/** What a comment or an unquoted name may hold without any parser finding an address in it. */
const PLAIN_WORDS = /^[A-Za-z0-9 \t.'_/&+!?=*#$%^`{|}~[\]-]*$/;

/**
 * The one address of exactly one well-formed From field (or of Resent-From, RFC 5322 §3.6.6), canonical; null
 * otherwise. Accepted are `local@domain`, `name <local@domain>` and `local@domain (name)`.
 */
export function strictFrom(block: HeaderBlock, name: 'from' | 'resent-from' = 'from'): string | null {
  const [field, second] = block.byName.get(name) ?? [];
  if (field === undefined || second !== undefined || block.ambiguous || block.truncated) return null;
  if (field.value.length > MAX_FROM_CHARACTERS) return null;
  const addrSpec = strictMailbox(field.value);
  // Not UTF-8, and yet not ASCII: then nobody knows which characters an address there would have (RFC 6532 §3.1).
  if (addrSpec === null || !(isAscii(addrSpec) || isUtf8(field.raw))) return null;
  return canonicalAddress(addrSpec);
}

/** The addr-spec of a From value in one of the three plain forms, not yet canonical; else null. */
function strictMailbox(value: string): string | null {
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(value)) return null;
  const bare = /^([^\s()<>",;:[\]\\]+)(?:[ \t]+\(([^()\\<>@",;:]*)\))?$/.exec(value);
  if (bare !== null) return isPlain(bare[2] ?? '') ? (bare[1] ?? null) : null;
  const angle = /^(.*)<([^\s()<>",;:[\]\\]+)>$/.exec(value);
  if (angle === null) return null;
  const [, phrase = '', addrSpec = ''] = angle;
  return phrase.trim().toLowerCase() === addrSpec.toLowerCase() || isPlainPhrase(phrase) ? addrSpec : null;
}

/** Quoted strings, plain words and comments of plain words; an address outside quotes is never part of a name. */
function isPlainPhrase(phrase: string): boolean {
  let rest = phrase;
  while (rest !== '') {
    const piece = /^(?:"(?:[^"\\]|\\[^\0])*"|\([^()\\"]*\)|[^"()]+)/.exec(rest)?.[0];
    if (piece === undefined) return false;
    const isQuoted = piece.startsWith('"');
    if (!isQuoted && !isPlain(piece.replace(/^\(|\)$/g, ''))) return false;
    rest = rest.slice(piece.length);
    if (isQuoted && rest.startsWith('"')) return false;
  }
  return true;
}

function isPlain(words: string): boolean {
  return PLAIN_WORDS.test(words.replace(/[\u0080-\u{10ffff}]+/gu, ''));
}

/**
 * The one form in which addresses are compared and stored: local part as written (in NFC), domain in lower-case
 * A-labels without a trailing dot. null for anything but a dot-atom on both sides (RFC 5321 §4.1.2, RFC 6531 §3.3).
 */
export function canonicalAddress(address: string): string | null {
  if (address.length > MAX_LOCAL_PART_BYTES + MAX_DOMAIN_BYTES + 2) return null;
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(at, 0));
  if (!DOT_ATOM.test(local) || local.includes('=?') || NOT_IN_ADDRESS.test(local)) return null;
  const canonicalLocal = local.normalize('NFC');
  if (Buffer.byteLength(canonicalLocal) > MAX_LOCAL_PART_BYTES || !DOT_ATOM.test(canonicalLocal)) return null;
  const domain = canonicalDomain(address.slice(at + 1));
  return domain === null ? null : `${canonicalLocal}@${domain}`;
}

/** Lower-case A-labels (UTS 46); null for what is no domain name, an address literal or a look-alike of ASCII. */
export function canonicalDomain(domain: string): string | null {
  const name = domain.replace(/\.$/, '');
  if (name.length > MAX_DOMAIN_BYTES || NOT_IN_ADDRESS.test(name)) return null;
  const labels = name.split('.');
  if (!labels.every((label) => LABEL.test(label)) || /^(?:\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? ''))
    return null;
  const mapped = toALabels(name);
  if (mapped === null || mapped.length > MAX_DOMAIN_BYTES) return null;
  const mappedLabels = mapped.split('.');
  // A label that maps to plain ASCII (full-width letters, the kelvin sign) only looks like that domain.
  const isHonest = labels.every(
    (label, index) => isAscii(label) || mappedLabels[index]?.startsWith('xn--') === true,
  );
  const fits =
    mappedLabels.length === labels.length && mappedLabels.every((label) => label.length <= MAX_LABEL_BYTES);
  return isHonest && fits ? mapped : null;
}

function toALabels(name: string): string | null {
  if (isAscii(name) && !/(?:^|\.)xn--/i.test(name)) return name.toLowerCase();
  try {
    return new URL(`http://${name}`).hostname;
  } catch {
    return null;
  }
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/**
 * Whether two addresses are one mailbox: equal after canonicalisation, ASCII letters of the local part compared
 * without case (hosts that tell `Jane@` from `jane@` are not met). Never true for what is no address.
 */
export function sameAddress(one: string, other: string): boolean {
  const key = addressKey(one);
  return key !== null && key === addressKey(other);
}

const MAX_KNOWN_KEYS = 10_000;
/** A pass compares the same addresses over and over. */
const knownKeys = new Map<string, string | null>();

/** A key for maps and sets under which the same mailboxes meet; null for what is no address. */
export function addressKey(address: string): string | null {
  const known = knownKeys.get(address);
  if (known !== undefined) return known;
  const key = canonicalAddress(address)?.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) ?? null;
  if (knownKeys.size >= MAX_KNOWN_KEYS) knownKeys.clear();
  knownKeys.set(address, key);
  return key;
}

/**
 * The first `max` mailboxes of an address list that have a usable address; members of groups are listed by
 * themselves. Only the addr-spec ever becomes the address: a name that looks like one stays a name.
 */
export function readMailboxes(value: string, max: number): Mailbox[] {
  const mailboxes: Mailbox[] = [];
  for (const { name, address } of splitMailboxes(value)) {
    if (mailboxes.length >= max) break;
    const canonical = canonicalAddress(address);
    if (canonical !== null)
      mailboxes.push({ name: cleanText(decodeText(name), MAX_NAME_CHARACTERS), address: canonical });
  }
  return mailboxes;
}

/** The mailboxes of all fields of these names (lower case), in that order, at most `max`. */
export function mailboxesOf(block: HeaderBlock, names: readonly string[], max: number): Mailbox[] {
  const mailboxes: Mailbox[] = [];
  for (const value of names.flatMap((name) => fieldValues(block, name))) {
    if (mailboxes.length >= max) break;
    mailboxes.push(...readMailboxes(value, max - mailboxes.length));
  }
  return mailboxes;
}
