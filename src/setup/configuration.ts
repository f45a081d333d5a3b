/** The configuration of a new desk, as it is tried in memory and as it is written. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Config } from '../config/complete.js';
import { deskSchema } from '../config/desk-schema.js';
import { parseConfig } from '../config/load.js';
import type { SecretSource } from '../config/secret-schema.js';
import type { Door } from './door.js';

export interface Member {
  readonly name: string | null;
  readonly address: string;
}

/** Tokens in place of a password: `login` gets them later. */
export interface Tokens {
  readonly provider: string;
  readonly clientId: string;
}

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
  readonly mail: 'send' | 'hold';
}

export interface SignIn {
  /** null where tokens are used. */
  readonly password: SecretSource | null;
  readonly tokens: Tokens | null;
}

export const CONFIG_FILE = 'config.json';
export const SECRET_FILE = 'secret.txt';
export const PASSWORD_FILE = 'password.txt';

const SECRET_BYTES = 32;

/** 64 characters that nobody can guess. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('hex');
}

/** Whether this build can sign in by OAuth2. */
export function knowsTokens(): boolean {
  return 'auth' in deskSchema.shape;
}

/** The text of the file; `secret` and the password are what stands there: themselves, or where they are. */
export function configText(setup: Setup, secret: SecretSource, signIn: SignIn): string {
  const { name, address, staff, ca, plusAddresses, mail } = setup;
  const { password, tokens } = signIn;
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
    ...(tokens === null ? {} : { auth: { oauth2: tokens } }),
    ...(plusAddresses ? {} : { addresses: false }),
    mail,
  };
  return `${JSON.stringify({ secret, desks: [desk] }, null, 2)}\n`;
}

export interface Trial {
  readonly folder: string;
  readonly secret: string;
  readonly password: string | null;
  readonly tokens: Tokens | null;
  readonly env: Config['env'];
}

/** What the program works with, with no file needed. Throws a ConfigProblem for what is no configuration. */
export function configInMemory(setup: Setup, { folder, secret, password, tokens, env }: Trial): Config {
  const text = configText(setup, secret, { password, tokens });
  return parseConfig(text, { path: join(folder, CONFIG_FILE), env });
}
