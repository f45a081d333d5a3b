#!/usr/bin/env node
/** The command line: parses, wires, and sets the exit code. It decides nothing. */
import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type CommandContext, type CommonOptions, openContext } from './commands/context.js';
import { exampleConfig } from './commands/example-desk.js';
import { failureOf } from './commands/failure.js';
import { readTicketNumber } from './commands/ticket-number.js';
import { EXIT } from './problem/problem.js';
import { addWritingCommands, type WritingOptions } from './writing-commands.js';

const { stdin, stdout, stderr } = process;

const out = {
  write: (text: string): void => void stdout.write(text),
  terminal: isatty(stdout.fd),
  columns: stdout.isTTY ? stdout.columns : null,
};

// Whoever read the output (such as `head`) has seen enough.
stdout.on('error', () => process.exit(EXIT.done));

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

async function standardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

interface EveryOption extends CommonOptions, WritingOptions {
  readonly dryRun?: boolean;
  readonly offline?: boolean;
  readonly once?: boolean;
  readonly joinPeople?: boolean;
  readonly adopt?: 'all' | 'recent' | 'none';
  readonly state?: 'open' | 'archived' | 'all';
  /** In milliseconds. */
  readonly wait?: number;
}

type Work = (context: CommandContext, options: EveryOption) => Promise<number>;

/** Opens what a command works with, runs it, and keeps its exit code. */
async function start(command: Command, work: Work): Promise<void> {
  const options = command.optsWithGlobals<EveryOption>();
  const context = await openContext(command.name(), options, {
    env: process.env,
    out,
    terminal: isatty(stderr.fd),
    signal: stopSignal(),
    ...(options.offline === true ? { standIn: exampleConfig } : {}),
  });
  process.exitCode = await work(context, options);
}

function count(_value: string, before: number): number {
  return before + 1;
}

function ticketNumber(value: string): number {
  const number = readTicketNumber(value);
  if (number === null) throw new InvalidArgumentError('expected the number of a ticket, such as 42');
  return number;
}

function messageNumber(value: string): number {
  const number = /^[1-9][0-9]{0,5}$/.test(value) ? Number(value) : 0;
  if (number === 0) throw new InvalidArgumentError('expected the number of a message, as show counts them');
  return number;
}

function seconds(value: string): number {
  const number = /^[0-9]{1,4}$/.test(value) ? Number(value) : 0;
  if (number === 0) throw new InvalidArgumentError('expected a number of seconds from 1 to 9999');
  return number * 1000;
}

const writer = { input: standardInput, terminal: isatty(stdin.fd), env: process.env };

const TICKET = new Argument('<number>', 'the ticket').argParser(ticketNumber);
const ANY_TICKET = new Argument('[number]', 'the ticket').argParser(ticketNumber);
const JSON_LINES = new Option('--json', 'for programs: JSON, one object a line');
const ADOPT = new Option('--adopt <what>', 'what to take of older unread mail, where the desk asks').choices([
  'all',
  'recent',
  'none',
]);

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const program = new Command('imapdesk')
  .description('A support desk that lives in a mailbox.')
  .version(String(version), '--version', 'print the version')
  .option('-c, --config <file>', 'configuration (default: $IMAPDESK_CONFIG, else config.json)')
  .option('-v, --verbose', 'tell more; twice tells addresses and subjects too', count, 0)
  .option('--desk <name>', 'work on this desk alone (its name or address)')
  .exitOverride()
  .showHelpAfterError('(imapdesk --help tells more)')
  .configureHelp({ showGlobalOptions: true });

program
  .command('run')
  .description('work until told to stop: IDLE, and a poll on the schedule of each desk')
  .action((_options: unknown, command: Command) =>
    start(command, async (context) => (await import('./commands/run.js')).run(context)),
  );

program
  .command('once')
  .description('one pass over each desk, for cron')
  .option('--dry-run', 'change nothing, print what would be decided')
  .option('--json', 'one decision a line, then a summary')
  .addOption(ADOPT)
  .action((_options: unknown, command: Command) =>
    start(command, async (context, { dryRun = false, json = false, adopt = null }) => {
      const { once } = await import('./commands/once.js');
      return once(context, { dryRun, json, adopt });
    }),
  );

program
  .command('explain')
  .description('what the desk would decide of messages, and every reason; changes nothing')
  .argument('[files...]', 'messages as files; - or none is standard input')
  .option('--offline', 'needs no server: every ticket that is named is taken to exist')
  .addOption(JSON_LINES)
  .action((files: string[], _options: unknown, command: Command) =>
    start(command, async (context, { offline = false, json = false }) => {
      const { explain } = await import('./commands/explain.js');
      return explain(context, { files, offline, json, input: standardInput });
    }),
  );

program
  .command('list')
  .description('the tickets')
  .addOption(new Option('--state <state>', 'which ones').choices(['open', 'archived', 'all']).default('open'))
  .addOption(JSON_LINES)
  .action((_options: unknown, command: Command) =>
    start(command, async (context, { state = 'open', json = false }) => {
      const { list } = await import('./commands/list.js');
      return list(context, { state, json });
    }),
  );

program
  .command('show')
  .description('one ticket with its messages')
  .addArgument(TICKET)
  .addOption(JSON_LINES)
  .action((ticket: number, _options: unknown, command: Command) =>
    start(command, async (context, { json = false }) => {
      const { show } = await import('./commands/show.js');
      return show(context, { ticket, json });
    }),
  );

for (const name of ['close', 'reopen'] as const) {
  program
    .command(name)
    .description(
      name === 'close' ? 'closes a ticket: all of it goes to the archive' : 'reopens an archived ticket',
    )
    .addArgument(TICKET)
    .addOption(JSON_LINES)
    .action((ticket: number, _options: unknown, command: Command) =>
      start(command, async (context, { json = false }) => {
        const { changeState } = await import('./commands/change-state.js');
        return changeState(context, { command: name, ticket, json });
      }),
    );
}

addWritingCommands(program, { start, ticket: TICKET, anyTicket: ANY_TICKET, json: JSON_LINES, writer });

program
  .command('split')
  .description('makes a message of a ticket a ticket of its own')
  .addArgument(TICKET)
  .addArgument(new Argument('<message>', 'its number in what show prints').argParser(messageNumber))
  .addOption(JSON_LINES)
  .action((ticket: number, message: number, ...[, command]: [unknown, Command]) =>
    start(command, async (context, { json = false }) => {
      const { split } = await import('./commands/split.js');
      return split(context, { ticket, message, json });
    }),
  );

program
  .command('merge')
  .description('brings two tickets together: the second number stands for the first from then on')
  .addArgument(new Argument('<into>', 'the ticket that stays').argParser(ticketNumber))
  .addArgument(new Argument('<from>', 'the ticket that is merged into it').argParser(ticketNumber))
  .option('--join-people', "the second ticket's people get what staff write to the first one's")
  .addOption(JSON_LINES)
  .action((into: number, from: number, ...[, command]: [unknown, Command]) =>
    start(command, async (context, { joinPeople = false, json = false }) => {
      const { merge } = await import('./commands/merge.js');
      return merge(context, { into, from, joinPeople, json });
    }),
  );

program
  .command('check')
  .description("tests every part of the configuration, with a message to one of the desk's own addresses")
  .option('--wait <seconds>', 'how long to wait for the test message (default: 60)', seconds)
  .addOption(JSON_LINES)
  .action((_options: unknown, command: Command) =>
    start(command, async (context, { json = false, wait = null }) => {
      const { check } = await import('./commands/check.js');
      return check(context, { json, waitMs: wait });
    }),
  );

program
  .command('repair')
  .description("creates missing folders, and rebuilds the register from the numbers in the desk's own copies")
  .option('--dry-run', 'change nothing, tell what would be done')
  .addOption(ADOPT)
  .addOption(JSON_LINES)
  .action((_options: unknown, command: Command) =>
    start(command, async (context, { dryRun = false, json = false, adopt = null }) => {
      const { repair } = await import('./commands/repair.js');
      return repair(context, { dryRun, json, adopt });
    }),
  );

program
  .command('status')
  .description('how each desk is: what waits, who works on it, and what is wrong; changes nothing')
  .addOption(JSON_LINES)
  .action((_options: unknown, command: Command) =>
    start(command, async (context, { json = false }) => {
      const { status } = await import('./commands/status.js');
      return status(context, { json });
    }),
  );

program
  .command('muttrc')
  .description('settings for mutt and neomutt to work in a desk; no password is among them')
  .action((_options: unknown, command: Command) =>
    start(command, async (context) => (await import('./commands/muttrc.js')).muttrc(context)),
  );

program
  .command('demo')
  .description('all of it in a private mail world on this machine, with sample mail')
  .option('--once', 'end when everything has happened')
  .action(async ({ once = false }: EveryOption) => {
    const { demo } = await import('./commands/demo.js');
    process.exitCode = await demo({ once, env: process.env, stdin, stdout, signal: stopSignal() });
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
  else {
    const { exitCode, message } = failureOf(error);
    stderr.write(`imapdesk: ${message}\n`);
    process.exitCode = exitCode;
  }
}

// A process manager's channel would keep the process alive.
if (process.connected) process.disconnect();
