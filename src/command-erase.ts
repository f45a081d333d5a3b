/** `erase` as a command of the command line. */
import { Argument, Option } from 'commander';
import { add } from './command-line.js';

export function addErase(readNumber: (value: string) => number, json: Option): void {
  add('erase', {
    about: 'removes a ticket or all of a person for good, wherever it lies, after showing it all',
    takes: {
      ticket: new Argument('[number]', 'the ticket').argParser(readNumber),
      person: new Option('--person <address>', 'in place of a ticket: all that this person wrote'),
      dryRun: new Option('--dry-run', 'change nothing, show what would go'),
      yes: new Option('--yes', 'erase it without asking'),
      json,
    },
    load: async () => (await import('./commands/erase.js')).erase,
  });
}
