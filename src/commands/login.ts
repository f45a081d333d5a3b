/** `login`: signs in once, by OAuth2, for a desk whose provider takes no passwords. */
import { createInterface } from 'node:readline';
import { EXIT } from '../problem/problem.js';
import { signIn } from '../sign-in/login.js';
import { openPage } from './browser.js';
import { type CommandContext, onlyDesk } from './context.js';
import { wakeIfTroubled } from './wake.js';

export interface LoginOptions {
  /** Nobody is at this machine's screen. */
  readonly noBrowser: boolean;
}

export async function login(context: CommandContext, { noBrowser }: LoginOptions): Promise<number> {
  const desk = onlyDesk(context);
  const { input } = context.streams;
  const say = (line: string): void => context.out.write(`${line}\n`);
  const lines = createInterface({ input });
  try {
    const { title, account, path } = await signIn(
      { config: context.config, desk },
      { say, open: noBrowser ? () => undefined : openPage, lines, signal: context.signal },
    );
    say(`${who(account)} at ${title}. The sign-in is kept in ${path}; "imapdesk logout" ends it.`);
  } finally {
    lines.close();
    input.destroy();
  }
  await wakeIfTroubled(desk);
  return EXIT.done;
}

function who(account: string | null): string {
  return account === null ? 'Signed in' : `Signed in as ${account}`;
}
