/** What every command works with: the configuration, the log, standard output, and the signal to stop. */
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { DestinationStream, Logger } from 'pino';
import { type Config, type DeskConfig, type LeftOut } from '../config/complete.js';
import { loadConfig } from '../config/load.js';
import { EXIT, Problem } from '../problem/problem.js';
import type { SignInPlace } from '../sign-in/token-file.js';
import { canRewrite, isUnicode, wantsColours } from '../terminal/abilities.js';
import { Bar } from '../terminal/bar.js';
import { hostsOfProcess } from '../worker/run/hosts.js';
import { DeskSession } from '../worker/run/session.js';
import { chooseLevel, createLog } from '../worker/watch/log.js';
import type { AdoptChoice, Step } from '../worker/workplace/desk.js';
import { STANDBY_PACE } from '../worker/workplace/standing.js';

/** The options that every command takes. */
export interface CommonOptions {
  readonly config?: string;
  readonly verbose?: number;
  /** Nothing but failures is told. */
  readonly quiet?: boolean;
  readonly json?: boolean;
  /** Name or address of one desk, where the configuration holds several. */
  readonly desk?: string;
}

export interface Output {
  write(text: string | Buffer): void;
  readonly terminal: boolean;
  /** Cells in a line; null where nobody knows of a limit. */
  readonly columns: number | null;
}

/** The terminal to which the log goes. */
export interface Screen {
  write(text: string): void;
  /** Cells in a line, as it is now. */
  columns(): number;
  /** Calls it when the terminal has got another size. */
  onResize(resized: () => void): void;
  /** Calls it when the program ends, however it does. */
  onExit(exits: () => void): void;
}

/** The standard streams, for whoever is asked something or hands something in. */
export interface Streams {
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
}

export interface CommandContext {
  readonly config: Config;
  readonly log: Logger;
  readonly out: Output;
  readonly streams: Streams;
  readonly signal: AbortSignal;
  readonly desks: readonly DeskConfig[];
  /** As `--desk` has it; null where the command is for all of them. */
  readonly named: string | null;
  /** What is left out of them; none where one desk was named. */
  readonly leftOut: readonly LeftOut[];
  /** Secrets in use are added, so that no log line holds one. */
  readonly secrets: Set<string>;
  session(desk: DeskConfig, options?: SessionWishes): DeskSession;
  /** The same with the configuration read again. */
  reread(): Promise<CommandContext>;
}

interface SessionWishes {
  readonly adopt?: AdoptChoice | null;
  /** For a command that must not be able to change anything. */
  readonly readOnly?: boolean;
  /** Hears of each secret that the desk has fetched, by its field. */
  readonly heard?: Config['heard'];
  /** How long a claim of it stands that is not renewed; the usual time if left out. */
  readonly claimMs?: number;
  /** Stands by while another such worker works on the desk. */
  readonly standsBy?: boolean;
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Output;
  readonly streams: Streams;
  /** Where the log goes; to standard error, written before the call returns, if left out. */
  readonly destination?: DestinationStream;
  /** Whether the log goes to a terminal. */
  readonly terminal: boolean;
  /** That terminal; left out where nothing is drawn on it. */
  readonly screen?: Screen;
  readonly signal: AbortSignal;
  /** Makes a configuration if none was named and there is no file; without it, that is an error. */
  readonly standIn?: (env: Config['env']) => Config;
  /** A sign-in that is not kept yet, in place of the account's. */
  readonly signIn?: SignInPlace;
}

const DEFAULT_CONFIG = 'config.json';

export async function openContext(
  command: string,
  options: CommonOptions,
  surroundings: Surroundings,
): Promise<CommandContext> {
  const { standIn, env } = surroundings;
  const named = options.config ?? env['IMAPDESK_CONFIG'];
  const example = named === undefined && !existsSync(DEFAULT_CONFIG) ? standIn?.(env) : undefined;
  const config = example ?? (await loadConfig(named ?? DEFAULT_CONFIG, env));
  const context = contextOf(command, config, { options, surroundings });
  if (example !== undefined)
    context.log.warn({}, 'there is no configuration, so this is what the example desk would do');
  return context;
}

/** The same with a configuration that is there already. */
export function contextOf(
  command: string,
  config: Config,
  { options, surroundings }: { readonly options: CommonOptions; readonly surroundings: Surroundings },
): CommandContext {
  const { env, streams, terminal, screen, signal, signIn, destination } = surroundings;
  const { verbose: verbosity = 0, quiet = false, json: forProgram = false } = options;
  const secrets = new Set<string>();
  const desks = chosenDesks(config, options.desk);
  const { format } = config.log;
  const level = chooseLevel({ command, verbosity, terminal, quiet, configured: config.log.level });
  // A folder may get others.
  const several = desks.length > 1 || (config.desksFolder !== null && options.desk === undefined);
  const style = { colours: wantsColours(env, terminal), detailed: verbosity > 0, namesDesks: several };
  const isDrawn = !quiet && format !== 'json' && canRewrite(env);
  const bar = screen === undefined || !isDrawn ? null : barOn(screen, { unicode: isUnicode(env), several });
  const beside = bar === null ? {} : { around: (write: () => void): void => bar.around(write) };
  const log = createLog({ level, format, terminal, forProgram, secrets, style, ...beside, destination });
  const told = bar === null ? surroundings.out : outputBeside(bar, surroundings.out);
  const withConfig = (read: Config): CommandContext => {
    // Of the process, and the same for each desk; here, the limits of what was read last count.
    const hosts = command === 'run' ? { hosts: hostsOfProcess(read.limits) } : {};
    return {
      config: read,
      log,
      out: told,
      streams,
      signal,
      desks: chosenDesks(read, options.desk),
      named: options.desk ?? null,
      leftOut: options.desk === undefined ? read.leftOut : [],
      secrets,
      session: (desk, { adopt = null, readOnly = false, heard, claimMs, standsBy = false } = {}) => {
        const { name } = desk;
        const progress = bar === null ? undefined : (step: Step | null): void => bar.step(name, step);
        return new DeskSession({
          config: heard === undefined ? read : { ...read, heard },
          desk,
          log: log.child({ desk: name }),
          command,
          adopt,
          secrets,
          signIn,
          progress,
          readOnly,
          ...hosts,
          ...(claimMs === undefined ? {} : { leaseMs: claimMs }),
          standby: standsBy ? STANDBY_PACE : undefined,
        });
      },
      reread: async () => withConfig(await loadConfig(read.file, env)),
    };
  };
  return withConfig(config);
}

/** A command that draws nothing does not even open the stream. */
function barOn(screen: Screen, looks: { readonly unicode: boolean; readonly several: boolean }): Bar {
  const bar: Bar = new Bar({
    write: (text) => screen.write(text),
    columns: () => screen.columns(),
    onFirst: () => {
      screen.onResize(() => bar.resized());
      screen.onExit(() => bar.end());
    },
    ...looks,
  });
  return bar;
}

/** Both may be the same terminal. */
function outputBeside(bar: Bar, out: Output): Output {
  return out.terminal ? { ...out, write: (text) => bar.around(() => out.write(text)) } : out;
}

function chosenDesks(config: Config, wanted: string | undefined): readonly DeskConfig[] {
  if (wanted === undefined) return config.desks;
  const found = config.desks.filter(
    ({ name, address }) => name === wanted || address === wanted.toLowerCase(),
  );
  if (found.length > 0) return found;
  const broken = config.leftOut.find(
    ({ file, desks }) =>
      file === wanted ||
      desks.some(({ name, address }) => name === wanted || address?.toLowerCase() === wanted.toLowerCase()),
  );
  if (broken !== undefined) throw broken.problem;
  throw new Problem(
    'no-such-desk',
    `--desk: the configuration has no desk of that name or address; it has ${namesOf(config)}`,
    { exitCode: EXIT.usage },
  );
}

function namesOf({ desks, leftOut }: Pick<Config, 'desks' | 'leftOut'>): string {
  const names = desks.map(({ name }) => `"${name}"`).join(', ');
  const files = leftOut.map(({ file }) => file).join(', ');
  return files === '' ? names : `${names}, and what cannot be read: ${files}`;
}

/** By its desk, if it holds one that has a name; else by the file. */
export function calledLeftOut({ file, desks }: LeftOut): string {
  const [only, ...others] = desks;
  return only === undefined || others.length > 0 ? file : only.name;
}

/** Says which files of the folder of desks are left out, and all that has to be mended in them. */
export function tellLeftOut({ log }: Pick<CommandContext, 'log'>, leftOut: readonly LeftOut[]): void {
  for (const { file, problem } of leftOut) {
    for (const part of `left out: ${problem.message}`.split('\n'))
      log.error({ code: problem.code, file }, part);
  }
}

/** Works on the one desk that a command about a ticket is meant for. */
export async function onDesk<T>(
  context: CommandContext,
  work: (session: DeskSession) => Promise<T>,
): Promise<T> {
  const session = context.session(onlyDesk(context));
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Says what a command has found or done: an object for programs, lines for people. */
export function tell(
  { out }: CommandContext,
  json: boolean,
  told: { readonly fields: object; readonly lines: readonly string[] },
): void {
  const lines = json ? [JSON.stringify(told.fields)] : told.lines;
  out.write(lines.map((line) => `${line}\n`).join(''));
}

/** The one desk that a command about a ticket is meant for. */
export function onlyDesk(context: CommandContext): DeskConfig {
  const [only, ...others] = context.desks;
  // What is left out may be the desk that was meant.
  if (only !== undefined && others.length === 0 && context.leftOut.length === 0) return only;
  throw new Problem(
    'which-desk',
    `the configuration holds several desks (${namesOf(context)}): say which with --desk`,
    { exitCode: EXIT.usage },
  );
}
