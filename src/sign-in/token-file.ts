/**
 * Where a sign-in is kept: one file an account, for its user alone, replaced as a whole. Unlike a cache it cannot be made
 * anew: if it is lost, a person signs in again.
 */
import { createHash, randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, accountKey } from '../config/account.js';
import { stateFolder } from '../config/own-folder.js';
import { ConfigProblem } from '../config/problem.js';
import { codeOf } from '../problem/failure.js';
import { EXIT, Problem } from '../problem/problem.js';
import { underLock } from './lock-file.js';

export interface SavedSignIn {
  /** What it was made with: another application's tokens are of no use. */
  readonly clientId: string;
  /** Who has signed in, as the provider says; null if it does not, or for an application. */
  readonly account: string | null;
  /** null where the provider gives none, and for an application. */
  readonly refreshToken: string | null;
  readonly accessToken: string;
  /** By our own clock, in milliseconds since 1970. */
  readonly receivedAt: number;
  readonly lifetimeMs: number;
  /** It was asked for because a server had refused the one before. */
  readonly replacement: boolean;
}

/** Where a sign-in is: in its file, or in this process alone until it is to be kept (`unkept.ts`). */
export interface SignInPlace {
  /** Of the file, also where it is not there yet. */
  readonly path: string;
  read(): Promise<SavedSignIn | null>;
  write(saved: SavedSignIn): Promise<void>;
  makeFolder(): Promise<void>;
  /** Does the work while nobody else does any with this sign-in. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const OF_OTHERS = 0o077;
const MAX_BYTES = 256 * 1024;

/** The file of an account, by a digest: its name tells nobody whose it is. Throws a Problem if there is nowhere for it. */
export function tokenFileOf(account: Account, env: Readonly<Record<string, string | undefined>>): TokenFile {
  const folder = stateFolder(env);
  if (folder === null)
    throw new Problem(
      'sign-in-unsaved',
      'There is nowhere to keep a sign-in: set XDG_STATE_HOME, or HOME (a service: StateDirectory=)',
      { exitCode: EXIT.configuration, scope: 'account' },
    );
  const name = createHash('sha256').update(accountKey(account)).digest('hex').slice(0, 32);
  return new TokenFile(folder, `${name}.sign-in`);
}

export class TokenFile implements SignInPlace {
  readonly path: string;
  readonly #folder: string;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.path = join(folder, name);
  }

  /** null if there is none, or nothing in it that can be read. Throws a Problem where this user may not read it, or others may. */
  async read(): Promise<SavedSignIn | null> {
    const text = await this.#guarded('read', () => this.#text());
    return text === null ? null : parse(text);
  }

  /** On the disk, whole, before it resolves. Throws a Problem. */
  async write(saved: SavedSignIn): Promise<void> {
    await this.#guarded('written', async () => {
      await this.#makeFolder();
      const unfinished = `${this.path}.${randomBytes(6).toString('hex')}.new`;
      const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
      const handle = await open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, FILE_MODE);
      try {
        await handle.writeFile(JSON.stringify({ version: 1, ...saved }), 'utf8');
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(unfinished, this.path).catch(async (error: unknown) => {
        await rm(unfinished, { force: true });
        throw error;
      });
    });
  }

  async remove(): Promise<void> {
    await this.#guarded('removed', () => rm(this.path, { force: true }));
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    return underLock({ path: this.path }, work);
  }

  /** For this user alone. */
  async makeFolder(): Promise<void> {
    await this.#guarded('written', () => this.#makeFolder());
  }

  async #makeFolder(): Promise<void> {
    const made = await mkdir(this.#folder, { recursive: true, mode: FOLDER_MODE });
    if (made !== undefined) await chmod(this.#folder, FOLDER_MODE);
  }

  async #text(): Promise<string | null> {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    const handle = await open(this.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    });
    if (handle === null) return null;
    try {
      const found = await handle.stat();
      this.#demandPrivate(found);
      return found.isFile() && found.size <= MAX_BYTES ? await handle.readFile('utf8') : null;
    } finally {
      await handle.close();
    }
  }

  /** On Windows the bits say nothing, and there are no user ids. */
  #demandPrivate({ mode }: Pick<Stats, 'mode'>): void {
    if (process.getuid === undefined || (mode & OF_OTHERS) === 0) return;
    throw new ConfigProblem(
      'secret-exposed',
      `${this.path}: others can use this file, and whoever has it can read and send the account's mail. Run: chmod 600 ${this.path}, then "imapdesk logout" and "imapdesk login"`,
    );
  }

  async #guarded<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw new Problem(
        'sign-in-unsaved',
        `The file of the sign-in cannot be ${what} (${codeOf(error)}): ${this.path}. It must belong to the user that runs imapdesk`,
        { exitCode: EXIT.configuration, scope: 'account', cause: error },
      );
    }
  }
}

function parse(text: string): SavedSignIn | null {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== 'object' || read === null) return null;
    const {
      clientId,
      account,
      refreshToken,
      accessToken,
      receivedAt,
      lifetimeMs,
      replacement,
    }: Partial<Record<string, unknown>> = { ...read };
    const texts = typeof clientId === 'string' && typeof accessToken === 'string';
    const numbers = typeof receivedAt === 'number' && typeof lifetimeMs === 'number';
    if (!texts || !numbers) return null;
    return {
      clientId,
      account: typeof account === 'string' ? account : null,
      refreshToken: typeof refreshToken === 'string' ? refreshToken : null,
      accessToken,
      receivedAt,
      lifetimeMs,
      replacement: replacement === true,
    };
  } catch {
    return null;
  }
}
