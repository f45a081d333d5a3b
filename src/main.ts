#!/usr/bin/env node
/** The command line: parses, wires, and sets the exit code. It decides nothing. */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { type CommandContext, type CommonOptions, openContext } from './commands/context.js';
import { failureOf } from './commands/failure.js';
import { EXIT } from './desk/problem.js';

const out = {
  write: (text: string): void => void process.stdout.write(text),
  terminal: process.stdout.isTTY === true,
};

/** The first signal asks to stop after the message in hand; this long after it, waiting is over. */
const STOP_WITHIN_MS = 9_000;

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
    setTimeout(() => process.exit(EXIT.done), STOP_WITHIN_MS).unref();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  return controller.signal;
}

function count(_value: string, before: number): number {
  return before + 1;
}

type Work = (context: CommandContext, options: Record<string, unknown>, args: readonly unknown[]) => Promise<number>;

function withContext(name: string, work: Work): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    const command = args.at(-1) as Command;
    const options = command.optsWithGlobals();
    const surroundings = { env: process.env, out, terminal: process.stderr.isTTY === true, signal: stopSignal() };
    const context = await openContext(name, options as CommonOptions, surroundings);
    process.exitCode = await work(context, options, args.slice(0, -2));
  };
}

const program = new Command('imapdesk')
  .description('A support desk that lives in a mailbox.')
  .option('-c, --config <file>', 'configuration (default: $IMAPDESK_CONFIG, else config.json)')
  .option('-v, --verbose', 'tell more; twice tells addresses and subjects too', count, 0)
  .option('--desk <name>', 'work on this desk alone (its name or address)')
  .exitOverride()
  .showHelpAfterError('(imapdesk --help tells more)');

program
  .command('run')
  .description('work until told to stop: IDLE, and a poll on the schedule of each desk')
  .action(withContext('run', async (context) => (await import('./commands/run.js')).run(context)));

program
  .command('once')
  .description('one pass over each desk, for cron')
  .option('--dry-run', 'change nothing, print what would be decided')
  .option('--json', 'one decision a line, then a summary')
  .option('--adopt <what>', 'older unread mail on the first run: all, recent or none', adoptChoice)
  .action(
    withContext('once', async (context, options) => {
      const { once } = await import('./commands/once.js');
      const adopt = (options['adopt'] ?? null) as 'all' | 'recent' | 'none' | null;
      return once(context, { dryRun: options['dryRun'] === true, json: options['json'] === true, adopt });
    }),
  );

function adoptChoice(value: string): string {
  if (!['all', 'recent', 'none'].includes(value)) throw new InvalidArgumentError('expected all, recent or none');
  return value;
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
  else {
    const { exitCode, message } = failureOf(error);
    process.stderr.write(`imapdesk: ${message}\n`);
    process.exitCode = exitCode;
  }
}
