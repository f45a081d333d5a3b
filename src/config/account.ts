/** What makes two IMAP sign-ins one mailbox. */

export interface Account {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

/**
 * Equal for two ways to write one account. Case counts in neither host nor user (a host that tells users apart by
 * case is not worth two workers in one mailbox), and 143 and 993 are two doors of one server. Two names of one host are
 * not known here: workers that use them meet in the mailbox itself, by their claims.
 */
export function accountKey(account: Account): string {
  const named = account.host.toLowerCase().replaceAll(/^\[|\]$|\.$/g, '');
  const host = LOOPBACK.has(named) ? 'localhost' : named;
  const port = account.port === 143 ? 993 : account.port;
  return JSON.stringify([host, port, account.user.toLowerCase()]);
}
