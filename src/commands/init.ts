/**
 * `init`: from an address to a desk that is proven to work. All that is asked, found and tried stays in memory; the folder is
 * written at the end, all of it or nothing, so that whoever stops it before has changed nothing.
 */
import { relative, resolve } from 'node:path';
import type { Config } from '../config/complete.js';
import { EXIT, Problem } from '../problem/problem.js';
import {
  CONFIG_FILE,
  configInMemory,
  configText,
  knowsTokens,
  newSecret,
  PASSWORD_FILE,
  SECRET_FILE,
  type Setup,
  type SignIn,
  type Tokens,
} from '../setup/configuration.js';
import type { Servers } from '../setup/door.js';
import type { Asking } from '../setup/find.js';
import { checkPlace, type DeskFile, secretThere, writeDesk } from '../setup/folder.js';
import { askNames } from '../setup/names.js';
import { check } from './check.js';
import { contextOf, type Output, type Surroundings } from './context.js';
import { tellFirstRun } from './first-run.js';
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
import { isStopped, personAt, stoppable, stopped } from './questions.js';

export async function init(surroundings: Surroundings, options: InitOptions): Promise<number> {
  const { signal, out } = surroundings;
  const person =
    options.writer.terminal && out.terminal
      ? personAt({ input: process.stdin, output: process.stdout, signal })
      : null;
  try {
    return await setUp(talkOf(options, surroundings, person));
  } catch (error) {
    if (!(error instanceof Problem) || !isStopped(error)) throw error;
    process.stderr.write(`imapdesk: ${error.message}\n`);
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
  const tokens = await askTokens(talk, servers);
  const about = {
    address,
    ...(await askPeople(talk, address)),
    ca: options.ca === null ? null : resolve(options.ca),
    plusAddresses: true,
    mail: 'hold' as const,
  };
  const secret = secretThere(folder) ?? newSecret();
  if (tokens !== null) {
    const setup = { ...about, ...firstOf(servers), mail: await askMail(talk, true) };
    return write(talk, { setup, folder, secret, password: null, tokens, code: EXIT.done });
  }
  const trial = { folder, secret, tokens, env: surroundings.env };
  const asked = await askPassword(talk, servers.imap[0]?.user ?? address);
  const { password, ...doors } = await trySignIn(talk, { setup: about, trial, servers, password: asked });
  const proven = await prove(talk, { ...about, ...doors }, (setup) =>
    configInMemory(setup, { ...trial, password: password.secret }),
  );
  return write(talk, { ...proven, folder, secret, password, tokens });
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

async function askTokens(talk: Talk, { onlyTokens, provider }: Servers): Promise<Tokens | null> {
  const { options } = talk;
  if (options.oauth2 === null && !onlyTokens) return null;
  const who = options.oauth2 ?? provider;
  if (!knowsTokens() || who === null)
    throw unfit(
      onlyTokens
        ? `this host takes OAuth2 only, and no passwords${knowsTokens() ? ': give --oauth2 PROVIDER and --client-id ID' : '; this imapdesk knows passwords only'}`
        : '--oauth2: this imapdesk signs in by passwords only',
    );
  if (onlyTokens) talk.say('This host takes OAuth2 only, and no passwords.');
  const clientId = await answer(talk, {
    option: '--client-id ID',
    given: options.clientId,
    question: `The client id of the application that you have registered (${who})`,
    read: (written) => {
      if (written.trim() !== '') return written.trim();
      throw unfit('expected the id that the provider gave you');
    },
  });
  return { provider: who, clientId };
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
  const checked = async (config: Config): Promise<{ code: number; said: string }> => {
    let said = '';
    const { terminal, columns } = surroundings.out;
    const out: Output = {
      terminal,
      columns,
      write(text) {
        said += text;
        // What cannot be finished any more is no finding.
        if (!signal.aborted) surroundings.out.write(text);
      },
    };
    const context = contextOf('check', config, { options: {}, surroundings: { ...surroundings, out } });
    // It takes its test message back first where it is stopped.
    const code = await check(context, { json: false, waitMs: options.waitMs });
    if (signal.aborted) throw stopped();
    return { code, said };
  };
  say('');
  let proven = setup;
  let { code, said } = await checked(configFor(proven));
  if (code !== EXIT.done && WITHOUT_ADDRESSES.test(said)) {
    say('\nSo the desk gets that line, and is tried once more:');
    proven = { ...setup, plusAddresses: false };
    ({ code, said } = await checked(configFor(proven)));
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

/** The line that `check` advises where the host delivers no plus-addresses. */
const WITHOUT_ADDRESSES = /^ +"addresses": false$/m;

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

interface Writing extends Proven {
  readonly folder: string;
  readonly secret: string;
  readonly password: Password | null;
  readonly tokens: Tokens | null;
}

function write(talk: Talk, { setup, folder, secret, password, tokens, code }: Writing): number {
  const { options, say } = talk;
  const source = password === null ? null : (password.source ?? { file: PASSWORD_FILE });
  const signIn: SignIn = { password: source, tokens };
  const files: readonly DeskFile[] = [
    ...(secretThere(folder) === secret ? [] : [{ name: SECRET_FILE, text: `${secret}\n` }]),
    ...(password === null || password.source !== null
      ? []
      : [{ name: PASSWORD_FILE, text: `${password.secret}\n` }]),
    { name: CONFIG_FILE, text: configText(setup, { file: SECRET_FILE }, signIn) },
  ];
  const kept = writeDesk(folder, files, options.force);
  say('');
  say(`Written, readable by you alone, in ${folder}: ${files.map(({ name }) => name).join(', ')}`);
  if (kept.length > 0) say(`What was there is kept as ${kept.join(', ')}.`);
  for (const line of nextSteps({ setup, tokens, code }, folder)) say(line);
  return code;
}

function nextSteps(
  { setup, tokens, code }: Pick<Writing, 'setup' | 'tokens' | 'code'>,
  folder: string,
): readonly string[] {
  const file = relative('', resolve(folder, CONFIG_FILE));
  const named = file === CONFIG_FILE ? '' : ` -c ${quoted(file)}`;
  if (tokens !== null)
    return [
      'Next, sign in; then check, and look at what a first run would do:',
      `  imapdesk login${named}`,
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
