/**
 * `init`: from an address to a desk that is proven to work. All that is asked, found and tried stays in memory; the folder is
 * written at the end, all of it or nothing, so that whoever stops it before has changed nothing.
 */
import { relative, resolve } from 'node:path';
import type { Config } from '../config/complete.js';
import { EXIT, Problem } from '../problem/problem.js';
import {
  CLIENT_SECRET_FILE,
  CONFIG_FILE,
  configInMemory,
  configText,
  newSecret,
  PASSWORD_FILE,
  SECRET_FILE,
  type Setup,
  type SignIn,
} from '../setup/configuration.js';
import type { Servers } from '../setup/door.js';
import type { Asking } from '../setup/find.js';
import { checkPlace, type DeskFile, secretThere, writeDesk } from '../setup/folder.js';
import { askNames } from '../setup/names.js';
import type { BegunSignIn } from '../sign-in/login.js';
import { checkDesks } from './check.js';
import type { Checklist } from './checklist.js';
import { contextOf, type Output, type Surroundings } from './context.js';
import { tellFirstRun } from './first-run.js';
import { type ChosenAuth, chooseAuth, needsPerson } from './init-auth.js';
import { withSignIn } from './init-login.js';
import { chooseServers } from './init-servers.js';
import {
  answer,
  askAddress,
  askName,
  askPassword,
  askStaff,
  checkComplete,
  type InitOptions,
  type Password,
  type Talk,
  talkOf,
  unfit,
} from './init-talk.js';
import { trySignIn, withSession } from './init-trial.js';
import { lineOf } from './proposal.js';
import { isStopped, personAt, stoppable, stopped } from './questions.js';

export async function init(surroundings: Surroundings, options: InitOptions): Promise<number> {
  const { signal, out, streams } = surroundings;
  const person =
    options.writer.terminal && out.terminal
      ? personAt({ input: streams.input, output: streams.output, signal })
      : null;
  try {
    return await setUp(talkOf(options, surroundings, person));
  } catch (error) {
    if (!(error instanceof Problem) || !isStopped(error)) throw error;
    streams.errors.write(`imapdesk: ${error.message}\n`);
    // What a server has not answered yet is not waited for.
    process.exit(error.exitCode);
  }
}

async function setUp(talk: Talk): Promise<number> {
  const { options, surroundings } = talk;
  const folder = resolve(options.folder ?? '.');
  checkPlace(folder, options.force);
  checkComplete(talk);
  const address = await askAddress(talk);
  const servers = await stoppable(chooseServers(talk, address, asking(surroundings)), surroundings.signal);
  const auth = await chooseAuth(talk, servers);
  const about = {
    address,
    ...(await askPeople(talk, address)),
    ca: options.ca === null ? null : resolve(options.ca),
    plusAddresses: true,
    authservId: null,
    mail: 'hold' as const,
  };
  const planned = { about, servers, folder, secret: secretThere(folder) ?? newSecret(), auth };
  const setup = { ...about, ...firstOf(servers) };
  if (auth !== null && (options.noLogin || (talk.person === null && needsPerson(auth))))
    return write(talk, { ...planned, setup: { ...setup, mail: await askMail(talk, true) }, password: null });
  if (auth === null || !('oauth2' in auth.written)) return proveAndWrite(talk, planned, null);
  const trial = { ...planned, env: surroundings.env, auth: auth.tried, password: null };
  return withSignIn(talk, configInMemory(setup, trial), (signedIn, begun) =>
    proveAndWrite(signedIn, planned, begun),
  );
}

interface Planned {
  readonly about: Omit<Setup, 'imap' | 'smtp'>;
  readonly servers: Servers;
  readonly folder: string;
  readonly secret: string;
  readonly auth: ChosenAuth | null;
}

async function proveAndWrite(talk: Talk, planned: Planned, begun: BegunSignIn | null): Promise<number> {
  const { about, servers, folder, secret, auth } = planned;
  const user = servers.imap[0]?.user ?? about.address;
  const trial = { folder, secret, auth: auth?.tried ?? null, env: talk.surroundings.env };
  const asked = auth === null ? await askPassword(talk, user) : null;
  const { password, ...doors } = await trySignIn(talk, { setup: about, trial, servers, password: asked });
  const proven = await prove(talk, { ...about, ...doors }, (setup) =>
    configInMemory(setup, { ...trial, password: password?.secret ?? null }),
  );
  const signedIn = begun === null ? null : await begun.keep(doors.imap);
  if (talk.surroundings.signal.aborted) throw stopped();
  return write(talk, { ...planned, ...proven, password, signedIn });
}

/** Tests give other places than those of the world. */
function asking({ env, signal }: Surroundings): Asking {
  const names = askNames(env['IMAPDESK_TEST_DNS'] ?? null, signal);
  const port = env['IMAPDESK_TEST_HTTPS_PORT'];
  return {
    names,
    https: { signal, addresses: names.addresses, port: port === undefined ? undefined : Number(port) },
  };
}

async function askPeople(talk: Talk, address: string): Promise<Pick<Setup, 'name' | 'staff'>> {
  const name = await askName(talk, address);
  return { name, staff: await askStaff(talk, address) };
}

function firstOf({ imap: [imap], smtp: [smtp] }: Servers): Pick<Setup, 'imap' | 'smtp'> {
  if (imap === undefined || smtp === undefined) throw new TypeError('A server is missing.');
  return { imap, smtp };
}

interface Proven {
  readonly setup: Setup;
  /** What `check` ended with. */
  readonly code: number;
}

/** `check`, and what a first run would take on. */
async function prove(talk: Talk, setup: Setup, configFor: (setup: Setup) => Config): Promise<Proven> {
  const { options, say, surroundings } = talk;
  const { signal } = surroundings;
  const checked = async (config: Config): Promise<Checklist> => {
    const { terminal, columns } = surroundings.out;
    const out: Output = {
      terminal,
      columns,
      write(text) {
        // What cannot be finished any more is no finding.
        if (!signal.aborted) surroundings.out.write(text);
      },
    };
    const context = contextOf('check', config, { options: {}, surroundings: { ...surroundings, out } });
    // It takes its test message back first where it is stopped.
    const [list] = await checkDesks(context, { json: false, waitMs: options.waitMs });
    if (signal.aborted) throw stopped();
    if (list === undefined) throw new TypeError('The configuration has no desk.');
    return list;
  };
  say('');
  let proven = setup;
  let list = await checked(configFor(proven));
  if (list.proposals.some(({ key }) => key === 'addresses')) {
    say('\nSo the desk gets that line, and is tried once more:');
    proven = { ...setup, plusAddresses: false };
    list = await checked(configFor(proven));
  }
  const { exitCode: code, proposals } = list;
  const named = proposals.find((one) => one.key === 'authservId');
  if (named?.key === 'authservId') {
    say(`\nSo the desk gets ${lineOf(named)}.`);
    proven = { ...proven, authservId: named.value };
  }
  say('');
  const found = await stoppable(
    withSession(talk, configFor(proven), (session) =>
      session.look(
        (desk) => tellFirstRun(desk, { out: surroundings.out, timezone: session.config.timezone }),
        signal,
      ),
    ),
    signal,
  );
  return { setup: { ...proven, mail: await askMail(talk, code !== EXIT.done || found > 0) }, code };
}

async function askMail(talk: Talk, isCareful: boolean): Promise<Setup['mail']> {
  return answer(talk, {
    option: '--mail send|hold',
    given: talk.options.mail,
    question: 'Is it to send its mail at once, or to hold it until you have read it? (send, hold)',
    otherwise: isCareful ? 'hold' : 'send',
    read: (written) => {
      if (written === 'send' || written === 'hold') return written;
      throw unfit('expected send or hold');
    },
  });
}

interface Writing extends Planned, Pick<Proven, 'setup'> {
  readonly password: Password | null;
  /** Where a sign-in is kept that was made for this desk. */
  readonly signedIn?: string | null;
  /** What `check` ended with; left out where somebody has to sign in first. */
  readonly code?: number;
}

function write(talk: Talk, writing: Writing): number {
  const { options, say } = talk;
  const { folder, signedIn = null, code = EXIT.done } = writing;
  const files = filesOf(writing);
  const kept = writeDesk(folder, files, options.force);
  say('');
  say(`Written, readable by you alone, in ${folder}: ${files.map(({ name }) => name).join(', ')}`);
  if (kept.length > 0) say(`What was there is kept as ${kept.join(', ')}.`);
  if (signedIn !== null) say(`The sign-in is kept in ${signedIn}; "imapdesk logout" ends it.`);
  if (talk.surroundings.env['npm_command'] === 'exec') say(BY_NPX);
  for (const line of nextSteps(writing)) say(line);
  return code;
}

/** What npx has run is gone after it. */
const BY_NPX =
  'npx leaves no command behind: give npx the same again in place of "imapdesk", or make it one by "npm install --global".';

function filesOf({ setup, folder, secret, password, auth }: Writing): readonly DeskFile[] {
  const source = password === null ? null : (password.source ?? { file: PASSWORD_FILE });
  const signIn: SignIn = { password: source, auth: auth?.written ?? null };
  const typed = password === null || password.source !== null ? null : password.secret;
  const clientSecret = auth?.clientSecret ?? null;
  return [
    ...(secretThere(folder) === secret ? [] : [{ name: SECRET_FILE, text: `${secret}\n` }]),
    ...(typed === null ? [] : [{ name: PASSWORD_FILE, text: `${typed}\n` }]),
    ...(clientSecret === null ? [] : [{ name: CLIENT_SECRET_FILE, text: `${clientSecret}\n` }]),
    { name: CONFIG_FILE, text: configText(setup, { file: SECRET_FILE }, signIn) },
  ];
}

function nextSteps({ setup, code, auth, folder }: Writing): readonly string[] {
  const file = relative('', resolve(folder, CONFIG_FILE));
  const named = file === CONFIG_FILE ? '' : ` -c ${quoted(file)}`;
  if (code === undefined)
    return [
      auth !== null && needsPerson(auth)
        ? 'Next, sign in; then check, and look at what a first run would do:'
        : 'Next, check, and look at what a first run would do:',
      ...(auth !== null && needsPerson(auth) ? [`  imapdesk login${named}`] : []),
      `  imapdesk check${named}`,
      `  imapdesk once --dry-run${named}`,
    ];
  if (code !== EXIT.done)
    return [
      'Mend what FAILED above, in the configuration or at the host, and check again:',
      `  imapdesk check${named}`,
    ];
  const held =
    setup.mail === 'hold'
      ? [
          'Its mail waits in Tickets/Outbox. Once you have read it, change "hold" to "send" in the configuration.',
        ]
      : [];
  return [...held, 'Next:', `  imapdesk once -v${named}`];
}

function quoted(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
