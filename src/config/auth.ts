/** How a desk signs in without a password, as the program works with it. */
import type { z } from 'zod';
import type { authSchema, FLOWS, PROVIDERS } from './auth-schema.js';
import type { SecretSource } from './secret-schema.js';

type Flow = (typeof FLOWS)[number];

/** At least an issuer or a token endpoint. */
export interface OwnProvider {
  readonly issuer: string | null;
  readonly tokenEndpoint: string | null;
  readonly authorizationEndpoint: string | null;
  readonly deviceAuthorizationEndpoint: string | null;
  readonly userinfoEndpoint: string | null;
  readonly revocationEndpoint: string | null;
}

export interface OAuth2Config {
  readonly kind: 'oauth2';
  readonly provider: (typeof PROVIDERS)[number] | OwnProvider;
  readonly clientId: string;
  readonly clientSecret: SecretSource | null;
  readonly tenant: string;
  readonly flow: Flow;
  /** null for those of the provider. */
  readonly scopes: readonly string[] | null;
  /** null for the mailbox’s user. */
  readonly account: string | null;
}

interface TokenCommand {
  readonly kind: 'command';
  /** A program and its arguments. */
  readonly command: readonly string[];
}

export type AuthConfig = OAuth2Config | TokenCommand;

/** null for a desk with passwords. The rules have seen to it that there is one kind of two. */
export function completeAuth(written: z.output<typeof authSchema>): AuthConfig | null {
  if (written?.accessToken !== undefined) return { kind: 'command', command: written.accessToken.command };
  if (written?.oauth2 === undefined) return null;
  const { provider, clientId, clientSecret, tenant, flow, scopes, account } = written.oauth2;
  return {
    kind: 'oauth2',
    provider: typeof provider === 'string' ? provider : completeProvider(provider),
    clientId,
    clientSecret: clientSecret ?? null,
    tenant: tenant ?? 'common',
    flow: flow ?? (provider === 'microsoft' ? 'device' : 'browser'),
    scopes: scopes ?? null,
    account: account ?? null,
  };
}

type WrittenProvider = { readonly [key in keyof OwnProvider]?: string | undefined };

function completeProvider(provider: WrittenProvider): OwnProvider {
  return {
    issuer: provider.issuer ?? null,
    tokenEndpoint: provider.tokenEndpoint ?? null,
    authorizationEndpoint: provider.authorizationEndpoint ?? null,
    deviceAuthorizationEndpoint: provider.deviceAuthorizationEndpoint ?? null,
    userinfoEndpoint: provider.userinfoEndpoint ?? null,
    revocationEndpoint: provider.revocationEndpoint ?? null,
  };
}
