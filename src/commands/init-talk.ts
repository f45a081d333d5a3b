/** What `init` is told: by options, or by the person at the terminal, who is asked until an answer fits. */
import { resolve } from 'node:path';
import { addressSchema } from '../config/address.js';
import type { OAuth2Config } from '../config/auth.js';
import type { SecretSource } from '../config/secret-schema.js';
import { resolveSecret } from '../config/secrets.js';
import { EXIT, Problem } from '../problem/problem.js';
import type { Member } from '../setup/configuration.js';
import type { Output, Surroundings } from './context.js';
import type { Person } from './questions.js';

/** Null where it was not given. */
export interface InitOptions {
  readonly folder: string | null;
  readonly address: string | null;
  readonly name: string | null;
  readonly staff: readonly string[] | null;
  readonly imap: string | null;
  readonly smtp: string | null;
  readonly user: string | null;
  readonly passwordFile: string | null;
  readonly passwordCommand: string | null;
  readonly passwordEnv: string | null;
  readonly oauth2: 'google' | 'microsoft' | null;
  readonly issuer: string | null;
  readonly accessTokenCommand: string | null;
  readonly clientId: string | null;
  /** `-` is standard input. */
  readonly clientSecretFile: string | null;
  readonly tenant: string | null;
  readonly flow: OAuth2Config['flow'] | null;
  /** Who signs in, where that is not the mailbox's user. */
  readonly account: string | null;
  /** Somebody signs in later. */
  readonly noLogin: boolean;
  readonly noBrowser: boolean;
  readonly ca: string | null;
  readonly mail: 'send' | 'hold' | null;
  readonly waitMs: number | null;
  readonly yes: boolean;
  readonly force: boolean;
  readonly input: () => Promise<Buffer>;
  readonly writer: { readonly terminal: boolean };
}

export interface Talk {
  readonly options: InitOptions;
  /** Null where nobody sits at a terminal. */
  readonly person: Person | null;
  readonly surroundings: Surroundings;
  readonly say: (line: string) => void;
}

export function talkOf(options: InitOptions, surroundings: Surroundings, person: Person | null): Talk {
  const out: Output = surroundings.out;
  return { options, person, surroundings, say: (line) => out.write(`${line}\n`) };
}

interface Wanted<T> {
  /** With what it takes, such as `--address ADDRESS`. */
  readonly option: string;
  readonly given: string | null;
  readonly question: string;
  /** What is usual, if anything is. */
  readonly otherwise?: string | undefined;
  /** Throws what `unfit` makes for an answer that does not fit. */
  readonly read: (written: string) => T;
}

export function unfit(message: string): Problem {
  return new Problem('init-answer', message, { exitCode: EXIT.usage });
}

/** Throws a Problem (64) that names the option where nobody can be asked, or what was given does not fit. */
export async function answer<T>({ options, person, say }: Talk, wanted: Wanted<T>): Promise<T> {
  const { option, given, question, otherwise, read } = wanted;
  const [name = ''] = option.split(' ');
  if (given !== null) return readGiven(name, () => read(given));
  if (otherwise !== undefined && (person === null || options.yes)) return read(otherwise);
  if (person === null) throw missing([option]);
  for (;;) {
    const written = await person.ask(question, otherwise);
    try {
      return read(written);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'init-answer') throw error;
      say(error.message);
    }
  }
}

/** Enter is yes. */
export function askYesOrNo(talk: Talk, question: string): Promise<boolean> {
  return answer(talk, {
    option: '--yes',
    given: null,
    question: `${question} (yes, no)`,
    otherwise: 'yes',
    read: (written) => {
      if (/^y(?:es)?$/i.test(written)) return true;
      if (/^no?$/i.test(written)) return false;
      throw unfit('expected yes or no');
    },
  });
}

function readGiven<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'init-answer') throw error;
    throw unfit(`${name}: ${error.message}`);
  }
}

export function missing(options: readonly string[]): Problem {
  return unfit(
    `${options.join(', ')}: missing, and there is no terminal at which to ask. "imapdesk init --help" lists the options`,
  );
}

const PASSWORD_OPTION = '--password-file FILE (or --password-command, or --password-env)';

/** All that cannot be asked for is told at once. */
export function checkComplete({ options, person }: Talk): void {
  const byApplication = options.oauth2 ?? options.issuer;
  const ways = [
    options.passwordFile,
    options.passwordCommand,
    options.passwordEnv,
    options.oauth2,
    options.issuer,
    options.accessTokenCommand,
  ];
  if (ways.filter((way) => way !== null).length > 1)
    throw unfit(
      '--password-file, --password-command, --password-env, --oauth2, --issuer, --access-token-command: expected one of these',
    );
  if (person !== null) return;
  const lacking = [
    ...(options.address === null ? ['--address ADDRESS'] : []),
    ...(options.staff === null ? ['--staff ADDRESS'] : []),
    ...(ways.every((way) => way === null) ? [PASSWORD_OPTION] : []),
    ...(byApplication !== null && options.clientId === null ? ['--client-id ID'] : []),
  ];
  if (lacking.length > 0) throw missing(lacking);
}

export async function askAddress(talk: Talk): Promise<string> {
  return answer(talk, {
    option: '--address ADDRESS',
    given: talk.options.address,
    question: 'The address that people write to',
    read: readAddress,
  });
}

function readAddress(written: string): string {
  const { success, data } = addressSchema().safeParse(written.trim());
  if (!success) throw unfit('expected an address such as support@example.com');
  return data;
}

const MAX_NAME_CHARS = 100;

export async function askName(talk: Talk, address: string): Promise<string> {
  return answer(talk, {
    option: '--name NAME',
    given: talk.options.name,
    question: 'What people know the desk as',
    otherwise: address,
    read: (written) => {
      if (written.trim() !== '' && written.length <= MAX_NAME_CHARS && !/[\p{Cc}\p{Cs}]/u.test(written))
        return written.trim();
      throw unfit(`expected a name of at most ${MAX_NAME_CHARS} characters`);
    },
  });
}

export async function askStaff(talk: Talk, address: string): Promise<readonly Member[]> {
  return answer(talk, {
    option: '--staff ADDRESS',
    given: talk.options.staff?.join(',') ?? null,
    question: 'Who answers there? Their own addresses, with commas between them',
    read: (written) => readStaff(written, address),
  });
}

/** `ann@example.org`, or `Ann <ann@example.org>`. */
function readStaff(written: string, desk: string): readonly Member[] {
  const members = written
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => {
      const [, name = '', bare = one] = /^(.*?)\s*<([^<>]*)>$/.exec(one) ?? [];
      const shown = name.replaceAll('"', '').trim();
      return { name: shown === '' ? null : shown, address: readAddress(bare) };
    });
  if (members.length === 0) throw unfit('expected at least one address');
  const keys = members.map((member) => member.address.toLowerCase());
  if (keys.includes(desk.toLowerCase()))
    throw unfit(`${desk} is the desk's own address, expected those of people`);
  if (new Set(keys).size < keys.length) throw unfit('expected each address once');
  return members;
}

export interface Password {
  readonly secret: string;
  /** Where the configuration has it from; null for a file that is written beside it. */
  readonly source: SecretSource | null;
}

/** Throws what `resolveSecret` throws where it cannot be had. */
export async function askPassword(talk: Talk, user: string): Promise<Password> {
  const { options, person, surroundings } = talk;
  if (options.passwordFile === '-')
    return { secret: firstLine(await options.input(), '--password-file'), source: null };
  const source = givenSource(options);
  if (source !== null) {
    const from = { env: surroundings.env, baseDir: process.cwd(), name: '--password' };
    return { secret: await resolveSecret(source, from), source };
  }
  if (person === null) throw missing([PASSWORD_OPTION]);
  return { secret: await typedPassword(person, user), source: null };
}

export async function typedPassword(person: Person, user: string): Promise<string> {
  for (;;) {
    const typed = await person.askHidden(`Password of ${user} (it is not shown)`);
    if (typed !== '') return typed;
  }
}

export function firstLine(input: Buffer, option: string): string {
  const [line = ''] = input.toString('utf8').split(/\r?\n/);
  if (line === '') throw unfit(`${option}: standard input is empty, expected the secret`);
  return line;
}

/** Paths are absolute: they were meant from here, not from the desk's folder. */
function givenSource({ passwordFile, passwordCommand, passwordEnv }: InitOptions): SecretSource | null {
  if (passwordFile !== null) return { file: resolve(passwordFile) };
  if (passwordEnv !== null) return { env: passwordEnv };
  if (passwordCommand === null) return null;
  return { command: [...commandIn(passwordCommand, '--password-command')] };
}

/** The program with its absolute path, and its arguments. */
export function commandIn(written: string, option: string): readonly string[] {
  const [program = '', ...rest] = wordsOf(written, option);
  return [program.includes('/') ? resolve(program) : program, ...rest];
}

function wordsOf(command: string, option: string): readonly string[] {
  if (!command.trim().startsWith('[')) return command.trim().split(/\s+/);
  const wrong = unfit(`${option}: expected a program and its arguments, such as ["pass", "show", "mail"]`);
  let words: unknown;
  try {
    words = JSON.parse(command);
  } catch {
    throw wrong;
  }
  if (!Array.isArray(words) || words.length === 0) throw wrong;
  return words.map((word: unknown) => {
    if (typeof word === 'string') return word;
    throw wrong;
  });
}
