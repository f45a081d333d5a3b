/**
 * Which troubles of a desk may be those of one host alone, so that another is worth a try. All others are those of the account, of
 * the mailbox or of the configuration, which all hosts share: a wrong password that each of them tries locks the account.
 */
import type { AuthConfig } from '../config/auth.js';

const OF_A_HOST: ReadonlySet<string> = new Set([
  // The way to the server, and what this host is to it.
  'imap-unreachable',
  'imap-connection-lost',
  'imap-too-many-connections',
  'imap-certificate',
  'imap-tls',
  // Files, variables and programs of this host.
  'secret-unavailable',
  'secret-invalid',
  'secret-exposed',
  'config-unreadable',
  'template-invalid',
  // Each host has a sign-in of its own.
  'sign-in-needed',
  'sign-in-expired',
  'sign-in-consent',
  'sign-in-unsaved',
  'sign-in-unreachable',
  // Another one may have been updated already.
  'register-too-new',
  'internal',
]);

/** `auth` is that of the desk; null where it has passwords. */
export function mayWorkElsewhere(code: string, auth: AuthConfig | null): boolean {
  if (code === 'imap-sign-in-refused') return hasSignInOfItsOwn(auth);
  return OF_A_HOST.has(code);
}

/** Whether its token comes from this host, and not from the configuration. */
function hasSignInOfItsOwn(auth: AuthConfig | null): boolean {
  return auth !== null && (auth.kind === 'command' || auth.flow !== 'client-credentials');
}
