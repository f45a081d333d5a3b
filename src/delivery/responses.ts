/**
 * What an SMTP server's answer means, for every step of a conversation: the one place that knows. `docs/servers.md`
 * prints the same table. The first row that fits counts.
 *
 * What a server refuses says something about the server until it is shown to be about one message. So a refusal is
 * believed to be about a recipient or a message only where its enhanced status code (RFC 3463) says so; any other 5xx
 * to RCPT, DATA or a message is `smtp-refused`, and whoever sends compares it with what the server makes of other mail.
 */
import type { Scope } from '../problem/problem.js';

/** `message` is the text of a message and the dot after it. */
const ALL = [
  'connect',
  'greeting',
  'EHLO',
  'STARTTLS',
  'AUTH',
  'MAIL FROM',
  'RCPT TO',
  'DATA',
  'message',
] as const;

export type Step = (typeof ALL)[number];

export type SmtpCode =
  | 'smtp-unusable-connection'
  | 'smtp-unusable-server'
  | 'smtp-unusable-tls'
  | 'smtp-unusable-sign-in'
  | 'smtp-unusable-sender'
  | 'smtp-sign-in-refused'
  | 'smtp-deferred'
  | 'smtp-refused'
  | 'smtp-recipient-refused'
  | 'smtp-too-large'
  | 'smtp-message-refused';

export interface Meaning {
  readonly code: SmtpCode;
  /** `server` for what is not shown to be about less. */
  readonly scope: Scope;
  readonly temporary: boolean;
}

export interface Reply {
  /** 0 for silence, or a connection that was cut. */
  readonly status: number;
  /** Such as `5.1.1`; null where the server gives none. */
  readonly enhanced: string | null;
}

interface Row {
  readonly steps: readonly Step[];
  readonly fits: (reply: Reply) => boolean;
  readonly meaning: Meaning;
}

const BEFORE_MAIL: readonly Step[] = ['connect', 'greeting', 'EHLO'];
const MAIL: readonly Step[] = ['MAIL FROM', 'RCPT TO', 'DATA', 'message'];
const LETTER: readonly Step[] = ['RCPT TO', 'DATA', 'message'];
const TEXT: readonly Step[] = ['MAIL FROM', 'DATA', 'message'];

const now = (code: SmtpCode, scope: Scope = 'server'): Meaning => ({ code, scope, temporary: true });
const lasting = (code: SmtpCode, scope: Scope = 'server'): Meaning => ({ code, scope, temporary: false });

const FOR_NOW = now('smtp-unusable-connection');
export const SIGN_IN = lasting('smtp-sign-in-refused', 'account');
const SIGN_IN_LATER = now('smtp-unusable-sign-in');
export const TOO_LARGE = lasting('smtp-too-large', 'message');
export const NOT_CARRIED = lasting('smtp-message-refused', 'message');
export const NO_RECIPIENT = lasting('smtp-recipient-refused', 'message');

const silence = ({ status }: Reply): boolean => status === 0;
const is =
  (...codes: readonly number[]) =>
  ({ status }: Reply): boolean =>
    codes.includes(status);
const later = ({ status }: Reply): boolean => status >= 400 && status < 500;
const never = ({ status }: Reply): boolean => status >= 500 && status < 600;
const any = (): boolean => true;
const enhanced =
  (pattern: RegExp) =>
  (reply: Reply): boolean =>
    never(reply) && pattern.test(reply.enhanced ?? '');

/** RFC 3463 §3.2, RFC 7505 §5.1. Not 5.1.0, .7, .8 and .20, which speak of the sender, nor .90 (Microsoft 365: over its daily limit). */
const NO_SUCH_RECIPIENT = /^5\.1\.(?:[12346]|10)$|^5\.2\.1$/;

const ROWS: readonly Row[] = [
  // RFC 5321 §3.8, §4.2.1: 421 may answer anything, and the connection ends with it.
  { steps: ['AUTH'], fits: is(421), meaning: SIGN_IN_LATER },
  { steps: ALL, fits: is(421), meaning: FOR_NOW },
  // Nothing was heard: whatever it was about, the server can't be used now. After the text of a message nobody knows
  // whether it was taken; it is sent again under its own Message-ID (RFC 5321 §4.5.4.1, RFC 1047).
  { steps: ALL, fits: silence, meaning: FOR_NOW },
  // RFC 5321 §4.2.4: a bad sequence of commands is the state of the session.
  { steps: ALL, fits: is(503), meaning: FOR_NOW },
  // RFC 4954 §6.
  { steps: ['AUTH'], fits: is(432), meaning: SIGN_IN },
  { steps: ['AUTH'], fits: later, meaning: SIGN_IN_LATER },
  { steps: ['AUTH'], fits: any, meaning: SIGN_IN },
  // RFC 4954 §6: sign-in required, too weak, or encryption wanted for it; RFC 5248's registry: account disabled.
  { steps: MAIL, fits: is(525, 530, 534, 535, 538), meaning: SIGN_IN },
  { steps: MAIL, fits: enhanced(/^5\.7\.(?:[89]|11|13)$/), meaning: SIGN_IN },
  // RFC 3207 §4.
  { steps: ['STARTTLS'], fits: later, meaning: now('smtp-unusable-tls') },
  { steps: ['STARTTLS'], fits: any, meaning: lasting('smtp-unusable-tls') },
  // RFC 5321 §3.1, §4.2.2 (554 in place of a greeting), §4.1.4; RFC 7504 (521).
  { steps: BEFORE_MAIL, fits: later, meaning: FOR_NOW },
  { steps: BEFORE_MAIL, fits: any, meaning: lasting('smtp-unusable-server') },
  // RFC 1870 §6.1, §6.3 and RFC 3463 §3.3, §3.4: larger than the server or the recipient takes.
  { steps: MAIL, fits: enhanced(/^5\.(?:3\.4|2\.3)$/), meaning: TOO_LARGE },
  { steps: TEXT, fits: (reply) => reply.status === 552 && reply.enhanced === null, meaning: TOO_LARGE },
  // RFC 3463 §3.7, RFC 6531 §3.5: what the message is made of can't be carried.
  { steps: MAIL, fits: enhanced(/^5\.6\.\d+$/), meaning: NOT_CARRIED },
  // RFC 5321 §3.3, §4.1.1.2: one sender address for all mail, so whatever is wrong is wrong for all of it.
  { steps: ['MAIL FROM'], fits: later, meaning: now('smtp-unusable-sender') },
  { steps: ['MAIL FROM'], fits: any, meaning: lasting('smtp-unusable-sender') },
  // RFC 5321 §4.2.1, §4.5.4.1: this recipient or this message later.
  { steps: LETTER, fits: later, meaning: now('smtp-deferred', 'message') },
  { steps: LETTER, fits: enhanced(NO_SUCH_RECIPIENT), meaning: NO_RECIPIENT },
  // Everything else: policy (5.7.x), limits (5.4.5, 5.2.2), and answers without an enhanced code.
  { steps: LETTER, fits: never, meaning: lasting('smtp-refused') },
];

/** An answer that is neither a refusal nor silence, at a step that was not over: the server talks out of turn. */
export function meaningOf(step: Step, reply: Reply): Meaning {
  return ROWS.find(({ steps, fits }) => steps.includes(step) && fits(reply))?.meaning ?? FOR_NOW;
}

/** Reads the codes at the start of a reply, such as `550 5.1.1 No such user` (RFC 5321 §4.2, RFC 2034 §4). */
export function readReply(text: string): Reply {
  const [, status, code = null] = /^([2-5]\d\d)(?:[ -]([245]\.\d{1,3}\.\d{1,3})(?=\s|$))?/.exec(text) ?? [];
  return { status: status === undefined ? 0 : Number(status), enhanced: code };
}
