/** Which troubles of a desk another host is to try its luck with. */
import { expect, it } from 'vitest';
import { type OAuth2Config } from '../../../src/config/auth.js';
import { mayWorkElsewhere } from '../../../src/fleet/elsewhere.js';

const PERSON: OAuth2Config = {
  kind: 'oauth2',
  provider: 'google',
  clientId: 'x',
  clientSecret: null,
  tenant: 'common',
  flow: 'browser',
  scopes: null,
  account: null,
};

it.each(['imap-unreachable', 'imap-tls', 'imap-certificate', 'secret-exposed', 'sign-in-needed'])(
  '%s may be a trouble of one host',
  (code) => {
    expect(mayWorkElsewhere(code, null)).toBe(true);
  },
);

it.each([
  'imap-sign-in-refused',
  'imap-folder-missing',
  'folders-missing',
  'register-emptied',
  'register-unreadable',
  'adoption-undecided',
  'open-not-empty',
  'sign-in-blocked',
  'no-such-code',
])('%s is one of all', (code) => {
  expect(mayWorkElsewhere(code, null)).toBe(false);
});

it('a sign-in that is refused is one of all where it is that of the configuration', () => {
  const auths = [
    PERSON,
    { kind: 'command', command: ['token'] } as const,
    { ...PERSON, flow: 'client-credentials' } as const,
  ];
  expect(auths.map((auth) => mayWorkElsewhere('imap-sign-in-refused', auth))).toEqual([true, true, false]);
});
