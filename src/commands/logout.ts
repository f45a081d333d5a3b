/** `logout`: ends what `login` has begun. */
import { EXIT, Problem } from '../problem/problem.js';
import { type Revoked, signOut } from '../sign-in/login.js';
import { type CommandContext, onlyDesk } from './context.js';

export async function logout(context: CommandContext): Promise<number> {
  const desk = onlyDesk(context);
  const { title, permissions, removed, revoked } = await signOut({ config: context.config, desk });
  const say = (line: string): void => context.out.write(`${line}\n`);
  say(removed ? 'The sign-in is removed from this machine.' : 'Nobody was signed in on this machine.');
  if (revoked === true) say(`${title} has taken back what was allowed.`);
  if (revoked === null && removed) say(tellStanding({ title, permissions }));
  if (!(revoked instanceof Problem)) return EXIT.done;
  context.log.error({ code: revoked.code }, `what was allowed could not be taken back: ${revoked.message}`);
  say(`Take it back at ${permissions ?? title}.`);
  return revoked.exitCode;
}

/** Of what a provider was not told, or cannot be. */
export function tellStanding({ title, permissions }: Pick<Revoked, 'title' | 'permissions'>): string {
  return `What was allowed still stands: it can be taken back at ${permissions ?? title}.`;
}
