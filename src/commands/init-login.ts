/**
 * Signs in by OAuth2 for a desk that is not there yet. The tokens stay in memory while the servers are tried with them, and
 * are kept together with the desk. Whatever fails before, or whoever stops it, leaves the account's sign-in as it was.
 */
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../config/complete.js';
import { Problem } from '../problem/problem.js';
import { type BegunSignIn, beginSignIn, type SignInDesk } from '../sign-in/login.js';
import type { Person } from '../sign-in/person.js';
import { openPage } from './browser.js';
import { askYesOrNo, type Talk } from './init-talk.js';
import { tellStanding } from './logout.js';
import { isStopped, stoppable, stopped } from './questions.js';

const MOST_TRIES = 5;
/** How long a provider that is just being asked is waited for where somebody stops it, to take back what it gives. */
const LATE_MS = 3_000;

/** Does the work with the sign-in, which it keeps or not; if it fails, all is as it was. */
export async function withSignIn<T>(
  talk: Talk,
  config: Config,
  work: (talk: Talk, begun: BegunSignIn) => Promise<T>,
): Promise<T> {
  const begun = await signInPatiently(talk, config);
  const who = begun.account === null ? 'Signed in' : `Signed in as ${begun.account}`;
  talk.say(`${who} at ${begun.title}. It is kept at the end, with the desk.`);
  try {
    return await work({ ...talk, surroundings: { ...talk.surroundings, signIn: begun.place } }, begun);
  } catch (error) {
    await takeBack(talk, begun);
    throw error;
  }
}

/** Somebody who was asked may try again: what was answered so far is worth it. */
async function signInPatiently(talk: Talk, config: Config): Promise<BegunSignIn> {
  const { person, options, say } = talk;
  for (let tries = 1; ; tries += 1) {
    try {
      return await signInOnce(talk, config);
    } catch (error) {
      if (!(error instanceof Problem) || isStopped(error)) throw error;
      if (person === null || options.yes || tries === MOST_TRIES) throw error;
      say(`It does not work: ${error.message}`);
      if (!(await askYesOrNo(talk, 'Sign in once more?'))) throw error;
    }
  }
}

async function signInOnce(talk: Talk, config: Config): Promise<BegunSignIn> {
  const { signal } = talk.surroundings;
  const [desk] = config.desks;
  if (desk === undefined) throw new TypeError('The configuration has no desk.');
  const at: SignInDesk = { config, desk, again: 'imapdesk init' };
  const { who, leave } = whoSignsIn(talk);
  const begun = beginSignIn(at, who);
  try {
    return await stoppable(begun, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    const late = begun.then(
      (one) => takeBack(talk, one),
      () => undefined,
    );
    await Promise.race([late, pause(LATE_MS)]);
    throw stopped();
  } finally {
    leave();
  }
}

/** Between two questions the terminal is free for what is pasted. */
function whoSignsIn({ say, person, options, surroundings }: Talk): { who: Person; leave: () => void } {
  const { signal, streams } = surroundings;
  const open = options.noBrowser ? (): void => undefined : openPage;
  if (person === null) return { who: { say, open, lines: nobody(), signal }, leave: () => undefined };
  const lines = createInterface({ input: streams.input });
  return { who: { say, open, lines, signal }, leave: () => lines.close() };
}

async function* nobody(): AsyncGenerator<string> {
  // Nothing is ever typed.
}

/** What went wrong before is what has to be told, so nothing that goes wrong here is. */
async function takeBack({ say }: Talk, begun: BegunSignIn): Promise<void> {
  const told = await begun.takeBack().catch(() => null);
  if (told !== null && told.revoked !== true) say(tellStanding(told));
}
