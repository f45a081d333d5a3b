/** How many bytes a connection has carried, for whoever counts them. */
import type { ImapFlow } from 'imapflow';

/**
 * Told of a connection by how many bytes of IMAP it has carried so far, without what TLS adds; what it answers is called at the
 * connection's end.
 */
export type ByteMeter = (read: () => { readonly received: number; readonly sent: number }) => () => void;

export function meterClient(client: ImapFlow, meter: ByteMeter | undefined): void {
  const ended = meter?.(() => client.stats());
  if (ended !== undefined) client.once('close', ended);
}
