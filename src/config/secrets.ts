/**
 * Fetches secrets from where the configuration says they are, when they are needed and not before. What goes wrong
 * is told by the field's path: the name of a variable or of a file may be the secret itself, put in the wrong place. But
 * what looks like a path, and a program with arguments, is named. What a command writes to its standard error is not shown.
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { codeOf, whyUnreadable } from '../problem/failure.js';
import { type AlertConfig, secretsOfChannel } from './alerts.js';
import type { Config, DeskConfig } from './complete.js';
import { fieldAt } from './place.js';
import { readPrivateFile } from './private-file.js';
import { ConfigProblem } from './problem.js';
import type { SecretSource } from './secret-schema.js';

const MAX_SECRET_BYTES = 64 * 1024;
const COMMAND_TIMEOUT_MS = 10_000;
const CLIENT_SECRET = 'auth.oauth2.clientSecret';
const MIN_SIGNING_SECRET_CHARS = 32;

export interface SecretOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here, and commands run here. */
  readonly baseDir: string;
  /** The field's path in the configuration, for messages. */
  readonly name: string;
  readonly timeoutMs?: number;
}

/**
 * The secret itself, without the line breaks at its end.
 * Throws a ConfigProblem if it cannot be had, or is empty.
 */
export async function resolveSecret(source: SecretSource, options: SecretOptions): Promise<string> {
  const raw = typeof source === 'string' ? source : await fetchSecret(source, options);
  const secret = typeof source === 'string' ? raw : raw.replace(/(\r?\n)+$/, '');
  if (secret === '') throw invalid(options.name, 'is empty, expected the secret');
  if (secret.includes('\0')) throw invalid(options.name, 'holds a NUL character, expected text');
  return secret;
}

/** The IMAP password of a desk; null where `auth` signs in. */
export async function imapPassword(config: Config, desk: DeskConfig): Promise<string | null> {
  if (desk.imap.password === null) return null;
  return ofDesk(config, desk, { field: 'imap.password', source: desk.imap.password });
}

/** The SMTP password of a desk; null where `auth` signs in, and for a relay without sign-in. */
export async function smtpPassword(config: Config, desk: DeskConfig): Promise<string | null> {
  if (desk.smtp.password === null) return null;
  return ofDesk(config, desk, { field: 'smtp.password', source: desk.smtp.password });
}

/** The secret of the application at the provider; null where it has none. */
export async function clientSecret(config: Config, desk: DeskConfig): Promise<string | null> {
  const { auth } = desk;
  if (auth?.kind !== 'oauth2' || auth.clientSecret === null) return null;
  return ofDesk(config, desk, { field: CLIENT_SECRET, source: auth.clientSecret });
}

async function ofDesk(
  config: Config,
  { path }: DeskConfig,
  { field, source }: { readonly field: string; readonly source: SecretSource },
): Promise<string> {
  const secret = await resolveSecret(source, secretOptions(config, fieldAt(path, field)));
  config.heard?.(field, secret);
  return secret;
}

/** What the program prints that `auth` names. */
export function commandToken(
  config: Config,
  { path }: Pick<DeskConfig, 'path'>,
  command: readonly string[],
): Promise<string> {
  return resolveSecret({ command: [...command] }, secretOptions(config, fieldAt(path, 'auth.accessToken')));
}

/** The secrets of an alert's channel, by the paths of their fields below the alert, such as `send.webhook.url`. */
export async function alertSecrets(
  config: Config,
  { path, channel }: Pick<AlertConfig, 'path' | 'channel'>,
): Promise<ReadonlyMap<string, string>> {
  const found = secretsOfChannel(channel).map(
    async ([field, source]) =>
      [field, await resolveSecret(source, secretOptions(config, `${path}.${field}`))] as const,
  );
  return new Map(await Promise.all(found));
}

/** The hash of the password of the pages; null where a proxy signs in. */
export async function webPassword(config: Config): Promise<string | null> {
  const source = config.web?.password ?? null;
  return source === null ? null : resolveSecret(source, secretOptions(config, 'web.password'));
}

/** The address of the Redis of the fleet; null where there is no fleet. */
export async function fleetAddress(config: Config): Promise<string | null> {
  return config.fleet === null
    ? null
    : resolveSecret(config.fleet.redis, secretOptions(config, 'fleet.redis'));
}

/** The secrets that sign and verify: the first signs, all verify. Each has 32 characters or more. */
export async function signingSecrets(config: Config): Promise<readonly string[]> {
  return Promise.all(
    config.secret.map(async (source, index) => {
      const name = signingSecretName(config, index);
      const secret = await resolveSecret(source, secretOptions(config, name));
      if (secret.length >= MIN_SIGNING_SECRET_CHARS) {
        config.heard?.(name, secret);
        return secret;
      }
      throw invalid(
        name,
        `is too short, expected ${MIN_SIGNING_SECRET_CHARS} characters or more that nobody can guess, such as what "openssl rand -hex 32" prints`,
      );
    }),
  );
}

/** Each secret that a desk may use, by its field, as `heard` is told of it; to be read by a call. */
export function secretsInUse(
  config: Config,
  desk: DeskConfig,
): ReadonlyMap<string, () => Promise<string | null>> {
  return new Map<string, () => Promise<string | null>>([
    ['imap.password', () => imapPassword(config, desk)],
    ['smtp.password', () => smtpPassword(config, desk)],
    [CLIENT_SECRET, () => clientSecret(config, desk)],
    ...config.secret.map((source, index): [string, () => Promise<string>] => {
      const name = signingSecretName(config, index);
      return [name, () => resolveSecret(source, secretOptions(config, name))];
    }),
  ]);
}

/** The fields of the configuration's own file that hold a secret itself. */
export function literalSecrets(config: Config): readonly string[] {
  return literal([
    ...config.secret.map((source, index) => [signingSecretName(config, index), source] as const),
    ...config.desks.flatMap(secretsOfDesk),
    ['web.password', config.web?.password ?? null] as const,
    ['fleet.redis', config.fleet?.redis ?? null] as const,
    ...config.alerts.flatMap(({ path, channel }) =>
      secretsOfChannel(channel).map(([field, source]) => [`${path}.${field}`, source] as const),
    ),
  ]);
}

/** The same of desks in another file. */
export function literalSecretsOfDesks(desks: readonly DeskConfig[]): readonly string[] {
  return literal(desks.flatMap(secretsOfDesk));
}

type Named = readonly [field: string, source: SecretSource | null];

function secretsOfDesk({ path, imap, smtp, auth }: DeskConfig): readonly Named[] {
  return [
    [fieldAt(path, 'imap.password'), imap.password],
    [fieldAt(path, 'smtp.password'), smtp.password],
    [fieldAt(path, CLIENT_SECRET), auth?.kind === 'oauth2' ? auth.clientSecret : null],
  ];
}

function literal(fields: readonly Named[]): readonly string[] {
  return fields.flatMap(([name, source]) => (typeof source === 'string' ? [name] : []));
}

function signingSecretName({ secret }: Config, index: number): string {
  return secret.length === 1 ? 'secret' : `secret[${index}]`;
}

function secretOptions(config: Config, name: string): SecretOptions {
  return { env: config.env, baseDir: config.baseDir, name };
}

type Elsewhere = Exclude<SecretSource, string>;

async function fetchSecret(source: Elsewhere, options: SecretOptions): Promise<string> {
  if ('env' in source) return fromEnvironment(source.env, options);
  if ('file' in source) return fromFile(source.file, options);
  return fromCommand(source.command, options);
}

function fromEnvironment(variable: string, { env, name }: SecretOptions): string {
  const value = env[variable];
  if (value === undefined)
    throw unavailable(`${name}.env`, 'the environment variable of that name is not set');
  return value;
}

async function fromFile(path: string, { baseDir, name }: SecretOptions): Promise<string> {
  const found = await readPrivateFile(resolve(baseDir, path)).catch((error: unknown) => {
    const which = /^\.{0,2}\//.test(path) ? resolve(baseDir, path) : `the file of that name in ${baseDir}`;
    throw unavailable(`${name}.file`, `${which}: ${whyUnreadable(error)}`);
  });
  if (found.exposed === null) return found.text;
  const { may, mend } = found.exposed;
  throw new ConfigProblem('secret-exposed', `${name}.file: others can ${may} that file. Run: ${mend}`);
}

/** Runs in a process group of its own, so that nothing it has started outlives the time limit. */
async function fromCommand(command: readonly string[], options: SecretOptions): Promise<string> {
  const { env, baseDir, name, timeoutMs = COMMAND_TIMEOUT_MS } = options;
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: baseDir,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  const fail = (what: string) => unavailable(`${name}.command`, what);
  const killGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  return new Promise<string>((fulfil, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => settle(fail(`took longer than ${timeoutMs / 1000} seconds`)), timeoutMs);
    function settle(problem: ConfigProblem | null): void {
      clearTimeout(timer);
      killGroup();
      child.stdout.destroy();
      if (problem === null) fulfil(Buffer.concat(chunks).toString('utf8'));
      else reject(problem);
    }
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_SECRET_BYTES) settle(fail('printed too much to be a secret'));
    });
    child.on('error', (error) => settle(fail(whyNotStarted(command, error))));
    child.on('close', (code, killedBy) =>
      settle(
        code === 0 ? null : fail(`ended with ${killedBy ?? `exit code ${code}`}, run it by hand to see why`),
      ),
    );
  });
}

function whyNotStarted([program = '', ...args]: readonly string[], error: Error): string {
  const code = codeOf(error);
  if (code === 'EACCES') return `this user may not run ${program}`;
  if (code !== 'ENOENT') return `could not be started (${code})`;
  if (/\s/.test(program)) return 'there is no such program; each of its arguments must be a text of its own';
  const mayBeTheSecret = args.length === 0 && !program.includes('/');
  return mayBeTheSecret ? 'there is no program of that name' : `there is no such program: ${program}`;
}

function unavailable(name: string, what: string): ConfigProblem {
  return new ConfigProblem('secret-unavailable', `${name}: ${what}`);
}

function invalid(name: string, what: string): ConfigProblem {
  return new ConfigProblem('secret-invalid', `${name}: ${what}`);
}
