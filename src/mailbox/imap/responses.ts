/**
 * What a tagged NO or BAD means, by its response code (RFC 9051 §7.1, RFC 5530, RFC 7889, RFC 4469): the one place that
 * knows. `docs/servers.md` has the same table with what servers were seen to do.
 *
 * A code speaks of a message only where no other message could have met it. Everything else, a bare NO too, says
 * something about the folder, the account or the server, until the caller has shown otherwise: by a second message
 * that the same command was carried out for.
 */
import type { Scope } from '../../problem/problem.js';

export interface Meaning {
  readonly scope: Scope;
  /** For now: the same command may be carried out later, without anybody doing anything about it. */
  readonly temporary: boolean;
  /** Whether the answer tells a reason that is not one message's. What tells none may yet turn out to be about one. */
  readonly explained: boolean;
}

const now = (scope: Scope): Meaning => ({ scope, temporary: true, explained: true });
const lasting = (scope: Scope): Meaning => ({ scope, temporary: false, explained: true });

export const BY_CODE: ReadonlyMap<string, Meaning> = new Map([
  // RFC 5530 §3.
  ['UNAVAILABLE', now('server')],
  // Dovecot's "Internal error occurred" is what one unreadable file gives, too (measured on 2.3).
  ['SERVERBUG', { scope: 'server', temporary: true, explained: false }],
  ['CLIENTBUG', lasting('server')],
  ['PRIVACYREQUIRED', lasting('server')],
  ['CONTACTADMIN', lasting('account')],
  ['AUTHENTICATIONFAILED', lasting('account')],
  ['AUTHORIZATIONFAILED', lasting('account')],
  ['EXPIRED', lasting('account')],
  // Somebody has to make room, and everything goes on by itself as soon as there is some.
  ['OVERQUOTA', now('account')],
  ['LIMIT', now('account')],
  ['INUSE', now('folder')],
  ['EXPUNGEISSUED', now('folder')],
  ['CORRUPTION', { scope: 'folder', temporary: true, explained: false }],
  ['NOPERM', lasting('folder')],
  ['CANNOT', lasting('folder')],
  ['ALREADYEXISTS', lasting('folder')],
  ['NONEXISTENT', lasting('folder')],
  // RFC 9051 §7.1.
  ['TRYCREATE', lasting('folder')],
  ['HASCHILDREN', lasting('folder')],
  ['BADCHARSET', lasting('server')],
  ['NOTSAVED', lasting('server')],
  // Of a message's size or coding: RFC 7889 §4, RFC 4469 §4.2, RFC 9051 §7.1.
  ['APPENDLIMIT', lasting('message')],
  ['TOOBIG', lasting('message')],
  ['UNKNOWN-CTE', lasting('message')],
]);

/** Microsoft 365 says BAD and throttles where it wants less at a time; imapflow calls that ETHROTTLE. */
export const THROTTLED = now('account');

/** `code` as the server wrote it, empty for none. */
export function meaningOf(status: 'NO' | 'BAD', code: string): Meaning {
  const known = BY_CODE.get(code.toUpperCase());
  if (known !== undefined) return known;
  // RFC 9051 §7.1.3: BAD is a command that the server does not understand; said again, it will be understood no better.
  return { scope: 'folder', temporary: status === 'NO', explained: false };
}

/** Whether a server says that it has too many connections, of the account or of this machine, and not too many of anything else. */
export function saysTooMany(code: string, words: string): boolean {
  if (/too many (?:invalid|failed|bad|unsuccessful|incorrect|login attempts|auth)/i.test(words)) return false;
  const ofConnections =
    /too many|maximum number of connections|connection limit|connections? exceeded|max(?:imum)? connections/i;
  return ofConnections.test(words) || (code.toUpperCase() === 'LIMIT' && /connection/i.test(words));
}

const PASSING_AT_SIGN_IN: ReadonlySet<string> = new Set(['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG']);

/** Whether a refused sign-in is for now (RFC 5530 §3), by its code or, as many servers give none, by its words. */
export function saysNothingOfPassword(code: string, words: string): boolean {
  return PASSING_AT_SIGN_IN.has(code.toUpperCase()) || /too many|try again|temporar/i.test(words);
}
