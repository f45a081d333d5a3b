/**
 * In which form a message can go to a server: as it is, or with what the server can't carry written otherwise. What
 * can't be carried at all is refused here, alone, as the server would do.
 */
import { isAscii } from 'node:buffer';
import { domainToASCII } from 'node:url';
import { NotConvertible, sevenBit, sevenBitHeader } from '../message/compose/seven-bit.js';
import type { Envelope } from './courier.js';
import { MailRefusal, type RefusedBecause } from './refusal.js';
import { type Meaning, NO_RECIPIENT, NOT_CARRIED, TOO_LARGE } from './responses.js';
import type { Abilities, Parcel } from './smtp-line.js';

const PLAIN_ADDRESS =
  /^(?:"[^<>\u0000-\u001f\u007f]+"|[^\s<>@\u0000-\u001f\u007f]+)@[^\s<>@\u0000-\u001f\u007f]+$/;

/** Throws a MailRefusal for what this server can't carry. */
export function parcelFor(abilities: Abilities, envelope: Envelope, raw: Buffer): Parcel {
  const from = envelope.from === '' ? '' : carriedAddress(envelope.from);
  const to = carriedAddress(envelope.to);
  const utf8 = !isAscii(Buffer.from(`${from}${to}`));
  if (utf8 && !abilities.utf8)
    throw refused(NOT_CARRIED, 'an address of it is not ASCII, and the SMTP server has no SMTPUTF8', {
      kind: 'not-ascii',
    });
  const form = formFor(abilities, raw, utf8);
  const { maxSize } = abilities;
  if (maxSize !== null && form.length > maxSize)
    throw refused(TOO_LARGE, `it has ${form.length} bytes, and the SMTP server takes ${maxSize}`, {
      kind: 'too-large',
      size: form.length,
      limit: maxSize,
    });
  return { from, to, raw: form, eightBit: !isAscii(form) };
}

/** Throws a MailRefusal for what is no address. */
export function checkEnvelope({ from, to }: Envelope): void {
  if ((from === '' || PLAIN_ADDRESS.test(from)) && PLAIN_ADDRESS.test(to)) return;
  throw refused(NO_RECIPIENT, 'an envelope address is not one that SMTP could carry', { kind: 'address' });
}

/** An internationalised domain goes as its A-labels, which every server can carry (RFC 5890 §2.3.2.1). */
function carriedAddress(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  return `${address.slice(0, at)}${domainToASCII(address.slice(at)) || address.slice(at)}`;
}

function formFor(abilities: Abilities, raw: Buffer, utf8: boolean): Buffer {
  if (isAscii(raw)) return raw;
  try {
    if (!abilities.eightBit) return sevenBit(raw);
    // nodemailer says SMTPUTF8 for an address alone, and without it a header field has to be ASCII (RFC 6532 §3.2).
    return utf8 ? raw : sevenBitHeader(raw);
  } catch (error) {
    if (!(error instanceof NotConvertible)) throw error;
    if (error.obstacle === 'header' && abilities.eightBit)
      throw refused(NOT_CARRIED, 'a header field of it is not ASCII, and can be written in no other way', {
        kind: 'not-ascii',
      });
    const signed = error.obstacle === 'signed';
    const why = signed ? 'it is signed or encrypted' : 'its parts are not in order';
    throw refused(
      NOT_CARRIED,
      `it has bytes above 127, which the SMTP server can't carry (it has no 8BITMIME), and ${why}, so it can't be converted`,
      { kind: 'eight-bit', signed },
    );
  }
}

function refused(meaning: Meaning, why: string, because: RefusedBecause): MailRefusal {
  const message = `A message can't be sent: ${why}`;
  return new MailRefusal(meaning, message, { because, sameness: `here ${because.kind}` });
}
