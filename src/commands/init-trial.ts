/** Tries the servers of a new desk with its sign-in, by the code with which the desk itself will work, before anything is written. */
import type { Config } from '../config/complete.js';
import { verifyCourier } from '../delivery/smtp.js';
import { EXIT, Problem } from '../problem/problem.js';
import { configInMemory, type Setup, type Trial } from '../setup/configuration.js';
import { type Door, describeDoor, type Servers } from '../setup/door.js';
import type { DeskSession } from '../worker/run/session.js';
import { type CommandContext, contextOf } from './context.js';
import { askServers, withUser } from './init-servers.js';
import { type Password, type Talk, typedPassword } from './init-talk.js';
import { isStopped, type Person, stoppable } from './questions.js';

const MOST_TRIES = 5;

export interface Trying {
  /** All of the setup but for which doors work. */
  readonly setup: Omit<Setup, 'imap' | 'smtp'>;
  readonly trial: Omit<Trial, 'password'>;
  readonly servers: Servers;
  /** null where tokens are used. */
  readonly password: Password | null;
}

export interface Tried {
  readonly imap: Door;
  readonly smtp: Door;
  readonly password: Password | null;
}

/** What works. Throws the Problem of the last try where nobody can be asked for other answers, or after five tries. */
export async function trySignIn(talk: Talk, trying: Trying): Promise<Tried> {
  let { servers, password } = trying;
  for (let tries = 1; ; tries += 1) {
    try {
      const doors = await tryDoors(talk, { ...trying, servers, password });
      return { ...doors, password };
    } catch (error) {
      if (!(error instanceof Problem) || isStopped(error)) throw error;
      const isRefused = error.exitCode === EXIT.signInRefused;
      // Another try with the same token would end in the same way.
      if (talk.person === null || tries === MOST_TRIES || (isRefused && password === null)) throw error;
      talk.say(`It does not work: ${error.message}`);
      for (const note of servers.notes) talk.say(note);
      const before = { ...trying, servers, password };
      if (isRefused)
        ({ servers, password } = await askOtherPassword({ ...talk, person: talk.person }, before));
      else servers = await askOtherServers(talk, before);
    }
  }
}

async function askOtherPassword(
  { say, person }: Talk & { readonly person: Person },
  { servers, setup }: Trying,
): Promise<Pick<Trying, 'servers'> & { readonly password: Password }> {
  const user = servers.imap[0]?.user ?? setup.address;
  say('Once more, then:');
  const named = await person.ask('User name', user);
  return {
    servers: named === user ? servers : withUser(servers, named),
    password: { secret: await typedPassword(person, named), source: null },
  };
}

async function askOtherServers(talk: Talk, { servers, setup, password }: Trying): Promise<Servers> {
  const user = servers.imap[0]?.user ?? setup.address;
  talk.say('Name other servers, or press Enter to try these once more:');
  const asked = password === null ? keepingUser(talk, user) : talk;
  return { ...(await askServers(asked, { user, imap: servers.imap, smtp: servers.smtp })), notes: [] };
}

/** The user that somebody has signed in for stays. */
function keepingUser(talk: Talk, user: string): Talk {
  return { ...talk, options: { ...talk.options, user } };
}

async function tryDoors(talk: Talk, trying: Trying): Promise<{ readonly imap: Door; readonly smtp: Door }> {
  const { servers } = trying;
  const [anySmtp] = servers.smtp;
  if (anySmtp === undefined) throw new TypeError('There is no SMTP server to try.');
  const { signal } = talk.surroundings;
  const imap = await firstThatWorks(talk, servers.imap, (door) =>
    withSession(talk, configOf(trying, door, anySmtp), (session) =>
      session.look(async () => undefined, signal),
    ),
  );
  talk.say(`  IMAP  ${describeDoor(imap)}: signed in as ${imap.user}`);
  const smtp = await firstThatWorks(talk, servers.smtp, (door) =>
    withSession(talk, configOf(trying, imap, door), async (session) =>
      verifyCourier(await session.smtpOptions()),
    ),
  );
  talk.say(`  SMTP  ${describeDoor(smtp)}: signed in as ${smtp.user}`);
  return { imap, smtp };
}

function configOf({ setup, trial, password }: Trying, imap: Door, smtp: Door): Config {
  return configInMemory({ ...setup, imap, smtp }, { ...trial, password: password?.secret ?? null });
}

/** Of several usual ports the first failure is told; a refused sign-in would be refused at the others, too. */
async function firstThatWorks(
  { surroundings, say }: Talk,
  doors: readonly Door[],
  attempt: (door: Door) => Promise<unknown>,
): Promise<Door> {
  let failure: unknown = null;
  for (const door of doors) {
    try {
      await stoppable(attempt(door), surroundings.signal);
      return door;
    } catch (error) {
      failure ??= error;
      if (!(error instanceof Problem) || error.exitCode === EXIT.signInRefused) throw error;
      if (isStopped(error)) throw error;
      if (door !== doors.at(-1)) say(`  ${describeDoor(door)} does not work; trying the next usual port`);
    }
  }
  throw failure;
}

export async function withSession<T>(
  talk: Talk,
  config: Config,
  work: (session: DeskSession) => Promise<T>,
): Promise<T> {
  const context = contextFor(talk, config);
  const [desk] = context.desks;
  if (desk === undefined) throw new TypeError('The configuration has no desk.');
  const session = context.session(desk);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

function contextFor({ surroundings }: Talk, config: Config): CommandContext {
  return contextOf('init', config, { options: {}, surroundings });
}
