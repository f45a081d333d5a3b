/** The one command that mail servers call, and no person. */
import { Option } from 'commander';
import { add } from './command-line.js';
import { EXIT } from './problem/problem.js';

export function addDeliver(): void {
  add('deliver', {
    about: 'puts a message from a pipe of the mail server into the inbox, and files it; ends with 0 or 75',
    takes: {
      recipient: new Option('--recipient <address...>', 'whom the envelope names (default: $RECIPIENT)'),
      sender: new Option('--sender <address>', "the envelope's sender, <> for none (default: $SENDER)"),
      spool: new Option('--spool <folder>', 'where a message lies while the IMAP server is away'),
      flush: new Option('--flush', 'read no message, only put into the inbox what lies in the spool'),
    },
    load: async () => (await import('./commands/deliver.js')).deliver,
    seesLeftOut: true,
    stopped: EXIT.tryLater,
  });
}
