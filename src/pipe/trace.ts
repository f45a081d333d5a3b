/**
 * The trace fields that a delivery adds on top of a message (RFC 5321 §4.4, RFC 9228): Return-Path says the envelope's
 * sender, Delivered-To each of its recipients. What the transport has added already is not added again. Below them the
 * message is, byte for byte, the one that came.
 *
 * On top means: above the run of fields in which the desk believes Authentication-Results (`authentication-results.ts`).
 * These two do not end that run. A second Return-Path does, so one that says something else than the envelope costs
 * the message its results, and gives it nothing.
 */
import { topTraceFields } from '../message/header/authentication-results.js';
import { type HeaderBlock, parseHeaderBlock, splitMessage } from '../message/header/header-block.js';
import type { Envelope } from './envelope.js';

const RECIPIENT_FIELDS = new Set(['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to']);
/** A line that begins with white space continues the field above it (RFC 5322 §2.2.3), which shall be none that means anything. */
const BEFORE_CONTINUATION = 'X-Delivered-By: imapdesk\r\n';

export function withTrace(raw: Buffer, envelope: Envelope): Buffer {
  const fields = traceFields(parseHeaderBlock(splitMessage(raw).header), envelope);
  if (fields === '') return raw;
  const between = raw[0] === 0x20 || raw[0] === 0x09 ? BEFORE_CONTINUATION : '';
  return Buffer.concat([Buffer.from(fields + between), raw]);
}

function traceFields(block: HeaderBlock, { sender, recipients }: Envelope): string {
  const there = topTraceFields(block);
  const [returnPath] = there.filter(({ name }) => name === 'return-path');
  const told = new Set(
    there
      .filter(({ name }) => RECIPIENT_FIELDS.has(name))
      .flatMap(({ value }) => value.split(','))
      .map(comparable),
  );
  const isReturnPathTold =
    sender === null || (returnPath && comparable(returnPath.value) === comparable(sender));
  const lacking = recipients.filter((recipient) => !told.has(comparable(recipient)));
  return [
    ...(isReturnPathTold === true ? [] : [`Return-Path: <${sender}>\r\n`]),
    ...lacking.map((recipient) => `Delivered-To: ${recipient}\r\n`),
  ].join('');
}

function comparable(address: string): string {
  return address
    .trim()
    .replace(/^<(.*)>$/, '$1')
    .toLowerCase();
}
