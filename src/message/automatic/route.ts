/**
 * The way on which a message came: what servers, forwarders and mailbox rules write into it. None of it says who wrote
 * the message. A loop shows in a count that grows, or in a mark of our own that comes back, and not in a double stamp.
 */
import { addressKey, canonicalAddress } from '../header/addresses.js';
import { fieldValues, type HeaderBlock } from '../header/header-block.js';
import { isOfMailboxRule, LOOP_FIELD } from './mailbox-rules.js';

/**
 * Up to this many Delivered-To fields of one address are a way that mail takes. Two stages of one host write one each (seen
 * in freescout#2833; by their manuals Postfix's local and pipe do, and Dovecot's LMTP server behind them). Three leave
 * room for a filter between the two, which was not seen. A loop adds at least one each time round.
 */
export const MAX_DELIVERIES_TO_ONE_ADDRESS = 3;
/** No more addresses of the way are looked at, and no more characters of one field. */
const MAX_ROUTE_ADDRESSES = 100;
const MAX_ROUTE_VALUE_CHARACTERS = 2_000;

/** Where a mailbox stands that the message has come through, or was written to. */
const ROUTE_FIELDS = [
  'delivered-to',
  'x-original-to',
  'envelope-to',
  'x-envelope-to',
  'x-forwarded-for',
  'x-forwarded-to',
  'resent-from',
  'resent-to',
  'to',
  'cc',
];

/** Who passed a message on, by what is written on the way. */
export type Forwarder =
  | 'gmail'
  | 'microsoft-365'
  | 'sieve'
  | 'yahoo'
  | 'yandex'
  | 'mail-ru'
  | 'zimbra'
  | 'srs'
  | 'redirect';

export interface Forwarding {
  readonly by: Forwarder;
  /** The mailbox that it came through, or of SRS the domain; null where nothing says it. Anybody may have written it. */
  readonly from: string | null;
}

/** How often it was delivered to the one address that it was delivered to most. */
export function deliveriesToOne(block: HeaderBlock): number {
  const counts = new Map<string, number>();
  for (const value of fieldValues(block, 'delivered-to')) {
    const address = value.replace(/^<|>$/g, '').toLowerCase();
    counts.set(address, (counts.get(address) ?? 0) + 1);
  }
  let most = 0;
  for (const count of counts.values()) most = Math.max(most, count);
  return most;
}

/**
 * Whether a mark against loops is of somebody else than the mailboxes on the way. A rule that passes mail on (procmail,
 * maildrop, Sieve) marks it with the mailbox that it stands in; an auto-responder marks what it writes itself.
 */
export function hasForeignLoopMark(block: HeaderBlock): boolean {
  const marked = fieldValues(block, 'x-loop').slice(0, MAX_ROUTE_ADDRESSES);
  if (marked.length === 0) return false;
  const passed = new Set(addressesIn(block, ROUTE_FIELDS).map(addressKey));
  return marked.some((value) => {
    const [address] = addressesOf(value);
    return address === undefined || !passed.has(addressKey(address));
  });
}

/** The forwarder that the message came through last; null where nothing shows one. */
export function readForwarding(block: HeaderBlock): Forwarding | null {
  for (const [by, read] of FORWARDERS) {
    const from = read(block);
    if (from !== null) return { by, from: from === '' ? null : from };
  }
  return null;
}

/** The mailbox, '' where it is not told; null where that forwarder has not passed it on. */
type ReadForwarder = (block: HeaderBlock) => string | null;

const FORWARDERS: readonly (readonly [Forwarder, ReadForwarder])[] = [
  ['gmail', readGmail],
  ['microsoft-365', readMicrosoft],
  // Pigeonhole since 0.4; Cyrus writes nothing.
  ['sieve', (block) => firstOf(block, 'x-sieve-redirected-from')],
  // "from jane@yahoo.test to desk@example.org"
  ['yahoo', (block) => firstOf(block, 'x-yahoo-forwarded')],
  ['yandex', (block) => (block.byName.has('x-yandex-forward') ? '' : null)],
  ['mail-ru', (block) => (block.byName.has('x-mailru-forward') ? '' : null)],
  ['zimbra', (block) => firstOf(block, 'x-zimbra-forwarded')],
  ['srs', readSrs],
  ['redirect', (block) => firstOf(block, 'resent-from')],
];

/** The first address of the first field of that name, '' if there is none in it; null without the field. */
function firstOf(block: HeaderBlock, name: string): string | null {
  const [value] = fieldValues(block, name);
  return value === undefined ? null : (addressesOf(value)[0] ?? '');
}

/** X-Forwarded-For names the mailbox, then where it goes; the envelope sender is `old+caf_=desk=example.org@gmail.com`. */
function readGmail(block: HeaderBlock): string | null {
  const caf = /^<?([^\s<>@]{1,64})\+caf_=[^\s<>@]{1,400}@([^\s<>@]{1,255})>?$/i.exec(returnPath(block) ?? '');
  if (caf !== null) return `${caf[1] ?? ''}@${caf[2] ?? ''}`;
  return block.byName.has('x-forwarded-to') ? firstOf(block, 'x-forwarded-for') : null;
}

/** Rules of Exchange and Microsoft 365 name their mailbox, so that they do not pass the same mail on again. */
function readMicrosoft(block: HeaderBlock): string | null {
  const loop = firstOf(block, LOOP_FIELD);
  if (loop !== null) return loop;
  return isOfMailboxRule(block) ? (firstOf(block, 'resent-from') ?? '') : null;
}

/**
 * `SRS0=hash=tt=cust.test=jane@old.test`; Microsoft writes `bounces+SRS=hash=tt@old.test`, and of a mailbox that forwards
 * `shop+SRS=hash=tt=cust.test=jane@old.test`.
 */
function readSrs(block: HeaderBlock): string | null {
  const srs = /^<?(?:srs[01][=+-]|[^\s<>@+]{1,64}\+srs=)[^\s<>@]{1,400}@([^\s<>@]{1,255})>?$/i.exec(
    returnPath(block) ?? '',
  );
  return srs?.[1] ?? null;
}

/** Of the last delivery: servers write it on top. */
function returnPath(block: HeaderBlock): string | undefined {
  return fieldValues(block, 'return-path')[0];
}

function addressesIn(block: HeaderBlock, names: readonly string[]): string[] {
  return names.flatMap((name) => fieldValues(block, name).flatMap(addressesOf)).slice(0, MAX_ROUTE_ADDRESSES);
}

/** Some of these fields hold a list as To does, others words with addresses among them: so each word counts. */
function addressesOf(value: string): string[] {
  const words = value.slice(0, MAX_ROUTE_VALUE_CHARACTERS).split(/[\s<>,;:()"]+/);
  return words.flatMap((word) => canonicalAddress(word) ?? []);
}
