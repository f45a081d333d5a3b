/** What makes two IMAP sign-ins one mailbox. */

export interface Account {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/**
 * Equal for two ways to write one account. Case counts in neither host nor user (a host that tells users apart by
 * case is not worth two workers in one mailbox), and 143 and 993 are two doors of one server.
 */
export function accountKey(account: Account): string {
  const host = account.host.toLowerCase().replaceAll(/^\[|\]$|\.$/g, '');
  const port = account.port === 143 ? 993 : account.port;
  return JSON.stringify([host, port, account.user.toLowerCase()]);
}
