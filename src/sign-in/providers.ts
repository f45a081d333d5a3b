/**
 * Who gives tokens, and what must be asked of them for mail. What is said of Google and Microsoft is from their
 * documentation as it was on 2026-11-29, and was not tried:
 *
 * - Google: https://accounts.google.com/.well-known/openid-configuration (endpoints),
 *   https://developers.google.com/workspace/gmail/imap/xoauth2-protocol (scope),
 *   https://developers.google.com/identity/protocols/oauth2/native-app (loopback address, any port; PKCE),
 *   https://developers.google.com/identity/protocols/oauth2/limited-input-device (which scopes a device may have: not mail).
 * - Microsoft: https://learn.microsoft.com/en-us/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
 *   (scopes, client credentials), https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-device-code
 *   (endpoints), https://learn.microsoft.com/en-us/entra/identity-platform/reply-url#localhost-exceptions (any port of localhost).
 */
import type { OAuth2Config, OwnProvider } from '../config/auth.js';

export interface Provider extends OwnProvider {
  /** For people. */
  readonly title: string;
  /** What a person is asked to allow. */
  readonly scopes: readonly string[];
  /** What an application that signs in by itself asks for; empty for nothing in particular. */
  readonly appScopes: readonly string[];
  /** What else goes into the address that a person opens. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The host of this machine, as the provider wants it written. */
  readonly loopback: '127.0.0.1' | 'localhost';
  /** Where a person sees and ends what was allowed; null if it is not known. */
  readonly permissions: string | null;
}

const NO_ENDPOINTS = {
  issuer: null,
  tokenEndpoint: null,
  authorizationEndpoint: null,
  deviceAuthorizationEndpoint: null,
  userinfoEndpoint: null,
  revocationEndpoint: null,
};

const GOOGLE: Provider = {
  ...NO_ENDPOINTS,
  title: 'Google',
  issuer: 'https://accounts.google.com',
  authorizationEndpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
  tokenEndpoint: 'https://oauth2.googleapis.com/token',
  revocationEndpoint: 'https://oauth2.googleapis.com/revoke',
  userinfoEndpoint: 'https://openidconnect.googleapis.com/v1/userinfo',
  scopes: ['https://mail.google.com/', 'openid', 'email'],
  appScopes: [],
  // Without these a second sign-in brings no refresh token.
  parameters: { access_type: 'offline', prompt: 'consent' },
  loopback: '127.0.0.1',
  permissions: 'https://myaccount.google.com/connections',
};

function microsoft(tenant: string): Provider {
  return {
    ...NO_ENDPOINTS,
    title: 'Microsoft',
    // Its id tokens name the tenant of the person, which openid-client knows of where it has asked this issuer.
    issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
    scopes: [
      'https://outlook.office.com/IMAP.AccessAsUser.All',
      'https://outlook.office.com/SMTP.Send',
      'offline_access',
      'openid',
      'profile',
      'email',
    ],
    appScopes: ['https://outlook.office365.com/.default'],
    parameters: { prompt: 'select_account' },
    loopback: 'localhost',
    permissions: 'https://myapps.microsoft.com',
  };
}

/** What the configuration says of a desk's provider, completed where it is a known one. */
export function providerOf({ provider, tenant, scopes }: OAuth2Config): Provider {
  const known = provider === 'google' ? GOOGLE : provider === 'microsoft' ? microsoft(tenant) : own(provider);
  return scopes === null ? known : { ...known, scopes, appScopes: scopes };
}

function own(provider: OwnProvider): Provider {
  const { host } = new URL(provider.issuer ?? provider.tokenEndpoint ?? 'https://unknown.invalid');
  return {
    ...provider,
    title: host,
    // What names a person names the issuer, too: without one there is nothing to compare it with.
    scopes: [...(provider.issuer === null ? [] : ['openid']), 'email', 'offline_access'],
    appScopes: [],
    // OpenID Connect Core §11: else a provider may give no refresh token.
    parameters: { prompt: 'consent' },
    loopback: '127.0.0.1',
    permissions: null,
  };
}
