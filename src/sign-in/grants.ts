/** The tokens that a provider gives, by whichever way they were asked for. */
import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client';
import { asProblem, type Client } from './client.js';

/** Where a provider does not say how long its token is good. */
const UNTOLD_LIFETIME_MS = 10 * 60_000;
/** However long it says: no clock has to be trusted for longer. */
const LONGEST_LIFETIME_MS = 24 * 3_600_000;

export interface Tokens {
  readonly accessToken: string;
  /** null where none was given: then an older one is still good. */
  readonly refreshToken: string | null;
  readonly lifetimeMs: number;
  /** Names that the provider has for who signed in, in its own spelling; empty if it says nothing. */
  readonly names: readonly string[];
}

export type Answer = TokenEndpointResponse & TokenEndpointResponseHelpers;

export function tokensOf(answer: Answer): Tokens {
  const seconds = answer.expires_in;
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? null,
    lifetimeMs:
      seconds === undefined || seconds <= 0
        ? UNTOLD_LIFETIME_MS
        : Math.min(seconds * 1000, LONGEST_LIFETIME_MS),
    names: namesIn(answer.claims()),
  };
}

/** OpenID Connect Core §5.1, and `upn` of Microsoft. */
const NAMES = ['email', 'preferred_username', 'upn'] as const;

export function namesIn(claims: object | undefined): readonly string[] {
  if (claims === undefined) return [];
  const values: unknown[] = NAMES.map((name) => Reflect.get(claims, name));
  return [...new Set(values.filter((value): value is string => typeof value === 'string' && value !== ''))];
}

/** Spends the refresh token: from then on only what comes back is good. Throws a Problem. */
export async function renewTokens(client: Client, refreshToken: string): Promise<Tokens> {
  const { lib, config } = client;
  const at = { ...client, secrets: [...client.secrets, refreshToken] };
  return tokensOf(await asProblem(at, () => lib.refreshTokenGrant(config, refreshToken)));
}

/** For an application that signs in by itself. Throws a Problem. */
export async function applicationTokens(client: Client): Promise<Tokens> {
  const { lib, config, provider } = client;
  const scope = provider.appScopes.join(' ');
  return tokensOf(
    await asProblem(client, () => lib.clientCredentialsGrant(config, scope === '' ? {} : { scope })),
  );
}
