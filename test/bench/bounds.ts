/** Starts the programs that set bounds, in the mailbox of a desk and through its meters. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FOLDERS, type MeasuredDesk } from './desk.js';
import { program, type Ran, runWell } from './process.js';
import type { Account, Job, Letter, MoveJob } from './programs/job.js';

/** What a desk has stored and sent for a backlog: a bound does the same with it. */
export interface Stored {
  readonly entries: readonly Buffer[];
  readonly letters: readonly Letter[];
}

/** All that has come of new mail since the sink had taken `before` letters: a desk that has just begun has none. */
export async function storedBy(desk: MeasuredDesk, before = 0): Promise<Stored> {
  const all = await desk.contentsOf(FOLDERS.register);
  return {
    entries: all.filter((raw) => /^X-Imapdesk-Entry: ticket\r?$/m.test(raw.toString('latin1'))),
    letters: desk.sink.taken.slice(before),
  };
}

export async function runBound(
  name: 'gathered' | 'one-by-one',
  desk: MeasuredDesk,
  { entries, letters }: Stored,
): Promise<Ran> {
  const messages = join(desk.world.folder, 'messages');
  await writeFile(messages, Buffer.concat([...entries, ...letters.map(({ raw }) => raw)]));
  const job: Job = {
    ...accountOf(desk),
    messages,
    entries: entries.map(({ length }) => length),
    letters: letters.map(({ to, raw }) => ({ to, bytes: raw.length })),
    folders: FOLDERS,
  };
  return runProgram(name, desk, job);
}

export function runSignIn(desk: MeasuredDesk): Promise<Ran> {
  return runProgram('sign-in', desk, accountOf(desk));
}

/** Of what lies in the inbox, which is not empty. */
export function runHeaderAndMove(desk: MeasuredDesk): Promise<Ran> {
  const job: MoveJob = { ...accountOf(desk), from: FOLDERS.inbox, to: FOLDERS.open };
  return runProgram('header-and-move', desk, job);
}

function accountOf({ world, imap, smtp }: MeasuredDesk): Account {
  const { user, password } = world.accounts.support;
  return { imapPort: imap.port, smtpPort: smtp.port, user, password };
}

async function runProgram(name: string, desk: MeasuredDesk, told: Account): Promise<Ran> {
  const file = join(desk.world.folder, 'job.json');
  await writeFile(file, JSON.stringify(told), { mode: 0o600 });
  return runWell([program(name), file], desk.env);
}
