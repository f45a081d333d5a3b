/** The commands of the history pages. */
import { add, addAlone } from './command-line.js';

export function addWeb(): void {
  add('web', {
    about: 'serves pages on which the tickets can be read; changes nothing',
    takes: {},
    load: async () => (await import('./commands/web.js')).web,
  });
  addAlone('web-password', {
    about: 'the hash of a password for the pages, to be put into the configuration as web.password',
    takes: {},
    load: async () => (await import('./commands/web-password.js')).webPassword,
  });
}
