/**
 * A real Thunderbird in the hands of one of the mail world's people: without a screen, but with all its windows, which
 * it draws for pictures. It is set up by the code that its own form for a new account runs. It ends with us, however we
 * end, and leaves nothing behind.
 */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Guarded, spawnGuarded } from '../../src/demo/guard.js';
import type { Account } from '../../src/demo/inbox.js';
import type { MailWorld } from '../../src/demo/world.js';
import { findTool, type ToolFound } from '../integration/tools.js';
import { until } from '../integration/world.js';
import { DEEP } from '../servers/start.js';
import { Marionette } from './marionette.js';
import { type Settings, writeFonts, writeProfile } from './profile.js';

const GESTURES = new URL('gestures.js', import.meta.url);
/** In looks at the list. */
const REFRESH_EVERY = 40;
/** High, since the list draws no lines beyond its end. */
const SCREEN = { MOZ_HEADLESS_WIDTH: '1180', MOZ_HEADLESS_HEIGHT: '1400' };

/** The Thunderbird to use. It is large, so without `--deep` only one that is there by now is taken. */
export async function findThunderbird(): Promise<ToolFound> {
  return findTool('thunderbird', DEEP ? [] : ['--kept']);
}

export interface ThunderbirdOptions {
  readonly program: string;
  /** Whose mailboxes it has, in the order in which it shows them. */
  readonly accounts: readonly Account[];
}

/** A folder, by its account's address and its name with `/`. */
export interface Place {
  readonly account: string;
  readonly path: string;
}

/** A line of the list of messages: a message, or a collapsed thread. */
export interface Line {
  readonly from: string;
  readonly subject: string;
  /** As Thunderbird words it; empty without any. */
  readonly replies: string;
  readonly unread: boolean;
}

export interface ShownMessage {
  readonly from: string;
  readonly subject: string;
  readonly replyTo: string;
  readonly text: string;
}

export interface Draft {
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** Starts it and sets up the accounts. Throws with what it said if it does not start. */
export async function openThunderbird(world: MailWorld, options: ThunderbirdOptions): Promise<Thunderbird> {
  const { program, accounts } = options;
  const folder = await mkdtemp(join(tmpdir(), 'desk'));
  await writeProfile(folder);
  const fonts = await writeFonts(folder, program);
  let said = '';
  const rights = ['--marionette', '--remote-allow-system-access'];
  const child = spawnGuarded([program, '--headless', ...rights, '--no-remote', '--profile', folder], {
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: folder,
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
      FONTCONFIG_FILE: fonts,
      GSETTINGS_BACKEND: 'memory',
      NO_AT_BRIDGE: '1',
      MOZ_CRASHREPORTER_DISABLE: '1',
      ...SCREEN,
    },
    cwd: folder,
    folder,
    onOutput: (text) => {
      said += text;
    },
  });
  try {
    const session = await Marionette.connect(await portOf(folder, child));
    const opened = new Thunderbird(session, child, await readGestures());
    await opened.setUp(world, accounts);
    return opened;
  } catch (error) {
    await child.stop();
    throw new Error(`Thunderbird did not start: ${said.trim() || 'it said nothing.'}`, { cause: error });
  }
}

/** As a script, which is no module and exports nothing. */
async function readGestures(): Promise<string> {
  return (await readFile(GESTURES, 'utf8')).replaceAll(/^export /gm, '');
}

async function portOf(folder: string, child: Guarded): Promise<number> {
  const ended = child.ended.then(() => true);
  return until('the port of Marionette', async () => {
    if (await Promise.race([ended, Promise.resolve(false)])) throw new Error('It ended.');
    const told = await readFile(join(folder, 'MarionetteActivePort'), 'utf8').catch(() => '');
    return told === '' ? null : Number(told);
  });
}

export class Thunderbird {
  readonly #session: Marionette;
  readonly #child: Guarded;
  readonly #gestures: string;

  constructor(session: Marionette, child: Guarded, gestures: string) {
    this.#session = session;
    this.#child = child;
    this.#gestures = gestures;
  }

  async setUp({ imap, smtp }: MailWorld, accounts: readonly Account[]): Promise<void> {
    await this.#until('the mail window', async () => (await this.#do('isReady')) === true || null);
    for (const account of accounts) await this.#do('addAccount', { ...account, imap, smtp });
  }

  /** Such as 153.8.0. */
  async version(): Promise<string> {
    return this.#session.script('return Services.appinfo.version').then(String);
  }

  /** Sets what people set under Account Settings, by the names that it keeps them under. */
  async configure(account: string, settings: Settings): Promise<void> {
    for (const [name, value] of Object.entries(settings))
      await this.#do('configure', { account, name, value });
  }

  /** The folders that it shows below an account. */
  async folders(account: string): Promise<readonly string[]> {
    return this.#do<readonly string[]>('folders', account);
  }

  /** Opens a folder and settles when its list is as expected. */
  async open(place: Place, expected: (lines: readonly Line[]) => boolean): Promise<readonly Line[]> {
    const what = `${place.path} of ${place.account}`;
    let looks = 0;
    return this.#until(what, async () => {
      const isOpen = await this.#do<boolean>('open', place);
      const lines = await this.list();
      if (isOpen && expected(lines)) return lines;
      // It is told of news, but not while it does something else.
      if (looks % REFRESH_EVERY === 0) await this.#do('refresh');
      looks += 1;
      return null;
    });
  }

  async list(): Promise<readonly Line[]> {
    return this.#do<readonly Line[]>('list');
  }

  /** Selects a line that stands for one message, and settles when that is shown. */
  async read(line: Line): Promise<ShownMessage> {
    return this.#shown(line, async () => {
      const shown = await this.#do<ShownMessage | null>('message');
      return shown?.subject === line.subject && shown.text.trim() !== '' ? shown : null;
    });
  }

  /** Selects a collapsed thread, and settles when the beginnings of all its messages are shown. */
  async readThread(line: Line, size: number): Promise<readonly Pick<ShownMessage, 'from' | 'text'>[]> {
    return this.#shown(line, async () => {
      const shown = await this.#do<readonly Pick<ShownMessage, 'from' | 'text'>[]>('conversation');
      return shown.length === size && shown.every(({ text }) => !/^(?:\.\.\.)?$/.test(text)) ? shown : null;
    });
  }

  /** Clicks on the arrow of a thread: collapses it, or expands it. */
  async fold(line: Line): Promise<void> {
    await this.#do('fold', await this.#indexOf(line));
  }

  /** Clicks on a line until it is shown: the list may have moved under the first click. */
  async #shown<T>(line: Line, look: () => Promise<T | null>): Promise<T> {
    let looks = 0;
    return this.#until(`"${line.subject}" to be shown`, async () => {
      if (looks % REFRESH_EVERY === 0) await this.#select(line);
      looks += 1;
      return look();
    });
  }

  async #select(line: Line): Promise<void> {
    await this.#do('select', await this.#indexOf(line));
  }

  async #indexOf(line: Line): Promise<number> {
    return this.#until(`"${line.subject}" in the list`, async () => {
      const index = (await this.list()).findIndex(({ subject }) => subject === line.subject);
      return index < 0 ? null : index;
    });
  }

  /** Presses Reply on the message that is shown; or the key for Reply All. */
  async reply(all = false): Promise<Draft> {
    await this.#do(all ? 'replyAll' : 'reply');
    return this.draft();
  }

  /** Clicks on the address in the message that is shown whose name ends so. */
  async writeTo(end: string): Promise<Draft> {
    await this.#do('follow', end);
    return this.draft();
  }

  /** What is being written. */
  async draft(): Promise<Draft> {
    return this.#until('the window for writing', async () => this.#do<Draft | null>('draft'));
  }

  /** Types where the cursor is. */
  async type(text: string): Promise<void> {
    await this.#do('type', text);
  }

  /** Presses Send, and settles when the mail has gone. A question is answered with the button that is called `answer`. */
  async send(answer?: string): Promise<void> {
    await this.#do('send');
    if (answer !== undefined) {
      await this.#until('the question', async () => ((await this.#do('question')) === '' ? null : true));
      await this.#do('answer', answer);
    }
    await this.#closed();
  }

  async discard(): Promise<void> {
    await this.#do('discard');
    await this.#closed();
  }

  async #closed(): Promise<void> {
    await this.#until('the window for writing to close', async () =>
      (await this.#do<boolean>('isComposing')) ? null : true,
    );
  }

  /** Drags a line onto a folder. Answers how many messages that are. The server hears of it later. */
  async drag(line: Line, to: Place): Promise<number> {
    return this.#do<number>('drag', { index: await this.#indexOf(line), to });
  }

  /** Copies the messages of a folder into a new one of Local Folders. Answers its mbox file, which is written later. */
  async keep(from: Place, name: string): Promise<string> {
    return this.#do<string>('keep', { from, name });
  }

  /** Presses the key for archiving a line. The server hears of it later. */
  async archive(line: Line): Promise<void> {
    await this.#select(line);
    await this.#do('archive');
  }

  /** Folders, list and message, or what is being written, as a PNG. */
  async picture(what: 'mail' | 'draft'): Promise<Buffer> {
    const gesture = what === 'mail' ? 'pictureOfMail' : 'pictureOfDraft';
    return Buffer.from(await this.#do<string>(gesture), 'base64');
  }

  /** Ends it; settles when nothing of it is left. */
  async quit(): Promise<void> {
    await this.#session.command('Marionette:Quit', { flags: ['eForceQuit'] }).catch(() => undefined);
    this.#session.close();
    await this.#child.stop();
  }

  async #do<T>(gesture: string, argument: unknown = null): Promise<T> {
    const body = `${this.#gestures}\nreturn gestures[arguments[0]](arguments[1]);`;
    return (await this.#session.script(body, [gesture, argument])) as T;
  }

  /** What fails names what is on the screen. */
  async #until<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
    return until(what, ask).catch(async (error: unknown) => {
      const lines = await this.list().catch(() => []);
      throw new Error(`${String(error)} The list shows: ${JSON.stringify(lines)}`, { cause: error });
    });
  }
}
