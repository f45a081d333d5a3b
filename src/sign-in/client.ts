/** openid-client, set up for one desk's provider. It is loaded late: a desk with a password never needs it. */
import type { ClientAuth, Configuration, ServerMetadata } from 'openid-client';
import type { OAuth2Config } from '../config/auth.js';
import { isLoopback } from '../config/loopback.js';
import { type Provider, providerOf } from './providers.js';
import { type ProviderAt, providerProblem } from './refusals.js';

export type OpenidClient = typeof import('openid-client');

export interface Client extends ProviderAt {
  readonly lib: OpenidClient;
  readonly config: Configuration;
  readonly provider: Provider;
}

export interface ClientOptions {
  readonly oauth2: OAuth2Config;
  /** Of the application; null where it has none. */
  readonly clientSecret: string | null;
  /** The command that signs in, for what to do. */
  readonly again: string;
}

const ANSWER_SECONDS = 20;
/**
 * Times in an id token are the provider's, and this machine's clock may be wrong by any amount. The token comes from the
 * provider itself over TLS and is read for a name alone, so its times decide nothing.
 */
const ANY_CLOCK_SECONDS = 10 * 365 * 86_400;

export function loadOpenid(): Promise<OpenidClient> {
  return import('openid-client');
}

/** Asks the issuer for its endpoints, where one is named and the token endpoint is not. Throws a Problem. */
export async function openClient(options: ClientOptions): Promise<Client> {
  const lib = await loadOpenid();
  const provider = providerOf(options.oauth2);
  const secrets = options.clientSecret === null ? [] : [options.clientSecret];
  const at: ProviderAt = { title: provider.title, again: options.again, secrets };
  const config = await asProblem(at, () => configurationOf(lib, provider, options));
  config.timeout = ANSWER_SECONDS;
  if (isOnThisMachine(config.serverMetadata().token_endpoint)) lib.allowInsecureRequests(config);
  return { ...at, lib, config, provider };
}

/** Whatever goes wrong with the provider, told as a Problem. */
export async function asProblem<T>(at: ProviderAt, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw providerProblem(error, at);
  }
}

async function configurationOf(
  lib: OpenidClient,
  provider: Provider,
  { oauth2: { clientId }, clientSecret }: ClientOptions,
): Promise<Configuration> {
  const metadata = { [lib.clockTolerance]: ANY_CLOCK_SECONDS };
  const auth = clientAuth(lib, clientSecret);
  const given = endpointsOf(provider);
  const { issuer, tokenEndpoint } = provider;
  if (issuer === null || tokenEndpoint !== null) {
    const server = { ...given, issuer: issuer ?? new URL(tokenEndpoint ?? '').origin };
    return new lib.Configuration(server, clientId, metadata, auth);
  }
  const found = await lib.discovery(new URL(issuer), clientId, metadata, auth, {
    timeout: ANSWER_SECONDS,
    ...(isOnThisMachine(issuer) ? { execute: [lib.allowInsecureRequests] } : {}),
  });
  if (Object.keys(given).length === 0) return found;
  return new lib.Configuration({ ...found.serverMetadata(), ...given }, clientId, metadata, auth);
}

function endpointsOf(provider: Provider): Partial<ServerMetadata> {
  return withoutNull({
    token_endpoint: provider.tokenEndpoint,
    authorization_endpoint: provider.authorizationEndpoint,
    device_authorization_endpoint: provider.deviceAuthorizationEndpoint,
    userinfo_endpoint: provider.userinfoEndpoint,
    revocation_endpoint: provider.revocationEndpoint,
  });
}

function withoutNull(fields: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
}

/** In the form, as Google and Microsoft want it, unless the provider says that it takes a header alone. */
function clientAuth(lib: OpenidClient, clientSecret: string | null): ClientAuth {
  if (clientSecret === null) return lib.None();
  const [post, basic] = [lib.ClientSecretPost(clientSecret), lib.ClientSecretBasic(clientSecret)];
  return (server, ...request) => {
    const methods = server.token_endpoint_auth_methods_supported;
    (methods?.includes('client_secret_post') === false ? basic : post)(server, ...request);
  };
}

function isOnThisMachine(url: string | undefined): boolean {
  return url !== undefined && URL.canParse(url) && isLoopback(new URL(url).hostname);
}
