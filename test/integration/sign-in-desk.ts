/** A desk that signs in at the provider of the tests, and somebody who signs in for it. */
import { join } from 'node:path';
import { parseConfig } from '../../src/config/load.js';
import { Problem } from '../../src/problem/problem.js';
import { type SignInDesk, signIn } from '../../src/sign-in/login.js';
import type { Person } from '../../src/sign-in/person.js';
import { type TokenFile, tokenFileOf } from '../../src/sign-in/token-file.js';
import { openTokens, type TokenOptions, type TokenSource } from '../../src/sign-in/tokens.js';
import { signInAt } from '../servers/browser.js';
import { CLIENT, type OpenidProvider } from '../servers/openid-provider.js';

export const ME = 'support@example.com';

export interface DeskOptions {
  readonly provider: Pick<OpenidProvider, 'issuer'>;
  /** Of the desk’s state and configuration. */
  readonly folder: string;
  readonly oauth2?: object;
}

export function signInDesk({ provider, folder, oauth2 = {} }: DeskOptions): SignInDesk {
  const signsIn = { user: ME };
  const written = {
    secret: 'x'.repeat(32),
    desks: [
      {
        address: ME,
        staff: ['steve@example.org'],
        imap: { host: 'imap.example.com', ...signsIn },
        smtp: { host: 'smtp.example.com', ...signsIn },
        auth: { oauth2: { provider: { issuer: provider.issuer }, clientId: CLIENT, ...oauth2 } },
      },
    ],
  };
  const config = parseConfig(JSON.stringify(written), {
    path: join(folder, 'config.json'),
    env: { XDG_STATE_HOME: folder },
  });
  const [desk] = config.desks;
  if (desk === undefined) throw new Error('no desk');
  return { config, desk };
}

export function fileOf({ config, desk }: SignInDesk): TokenFile {
  return tokenFileOf(desk.imap, config.env);
}

/** As one process has them. */
export function tokensOf(desk: SignInDesk, options: Partial<TokenOptions> = {}): TokenSource {
  const { auth } = desk.desk;
  if (auth === null) throw new Error('a desk with passwords');
  return openTokens({ secrets: new Set(), ...desk, ...options }, auth);
}

/** Signs in by a browser. */
export async function signInAs(desk: SignInDesk, account = ME): Promise<void> {
  await signIn(
    desk,
    personWho((line) => {
      if (line.startsWith('http')) void signInAt(line, account);
    }),
  );
}

/** Does something with each line that is shown. */
export function personWho(onSaid: (line: string) => void, lines: AsyncIterable<string> = silence()): Person {
  return { say: onSaid, open: () => undefined, lines, signal: new AbortController().signal };
}

/** Nothing is ever typed. */
async function* silence(): AsyncGenerator<string> {
  yield await new Promise<string>(() => undefined);
}

export async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const error: unknown = await work.then(
    () => new Error('it worked'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Problem) return error;
  throw error instanceof Error ? error : new TypeError('something else was thrown');
}
