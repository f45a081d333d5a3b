/** The commands that tell of the command line itself: they are given it as data, as it is once all others are there. */
import { Argument } from 'commander';
import { addAlone } from './command-line.js';
import { described } from './described.js';
import { SHELLS, type Shell } from './manual/shell-words.js';

export function addCommandsAboutItself(): void {
  addAlone<{ readonly shell: Shell }>('completion', {
    about: 'prints what a shell needs to complete these commands and options',
    takes: { shell: new Argument('<shell>', 'which one').choices(SHELLS) },
    load: async () => {
      const { completion } = await import('./commands/completion.js');
      return (surroundings, { shell }, program) => completion(surroundings, shell, described(program));
    },
  });
  addAlone<object>('man', {
    about: 'prints the manual page, for man to show: imapdesk man | man -l -',
    takes: {},
    load: async () => {
      const { man } = await import('./commands/man.js');
      return (surroundings, _told, program) => man(surroundings, described(program));
    },
  });
}
