/**
 * What went wrong on an IMAP connection, told as a Problem. Everything unknown counts as temporary: the caller looks
 * again later, and has its own limit on how often. Texts that come from the server are shortened, cleaned of
 * control characters and of the password.
 */
import { fieldsOf, textOf } from '../../problem/failure.js';
import { networkWords } from '../../problem/network-words.js';
import { EXIT, Problem, unended } from '../../problem/problem.js';
import { cleanServerText } from '../../problem/server-text.js';
import { asSentence, isBlocked, signInAdvice, statusIn } from '../../problem/sign-in-words.js';
import { meaningOf, saysNothingOfPassword, saysTooMany, THROTTLED } from './responses.js';

/** What of an imapflow or socket error is read here; none of it is trusted to be there. */
interface Failure {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly authenticationFailed?: unknown;
  readonly tlsFailed?: unknown;
  readonly responseStatus?: unknown;
  readonly responseText?: unknown;
  readonly serverResponseCode?: unknown;
  /** The parsed response, until imapflow has put its text in place of it. */
  readonly response?: unknown;
  readonly mailboxMissing?: unknown;
  readonly reason?: unknown;
  /** What the server answered to a token, parsed. */
  readonly oauthError?: unknown;
}

export interface Server {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string | undefined;
  readonly accessToken?: string | undefined;
}

const CERTIFICATE_CODES =
  /^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)/;

const TLS_CODES = /^(ERR_SSL_|ERR_TLS_|EPROTO$|STARTTLS_INJECTION$|UPGRADE_TIMEOUT$)/;

const CONNECTION_CODES =
  /^(NoConnection|EConnectionClosed|StateLogout|ClosedAfterConnect\w+|CONNECT_TIMEOUT|GREETING_TIMEOUT|ETIMEOUT|ECONN\w+|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|ENOTFOUND|EAI_\w+|ERR_STREAM_\w+|ERR_SOCKET_\w+)$/;

/** The server takes no more connections, of this account or of this machine. */
const TOO_MANY = 'imap-too-many-connections';

function secretOf({ password = '', accessToken }: Server): string {
  return accessToken ?? password;
}

function signInProblem(failure: Failure, server: Server): Problem {
  const said = cleanServerText(failure.responseText, secretOf(server));
  if (!isBlocked(said) && saysNothingOfPassword(responseCode(failure), said)) {
    const isFull = saysTooMany(responseCode(failure), said);
    return new Problem(
      isFull ? TOO_MANY : 'imap-unreachable',
      `The IMAP server ${server.host} takes no ${isFull ? 'more connections' : 'sign-in'} just now${said === '' ? '' : `: ${said}`}`,
      { temporary: true },
    );
  }
  const refusal = { said, byToken: server.accessToken !== undefined, status: statusIn(failure.oauthError) };
  return new Problem(
    'imap-sign-in-refused',
    `The IMAP server ${server.host} refused the sign-in of ${cleanServerText(server.user)}${said === '' ? '' : `: ${unended(said)}`}. ${asSentence(signInAdvice(refusal, 'imap'))}`,
    { exitCode: EXIT.signInRefused },
  );
}

/** imapflow has found none of the ways to sign in with a token, and has no code for it. */
function noTokensProblem({ message }: Failure, { host, accessToken }: Server): Problem | null {
  if (accessToken === undefined || textOf(message) !== 'Unsupported authentication mechanism') return null;
  return new Problem(
    'imap-sign-in-refused',
    `The IMAP server ${host} offers no sign-in by OAuth2 (OAUTHBEARER or XOAUTH2). Check imap.host, or give it a password in place of auth.`,
    { exitCode: EXIT.signInRefused },
  );
}

function tlsProblem(failure: Failure, server: Server): Problem | null {
  const code = textOf(failure.code);
  const where = `${server.host}:${String(server.port)}`;
  if (CERTIFICATE_CODES.test(code)) {
    const why = wordsOf(failure, secretOf(server), 'check imap.host and imap.tls.ca');
    return new Problem(
      'imap-certificate',
      `The certificate of the IMAP server ${where} is not accepted: ${why}`,
    );
  }
  if (failure.tlsFailed === true || TLS_CODES.test(code)) {
    const why = wordsOf(failure, secretOf(server), 'check imap.security and imap.port');
    return new Problem('imap-tls', `No TLS with the IMAP server ${where}: ${why}`);
  }
  return null;
}

/** Why a connection could not be opened or signed in to. */
export function connectProblem(error: unknown, server: Server): Problem {
  if (error instanceof Problem) return error;
  const failure = fieldsOf<Failure>(error);
  if (failure.authenticationFailed === true) return signInProblem(failure, server);
  const known = noTokensProblem(failure, server) ?? tlsProblem(failure, server);
  if (known !== null) return known;
  const why = cleanServerText(failure.reason, secretOf(server)) || wordsOf(failure, secretOf(server));
  return new Problem(
    saysTooMany('', why) ? TOO_MANY : 'imap-unreachable',
    `No connection to the IMAP server ${server.host}:${String(server.port)}: ${why}`,
    { temporary: true, exitCode: EXIT.unavailable, cause: error },
  );
}

/** The connection is gone; what the command in flight has done is unknown. */
export function lostProblem(why: string, cause?: unknown): Problem {
  return new Problem(
    'imap-connection-lost',
    `The connection to the IMAP server was lost${why === '' ? '' : `: ${why}`}`,
    { temporary: true, cause },
  );
}

function wordsOf({ code, message }: Failure, secret: string, otherwise?: string): string {
  return networkWords({ code: textOf(code), message: cleanServerText(message, secret) }, 'imap', otherwise);
}

function dig(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found: unknown = value;
  for (const key of path)
    found = typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined;
  return found;
}

/** The response code in brackets, such as TRYCREATE; empty for none. */
function responseCode(failure: Failure): string {
  const told = textOf(failure.serverResponseCode);
  return (
    told === '' ? textOf(dig(failure.response, 'attributes', 0, 'section', 0, 'value')) : told
  ).toUpperCase();
}

function refusalProblem(failure: Failure, doing: string, secret: string): Problem | null {
  const code = responseCode(failure);
  if (failure.mailboxMissing === true || code === 'TRYCREATE' || code === 'NONEXISTENT') {
    return new Problem('imap-folder-missing', `Cannot ${doing}: there is no such folder`, {
      scope: 'folder',
      exitCode: EXIT.configuration,
    });
  }
  const status = failure.responseStatus;
  // APPENDLIMIT is imapflow's own refusal: it does not send what the server has announced not to take.
  if (status !== 'NO' && status !== 'BAD' && code !== 'APPENDLIMIT') return null;
  const said = cleanServerText(failure.responseText ?? failure.message, secret);
  return isBlocked(said) ? blockedProblem(said) : saidNo(failure, doing, said);
}

function saidNo(failure: Failure, doing: string, said: string): Problem {
  const code = responseCode(failure);
  const { scope, temporary, explained } =
    failure.code === 'ETHROTTLE'
      ? THROTTLED
      : meaningOf(failure.responseStatus === 'BAD' ? 'BAD' : 'NO', code);
  const told = `${code === '' ? '' : ` [${cleanServerText(code)}]`}${said === '' ? '' : `: ${said}`}`;
  return new Problem('imap-refused', `The IMAP server refused to ${doing}${told}`, {
    scope,
    temporary,
    explained,
  });
}

/** Some servers take a sign-in, and then let it do nothing. */
function blockedProblem(said: string): Problem {
  const advice = asSentence(signInAdvice({ said, byToken: true }, 'imap'));
  return new Problem(
    'imap-sign-in-refused',
    `The IMAP server lets the account do nothing: ${unended(said)}. ${advice}`,
    {
      exitCode: EXIT.signInRefused,
    },
  );
}

/** A server said OK, and has not done it. */
export function notCarriedOutProblem(doing: string): Problem {
  return new Problem(
    'imap-not-carried-out',
    `The IMAP server said OK to a command to ${doing}, and has not carried it out. Nothing more is done here until it does: ask whoever runs that server`,
    { scope: 'folder' },
  );
}

/** Why a command failed; `doing` says what for, such as `read flags in INBOX`. `secret` is what was signed in with. */
export function commandProblem(error: unknown, doing: string, secret = ''): Problem {
  if (error instanceof Problem) return error;
  const failure = fieldsOf<Failure>(error);
  const refusal = refusalProblem(failure, doing, secret);
  if (refusal !== null) return refusal;
  if (CONNECTION_CODES.test(textOf(failure.code)))
    return lostProblem(cleanServerText(failure.reason, secret) || wordsOf(failure, secret), error);
  const why = cleanServerText(failure.message, secret) || textOf(failure.code) || 'no reason given';
  return new Problem('imap-failed', `Could not ${doing}: ${why}`, { temporary: true, cause: error });
}
