/**
 * The token of a link that shows one ticket to its requester: `42.1795000000.WHO.SIGNATURE`. It names the number and the second
 * at which it ends; whose it is stands there as a keyed hash alone, since addresses of pages are written into logs. The
 * signature covers the desk, and has 160 bits: nobody types a link. Its labels are no other token's.
 */
import { addressKey } from '../../message/header/addresses.js';
import type { DeskPolicy } from '../policy.js';
import { base32, keyedHash, sameToken, signature } from './signature.js';

const LABEL = 'ticket link 1';
const LABEL_OF_REQUESTER = 'ticket link requester 1';
const SIGNATURE_CHARACTERS = 32;
const DAY_S = 86_400;
export const LONGEST_LINK_S = 366 * DAY_S;
const TOKEN = /^([1-9][0-9]{0,8})\.([1-9][0-9]{9,10})\.([0-9a-z]{20})\.([0-9a-z]{32})$/;

/** What signs links and knows them again: a part of a desk's policy. */
export type LinkSigner = Pick<DeskPolicy, 'address' | 'secrets'>;

export interface TicketLink {
  readonly number: number;
  /** In seconds since 1970: from then on it shows nothing. */
  readonly ends: number;
  /** A keyed hash of the requester's address. */
  readonly who: string;
}

const FIRST_END_S = 1_000_000_000;
const LAST_END_S = 99_999_999_999;

/** Whether a link can end then: dates of mail are as odd as whoever stored it. */
export function canEnd(ends: number): boolean {
  return Number.isInteger(ends) && ends >= FIRST_END_S && ends <= LAST_END_S;
}

/** The same link gives the same token. Throws a RangeError where `ends` is no such second. */
export function linkToken(
  signer: LinkSigner,
  { number, ends, requester }: { readonly number: number; readonly ends: number; readonly requester: string },
): string {
  if (!canEnd(ends)) throw new RangeError(`No link can end at ${ends}`);
  const [secret] = signer.secrets;
  const link = { number, ends, who: whoOf(secret, signer, requester) };
  return `${number}.${ends}.${link.who}.${sign(secret, signer, link)}`;
}

/** `base` has no slash at its end. The pages know the path by the same letter (`web/pages/places.ts`). */
export function linkUrl(base: string, token: string): string {
  return `${base}/l/${token}`;
}

/** null for what this desk has not signed. Says nothing yet about the time, and about who the requester is by now. */
export function readLinkToken(signer: LinkSigner, token: string): TicketLink | null {
  const [, number, ends, who = '', given = ''] = TOKEN.exec(token) ?? [];
  if (number === undefined) return null;
  const link = { number: Number(number), ends: Number(ends), who };
  let isGenuine = false;
  // Every secret is tried whatever the outcome, so that time tells nothing.
  for (const secret of signer.secrets) if (sameToken(sign(secret, signer, link), given)) isGenuine = true;
  return isGenuine ? link : null;
}

export function hasEnded({ ends }: TicketLink, now: Date): boolean {
  return now.getTime() >= ends * 1000;
}

/** Whether a link was made for that requester. */
export function isLinkOf(signer: LinkSigner, { who }: TicketLink, requester: string): boolean {
  let isTheirs = false;
  for (const secret of signer.secrets) if (sameToken(whoOf(secret, signer, requester), who)) isTheirs = true;
  return isTheirs;
}

function whoOf(secret: string, { address }: LinkSigner, requester: string): string {
  const key = addressKey(requester) ?? requester.toLowerCase();
  return keyedHash(secret, LABEL_OF_REQUESTER, [address.toLowerCase(), key]);
}

function sign(secret: string, { address }: LinkSigner, { number, ends, who }: TicketLink): string {
  const parts = [address.toLowerCase(), String(number), String(ends), who];
  return base32(Buffer.from(signature(secret, LABEL, parts), 'hex'), SIGNATURE_CHARACTERS);
}
