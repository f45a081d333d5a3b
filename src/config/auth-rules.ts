/** What must fit together in a desk’s sign-in. */
import { asFields, type Fields, type Mistake } from './written.js';

type Path = readonly PropertyKey[];

/** Passwords or `auth`, and of `auth` one kind. */
export function authRule(desk: Fields, path: Path): Mistake[] {
  if (desk.auth === undefined) return passwordRule(desk, path);
  const { oauth2, accessToken } = asFields(desk.auth);
  const kinds = [oauth2, accessToken].filter((kind) => kind !== undefined).length;
  const at = [...path, 'auth'];
  return [
    ...['imap', 'smtp'].flatMap((server) => besides(asFields(desk[server]), [...path, server, 'password'])),
    ...(kinds === 1 ? [] : [{ path: at, message: 'expected either oauth2 or accessToken' }]),
    ...oauth2Rule(asFields(oauth2), [...at, 'oauth2']),
  ];
}

function passwordRule(desk: Fields, path: Path): Mistake[] {
  const imap = asFields(desk.imap);
  if (desk.imap === undefined || imap.password !== undefined) return [];
  return [
    {
      path: [...path, 'imap', 'password'],
      message: 'is missing, expected the password or where it comes from; or auth in the desk, for OAuth2',
    },
  ];
}

function besides({ password }: Fields, path: Path): Mistake[] {
  if (password === undefined) return [];
  return [
    { path, message: 'cannot stand beside auth, which signs in at both servers: leave out one of them' },
  ];
}

function oauth2Rule(oauth2: Fields, path: Path): Mistake[] {
  const { provider, tenant, flow, clientSecret } = oauth2;
  const mistake = (key: string, message: string): Mistake[] => [{ path: [...path, key], message }];
  return [
    ...(provider === 'google' && flow !== undefined && flow !== 'browser'
      ? mistake('flow', 'expected "browser": Google gives access to mail in no other way')
      : []),
    ...(tenant !== undefined && provider !== 'microsoft'
      ? mistake('tenant', 'is for the provider "microsoft" only, leave it out')
      : []),
    ...(flow === 'client-credentials' && clientSecret === undefined
      ? mistake('clientSecret', 'is missing, expected beside the flow "client-credentials"')
      : []),
    ...(flow === 'client-credentials' && provider === 'microsoft' && isOfMany(tenant)
      ? mistake('tenant', 'expected the id or domain of your own tenant for the flow "client-credentials"')
      : []),
    ...ownProviderRule(asFields(provider), flow, [...path, 'provider']),
  ];
}

function isOfMany(tenant: unknown): boolean {
  return tenant === undefined || tenant === 'common' || tenant === 'organizations' || tenant === 'consumers';
}

/** Without an issuer there is nobody to ask for what is left out. */
function ownProviderRule(provider: Fields, flow: unknown, path: Path): Mistake[] {
  if (Object.keys(provider).length === 0 || provider.issuer !== undefined) return [];
  const byDevice = flow === 'device' ? ['deviceAuthorizationEndpoint'] : [];
  const byBrowser = flow === undefined || flow === 'browser' ? ['authorizationEndpoint'] : [];
  const needed = ['tokenEndpoint', ...byBrowser, ...byDevice];
  return needed
    .filter((key) => provider[key] === undefined)
    .map((key) => ({
      path: [...path, key],
      message: 'is missing, expected an address, or issuer in its place',
    }));
}
