/** The configuration of a new desk, as it is tried in memory and as it is written. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';
import type { OAuth2Config } from '../config/auth.js';
import { type Config } from '../config/complete.js';
import { parseConfig } from '../config/load.js';
import type { SecretSource } from '../config/secret-schema.js';
import type { Door } from './door.js';

export interface Member {
  readonly name: string | null;
  readonly address: string;
}

/** `auth` of a desk, as it is written: tokens in place of a password. */
export type Auth =
  | {
      readonly oauth2: {
        readonly provider: 'google' | 'microsoft' | { readonly issuer: string };
        readonly clientId: string;
        readonly clientSecret?: SecretSource;
        readonly tenant?: string;
        readonly flow?: OAuth2Config['flow'];
        readonly account?: string;
      };
    }
  | { readonly accessToken: { readonly command: readonly string[] } };

export interface Setup {
  readonly name: string;
  readonly address: string;
  readonly staff: readonly Member[];
  readonly imap: Door;
  readonly smtp: Door;
  /** Absolute path of a PEM file with authorities to trust, or null. */
  readonly ca: string | null;
  /** False where the host delivers no plus-addresses. */
  readonly plusAddresses: boolean;
  /** As the test message has proven it; null for none. */
  readonly authservId: string | null;
  readonly mail: 'send' | 'hold';
}

export interface SignIn {
  /** null where tokens are used. */
  readonly password: SecretSource | null;
  readonly auth: Auth | null;
}

export const CONFIG_FILE = 'config.json';
export const SECRET_FILE = 'secret.txt';
export const PASSWORD_FILE = 'password.txt';
export const CLIENT_SECRET_FILE = 'client-secret.txt';

const SECRET_BYTES = 32;

/** 64 characters that nobody can guess. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('hex');
}

/** The text of the file; `secret` and the password are what stands there: themselves, or where they are. */
export function configText(setup: Setup, secret: SecretSource, signIn: SignIn): string {
  const { name, address, staff, ca, plusAddresses, authservId, mail } = setup;
  const { password, auth } = signIn;
  const server = ({ host, port, security, user }: Door): object => ({
    host,
    port,
    security,
    user,
    ...(password === null ? {} : { password }),
    ...(ca === null ? {} : { tls: { ca } }),
  });
  const desk = {
    name,
    address,
    staff: staff.map((member) =>
      member.name === null ? member.address : { name: member.name, addresses: [member.address] },
    ),
    imap: server(setup.imap),
    smtp: server(setup.smtp),
    ...(auth === null ? {} : { auth }),
    ...(plusAddresses ? {} : { addresses: false }),
    ...(authservId === null ? {} : { authservId }),
    mail,
  };
  return `${JSON.stringify({ secret, desks: [desk] }, null, 2)}\n`;
}

export interface Trial {
  readonly folder: string;
  readonly secret: string;
  readonly password: string | null;
  readonly auth: Auth | null;
  readonly env: Config['env'];
}

/** What the program works with, with no file needed. Throws a ConfigProblem for what is no configuration. */
export function configInMemory(setup: Setup, { folder, secret, password, auth, env }: Trial): Config {
  const text = configText(setup, secret, { password, auth });
  const config = parseConfig(text, { path: join(folder, CONFIG_FILE), env });
  // Programs are run in the desk's folder. As long as there is none, what would not be found there is not found either.
  return existsSync(folder) ? config : { ...config, baseDir: parse(resolve(folder)).root };
}
