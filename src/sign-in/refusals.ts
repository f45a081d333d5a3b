/**
 * What it means that a provider gives no token, and what to do. Codes are those of RFC 6749 §5.2 and §4.1.2.1, RFC 8628
 * §3.5 and OpenID Connect Core §3.1.2.6; numbers (AADSTS…) are Microsoft's, from
 * https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes. What is not known is a refusal that
 * may need a person; silence, a busy provider and what is no answer at all are temporary.
 */
import { fieldsOf, textOf } from '../problem/failure.js';
import { hideIn } from '../problem/hidden.js';
import { EXIT, Problem, unended } from '../problem/problem.js';
import { cleanServerText } from '../problem/server-text.js';

/** Whom a refusal is from, and which desk it is about. */
export interface ProviderAt {
  /** The provider, for people. */
  readonly title: string;
  /** The command that signs in. */
  readonly again: string;
  /** What no sentence may hold. */
  readonly secrets: readonly string[];
}

/** What is read of an error of openid-client, or of fetch; none of it is trusted to be there. */
interface ProviderFailure {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly error?: unknown;
  readonly error_description?: unknown;
  readonly status?: unknown;
  readonly cause?: unknown;
}

export type SignInCode =
  | 'sign-in-needed'
  | 'sign-in-expired'
  | 'sign-in-consent'
  | 'sign-in-blocked'
  | 'sign-in-client'
  | 'sign-in-refused'
  | 'sign-in-unreachable'
  | 'sign-in-unsaved';

interface Row {
  readonly fits: (said: Said) => boolean;
  readonly code: SignInCode;
  /** `%` stands for the command that signs in. */
  readonly advice: string;
}

interface Said {
  /** OAuth's code, such as `invalid_grant`. */
  readonly error: string;
  readonly description: string;
}

const numbered =
  (...numbers: readonly number[]) =>
  ({ description }: Said): boolean =>
    numbers.some((number) => new RegExp(`AADSTS${number}\\b`).test(description));
const coded =
  (...codes: readonly string[]) =>
  ({ error }: Said): boolean =>
    codes.includes(error);

/** The first that fits counts: Microsoft says `invalid_grant` of much. */
const ROWS: readonly Row[] = [
  {
    fits: numbered(65001, 65004, 90094, 90095, 90097),
    code: 'sign-in-consent',
    advice:
      'the application may not use this mailbox yet: sign in and agree, by % (or have an administrator agree)',
  },
  {
    fits: numbered(50057, 50105, 53000, 53001, 53003, 530032, 500011, 500014, 53011),
    code: 'sign-in-blocked',
    advice:
      'the account or the application is blocked there, or has no licence for mail: ask an administrator',
  },
  {
    fits: numbered(7000215, 7000222, 700016, 90002, 7000218, 700025, 50011),
    code: 'sign-in-client',
    advice: 'check auth.oauth2: clientId, clientSecret and tenant (a secret may have expired)',
  },
  {
    fits: numbered(50076, 50079, 50074, 50072, 50158, 50173),
    code: 'sign-in-expired',
    advice: 'it wants the person again (a second factor, or a new password): %',
  },
  {
    fits: coded('invalid_grant', 'expired_token', 'login_required'),
    code: 'sign-in-expired',
    advice: 'the sign-in was revoked or has expired: %',
  },
  {
    fits: coded('interaction_required', 'consent_required', 'account_selection_required'),
    code: 'sign-in-consent',
    advice: 'somebody has to agree to it: %',
  },
  {
    fits: coded('access_denied', 'admin_policy_enforced', 'org_internal'),
    code: 'sign-in-blocked',
    advice: 'somebody said no, or the account may not do this: ask an administrator, or try again by %',
  },
  {
    fits: coded('invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'redirect_uri_mismatch'),
    code: 'sign-in-client',
    advice: 'check auth.oauth2: clientId, clientSecret and flow (docs/sign-in.md)',
  },
  {
    fits: coded('invalid_scope'),
    code: 'sign-in-client',
    advice: 'check auth.oauth2.scopes, and what the application may ask for',
  },
];

/** openid-client's code for an id token that names somebody else. */
const OTHER_CLAIMS = 'OAUTH_JWT_CLAIM_COMPARISON_FAILED';
const OTHER: Omit<Row, 'fits'> = { code: 'sign-in-refused', advice: 'try again by %' };
const BUSY: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);
/** Microsoft's own "try again". */
const isBusy = numbered(90033, 50196, 90006, 700027);

export function providerProblem(error: unknown, at: ProviderAt): Problem {
  if (error instanceof Problem) return error;
  const failure = fieldsOf<ProviderFailure>(error);
  const said = saidIn(failure);
  const status = typeof failure.status === 'number' ? failure.status : 0;
  if (textOf(failure.code) === OTHER_CLAIMS)
    return signInProblem(
      'sign-in-client',
      `${at.title} gives a token of another issuer or for another application: check auth.oauth2: provider.issuer and clientId`,
    );
  const passes = said.error === '' || BUSY.has(said.error) || isBusy(said) || status >= 500 || status === 429;
  return passes ? unreachable(error, at) : refusal(said, at);
}

/** What a person has to do before there can be a token. */
export function signInProblem(code: SignInCode, message: string): Problem {
  return new Problem(code, message, { scope: 'account', exitCode: EXIT.signInRefused });
}

/** Names the desk only where that needs no quoting that a shell might see in another way. */
export function loginCommand(desk: string): string {
  return /^[\w.@+-]+$/.test(desk) ? `imapdesk login --desk ${desk}` : 'imapdesk login';
}

function refusal(said: Said, at: ProviderAt): Problem {
  const { code, advice } = ROWS.find(({ fits }) => fits(said)) ?? OTHER;
  const why = cleaned([said.error, said.description].filter((part) => part !== '').join(': '), at);
  const what = advice.replaceAll('%', `run "${at.again}"`);
  return signInProblem(code, `${at.title} gives no token: ${what} (${unended(why)})`);
}

function unreachable(error: unknown, at: ProviderAt): Problem {
  return new Problem(
    'sign-in-unreachable',
    `${at.title} gives no token just now, which may pass by itself: ${cleaned(whyNot(error), at)}`,
    { temporary: true, exitCode: EXIT.unavailable, scope: 'account', cause: error },
  );
}

/** The innermost cause says most: "fetch failed" says nothing. */
function whyNot(error: unknown): string {
  const { cause, message, name, code, status } = fieldsOf<ProviderFailure>(error);
  if (name === 'TimeoutError') return 'no answer came in time';
  if (typeof status === 'number' && status >= 400) return `it answers with status ${status}`;
  if (cause instanceof Error && textOf(cause.message) !== '') return whyNot(cause);
  return textOf(message) || textOf(code) || 'no reason given';
}

/** openid-client puts it into the error, or into its cause. */
function saidIn({ error, error_description: description, cause }: ProviderFailure): Said {
  if (textOf(error) !== '') return { error: textOf(error), description: textOf(description) };
  const inner = fieldsOf<ProviderFailure>(cause);
  return { error: textOf(inner.error), description: textOf(inner.error_description) };
}

const ADDRESS = /[^\s<>"'()]+@[^\s<>"'()]+/g;

/** Microsoft adds ids and the time, for its own people. */
function cleaned(text: string, { secrets }: ProviderAt): string {
  const short = text.replace(/\s*(Trace ID|Correlation ID|Timestamp):[^]*$/i, '');
  return cleanServerText(hideIn(short, secrets).replace(ADDRESS, '…'));
}
