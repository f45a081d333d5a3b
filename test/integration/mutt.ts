/** A real mutt in the hands of one of the mail world's people, with the settings that the demo writes for them. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'vitest';
import { type Name, writeMuttrc } from '../../src/demo/setup.js';
import type { MailWorld } from '../../src/demo/world.js';
import { hasTerminals, openTerminal, type Terminal } from './mutt-terminal.js';
import { findTool, type ToolFound } from './tools.js';

/** Everything is to be read from plain text; and only ids make a thread here, not subjects that are alike. */
export const FOR_READING_ALONG = 'set ascii_chars=yes arrow_cursor=yes strict_threads=yes';

/** Puts the text above what mutt has quoted, as a person at an editor does. */
const EDITOR = 'cat "$(dirname "$0")/text" "$1" >"$1.new" && cat "$1.new" >"$1" && rm "$1.new"\n';

export interface Client {
  readonly name: 'mutt' | 'neomutt';
  /** A path by which it can be started. */
  readonly program: string;
}

/** The mutt or neomutt to use, where a terminal can be made for it. */
export async function findMutt(which: Client['name'] = 'mutt'): Promise<ToolFound> {
  if (await hasTerminals()) return findTool(which);
  return { program: null, reason: 'script(1) of util-linux makes no terminal here' };
}

/**
 * A suite for mutt and one for neomutt, called `title` with the name for `%s`. One that is not here, or for which no
 * terminal can be made, is left out, and the console says why.
 */
export async function inEachMutt(
  title: string,
  suite: (client: Client) => void,
  names: readonly Client['name'][] = ['mutt', 'neomutt'],
): Promise<void> {
  for (const name of names) {
    const { program, reason } = await findMutt(name);
    if (program === null) console.log(`The tests with ${name} are left out: ${reason}`);
    describe.skipIf(program === null)(title.replace('%s', name), () =>
      suite({ name, program: program ?? '' }),
    );
  }
}

export interface MuttOptions {
  readonly program: string;
  /** Commands for mutt, as in its configuration. */
  readonly settings?: string;
  /** What is to be written to, as a link in a mail says it (RFC 6068). It is asked for at once, in no folder. */
  readonly link?: string;
  /** As people have it, with a bar for the cursor and drawn threads, so not to be read along. */
  readonly drawn?: boolean;
}

/** Starts mutt as the demo says to start it for this person, in the folder that it opens by itself. */
export async function openMutt(world: MailWorld, name: Name, options: MuttOptions): Promise<Terminal> {
  const { program, settings, link, drawn = false } = options;
  const [, ...args] = (await writeMuttrc(world, name)).split(' ');
  const commands = [...(drawn ? [] : [FOR_READING_ALONG]), ...(settings === undefined ? [] : [settings])];
  const command = [
    program,
    ...args,
    ...commands.flatMap((one) => ['-e', one]),
    ...(link === undefined ? [] : [link]),
  ];
  return openTerminal(command, {
    env: { LC_ALL: drawn ? 'C.UTF-8' : 'C', TZ: 'UTC', HOME: world.folder },
    cwd: world.folder,
  });
}

/** Writes an editor for one session, which puts `text` above what it is given. Answers the setting that names it. */
export async function writeEditor(world: MailWorld, text: string): Promise<string> {
  const folder = await mkdtemp(join(world.folder, 'answer-'));
  await writeFile(join(folder, 'editor'), EDITOR);
  await writeFile(join(folder, 'text'), text === '' ? '' : `${text}\n\n`);
  return `set editor="sh ${folder}/editor"`;
}

/** The index's lines, from what is on the screen. */
export function indexLines(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => /^(?:->| {2}) *\d+ .*/.exec(line) ?? []);
}

export interface ReplyOptions {
  readonly program: string;
  /** Its number in the index of the inbox, or plain words that only its subject has. */
  readonly message: number | string;
  readonly text: string;
}

/** Answers a message of this person's inbox with a few keys. Answers mutt's last word before sending: its menu. */
export async function replyWithMutt(world: MailWorld, name: Name, options: ReplyOptions): Promise<string> {
  const { program, message, text } = options;
  const mutt = await openMutt(world, name, { program, settings: await writeEditor(world, text) });
  try {
    await mutt.see(/Msgs:\d/);
    mutt.type(typeof message === 'number' ? `${message}\r` : `/~s "${message}"\r`);
    await mutt.see(new RegExp(`^-> .*${message}`, 'm'));
    mutt.type('r');
    // On a busy machine a key was lost once, at a menu that did not know the size yet.
    const menu = await mutt.see(/Mutt: Compose +\[Approx\. msg size: (?!0K)/);
    mutt.type('y');
    await mutt.see(/Mail sent/);
    mutt.type('q');
    await mutt.ended();
    return menu;
  } finally {
    await mutt.stop();
  }
}
