/** The part of the command line by which staff write: `reply`, `new`, and `retry` of what was refused. */
import { type Argument, type Command, Option } from 'commander';
import type { CommandContext } from './commands/context.js';
import type { Writer } from './commands/draft.js';

export interface WritingOptions {
  readonly as?: string;
  readonly attach?: readonly string[];
  readonly note?: boolean;
  readonly close?: boolean;
  readonly for?: string;
  readonly subject?: string;
  readonly acknowledge?: boolean;
  readonly json?: boolean;
  readonly all?: boolean;
}

export interface Wiring {
  readonly start: (
    command: Command,
    work: (context: CommandContext, options: WritingOptions) => Promise<number>,
  ) => Promise<void>;
  readonly ticket: Argument;
  readonly anyTicket: Argument;
  readonly json: Option;
  readonly writer: Writer;
}

const AS = new Option('--as <address>', "in the name of this staff address (default: the desk's first)");
const ATTACH = new Option('--attach <file>', 'attach this file; may be given several times').argParser(
  several,
);

function several(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

export function addWritingCommands(program: Command, wiring: Wiring): void {
  addReply(program, wiring);
  addNew(program, wiring);
  addRetry(program, wiring);
}

function addReply(program: Command, { start, ticket, json, writer }: Wiring): void {
  program
    .command('reply')
    .description(
      "a staff member's reply to a ticket: the text from standard input, or written in your editor",
    )
    .addArgument(ticket)
    .addOption(AS)
    .addOption(ATTACH)
    .option('--note', 'for colleagues only')
    .addOption(new Option('--close', 'the last word: the ticket is closed with it').conflicts('note'))
    .addOption(json)
    .action((number: number, _options: unknown, command: Command) =>
      start(command, async (context, options) => {
        const { reply } = await import('./commands/reply.js');
        return reply(context, { ...common(options), ticket: number, kind: kindOf(options), writer });
      }),
    );
}

function addNew(program: Command, { start, json, writer }: Wiring): void {
  program
    .command('new')
    .description('opens a ticket for a customer: the text from standard input, or written in your editor')
    .requiredOption('--for <address>', 'the customer, who is the requester of the ticket')
    .requiredOption('--subject <text>', 'the subject')
    .option('--acknowledge', 'the customer gets an acknowledgement')
    .addOption(AS)
    .addOption(ATTACH)
    .addOption(json)
    .action((_options: unknown, command: Command) =>
      start(command, async (context, options) => {
        const { for: customer = '', subject = '', acknowledge = false } = options;
        const { newTicket } = await import('./commands/new-ticket.js');
        return newTicket(context, { ...common(options), customer, subject, acknowledge, writer });
      }),
    );
}

function addRetry(program: Command, { start, anyTicket, json }: Wiring): void {
  program
    .command('retry')
    .description('sends once more what lies in review because the mail server refused it')
    .addArgument(anyTicket)
    .addOption(new Option('--all', 'of every ticket, and mail about none'))
    .addOption(json)
    .action((ticket: number | undefined, _options: unknown, command: Command) =>
      start(command, async (context, { all = false, json: asJson = false }) => {
        const { retry } = await import('./commands/retry.js');
        return retry(context, { ticket: ticket ?? null, all, json: asJson });
      }),
    );
}

function common({
  as = null,
  attach = [],
  json = false,
}: Omit<WritingOptions, 'as'> & { as?: string | null }) {
  return { as, attach, json };
}

function kindOf({ note = false, close = false }: WritingOptions): 'note' | 'close' | 'reply' {
  if (note) return 'note';
  return close ? 'close' : 'reply';
}
