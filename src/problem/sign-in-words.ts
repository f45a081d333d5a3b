/**
 * What a server means that refuses a sign-in, and what to do. Each line of the table names where its words are from; a
 * server that says none of this has refused the password, or the token.
 */

export interface SignInRefusal {
  /** What the server said, in one line; may be empty. */
  readonly said: string;
  /** Whether a token was refused, and not a password. */
  readonly byToken: boolean;
  /** `status` of the answer to a token (RFC 7628 §3.2.2, or Google's and Microsoft's XOAUTH2); empty for none. */
  readonly status?: string;
}

/** `$` stands for the name of the server's settings. */
const BLOCKED: readonly (readonly [RegExp, string])[] = [
  // Gmail: "Your account is not enabled for IMAP use. Please visit your Gmail settings page …".
  [
    /not enabled for imap|imap (access )?(is )?(disabled|not (enabled|allowed))/i,
    'IMAP is switched off for this account: have it switched on in its settings',
  ],
  // Microsoft 365: "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant".
  [
    /SmtpClientAuthentication is disabled|smtp_auth_disabled/i,
    'sending is switched off for this mailbox: have "Authenticated SMTP" switched on for it, or for the tenant',
  ],
  // Microsoft 365, at the first command after a sign-in that it has taken.
  [
    /authenticated but not connected/i,
    'the account is known, and the mailbox does not let it in: check that $.user is the mailbox, that it has a licence, and that IMAP is on for it',
  ],
  // Our own words, where a server names neither of its ways.
  [/offers no sign-in by OAuth2/, 'check $.host, or give it a password in place of auth'],
  // Gmail: "Application-specific password required", "534-5.7.9".
  [
    /application-specific password|InvalidSecondFactor/i,
    'it wants an app password in $.password, or OAuth2 (auth)',
  ],
  // Gmail: "Please log in via your web browser", "Web login required".
  [
    /log ?in via your web browser|web login required/i,
    'somebody must sign in to this account with a browser first',
  ],
  // Microsoft 365: "basic authentication is disabled", "LogonDenied-BasicAuthBlocked".
  [
    /basic ?auth(entication)? (is )?disabled|BasicAuth(Blocked|Disabled)/i,
    'it takes no passwords: OAuth2 (auth) is needed',
  ],
];

const OF_SCOPE = /insufficient_scope/i;

/** Whether an account, or mail for it, is switched off: said again, it is refused again. */
export function isBlocked(said: string): boolean {
  return BLOCKED.some(([pattern]) => pattern.test(said));
}

/** What to do, as the rest of a sentence. */
export function signInAdvice(
  { said, byToken, status = '' }: SignInRefusal,
  settings: 'imap' | 'smtp',
): string {
  const blocked = BLOCKED.find(([pattern]) => pattern.test(said))?.[1];
  if (blocked !== undefined) return blocked.replaceAll('$', settings);
  if (!byToken) return `check ${settings}.user and ${settings}.password`;
  if (OF_SCOPE.test(`${status} ${said}`))
    return 'the token does not allow this: check the scopes (auth.oauth2.scopes), then sign in again: imapdesk login';
  return `it takes no token of that account: check ${settings}.user, and whether the account may use this server; else sign in again (imapdesk login)`;
}

/** The `status` in what a server answers to a token that it refuses, base64 of JSON; empty for anything else. */
export function tokenStatus(challenge: string): string {
  try {
    return statusIn(JSON.parse(Buffer.from(challenge, 'base64').toString('utf8')));
  } catch {
    return '';
  }
}

/** The same of the JSON itself. */
export function statusIn(answer: unknown): string {
  const status: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'status') : undefined;
  return typeof status === 'string' && /^[\w-]{1,40}$/.test(status) ? status : '';
}

/** First letter in capitals, for a sentence of its own. */
export function asSentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
