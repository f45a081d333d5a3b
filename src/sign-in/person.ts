/** A person signs in: in a browser on this machine, in one elsewhere, or by typing a code on any device. */
import { EXIT, Problem } from '../problem/problem.js';
import { cleanServerText } from '../problem/server-text.js';
import { asProblem, type Client } from './client.js';
import { type Tokens, tokensOf } from './grants.js';
import { openLanding } from './landing.js';

/** What a person sees, and may answer. */
export interface Person {
  /** Shows a line. */
  readonly say: (line: string) => void;
  /** Opens a page, if there is a browser. */
  readonly open: (url: string) => void;
  /** What is typed or pasted; may end, or never bring anything. */
  readonly lines: AsyncIterable<string>;
  readonly signal: AbortSignal;
}

export interface Asked {
  /** Whom the provider is told to expect. */
  readonly account: string;
}

const PATIENCE_MS = 15 * 60_000;

/** The authorization code flow with PKCE (RFC 8252, RFC 7636). Throws a Problem. */
export async function tokensByBrowser(client: Client, person: Person, asked: Asked): Promise<Tokens> {
  const { lib, config, provider } = client;
  const verifier = lib.randomPKCECodeVerifier();
  const state = lib.randomState();
  const challenge = await lib.calculatePKCECodeChallenge(verifier);
  const landing = await openLanding(provider.loopback, state);
  let signedIn = false;
  try {
    const url = await asProblem(client, async () =>
      lib.buildAuthorizationUrl(config, {
        ...provider.parameters,
        redirect_uri: landing.redirectUri,
        scope: provider.scopes.join(' '),
        code_challenge: challenge,
        code_challenge_method: 'S256',
        state,
        login_hint: asked.account,
      }),
    );
    sayWhere(person, url.href, asked);
    const back = await inTime(person.signal, (signal) =>
      Promise.race([landing.arrived, pasted(person, { state, redirectUri: landing.redirectUri, signal })]),
    );
    const checks = { pkceCodeVerifier: verifier, expectedState: state };
    const answer = await asProblem(client, () => lib.authorizationCodeGrant(config, back, checks));
    signedIn = true;
    return tokensOf(answer);
  } finally {
    await landing.close(signedIn);
  }
}

function sayWhere({ say, open }: Person, url: string, { account }: Asked): void {
  say(`Sign in as ${account} at this address, in a browser on this machine:`);
  say('');
  say(url);
  say('');
  say(
    'Where there is no browser, open it elsewhere. It ends at a page that cannot be shown: paste its address here.',
  );
  open(url);
}

interface Expected {
  readonly state: string;
  readonly redirectUri: string;
  readonly signal: AbortSignal;
}

/** Settles only with an address of this very sign-in. */
async function pasted({ lines, say }: Person, { state, redirectUri, signal }: Expected): Promise<URL> {
  for await (const line of lines) {
    if (signal.aborted) break;
    const text = line.trim();
    if (text === '') continue;
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url?.searchParams.get('state') === state) return new URL(url.search, redirectUri);
    say('That is not the address of this sign-in: it begins with the one below, and has much behind it.');
    say(redirectUri);
  }
  return new Promise<never>(() => undefined);
}

/** The device flow (RFC 8628). Throws a Problem. */
export async function tokensByDevice(client: Client, person: Person, asked: Asked): Promise<Tokens> {
  const { lib, config, provider } = client;
  if (config.serverMetadata().device_authorization_endpoint === undefined)
    throw new Problem('sign-in-client', `${provider.title} has no sign-in by device: set auth.oauth2.flow`, {
      exitCode: EXIT.configuration,
    });
  const scope = provider.scopes.join(' ');
  const given = await asProblem(client, () => lib.initiateDeviceAuthorization(config, { scope }));
  const page = cleanServerText(given.verification_uri);
  person.say(`Open ${page} on any device, sign in as ${asked.account}, and type this code:`);
  person.say('');
  person.say(cleanServerText(given.user_code));
  person.say('');
  const answer = await inTime(person.signal, (signal) =>
    asProblem(client, () => lib.pollDeviceAuthorizationGrant(config, given, undefined, { signal })),
  );
  return tokensOf(answer);
}

/** Ends with the signal, or when a person has taken too long. */
async function inTime<T>(stop: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  const ended = new Promise<never>((_, reject) => {
    ending.signal.addEventListener('abort', () => reject(notInTime(stop.aborted)), { once: true });
  });
  const patience = setTimeout(end, PATIENCE_MS);
  stop.addEventListener('abort', end, { once: true });
  if (stop.aborted) end();
  try {
    return await Promise.race([ended, work(ending.signal)]);
  } finally {
    clearTimeout(patience);
    stop.removeEventListener('abort', end);
  }
}

function notInTime(stopped: boolean): Problem {
  return stopped ? nobodySignedIn() : nobodySignedIn(' within 15 minutes');
}

export function nobodySignedIn(within = ''): Problem {
  return new Problem('sign-in-needed', `Nobody has signed in${within}; nothing was saved`, {
    exitCode: EXIT.signInRefused,
  });
}
