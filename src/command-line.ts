/** How a command becomes one of the command line: reads what was typed, opens what the command works with, runs it. */
import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { Argument, Command, Option } from 'commander';
import type { CommandContext, CommonOptions, Screen, Surroundings } from './commands/context.js';
import { EXIT, Problem } from './problem/problem.js';

const { stdout, env } = process;
const STDIN = 0;
const STDERR = 2;
const USUAL_COLUMNS = 80;

const out = {
  write: (text: string | Buffer): void => void stdout.write(text),
  terminal: isatty(stdout.fd),
  columns: stdout.isTTY ? stdout.columns : null,
};

// Whoever read the output (such as `head`) has seen enough.
stdout.on('error', () => process.exit(EXIT.done));

/** The first signal asks to stop after the message in hand; this long after it, waiting is over. */
const STOP_WITHIN_MS = 9_000;

/** `exitCode` is for a wait that takes too long even then. */
export function stopSignal(exitCode: number = EXIT.done): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
    setTimeout(() => process.exit(exitCode), STOP_WITHIN_MS).unref();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  return controller.signal;
}

async function standardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** What a command may ask for that nobody types. */
const PROVIDED = { input: standardInput, writer: { input: standardInput, terminal: isatty(STDIN), env } };

/** An argument or an option for each thing that a command is told; `T` is all of that, as its own file says it. */
type Takes<T> = {
  readonly [K in Exclude<keyof T, 'command' | keyof typeof PROVIDED>]-?: Argument | Option;
};

interface Definition<T> {
  readonly about: string;
  readonly takes: Takes<T>;
  /** Only the file of the command that runs is loaded. */
  readonly load: () => Promise<(context: CommandContext, told: T) => number | Promise<number>>;
  /** What it ends with where it is stopped, and still waits long after that; 0 if left out. */
  readonly stopped?: number;
  /** It tells by itself what is left out of the configuration, and ends with a code of its own. */
  readonly seesLeftOut?: boolean;
}

interface Alone<T> extends Pick<Definition<T>, 'about' | 'takes'> {
  readonly load: () => Promise<(surroundings: Surroundings, told: T) => number | Promise<number>>;
}

export function add<T>(name: string, definition: Definition<T>): void {
  const { about, takes, load, stopped, seesLeftOut = false } = definition;
  declare(name, { about, takes }, async (command) => {
    const told = command.optsWithGlobals<T & CommonOptions & { readonly offline?: boolean }>();
    // Not before: help, the version and a mistake in what was typed need nothing of all that a command works with.
    const { openContext, tellLeftOut } = await import('./commands/context.js');
    const context = await openContext(name, told, {
      ...surroundings(stopped),
      ...(told.offline === true ? { standIn: await exampleDesk() } : {}),
    });
    const run = await load();
    if (seesLeftOut || context.leftOut.length === 0) return run(context, told);
    tellLeftOut(context, context.leftOut);
    try {
      await run(context, told);
    } catch (error) {
      const { failureOf } = await import('./commands/failure.js');
      const { exitCode, message } = failureOf(error);
      if (exitCode === EXIT.usage) throw error;
      const code = error instanceof Problem ? error.code : undefined;
      context.log.error({ code }, message);
    }
    // Nothing else that may be wrong needs somebody more.
    return EXIT.configuration;
  });
}

/** A command that needs no configuration. What it is stopped in has not been done. */
export function addAlone<T>(name: string, { about, takes, load }: Alone<T>): void {
  declare(name, { about, takes }, async (command) =>
    (await load())(surroundings(EXIT.tryLater), command.optsWithGlobals<T & object>()),
  );
}

function surroundings(stopped: number = EXIT.done): Surroundings {
  const terminal = isatty(STDERR);
  return { env, out, terminal, ...(terminal ? { screen: screen() } : {}), signal: stopSignal(stopped) };
}

function screen(): Screen {
  return {
    write: (text) => void process.stderr.write(text),
    // A terminal that was never told its size says 0.
    columns: () => process.stderr.columns || USUAL_COLUMNS,
    onResize: (resized) => void process.stderr.on('resize', resized),
    onExit: (exits) => void process.once('exit', exits),
  };
}

/** `run` answers the exit code. */
function declare(
  name: string,
  { about, takes }: { readonly about: string; readonly takes: Readonly<Record<string, Argument | Option>> },
  run: (command: Command) => Promise<number>,
): void {
  const command = program.command(name).description(about);
  const taken = Object.entries<Argument | Option>(takes);
  for (const [, one] of taken) {
    if (one instanceof Option) command.addOption(one);
    else command.addArgument(one);
  }
  command.action(async () => {
    for (const [key, one] of taken) command.setOptionValue(key, valueOf(command, one));
    for (const [key, value] of Object.entries(PROVIDED)) command.setOptionValue(key, value);
    command.setOptionValue('command', name);
    process.exitCode = await run(command);
  });
}

async function exampleDesk(): Promise<Required<Surroundings>['standIn']> {
  return (await import('./commands/example-desk.js')).exampleConfig;
}

/** What was not typed is null, and false where it is a word that is there or not; `--no-…` is such a word, too. */
function valueOf(command: Command, one: Argument | Option): unknown {
  if (one instanceof Argument) return command.processedArgs[command.registeredArguments.indexOf(one)] ?? null;
  // The parser keeps it as the opposite, without the "no".
  if (one.negate) return command.getOptionValue(one.attributeName()) === false;
  return command.getOptionValue(one.attributeName()) ?? (one.isBoolean() ? false : null);
}

function count(_value: string, before: number): number {
  return before + 1;
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

export const program = new Command('imapdesk')
  .description('A support desk that lives in a mailbox.')
  .version(String(version), '--version', 'print the version')
  .option('-c, --config <file>', 'configuration (default: $IMAPDESK_CONFIG, else config.json)')
  .option('-v, --verbose', 'tell more; twice tells addresses and subjects too', count, 0)
  .addOption(new Option('-q, --quiet', 'tell nothing but failures').conflicts('verbose'))
  .option('--desk <name>', 'work on this desk alone (its name or address)')
  .exitOverride()
  .showHelpAfterError('(imapdesk --help tells more)')
  .configureHelp({ showGlobalOptions: true });
