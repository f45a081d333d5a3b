/**
 * Addresses: the one form in which they are compared and stored, and the tolerant reading of lists (`readMailboxes`),
 * which finds what it can, for showing and for matching recipients. What a sender's address is says `from-field.ts`.
 */

import { cleanText, decodeText } from './encoded-words.js';
import type { HeaderBlock, HeaderField } from './header-block.js';
import type { Mailbox } from './mailbox.js';
import { splitMailboxes } from './mailbox-list.js';

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

/** The domain of an address as it is written, in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
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

/** The one mailbox that all of them are; null for none, and for several. */
export function onlyMailbox(mailboxes: readonly Mailbox[]): Mailbox | null {
  const [first, ...others] = mailboxes;
  const isOne = first !== undefined && others.every(({ address }) => sameAddress(address, first.address));
  return isOne ? first : null;
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

interface ReadField {
  readonly max: number;
  readonly mailboxes: readonly Mailbox[];
}

/** One message is asked for the same fields again and again: for who sent it, whom it names, and by the rules. */
const readFields = new WeakMap<HeaderField, ReadField>();

function mailboxesIn(field: HeaderField, max: number): readonly Mailbox[] {
  const known = readFields.get(field);
  // Fewer than were asked for are all that there are.
  if (known !== undefined && (known.max >= max || known.mailboxes.length < known.max))
    return known.mailboxes.slice(0, max);
  const mailboxes = readMailboxes(field.value, max);
  readFields.set(field, { max, mailboxes });
  return mailboxes;
}

/** The mailboxes of all fields of these names (lower case), in that order, at most `max`. */
export function mailboxesOf(block: HeaderBlock, names: readonly string[], max: number): Mailbox[] {
  const mailboxes: Mailbox[] = [];
  for (const field of names.flatMap((name) => block.byName.get(name) ?? [])) {
    if (mailboxes.length >= max) break;
    mailboxes.push(...mailboxesIn(field, max - mailboxes.length));
  }
  return mailboxes;
}
