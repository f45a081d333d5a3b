/** The report of a failed delivery that a mail host sends back (RFC 3464), to the envelope's sender alone. */
import { randomUUID } from 'node:crypto';
import { fieldValues, parseHeaderBlock } from '../message/header/header-block.js';

export interface FailedMail {
  /** The envelope's sender, to whom the report goes. */
  readonly from: string;
  readonly recipient: string;
  readonly raw: Buffer;
  readonly at: Date;
}

const HOST = 'mail.example.com';

/** RFC 5322 §3.3, in UTC. */
export function mailDate(at: Date): string {
  return at.toUTCString().replace('GMT', '+0000');
}

/**
 * A whole message, with CRLF line ends; its own envelope sender is null (RFC 5321 §6.1). Its References name the
 * message that failed, as Exim and Gmail have it; other hosts leave that to the returned message.
 */
export function composeBounce(mail: FailedMail): Buffer {
  const boundary = `report-${randomUUID()}`;
  const reason = `550 5.1.1 <${mail.recipient}>: no such mailbox`;
  const failed = fieldValues(parseHeaderBlock(mail.raw), 'message-id')[0];
  const top = [
    `Date: ${mailDate(mail.at)}`,
    `From: Mail Delivery System <MAILER-DAEMON@${HOST}>`,
    `To: <${mail.from}>`,
    'Subject: Undelivered Mail Returned to Sender',
    `Message-ID: <${randomUUID()}@${HOST}>`,
    ...(failed === undefined ? [] : [`In-Reply-To: ${failed}`, `References: ${failed}`]),
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=us-ascii',
    '',
    `This is the mail system at ${HOST}.`,
    '',
    'Your message could not be delivered to this recipient:',
    '',
    `<${mail.recipient}>: ${reason}`,
    '',
    `--${boundary}`,
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns; ${HOST}`,
    `Arrival-Date: ${mailDate(mail.at)}`,
    '',
    `Final-Recipient: rfc822; ${mail.recipient}`,
    'Action: failed',
    'Status: 5.1.1',
    `Diagnostic-Code: smtp; ${reason}`,
    '',
    `--${boundary}`,
    'Content-Type: message/rfc822',
    '',
    '',
  ];
  return Buffer.concat([
    Buffer.from(top.join('\r\n'), 'latin1'),
    mail.raw,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
}
