/** `login` and `logout`: a sign-in that is kept (`token-file.ts`), or one that is ended. */
import type { Account } from '../config/account.js';
import type { OAuth2Config } from '../config/auth.js';
import type { Config, DeskConfig } from '../config/complete.js';
import { clientSecret } from '../config/secrets.js';
import { EXIT, Problem } from '../problem/problem.js';
import { cleanServerText } from '../problem/server-text.js';
import { asProblem, type Client, openClient } from './client.js';
import { applicationTokens, namesIn, type Tokens } from './grants.js';
import { nobodySignedIn, type Person, tokensByBrowser, tokensByDevice } from './person.js';
import { loginCommand } from './refusals.js';
import { type SavedSignIn, type SignInPlace, type TokenFile, tokenFileOf } from './token-file.js';
import { completed } from './tokens.js';
import { UnkeptSignIn } from './unkept.js';

export interface SignInDesk {
  readonly config: Config;
  readonly desk: DeskConfig;
  /** The command that signs in, for what to do; `login` if left out. */
  readonly again?: string;
}

export interface SignedIn {
  /** The provider, for people. */
  readonly title: string;
  /** Who, as the provider says; null if it does not, and for an application. */
  readonly account: string | null;
  /** Where it is kept. */
  readonly path: string;
}

/** Throws a Problem: nothing was saved then. */
export async function signIn(at: SignInDesk, person: Person): Promise<SignedIn> {
  const begun = await beginSignIn(at, person);
  // The provider may have been slow to answer, and somebody has stopped it meanwhile.
  if (person.signal.aborted) {
    await begun.takeBack().catch(() => null);
    throw nobodySignedIn();
  }
  return { title: begun.title, account: begun.account, path: await begun.keep(at.desk.imap) };
}

/** Somebody has signed in, and nothing is on the disk yet. */
export interface BegunSignIn extends Omit<SignedIn, 'path'> {
  /** For what has to work first; a token that is renewed meanwhile is in it, too. */
  readonly place: SignInPlace;
  /** Keeps it, for this account. Answers where. Throws a Problem. */
  keep(account: Account): Promise<string>;
  /** All is as it was, also if it was kept. null where there is nothing to tell a provider. Throws a Problem. */
  takeBack(): Promise<Revoked | null>;
}

/** Throws a Problem: there are no tokens then. */
export async function beginSignIn(at: SignInDesk, person: Person): Promise<BegunSignIn> {
  const { config, desk } = at;
  const oauth2 = oauth2Of(desk);
  const file = tokenFileOf(desk.imap, config.env);
  // Before a person has gone to any trouble.
  await file.makeFolder();
  const client = await clientOf(at, oauth2);
  const receivedAt = Date.now();
  const tokens = await tokensBy(client, { oauth2, desk, person });
  const isPerson = oauth2.flow !== 'client-credentials';
  const names = isPerson ? await whoSignedIn(client, tokens) : [];
  const account = await demandRight(client, { oauth2, desk, tokens, names });
  if (isPerson && tokens.refreshToken === null)
    throw new Problem(
      'sign-in-client',
      `${client.title} gives nothing to renew the sign-in by: check auth.oauth2.scopes (offline_access), and what the application may do`,
      { exitCode: EXIT.configuration },
    );
  const saved = completed(
    tokens,
    { account, refreshToken: null },
    { clientId: oauth2.clientId, receivedAt, replacement: false },
  );
  return { title: client.title, account, ...keeping({ client, config, file }, saved) };
}

interface Keeping {
  readonly client: Client;
  readonly config: Config;
  /** Where it would be kept if nothing changes. */
  readonly file: TokenFile;
}

function keeping(
  { client, config, file: first }: Keeping,
  saved: SavedSignIn,
): Pick<BegunSignIn, 'place' | 'keep' | 'takeBack'> {
  const place = new UnkeptSignIn(first.path, saved);
  let file = first;
  let kept: { readonly before: SavedSignIn | null } | null = null;
  return {
    place,
    async keep(account) {
      file = tokenFileOf(account, config.env);
      await file.makeFolder();
      await file.alone(async () => {
        const before = await file.read().catch(() => null);
        await file.write(place.saved);
        kept = { before };
      });
      return file.path;
    },
    async takeBack() {
      const before = await file.alone(async () => {
        if (kept === null) return file.read().catch(() => null);
        await (kept.before === null ? file.remove() : file.write(kept.before));
        return kept.before;
      });
      const { clientId, refreshToken } = place.saved;
      // Some providers end all that an application may do for somebody, and so that older sign-in.
      if (refreshToken === null || before?.clientId === clientId) return null;
      client.config.timeout = TAKE_BACK_SECONDS;
      return revokedAt(client, refreshToken);
    },
  };
}

/** Somebody may be waiting for the end. */
const TAKE_BACK_SECONDS = 5;

interface Asking {
  readonly oauth2: OAuth2Config;
  readonly desk: DeskConfig;
  readonly person: Person;
}

function tokensBy(client: Client, { oauth2, desk, person }: Asking): Promise<Tokens> {
  const asked = { account: oauth2.account ?? desk.imap.user };
  if (oauth2.flow === 'client-credentials') return applicationTokens(client);
  return oauth2.flow === 'device'
    ? tokensByDevice(client, person, asked)
    : tokensByBrowser(client, person, asked);
}

/** Empty if the provider does not say. */
async function whoSignedIn(
  { lib, config }: Client,
  { names, accessToken }: Tokens,
): Promise<readonly string[]> {
  if (names.length > 0 || config.serverMetadata().userinfo_endpoint === undefined) return names;
  return lib.fetchUserInfo(config, accessToken, lib.skipSubjectCheck).then(namesIn, () => []);
}

interface Found {
  readonly oauth2: OAuth2Config;
  readonly desk: DeskConfig;
  readonly tokens: Tokens;
  readonly names: readonly string[];
}

/** The name of the account; takes back what somebody else was given. */
async function demandRight(client: Client, { oauth2, desk, tokens, names }: Found): Promise<string | null> {
  const [first = null] = names;
  if (first === null) return null;
  const expected = oauth2.account ?? desk.imap.user;
  const wanted = [expected, ...(expected.includes('@') ? [] : [desk.address])];
  const right = names.find((name) => wanted.some((one) => isSame(one, name)));
  if (right !== undefined) return right;
  await revoke(client, tokens.refreshToken ?? tokens.accessToken).catch(() => undefined);
  const other = cleanServerText(first);
  throw new Problem(
    'sign-in-other',
    `That was ${other}, and this desk signs in as ${expected}: nothing was saved. Sign in as ${expected}, in a private window if need be; for a mailbox that several people share, name ${other} in auth.oauth2.account (init: --account)`,
    { exitCode: EXIT.signInRefused },
  );
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

export interface Revoked {
  readonly title: string;
  /** Where a person sees what is allowed; null if it is not known. */
  readonly permissions: string | null;
  /** null where the provider has no way to be told; a Problem where it was not told. */
  readonly revoked: true | null | Problem;
}

export interface SignedOut extends Revoked {
  /** False if nobody was signed in. */
  readonly removed: boolean;
}

/** The tokens go, whatever the provider says. */
export async function signOut(at: SignInDesk): Promise<SignedOut> {
  const { config, desk } = at;
  const oauth2 = oauth2Of(desk);
  const file = tokenFileOf(desk.imap, config.env);
  await file.makeFolder();
  const saved = await file.alone(async () => {
    const found = await file.read();
    await file.remove();
    return found;
  });
  const removed = saved !== null;
  const client = await clientOf(at, oauth2).catch(asGiven);
  if (client instanceof Problem)
    return { title: 'the provider', permissions: null, removed, revoked: client };
  return { ...(await revokedAt(client, saved?.refreshToken ?? null)), removed };
}

async function revokedAt(client: Client, token: string | null): Promise<Revoked> {
  const { title, provider } = client;
  const revoked = token === null ? null : await revoke(client, token).catch(asGiven);
  return { title, permissions: provider.permissions, revoked };
}

function asGiven(error: unknown): Problem {
  if (error instanceof Problem) return error;
  throw error;
}

/** null where the provider has no way to be told. */
async function revoke(client: Client, token: string): Promise<true | null> {
  const { lib, config } = client;
  if (config.serverMetadata().revocation_endpoint === undefined) return null;
  const at = { ...client, secrets: [...client.secrets, token] };
  await asProblem(at, () => lib.tokenRevocation(config, token));
  return true;
}

async function clientOf({ config, desk, again }: SignInDesk, oauth2: OAuth2Config): Promise<Client> {
  return openClient({
    oauth2,
    clientSecret: await clientSecret(config, desk),
    again: again ?? loginCommand(desk.name),
  });
}

function oauth2Of({ path, auth, name }: DeskConfig): OAuth2Config {
  if (auth?.kind === 'oauth2') return auth;
  const why =
    auth === null
      ? `signs in with passwords; for OAuth2 it needs ${path}.auth.oauth2`
      : 'gets its tokens from a program: sign in by that';
  throw new Problem('sign-in-not-oauth2', `The desk ${name} ${why}`, { exitCode: EXIT.configuration });
}
