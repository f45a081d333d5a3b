/**
 * A server that takes entries into the register, and refuses to move mail into Open (over quota, or without a right to it):
 * the ticket has a number, and its first message still lies in the inbox.
 */
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DeskBench } from './desk-bench.js';
import { readFolder } from './world.js';

let bench: DeskBench;

beforeEach(async () => {
  bench = await DeskBench.start({ format: 'maildir' });
  await bench.pass();
});
afterEach(async () => {
  await setWritable(true);
  await bench.stop();
});

/** Dovecot then says NO to MOVE and COPY there, as it does over quota. */
async function setWritable(writable: boolean): Promise<void> {
  const open = join(bench.world.folder, 'mail', bench.world.accounts.support.user, 'mail/Tickets/Open');
  for (const name of ['tmp', 'cur', 'new']) await chmod(join(open, name), writable ? 0o700 : 0o500);
}

it('is no ticket for people yet, and one as soon as its message is filed', async () => {
  await bench.deliver({ subject: 'Printer on fire' });
  await setWritable(false);
  await bench.run('once');
  expect(await readFolder(bench.world, 'support', 'INBOX')).toHaveLength(1);
  expect(await readFolder(bench.world, 'support', 'Tickets/Open')).toEqual([]);
  expect(await bench.json('list', '--state', 'all')).toEqual([]);
  const shown = await bench.run('show', '1');
  expect(shown).toMatchObject({ code: 75, stdout: '' });
  expect(shown.stderr).toContain('ticket 1 is still being filed: its first message lies in the inbox');
  await setWritable(true);
  await bench.run('once');
  expect(await bench.json('list', '--state', 'all')).toMatchObject([{ ticket: 1, messages: 2 }]);
  expect(await bench.ok('show', '1')).toContain('Printer on fire');
});
