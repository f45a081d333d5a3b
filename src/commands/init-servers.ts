/** Which servers the new desk will use: what was said, what is found, or what the person says. */
import { EXIT, Problem } from '../problem/problem.js';
import { type Door, describeDoor, doorsOf, type Purpose, type Servers } from '../setup/door.js';
import { type Asking, findServers } from '../setup/find.js';
import { answer, askYesOrNo, missing, type Talk, unfit } from './init-talk.js';

const PURPOSES = ['imap', 'smtp'] as const;
const NAMES: Readonly<Record<Purpose, string>> = { imap: 'IMAP', smtp: 'SMTP' };

export async function chooseServers(talk: Talk, address: string, asking: Asking): Promise<Servers> {
  const user = talk.options.user ?? address;
  const given = {
    imap: givenDoors(talk, 'imap', user),
    smtp: givenDoors(talk, 'smtp', user),
  };
  if (given.imap !== null && given.smtp !== null)
    return { imap: given.imap, smtp: given.smtp, notes: [], onlyTokens: false, provider: null };
  const named = { imap: given.imap, smtp: given.smtp };
  talk.say(`Looking for the servers of ${address}…`);
  const { servers, notes } = await findServers(address, asking);
  for (const note of notes) talk.say(note);
  for (const found of servers) {
    const one = withUser(
      { ...found, imap: named.imap ?? found.imap, smtp: named.smtp ?? found.smtp },
      talk.options.user,
    );
    show(talk, one);
    if (await isWanted(talk)) return one;
  }
  if (servers.length === 0)
    talk.say('Nothing tells which they are. Your host’s help pages do, under "IMAP" or "mail program".');
  return askServers(talk, { user, imap: named.imap, smtp: named.smtp });
}

function givenDoors({ options }: Talk, purpose: Purpose, user: string): readonly Door[] | null {
  const written = options[purpose];
  if (written === null) return null;
  const doors = doorsOf(written, purpose, { user, source: `--${purpose}` });
  if (doors === null)
    throw unfit(
      `--${purpose}: expected HOST or HOST:PORT, such as ${purpose}.example.com:${purpose === 'imap' ? 993 : 465}`,
    );
  return doors;
}

export function withUser(servers: Servers, user: string | null): Servers {
  if (user === null) return servers;
  const named = (doors: readonly Door[]): readonly Door[] => doors.map((door) => ({ ...door, user }));
  return { ...servers, imap: named(servers.imap), smtp: named(servers.smtp) };
}

function show({ say }: Talk, servers: Servers): void {
  for (const purpose of PURPOSES) {
    const [door] = servers[purpose];
    if (door === undefined) continue;
    say(`  ${NAMES[purpose]}  ${describeDoor(door)}, user ${door.user}`);
    say(`        from ${door.source}`);
  }
  for (const note of servers.notes) say(`  ${note}`);
}

/** What somebody else says of where the password goes is used only once somebody here has said yes to it. */
async function isWanted(talk: Talk): Promise<boolean> {
  const { person, options } = talk;
  if (options.yes) return true;
  if (person === null)
    throw new Problem(
      'init-answer',
      '--yes: missing. It takes the servers that were found; or name others with --imap HOST[:PORT] and --smtp HOST[:PORT]',
      { exitCode: EXIT.usage },
    );
  return askYesOrNo(talk, 'Use these?');
}

interface Before {
  readonly user: string;
  readonly imap: readonly Door[] | null;
  readonly smtp: readonly Door[] | null;
}

/** Also after servers did not work, with those as what is usual. */
export async function askServers(talk: Talk, before: Before): Promise<Servers> {
  const { person } = talk;
  if (person === null) {
    const lacking = PURPOSES.filter((purpose) => before[purpose] === null);
    throw missing(lacking.map((purpose) => `--${purpose} HOST[:PORT]`));
  }
  const ask = async (purpose: Purpose): Promise<readonly Door[]> => {
    const [door] = before[purpose] ?? [];
    return answer(talk, {
      option: `--${purpose} HOST[:PORT]`,
      given: null,
      question: `${NAMES[purpose]} server, as HOST or HOST:PORT`,
      otherwise: door === undefined ? undefined : `${door.host}:${door.port}`,
      read: (written) => {
        const doors = doorsOf(written, purpose, { user: before.user, source: 'you' });
        if (doors === null) throw unfit(`expected HOST or HOST:PORT, such as ${purpose}.example.com`);
        return doors;
      },
    });
  };
  const imap = await ask('imap');
  const smtp = await ask('smtp');
  const user = talk.options.user ?? (await person.ask('User name there', before.user));
  return withUser({ imap, smtp, notes: [], onlyTokens: false, provider: null }, user);
}
