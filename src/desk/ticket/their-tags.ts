/**
 * Which subject tags belong to somebody else. Another desk of this software, or another tracker with the same tag word,
 * writes tags that look like ours and mean its own tickets. It is told by its other marks: fields that such programs
 * write, ids and addresses of our form that somebody else has signed, and numbers in its ids and addresses. A tag beside
 * such a mark is theirs, unless a mark that we signed names the same number. All of it only takes a tag away: whoever
 * forges such a mark gets a new ticket instead of the one that the tag names.
 */

import type { Facts } from '../../message/facts/facts.js';
import { domainOf, sameAddress } from '../../message/header/addresses.js';
import type { SubjectTag } from '../../message/header/subject.js';
import type { DeskPolicy } from '../policy.js';
import { isOwn } from '../sign/origin.js';
import {
  isDeskAddress,
  isOurForm,
  isOurId,
  numberInId,
  readSignedId,
  staffMemberOf,
} from '../sign/ticket-address.js';

/** Of a long list no more addresses are looked at. */
const MAX_ADDRESSES = 100;
const MAX_LOCAL_CHARACTERS = 100;
/** Of the ids under our own domain no more are verified; what is beyond them is not held against a tag. */
const MAX_VERIFIED_IDS = 10;
/** A ticket's number and eight more characters, as every desk of this software signs addresses. */
const SIGNED_FORM = /(?:^|[^0-9])([1-9][0-9]{0,8})\.[0-9a-z]{8}(?:-[a-z]{1,10})?$/;
const NUMBER = /(?<![0-9])[1-9][0-9]{0,8}(?![0-9])/g;

/** The tags of a message's subject without those that are somebody else's. `signed` are the numbers of our marks. */
export function ownTags(
  policy: DeskPolicy,
  facts: Facts,
  given: { readonly tags: readonly SubjectTag[]; readonly signed: ReadonlySet<number> },
): readonly SubjectTag[] {
  const { tags, signed } = given;
  if (tags.length === 0) return tags;
  const fromTheirs = facts.deskFields && !isOwn(policy, facts);
  const theirs = new Set([...inIds(policy, facts), ...inAddresses(policy, facts)]);
  return tags.filter(({ number, done, hash }) => {
    // People type a number sign; in what a tracker sends it is that tracker's own mark.
    if (hash === true && (facts.asAnswer !== null || facts.automatic !== null)) return false;
    if (!fromTheirs && !theirs.has(number)) return true;
    // Where both desks have a ticket of that number, nobody can tell which of them is to be closed.
    return signed.has(number) && !done;
  });
}

/** The numbers that somebody else's ids name. */
function inIds(policy: DeskPolicy, { messageId, references }: Facts): readonly number[] {
  const ids = messageId === null ? references : [messageId, ...references];
  let verified = 0;
  return ids.flatMap((id) => {
    if (!isOurForm(id)) return numberOfTracker(localOf(id), policy.tag);
    if (isOurId(policy, id)) {
      verified += 1;
      if (verified > MAX_VERIFIED_IDS || readSignedId(policy, id) !== null) return [];
    }
    return numberInId(id) ?? [];
  });
}

/** Roundup's ids: seconds since 1970, something random, and the ticket's class and number (`1767607200.31.0.5.issue42`). */
function numberOfTracker(local: string, tag: string): readonly number[] {
  if (!/^[0-9]{9,11}\./.test(local)) return [];
  return namedIn(local, `.${tag}`).flatMap(({ byTag, number }) => (byTag ? [number] : []));
}

function inAddresses(policy: DeskPolicy, facts: Facts): readonly number[] {
  const { sender, replyTo, toAndCc } = facts;
  const isSender = (address: string): boolean =>
    sender.address !== null && sameAddress(address, sender.address);
  const answered = replyTo.map(({ address }) => address).filter((address) => !isSender(address));
  // Under our own domain the desk may have had other addresses once, to which people still answer.
  const ourDomain = domainOf(policy.address);
  const others = toAndCc.map(({ address }) => address).filter((address) => domainOf(address) !== ourDomain);
  const from = sender.address === null ? [] : [sender.address];
  const named = (addresses: readonly string[]): readonly Named[] =>
    addresses
      .filter((one) => !isDeskAddress(policy, one) && staffMemberOf(policy, one) === null)
      .flatMap((one) => namedIn(localOf(one), policy.tag));
  // People's own addresses end in numbers, too; one that is put in for answers alone is a program's.
  const apart = named([...from, ...others.slice(0, MAX_ADDRESSES)]).filter((one) => one.apart);
  return [...named(answered), ...apart].map(({ number }) => number);
}

interface Named {
  readonly number: number;
  /** It stands by itself (`tickets+42`) or behind the tag word (`issue42`), and not behind any letters (`jane42`). */
  readonly apart: boolean;
  readonly byTag: boolean;
}

/** The numbers in a local part, each at the end of a word. */
function namedIn(local: string, tag: string): readonly Named[] {
  const signed = SIGNED_FORM.exec(local)?.[1];
  if (signed !== undefined) return [{ number: Number(signed), apart: true, byTag: false }];
  return [...local.matchAll(NUMBER)].flatMap((found) => {
    const before = local.slice(0, found.index);
    if (/^[a-z0-9]/.test(local.slice(found.index + found[0].length))) return [];
    const byTag = endsWithWord(before, tag.toLowerCase());
    return [{ number: Number(found[0]), apart: byTag || !/[a-z0-9]$/.test(before), byTag }];
  });
}

function endsWithWord(text: string, word: string): boolean {
  const isWhole = !/^[a-z0-9]/.test(word) || !/[a-z0-9]$/.test(text.slice(0, -word.length));
  return text.endsWith(word) && isWhole;
}

function localOf(address: string): string {
  return address.slice(0, address.lastIndexOf('@')).slice(-MAX_LOCAL_CHARACTERS).toLowerCase();
}
