/** A real mutt in the hands of one of the mail world's people, with the settings that the demo writes for them. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Name, writeMuttrc } from '../../src/demo/setup.js';
import type { MailWorld } from '../../src/demo/world.js';
import { hasTerminals, openTerminal, type Terminal } from './mutt-terminal.js';
import { findTool, type ToolFound } from './tools.js';

/** Everything is to be read from plain text; and only ids make a thread here, not subjects that are alike. */
export const FOR_READING_ALONG = 'set ascii_chars=yes arrow_cursor=yes strict_threads=yes';

/** Puts the text above what mutt has quoted, as a person at an editor does. */
export const EDITOR = 'cat "$(dirname "$0")/text" "$1" >"$1.new" && cat "$1.new" >"$1" && rm "$1.new"\n';

/** The mutt or neomutt to use, where a terminal can be made for it. */
export async function findMutt(which: 'mutt' | 'neomutt' = 'mutt'): Promise<ToolFound> {
  if (await hasTerminals()) return findTool(which);
  return { program: null, reason: 'script(1) of util-linux makes no terminal here' };
}

export interface MuttOptions {
  readonly program: string;
  /** Commands for mutt, as in its configuration. */
  readonly settings?: string;
}

/** Starts mutt as the demo says to start it for this person, in the folder that it opens by itself. */
export async function openMutt(world: MailWorld, name: Name, options: MuttOptions): Promise<Terminal> {
  const [, ...args] = (await writeMuttrc(world, name)).split(' ');
  const settings = [FOR_READING_ALONG, ...(options.settings === undefined ? [] : [options.settings])];
  const command = [options.program, ...args, ...settings.flatMap((setting) => ['-e', setting])];
  return openTerminal(command, { env: { LC_ALL: 'C', TZ: 'UTC', HOME: world.folder }, cwd: world.folder });
}

/** The index's lines, from what is on the screen. */
export function indexLines(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => /^(?:->| {2}) *\d+ .*/.exec(line) ?? []);
}

export interface ReplyOptions {
  readonly program: string;
  /** Its number in the index of the inbox. */
  readonly message: number;
  readonly text: string;
}

/** Answers a message of this person's inbox with a few keys. Answers mutt's last word before sending: its menu. */
export async function replyWithMutt(world: MailWorld, name: Name, options: ReplyOptions): Promise<string> {
  const { program, message, text } = options;
  const folder = await mkdtemp(join(world.folder, 'answer-'));
  await writeFile(join(folder, 'editor'), EDITOR);
  await writeFile(join(folder, 'text'), `${text}\n\n`);
  const mutt = await openMutt(world, name, { program, settings: `set editor="sh ${folder}/editor"` });
  try {
    await mutt.see(/Msgs:\d/);
    mutt.type(`${message}\r`);
    await mutt.see(new RegExp(`^-> *${message} `, 'm'));
    mutt.type('r');
    const menu = await mutt.see(/Mutt: Compose/);
    mutt.type('y');
    await mutt.see(/Mail sent/);
    mutt.type('q');
    await mutt.ended();
    return menu;
  } finally {
    await mutt.stop();
  }
}
