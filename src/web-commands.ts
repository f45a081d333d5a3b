/** The commands of the history pages. */
import { Argument, Option } from 'commander';
import { add, addAlone } from './command-line.js';

export function addWeb({ ticketNumber }: { readonly ticketNumber: (value: string) => number }): void {
  add('web', {
    about: 'serves pages on which the tickets can be read; changes nothing',
    takes: {},
    load: async () => (await import('./commands/web.js')).web,
    seesLeftOut: true,
  });
  add('link', {
    about: 'a link that shows one ticket to its requester, for a time',
    takes: {
      ticket: new Argument('<number>', 'the ticket').argParser(ticketNumber),
      for: new Option('--for <span>', 'how long it shows the ticket, such as 14d; at most 366d').default(
        '30d',
      ),
      json: new Option('--json', 'for programs: JSON, one object'),
    },
    load: async () => (await import('./commands/link.js')).link,
  });
  addAlone('web-password', {
    about: 'the hash of a password for the pages, to be put into the configuration as web.password',
    takes: {},
    load: async () => (await import('./commands/web-password.js')).webPassword,
  });
}
