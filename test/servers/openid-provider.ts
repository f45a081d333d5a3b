/**
 * A real OpenID provider on loopback (the package oidc-provider): code with PKCE, device, client credentials, rotation of
 * refresh tokens, introspection and revocation. Whoever signs in there is who they say they are.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

export interface OpenidProvider {
  readonly issuer: string;
  /** For a resource server that asks whether a token is good: a URL with the name and secret of such a client. */
  readonly introspectionUrl: string;
  /** Requests so far, as `POST /token`. */
  readonly requests: readonly string[];
  /** The refresh tokens that were spent, in order. */
  readonly spent: string[];
  /** This access token is no good any more; what it came with is. */
  drop(accessToken: string): Promise<void>;
  /** Answers in place of the provider: a status and a body. null takes it away. */
  answer(rule: ((request: string) => Substitute | null) | null): void;
  /** Cuts all connections and takes no new ones. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

interface Substitute {
  readonly status: number;
  readonly body: string;
}

/** The application that people sign in with, and the one that signs in by itself. */
export const CLIENT = 'desk';
export const APPLICATION = { id: 'robot', secret: 'the-secret-of-the-robot' } as const;
const RESOURCE = { id: 'mail', secret: 'the-secret-of-the-mail-server' } as const;

export async function startOpenidProvider(): Promise<OpenidProvider> {
  const server = createServer();
  const port = await listen(server, 0);
  const issuer = `http://127.0.0.1:${port}`;
  const requests: string[] = [];
  const spent: string[] = [];
  let rule: ((request: string) => Substitute | null) | null = null;
  const provider = new Provider(issuer, CONFIGURATION);
  provider.on('refresh_token.consumed', (token) => {
    spent.push(String(Reflect.get(Object(token), 'jti')));
  });
  const serve = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const what = `${request.method ?? ''} ${new URL(request.url ?? '/', issuer).pathname}`;
    requests.push(what);
    const substitute = rule?.(what) ?? null;
    if (substitute === null) {
      serve(request, response);
      return;
    }
    response.writeHead(substitute.status, { 'content-type': 'application/json' });
    response.end(substitute.body);
  });
  const pause = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    issuer,
    introspectionUrl: `http://${RESOURCE.id}:${RESOURCE.secret}@127.0.0.1:${port}/token/introspection`,
    requests,
    spent,
    async drop(accessToken) {
      await (await provider.AccessToken.find(accessToken))?.destroy();
    },
    answer(next) {
      rule = next;
    },
    pause,
    async resume() {
      await listen(server, port);
    },
    stop: pause,
  };
}

/** As a server asks: whose mailbox the token opens, null if it is no good. */
export async function introspect(
  { introspectionUrl }: OpenidProvider,
  token: string,
): Promise<string | null> {
  const { origin, pathname } = new URL(introspectionUrl);
  const authorization = `Basic ${Buffer.from(`${RESOURCE.id}:${RESOURCE.secret}`).toString('base64')}`;
  const body = new URLSearchParams({ token });
  const response = await fetch(`${origin}${pathname}`, { method: 'POST', body, headers: { authorization } });
  const { active, username }: Partial<Record<string, unknown>> = Object(await response.json());
  return active === true && typeof username === 'string' ? username : null;
}

/** As somebody does in the settings of the account. */
export async function revoke({ issuer }: OpenidProvider, token: string): Promise<void> {
  const body = new URLSearchParams({ token, client_id: CLIENT });
  const { status } = await fetch(`${issuer}/token/revocation`, { method: 'POST', body });
  if (status !== 200) throw new Error(`The provider answers ${status}.`);
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

const CONFIGURATION = {
  clients: [
    {
      client_id: CLIENT,
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/', 'http://localhost/'],
      grant_types: ['authorization_code', 'refresh_token', DEVICE],
      response_types: ['code'],
    },
    {
      client_id: APPLICATION.id,
      client_secret: APPLICATION.secret,
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: [],
      grant_types: ['client_credentials'],
      response_types: [],
    },
    {
      client_id: RESOURCE.id,
      client_secret: RESOURCE.secret,
      token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: [],
      grant_types: [],
      response_types: [],
    },
  ],
  cookies: { keys: ['a key that is only for tests'] },
  findAccount: (_: unknown, id: string) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id, email_verified: true }),
  }),
  claims: { openid: ['sub'], email: ['email'] },
  // Names are in the id token then, as at Google and Microsoft.
  conformIdTokenClaims: false,
  scopes: ['openid', 'email', 'offline_access'],
  extraTokenClaims: (_: unknown, token: { readonly accountId?: string }) => ({
    // Whose mailbox it opens; of the application's, the desk's.
    username: token.accountId ?? 'support@example.com',
  }),
  features: {
    devInteractions: { enabled: true },
    deviceFlow: { enabled: true },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true },
  },
  rotateRefreshToken: true,
  ttl: {
    AccessToken: 3600,
    ClientCredentials: 3600,
    RefreshToken: 86_400,
    AuthorizationCode: 60,
    IdToken: 3600,
    DeviceCode: 600,
    Interaction: 600,
    Session: 600,
    Grant: 86_400,
  },
};
