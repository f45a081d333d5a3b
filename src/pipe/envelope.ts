/**
 * The envelope of a message that comes through a pipe: what was typed, else what the transport puts into the environment,
 * else what the line in front of the message says.
 */

export interface Envelope {
  /** Without angle brackets; empty for the null sender, which bounces have (RFC 5321 §4.5.5); null if nobody tells. */
  readonly sender: string | null;
  /** Without angle brackets, each once; empty if nobody tells. */
  readonly recipients: readonly string[];
}

export interface Typed {
  readonly sender: string | null;
  readonly recipients: readonly string[] | null;
}

/** Many more than any of the transports gives one command. */
export const MAX_RECIPIENTS = 1000;
/** RFC 5321 §4.5.3.1 allows 320 octets with the at sign; one that is longer names nobody here, and is cut. */
const MAX_ADDRESS_CHARACTERS = 900;

/**
 * Exim's pipe, Postfix's local(8), OpenSMTPD's mda, Dovecot's Sieve and qmail tell both in these; the first is who it is
 * delivered to, the others are whom the sender named, where an alias leads from there.
 */
const RECIPIENTS = ['RECIPIENT', 'ORIGINAL_RECIPIENT', 'ORIG_RECIPIENT'];
const SENDER = 'SENDER';
/** Only Pigeonhole sets it, and it sets no SENDER where the sender is null (measured, 2.3.19). */
const OF_SIEVE = 'ORIG_RECIPIENT';

/** What Postfix and mbox put where the null sender stands. */
const NULL_SENDER = /^(?:<>|mailer-daemon)?$/i;

/** `fromLine` is the line "From sender date" in front of a message. */
export function readEnvelope(
  typed: Typed,
  env: Readonly<Record<string, string | undefined>>,
  fromLine: string | null = null,
): Envelope {
  const recipients = typed.recipients ?? RECIPIENTS.flatMap((name) => env[name] ?? []);
  const told = env[SENDER] ?? (env[OF_SIEVE] === undefined ? null : '');
  const sender = typed.sender ?? told ?? senderOf(fromLine);
  const bare = recipients.map(bareAddress).filter((recipient) => recipient !== '');
  return {
    sender: sender === null ? null : readSender(sender),
    recipients: [...new Set(bare)].slice(0, MAX_RECIPIENTS),
  };
}

function senderOf(fromLine: string | null): string | null {
  return fromLine === null ? null : (/^From (\S+)/.exec(fromLine)?.[1] ?? null);
}

function readSender(sender: string): string {
  return NULL_SENDER.test(sender.trim()) ? '' : bareAddress(sender);
}

/** In one line, whatever it holds: it goes into a header field. */
function bareAddress(address: string): string {
  const line = address.replace(/\p{Cc}+/gu, '').trim();
  return line.replace(/^<(.*)>$/, '$1').slice(0, MAX_ADDRESS_CHARACTERS);
}
