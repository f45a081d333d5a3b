/** What a desk’s `auth` may be, and what it says where it is wrong. */
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { ConfigProblem } from '../../../src/config/problem.js';
import { clientSecret, commandToken, literalSecrets } from '../../../src/config/secrets.js';
import { sample, sampleDesk, type Written } from './sample.js';

const imap = { host: 'imap.example.com', user: 'support@example.com' };
const smtp = { host: 'smtp.example.com', user: 'support@example.com' };

function parse(auth: unknown, changes: Written = {}, env: Record<string, string> = {}) {
  const desks = [sampleDesk({ imap, smtp, auth, ...changes })];
  return parseConfig(JSON.stringify(sample({ desks })), { path: '/etc/imapdesk/config.json', env });
}

function mistakesIn(auth: unknown, changes: Written = {}): string[] {
  try {
    parse(auth, changes);
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

const oauth2 = (changes: Written = {}) => ({ oauth2: { provider: 'google', clientId: 'desk', ...changes } });

describe('auth', () => {
  it('takes a provider that is known by its name', () => {
    const { desks } = parse(oauth2());
    expect(desks[0]).toMatchObject({
      imap: { password: null },
      smtp: { user: 'support@example.com', password: null },
      auth: { kind: 'oauth2', provider: 'google', clientId: 'desk', clientSecret: null, flow: 'browser' },
    });
    expect(parse(oauth2({ provider: 'microsoft' })).desks[0]?.auth).toMatchObject({
      flow: 'device',
      tenant: 'common',
      scopes: null,
      account: null,
    });
  });

  it('takes any other by its issuer, or by its endpoints', () => {
    const issuer = 'https://id.example.com';
    expect(parse(oauth2({ provider: { issuer } })).desks[0]?.auth).toMatchObject({
      provider: { issuer, tokenEndpoint: null },
      flow: 'browser',
    });
    const own = { tokenEndpoint: 'http://127.0.0.1:9/token', authorizationEndpoint: 'http://[::1]:9/auth' };
    expect(parse(oauth2({ provider: own })).desks[0]?.auth).toMatchObject({ provider: own });
  });

  it('takes a program that prints tokens', async () => {
    const config = parse({ accessToken: { command: ['echo', 'a token'] } });
    const [desk] = config.desks;
    if (desk?.auth?.kind !== 'command') throw new Error('no program');
    expect(await commandToken({ ...config, baseDir: '/' }, desk, desk.auth.command)).toBe('a token');
  });

  it('keeps the application’s secret where any other may be', async () => {
    const config = parse(oauth2({ clientSecret: { env: 'CLIENT' } }), {}, { CLIENT: 'hunter2' });
    const [desk] = config.desks;
    if (desk === undefined) throw new Error('no desk');
    expect(await clientSecret(config, desk)).toBe('hunter2');
    expect(literalSecrets(config)).toEqual(['secret']);
    expect(literalSecrets(parse(oauth2({ clientSecret: 'hunter2' })))).toContain(
      'desks[0].auth.oauth2.clientSecret',
    );
  });

  const BESIDE = 'cannot stand beside auth, which signs in at both servers: leave out one of them';
  it.each<[string, unknown, Written, string[]]>([
    [
      'no password',
      undefined,
      {},
      [
        'desks[0].imap.password: is missing, expected the password or where it comes from; or auth in the desk, for OAuth2',
        'desks[0].smtp.password: is missing, expected beside user: both sign in, neither is for a relay without sign-in',
      ],
    ],
    [
      'passwords, too',
      oauth2(),
      { imap: { ...imap, password: 'p' }, smtp: { ...smtp, password: 'p' } },
      [`desks[0].imap.password: ${BESIDE}`, `desks[0].smtp.password: ${BESIDE}`],
    ],
    ['neither kind', {}, {}, ['desks[0].auth: expected either oauth2 or accessToken']],
    [
      'both kinds',
      { ...oauth2(), accessToken: { command: ['x'] } },
      {},
      ['desks[0].auth: expected either oauth2 or accessToken'],
    ],
    [
      'a provider that nobody knows',
      oauth2({ provider: 'gogle' }),
      {},
      [
        'desks[0].auth.oauth2.provider: expected "google", "microsoft", { "issuer": "https://…" } or { "tokenEndpoint": "https://…", … }',
      ],
    ],
    [
      'an address that is not encrypted',
      oauth2({ provider: { issuer: 'http://id.example.com' } }),
      {},
      ['desks[0].auth.oauth2.provider.issuer: expected an https address (http only on this machine)'],
    ],
    [
      'an empty provider',
      oauth2({ provider: { userinfoEndpoint: 'https://id.example.com' } }),
      {},
      [
        'desks[0].auth.oauth2.provider.tokenEndpoint: is missing, expected an address, or issuer in its place',
        'desks[0].auth.oauth2.provider.authorizationEndpoint: is missing, expected an address, or issuer in its place',
      ],
    ],
    [
      'a device at Google',
      oauth2({ flow: 'device' }),
      {},
      ['desks[0].auth.oauth2.flow: expected "browser": Google gives access to mail in no other way'],
    ],
    [
      'a tenant of Google',
      oauth2({ tenant: 'common' }),
      {},
      ['desks[0].auth.oauth2.tenant: is for the provider "microsoft" only, leave it out'],
    ],
    [
      'an application without a secret or tenant',
      oauth2({ provider: 'microsoft', flow: 'client-credentials' }),
      {},
      [
        'desks[0].auth.oauth2.clientSecret: is missing, expected beside the flow "client-credentials"',
        'desks[0].auth.oauth2.tenant: expected the id or domain of your own tenant for the flow "client-credentials"',
      ],
    ],
    [
      'no application',
      { oauth2: { provider: 'google' } },
      {},
      ['desks[0].auth.oauth2.clientId: is missing, expected the client id that the provider gave you'],
    ],
    [
      'a program without a name',
      { accessToken: { command: [] } },
      {},
      ['desks[0].auth.accessToken.command: expected at least a program'],
    ],
  ])('names what is wrong with %s', (_, auth, changes, lines) => {
    expect(mistakesIn(auth, changes)).toEqual(lines);
  });
});
