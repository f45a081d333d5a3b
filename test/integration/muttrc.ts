/** A mutt in the desk's own mailbox, with exactly the settings that `imapdesk muttrc` prints. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { MailWorld } from '../../src/demo/world.js';
import { FOR_READING_ALONG, writeEditor } from './mutt.js';
import { openTerminal, type Terminal } from './mutt-terminal.js';
import { runDesk } from './world.js';

export interface DeskMuttOptions {
  readonly program: string;
  /** The desk's configuration. */
  readonly config: string;
  /** What its editor puts above what is quoted. */
  readonly text?: string;
  /** As people have it: see `MuttOptions`. */
  readonly drawn?: boolean;
}

/** Starts it in the folder of open tickets. Beside the printed settings it is told the passwords and the editor. */
export async function openDeskMutt(world: MailWorld, options: DeskMuttOptions): Promise<Terminal> {
  const { program, config, text = '', drawn = false } = options;
  const { code, stdout, stderr } = await runDesk(['muttrc', '-c', config]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const folder = await mkdtemp(join(world.folder, 'desk-mutt-'));
  const rc = join(folder, 'muttrc');
  await writeFile(rc, stdout);
  const { password } = world.accounts.support;
  const own = [
    `set imap_pass="${password}" smtp_pass="${password}"`,
    await writeEditor(world, text),
    `source ${rc}`,
    `set tmpdir="${folder}" sleep_time=0 mail_check=5 timeout=5`,
    drawn ? '' : FOR_READING_ALONG,
    '',
  ];
  const file = join(folder, 'own');
  await writeFile(file, own.join('\n'));
  const command = [program, '-n', '-F', file];
  return openTerminal(command, {
    env: { LC_ALL: 'C.UTF-8', TZ: 'UTC', HOME: folder },
    cwd: folder,
  });
}
