/**
 * The field by which the desk knows its own mail when it comes back: a signature over the Message-ID, From, To, Date
 * and Subject of that very message. Our address in From without it is anybody's mail.
 */
import type { Facts } from '../../message/facts/facts.js';
import { parseHeaderBlock, splitMessage } from '../../message/header/header-block.js';
import { originSubject } from '../../message/read-facts.js';
import type { DeskPolicy } from '../policy.js';
import { sameToken, signature } from './signature.js';

export const ORIGIN_FIELD = 'X-Imapdesk-Origin';
const LABEL = 'origin 1';

/** Puts the origin field at the top of a composed message, or of its header block alone. */
export function signOrigin(policy: DeskPolicy, raw: Buffer): Buffer {
  const subject = originSubject(parseHeaderBlock(splitMessage(raw).header));
  const value = signature(policy.secrets[0], LABEL, [policy.address, subject]);
  return Buffer.concat([Buffer.from(`${ORIGIN_FIELD}: ${value}\r\n`), raw]);
}

/** A pass asks of each message in Open, and facts never change: a signature is verified once. */
const verified = new WeakMap<Facts, { readonly policy: DeskPolicy; readonly own: boolean }>();

export function isOwn(policy: DeskPolicy, facts: Facts): boolean {
  const { origin } = facts;
  if (origin === null) return false;
  const known = verified.get(facts);
  if (known?.policy === policy) return known.own;
  const own = policy.secrets.some((secret) =>
    sameToken(signature(secret, LABEL, [policy.address, facts.originSubject]), origin.trim()),
  );
  verified.set(facts, { policy, own });
  return own;
}
