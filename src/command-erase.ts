/** `erase` as a command of the command line. */
import { type Argument, Option } from 'commander';
import { add } from './command-line.js';

export function addErase(ticket: Argument, json: Option): void {
  add('erase', {
    about: 'removes a ticket for good, wherever its mail lies, after showing all of it',
    takes: {
      ticket,
      dryRun: new Option('--dry-run', 'change nothing, show what would go'),
      yes: new Option('--yes', 'erase it without asking'),
      json,
    },
    load: async () => (await import('./commands/erase.js')).erase,
  });
}
