/** What each refusal of a provider means, and what to do. The words are those that providers document. */
import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/problem/problem.js';
import { loginCommand, providerProblem } from '../../../src/sign-in/refusals.js';

const AT = { title: 'Microsoft', again: 'imapdesk login --desk Support', secrets: ['hunter2hunter2'] };

function answered(error: string, description = '', status = 400): Error {
  return Object.assign(new Error('server responded with an error in the response body'), {
    name: 'ResponseBodyError',
    error,
    error_description: description,
    status,
  });
}

const RUN = 'run "imapdesk login --desk Support"';

describe('a provider that says no', () => {
  it.each([
    ['invalid_grant', 'Token has been expired or revoked.', 'sign-in-expired', RUN],
    [
      'invalid_grant',
      'AADSTS700082: The refresh token has expired due to inactivity.',
      'sign-in-expired',
      RUN,
    ],
    ['invalid_grant', 'AADSTS50173: The provided grant has expired.', 'sign-in-expired', 'a new password'],
    [
      'interaction_required',
      'AADSTS50076: you must use multi-factor authentication.',
      'sign-in-expired',
      'second factor',
    ],
    ['invalid_grant', 'AADSTS65001: The user or administrator has not consented.', 'sign-in-consent', RUN],
    ['interaction_required', '', 'sign-in-consent', RUN],
    [
      'interaction_required',
      'AADSTS53003: Blocked by Conditional Access.',
      'sign-in-blocked',
      'administrator',
    ],
    ['invalid_grant', 'AADSTS50057: The user account is disabled.', 'sign-in-blocked', 'administrator'],
    [
      'invalid_resource',
      'AADSTS500011: The resource principal was not found.',
      'sign-in-blocked',
      'no licence',
    ],
    ['access_denied', '', 'sign-in-blocked', 'somebody said no'],
    ['invalid_client', 'AADSTS7000215: Invalid client secret provided.', 'sign-in-client', 'clientSecret'],
    [
      'invalid_client',
      'AADSTS7000222: The provided client secret keys are expired.',
      'sign-in-client',
      'expired',
    ],
    ['unauthorized_client', 'AADSTS700016: Application was not found.', 'sign-in-client', 'tenant'],
    ['invalid_client', 'The OAuth client was not found.', 'sign-in-client', 'clientId'],
    ['invalid_scope', '', 'sign-in-client', 'auth.oauth2.scopes'],
    ['odd_thing', 'For the tests', 'sign-in-refused', 'odd_thing: For the tests'],
  ])('%s %s', (error, description, code, advice) => {
    const problem = providerProblem(answered(error, description), AT);
    expect(problem).toMatchObject({ code, exitCode: 77, temporary: false, scope: 'account' });
    expect(problem.message).toContain(advice);
  });

  it('is told without secrets, addresses and what only its own people can read', () => {
    const said =
      'AADSTS70000: hunter2hunter2 of support@example.com.\r\nTrace ID: 1-2-3 Correlation ID: 4 Timestamp: 5';
    expect(providerProblem(answered('invalid_grant', said), AT).message).toBe(
      `Microsoft gives no token: the sign-in was revoked or has expired: ${RUN} (invalid_grant: AADSTS70000: [hidden] of …)`,
    );
  });
});

describe('a provider that says nothing of the sign-in', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  it.each<[string, unknown, string]>([
    ['is not there', new TypeError('fetch failed', { cause: refused }), 'connect ECONNREFUSED'],
    ['is slow', new DOMException('timed out', 'TimeoutError'), 'no answer came in time'],
    ['is broken', answered('server_error', '', 500), 'it answers with status 500'],
    ['is busy', answered('temporarily_unavailable'), 'it answers with status 400'],
    ['wants fewer questions', answered('slow_down', '', 429), 'status 429'],
    ['is busy in its own way', answered('invalid_grant', 'AADSTS90033: A transient error.'), 'status 400'],
    ['is no provider', new Error('"response" is not a conform Token Endpoint response'), 'not a conform'],
    ['cannot be understood', undefined, 'no reason given'],
  ])('because it %s is asked again', (_, error, why) => {
    const problem = providerProblem(error, AT);
    expect(problem).toMatchObject({ code: 'sign-in-unreachable', temporary: true, exitCode: 69 });
    expect(problem.message).toContain(why);
  });

  it('passes on what is a problem already', () => {
    const problem = new Problem('sign-in-unsaved', 'no room');
    expect(providerProblem(problem, AT)).toBe(problem);
  });
});

it('names tokens for somebody else', () => {
  const error = Object.assign(new Error('unexpected JWT "iss"'), {
    code: 'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  });
  expect(providerProblem(error, AT)).toMatchObject({ code: 'sign-in-client', exitCode: 77 });
});

it.each([
  ['support@example.com', 'imapdesk login --desk support@example.com'],
  ['Example Support', 'imapdesk login'],
  ["it's", 'imapdesk login'],
])('the desk %s signs in by %s', (desk, command) => {
  expect(loginCommand(desk)).toBe(command);
});
