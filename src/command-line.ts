/**
 * How a command becomes one of the command line: reads what was typed, opens what the command works with, runs it. Who calls it,
 * a process or a test, brings the streams and the environment.
 */
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { Argument, Command, CommanderError, Option } from 'commander';
import type { CommandContext, CommonOptions, Surroundings } from './commands/context.js';
import { failureOf } from './commands/failure.js';
import { EXIT, Problem } from './problem/problem.js';

/** Who calls it. */
export interface Caller extends Omit<Surroundings, 'signal' | 'standIn' | 'signIn'> {
  /** Whether standard input is a terminal. */
  readonly isTypedAt: boolean;
  /** Aborted when the command is to stop; `exitCode` is for a wait that takes too long even then. */
  readonly stopSignal: (exitCode: number) => AbortSignal;
}

/** What a command may ask for that nobody types. */
interface Provided {
  readonly input: () => Promise<Buffer>;
  readonly writer: {
    readonly input: () => Promise<Buffer>;
    readonly terminal: boolean;
    readonly env: Surroundings['env'];
  };
}

type Answer = number | Promise<number>;

/** An argument or an option for each thing that a command is told; `T` is all of that, as its own file says it. */
type Takes<T> = {
  readonly [K in Exclude<keyof T, 'command' | keyof Provided>]-?: Argument | Option;
};

interface Definition<T> {
  readonly about: string;
  readonly takes: Takes<T>;
  /** Only the file of the command that runs is loaded. */
  readonly load: () => Promise<(context: CommandContext, told: T) => Answer>;
  /** What it ends with where it is stopped, and still waits long after that; 0 if left out. */
  readonly stopped?: number;
  /** It tells by itself what is left out of the configuration, and ends with a code of its own. */
  readonly seesLeftOut?: boolean;
}

interface Alone<T> extends Pick<Definition<T>, 'about' | 'takes'> {
  readonly load: () => Promise<(surroundings: Surroundings, told: T, program: Command) => Answer>;
  /** As above; what is stopped has not been done, if left out. */
  readonly stopped?: number;
}

interface Declared {
  readonly name: string;
  readonly about: string;
  readonly takes: Readonly<Record<string, Argument | Option>>;
  /** Answers the exit code. */
  readonly run: (command: Command, caller: Caller) => Promise<number>;
}

const commands: Declared[] = [];

export function add<T>(name: string, definition: Definition<T>): void {
  const { about, takes, load, stopped = EXIT.done, seesLeftOut = false } = definition;
  const run = async (command: Command, caller: Caller): Promise<number> => {
    const told = command.optsWithGlobals<T & CommonOptions & { readonly offline?: boolean }>();
    // Not before: help, the version and a mistake in what was typed need nothing of all that a command works with.
    const { openContext, tellLeftOut } = await import('./commands/context.js');
    const context = await openContext(name, told, {
      ...surroundings(caller, stopped),
      ...(told.offline === true ? { standIn: await exampleDesk() } : {}),
    });
    const work = await load();
    if (seesLeftOut || context.leftOut.length === 0) return work(context, told);
    tellLeftOut(context, context.leftOut);
    try {
      await work(context, told);
    } catch (error) {
      const { exitCode, message } = failureOf(error);
      if (exitCode === EXIT.usage) throw error;
      const code = error instanceof Problem ? error.code : undefined;
      context.log.error({ code }, message);
    }
    // Nothing else that may be wrong needs somebody more.
    return EXIT.configuration;
  };
  commands.push({ name, about, takes, run });
}

/** A command that needs no configuration. */
export function addAlone<T>(name: string, { about, takes, load, stopped = EXIT.tryLater }: Alone<T>): void {
  const run = async (command: Command, caller: Caller): Promise<number> => {
    const work = await load();
    return work(
      surroundings(caller, stopped),
      command.optsWithGlobals<T & object>(),
      command.parent ?? command,
    );
  };
  commands.push({ name, about, takes, run });
}

/** What was typed after the program's name; answers the exit code. Whatever fails is told on `caller`'s streams. */
export async function runCommandLine(typed: readonly string[], caller: Caller): Promise<number> {
  const { errors } = caller.streams;
  let code: number = EXIT.done;
  const program = programFor(caller, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync(typed, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const { exitCode, message } = failureOf(error);
    errors.write(`imapdesk: ${message}\n`);
    return exitCode;
  }
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

function programFor(caller: Caller, ends: (code: number) => void): Command {
  const { out, streams, isTypedAt, env } = caller;
  const program = new Command('imapdesk')
    .description('A support desk that lives in a mailbox.')
    .version(String(version), '--version', 'print the version')
    .option('-c, --config <file>', 'configuration (default: $IMAPDESK_CONFIG, else config.json)')
    .option('-v, --verbose', 'tell more; twice tells addresses and subjects too', count, 0)
    .addOption(new Option('-q, --quiet', 'tell nothing but failures').conflicts('verbose'))
    .option('--desk <name>', 'work on this desk alone (its name or address)')
    .exitOverride()
    .showHelpAfterError('(imapdesk --help tells more)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: (text) => void streams.errors.write(text),
    });
  const input = (): Promise<Buffer> => buffer(streams.input);
  const provided: Provided = { input, writer: { input, terminal: isTypedAt, env } };
  for (const one of commands)
    declare(program, one, async (command) => {
      for (const [key, value] of Object.entries(provided)) command.setOptionValue(key, value);
      ends(await one.run(command, caller));
    });
  return program;
}

function surroundings({ stopSignal, ...caller }: Caller, stopped: number): Surroundings {
  return { ...caller, signal: stopSignal(stopped) };
}

function declare(
  program: Command,
  { name, about, takes }: Declared,
  run: (command: Command) => Promise<void>,
): void {
  const command = program.command(name).description(about);
  const taken = Object.entries(takes);
  for (const [, one] of taken) {
    if (one instanceof Option) command.addOption(one);
    else command.addArgument(one);
  }
  command.action(async () => {
    for (const [key, one] of taken) command.setOptionValue(key, valueOf(command, one));
    command.setOptionValue('command', name);
    await run(command);
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
