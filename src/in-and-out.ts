/** The commands that take a desk's tickets out of the mailbox, and bring others in, as the command line knows them. */
import { Argument, Option } from 'commander';
import { add } from './command-line.js';
import { DIALECTS } from './mbox/quoting.js';
import { EXIT } from './problem/problem.js';

export function addInAndOut({
  ticketNumber,
  json,
}: {
  readonly ticketNumber: (value: string) => number;
  readonly json: Option;
}): void {
  add('export', {
    about: 'one ticket or all as mbox files, Maildirs or pages; again, it adds what is new',
    takes: {
      ticket: new Argument('[number]', 'the ticket; all if left out').argParser(ticketNumber),
      to: new Option('--to <folder>', 'where to; it is made if there is none').makeOptionMandatory(),
      format: new Option(
        '--format <format>',
        'a file for each ticket, a Maildir, or a page that a browser opens',
      )
        .choices(['mbox', 'maildir', 'html'])
        .default('mbox'),
      since: new Option('--since <when>', 'tickets in which mail came since this day, or so long ago as 30d'),
      person: new Option('--person <address>', 'tickets of this person, or in which they have part'),
      json,
    },
    load: async () => (await import('./commands/export.js')).exportMail,
  });
  add('import', {
    about:
      'makes tickets of mail in files, and tells nobody: mbox, Maildir, a folder of tickets by number, Roundup',
    takes: {
      path: new Argument(
        '<path>',
        'an mbox file, a Maildir, a folder such as export writes, or an export of Roundup',
      ),
      dryRun: new Option('--dry-run', 'change nothing, tell what would be done'),
      renumber: new Option('--renumber', 'new numbers for tickets whose numbers are taken'),
      state: new Option('--state <state>', 'of tickets made of mail that is in no numbered folder')
        .choices(['open', 'archived'])
        .default('archived'),
      mbox: new Option(
        '--mbox <dialect>',
        'how "From " is quoted in mbox files (default: guessed for each file)',
      ).choices(DIALECTS),
      closed: new Option(
        '--closed <names>',
        'which statuses of Roundup mean closed, as "resolved,rejected" (default: resolved, done, closed)',
      ),
      json,
    },
    load: async () => (await import('./commands/import.js')).importMail,
    stopped: EXIT.tryLater,
  });
}
