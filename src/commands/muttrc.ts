/** `muttrc`: settings for mutt and neomutt, to be sourced from one's own. Reads the configuration and nothing else. */
import { EXIT } from '../problem/problem.js';
import { type CommandContext, onlyDesk } from './context.js';
import { muttSettings } from './mutt-settings.js';

export function muttrc(context: CommandContext): number {
  context.out.write(muttSettings(onlyDesk(context)));
  return EXIT.done;
}
