/**
 * A desk's access token, for each new connection. Rules:
 *
 * - One that is good for long enough is taken as it is. Else it is renewed before its end; if the provider gives none
 *   then, for whatever reason, and the token is still good, it is used to its end.
 * - A refresh token is spent under a lock (`lock-file.ts`). Whoever has waited for it reads what the other has saved.
 * - What comes back is on the disk before it is used: a provider may take the old one no more.
 * - How long a token is good is counted from its receipt, by a clock that never goes back. What the provider's clock says,
 *   or this machine's after it was set, plays no part: at worst a token is renewed early, or once more after a refusal.
 * - A token that a server refuses is replaced once; if its successor is refused, too, that is no matter of age. The file
 *   says so, or each process of a cron job would renew it anew.
 * - A provider that says no for good is asked again after a wait that grows up to half an hour, or as soon as somebody
 *   has signed in. A desk's loop waits for longer than that.
 */
import type { AuthConfig, OAuth2Config } from '../config/auth.js';
import type { Config, DeskConfig } from '../config/complete.js';
import { ConfigProblem } from '../config/problem.js';
import { clientSecret, commandToken } from '../config/secrets.js';
import { Problem } from '../problem/problem.js';
import { openClient } from './client.js';
import { applicationTokens, renewTokens, type Tokens } from './grants.js';
import { loginCommand, signInProblem } from './refusals.js';
import { type SavedSignIn, type SignInPlace, tokenFileOf } from './token-file.js';

export interface TokenSource {
  /** A token for a new connection. Throws a Problem. */
  token(): Promise<string>;
  /** A server has refused it: whether another one is worth a try, at once. */
  refused(token: string): boolean;
  /** Somebody asks for a try now. */
  forget(): void;
}

export interface TokenOptions {
  readonly config: Config;
  readonly desk: DeskConfig;
  /** Tokens in use are added, so that no log line holds one. */
  readonly secrets: Set<string>;
  /** Where the sign-in is, if not in the account's file. */
  readonly signIn?: SignInPlace | undefined;
  readonly now?: () => Date;
  /** Milliseconds, of a clock that never goes back. */
  readonly elapsed?: () => number;
}

export { loadOpenid } from './client.js';

/** Reads nothing yet. */
export function openTokens(options: TokenOptions, auth: AuthConfig): TokenSource {
  return auth.kind === 'command' ? commandTokens(options, auth) : new RenewedTokens(options, auth);
}

type CommandAuth = Extract<AuthConfig, { kind: 'command' }>;

/** RFC 6750 §2.1, and whatever else is one word of ASCII. */
const ONE_TOKEN = /^[\x21-\x7e]+$/;

/** The program renews by itself; asked again at once, it would print the same. */
function commandTokens({ config, desk, secrets }: TokenOptions, { command }: CommandAuth): TokenSource {
  const known = new KnownSecrets(secrets);
  return {
    token: async () => {
      const token = await commandToken(config, desk, command);
      known.add(token);
      if (!ONE_TOKEN.test(token))
        throw new ConfigProblem(
          'secret-invalid',
          `${desk.path}.auth.accessToken.command: printed something else than one token, run it by hand to see what`,
        );
      return token;
    },
    refused: () => false,
    forget: () => undefined,
  };
}

/** Renewed when less than this is left, or a fifth of a short life. */
const MARGIN_MS = 5 * 60_000;
const FIRST_WAIT_MS = 50_000;
const LONGEST_WAIT_MS = 25 * 60_000;

interface Refused {
  readonly problem: Problem;
  readonly refreshToken: string | null;
  readonly failures: number;
  /** By `elapsed`. */
  readonly until: number;
}

class RenewedTokens implements TokenSource {
  readonly #options: TokenOptions;
  readonly #oauth2: OAuth2Config;
  readonly #known: KnownSecrets;
  readonly #now: () => number;
  readonly #elapsed: () => number;
  #renewing: Promise<string> | null = null;
  /** Which token this process has received itself, and when it ends by `elapsed`. */
  #received: { readonly accessToken: string; readonly endsAt: number } | null = null;
  /** What could not be saved: the file holds a refresh token that is spent. */
  #unsaved: SavedSignIn | null = null;
  #refusedToken: string | null = null;
  /** It was asked for because another one was refused. */
  #replacement: string | null = null;
  #refused: Refused | null = null;

  constructor(options: TokenOptions, oauth2: OAuth2Config) {
    this.#options = options;
    this.#oauth2 = oauth2;
    this.#known = new KnownSecrets(options.secrets);
    const { now = (): Date => new Date() } = options;
    this.#now = () => now().getTime();
    this.#elapsed = options.elapsed ?? (() => performance.now());
  }

  async token(): Promise<string> {
    const file = this.#file();
    const saved = await this.#read(file);
    if (saved !== null && this.#isGood(saved, marginOf(saved))) return saved.accessToken;
    this.#demandSignIn(saved, file);
    const refused = this.#refused;
    if (refused !== null && refused.refreshToken === refreshTokenOf(saved) && this.#elapsed() < refused.until)
      return this.#toItsEnd(saved, refused.problem);
    this.#renewing ??= this.#renewAlone(file).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  refused(token: string): boolean {
    if (token === this.#replacement) return false;
    this.#refusedToken = token;
    return true;
  }

  forget(): void {
    this.#refused = null;
  }

  async #renewAlone(file: SignInPlace): Promise<string> {
    await file.makeFolder();
    return file.alone(() => this.#renew(file));
  }

  async #renew(file: SignInPlace): Promise<string> {
    const saved = await this.#read(file);
    if (saved !== null && this.#isGood(saved, marginOf(saved))) return saved.accessToken;
    this.#demandSignIn(saved, file);
    const asked = this.#elapsed();
    const receivedAt = this.#now();
    try {
      const tokens = await this.#ask(saved);
      const replacement = saved !== null && saved.accessToken === this.#refusedToken;
      const next = completed(tokens, saved, { clientId: this.#oauth2.clientId, receivedAt, replacement });
      this.#learn(next, asked);
      await this.#save(file, next);
      return next.accessToken;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!error.temporary) this.#wait(error, saved);
      return this.#toItsEnd(saved, error);
    }
  }

  #toItsEnd(saved: SavedSignIn | null, problem: Problem): string {
    if (saved !== null && this.#isGood(saved, 0)) return saved.accessToken;
    throw problem;
  }

  async #ask(saved: SavedSignIn | null): Promise<Tokens> {
    const { config, desk } = this.#options;
    const secret = await clientSecret(config, desk);
    if (secret !== null) this.#options.secrets.add(secret);
    const client = await openClient({
      oauth2: this.#oauth2,
      clientSecret: secret,
      again: loginCommand(desk.name),
    });
    if (this.#oauth2.flow === 'client-credentials') return applicationTokens(client);
    return renewTokens(client, refreshTokenOf(saved) ?? '');
  }

  #learn({ accessToken, lifetimeMs, refreshToken, replacement }: SavedSignIn, asked: number): void {
    this.#replacement = replacement ? accessToken : null;
    this.#refused = null;
    this.#received = { accessToken, endsAt: asked + lifetimeMs };
    this.#known.add(accessToken);
    if (refreshToken !== null) this.#known.add(refreshToken);
  }

  async #save(file: SignInPlace, next: SavedSignIn): Promise<void> {
    this.#unsaved = next;
    await file.write(next);
    this.#unsaved = null;
  }

  /** null where nobody has signed in with this application. */
  async #read(file: SignInPlace): Promise<SavedSignIn | null> {
    if (this.#unsaved !== null) await this.#save(file, this.#unsaved);
    const saved = await file.read();
    if (saved === null || saved.clientId !== this.#oauth2.clientId) return null;
    this.#known.add(saved.accessToken);
    if (saved.refreshToken !== null) this.#known.add(saved.refreshToken);
    if (saved.replacement) this.#replacement = saved.accessToken;
    return saved;
  }

  #isGood(saved: SavedSignIn, marginMs: number): boolean {
    return saved.accessToken !== this.#refusedToken && this.#leftMs(saved) > marginMs;
  }

  /** A clock that was put back says nothing; of a token of our own the other one does. */
  #leftMs({ accessToken, receivedAt, lifetimeMs }: SavedSignIn): number {
    const age = this.#now() - receivedAt;
    const byClock = age < 0 ? null : lifetimeMs - age;
    const own = this.#received?.accessToken === accessToken ? this.#received.endsAt - this.#elapsed() : null;
    if (own === null) return byClock ?? 0;
    return Math.min(own, byClock ?? own);
  }

  #demandSignIn(saved: SavedSignIn | null, file: SignInPlace): void {
    if (this.#oauth2.flow === 'client-credentials' || refreshTokenOf(saved) !== null) return;
    const { desk } = this.#options;
    const what =
      saved === null
        ? 'Nobody has signed in'
        : 'The sign-in has ended, and the provider gave nothing to renew it by,';
    throw signInProblem(
      'sign-in-needed',
      `${what} for ${this.#oauth2.account ?? desk.imap.user}. Run "${loginCommand(desk.name)}" as the user that runs this (it is kept in ${file.path})`,
    );
  }

  #wait(problem: Problem, saved: SavedSignIn | null): void {
    const refreshToken = refreshTokenOf(saved);
    const before = this.#refused?.refreshToken === refreshToken ? this.#refused.failures : 0;
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** before, LONGEST_WAIT_MS);
    this.#refused = { problem, refreshToken, failures: before + 1, until: this.#elapsed() + waitMs };
  }

  #file(): SignInPlace {
    const { config, desk, signIn } = this.#options;
    return signIn ?? tokenFileOf(desk.imap, config.env);
  }
}

function refreshTokenOf(saved: SavedSignIn | null): string | null {
  return saved?.refreshToken ?? null;
}

function marginOf({ lifetimeMs }: SavedSignIn): number {
  return Math.min(MARGIN_MS, lifetimeMs / 5);
}

/** A provider that gives no other refresh token means the old one (RFC 6749 §6). */
export function completed(
  tokens: Tokens,
  before: Pick<SavedSignIn, 'account' | 'refreshToken'> | null,
  now: Pick<SavedSignIn, 'clientId' | 'receivedAt' | 'replacement'>,
): SavedSignIn {
  return {
    ...now,
    account: before?.account ?? null,
    refreshToken: tokens.refreshToken ?? before?.refreshToken ?? null,
    accessToken: tokens.accessToken,
    lifetimeMs: tokens.lifetimeMs,
  };
}

/** A worker has hundreds of tokens in its weeks; none that is long over has to be hidden. */
class KnownSecrets {
  static readonly #KEPT = 8;
  readonly #secrets: Set<string>;
  readonly #mine: string[] = [];

  constructor(secrets: Set<string>) {
    this.#secrets = secrets;
  }

  add(secret: string): void {
    if (this.#mine.includes(secret)) return;
    this.#secrets.add(secret);
    this.#mine.push(secret);
    if (this.#mine.length <= KnownSecrets.#KEPT) return;
    const oldest = this.#mine.shift();
    if (oldest !== undefined) this.#secrets.delete(oldest);
  }
}
