import { existsSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Guarded, spawnGuarded } from '../../../src/demo/guard.js';

const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };

/** Starts a shell script and waits for its first line of output. */
async function started(script: string, folder = ''): Promise<{ guarded: Guarded; line: string }> {
  return new Promise((resolve) => {
    let output = '';
    const guarded: Guarded = spawnGuarded(['/bin/sh', '-c', script], {
      env,
      folder,
      onOutput: (text) => {
        output += text;
        if (output.includes('\n')) resolve({ guarded, line: output.trim() });
      },
    });
  });
}

/** One that has ended but was not yet collected by its parent (state Z) counts as ended. */
async function isAlive(pid: string): Promise<boolean> {
  try {
    process.kill(Number(pid), 0);
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    return !stat.includes(') Z ');
  } catch {
    return false;
  }
}

it('tells the exit code of a child that ends by itself', async () => {
  const { guarded } = await started('echo up; exit 7');
  expect(await guarded.ended).toBe(7);
  await guarded.stop();
});

it('ends a child in order, and what it had started', async () => {
  const { guarded, line } = await started('sleep 60 & trap "exit 3" TERM; echo $!; wait');
  expect(await isAlive(line)).toBe(true);
  await guarded.stop();
  expect(await guarded.ended).toBe(3);
  expect(await isAlive(line)).toBe(false);
});

it('removes the folder when it is over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'guard-'));
  const { guarded } = await started('echo up; sleep 60', folder);
  await guarded.stop();
  await guarded.stop();
  expect(existsSync(folder)).toBe(false);
});

it('says so if the program is not there', async () => {
  const { guarded } = await started('exec /no/such/program');
  expect(await guarded.ended).toBe(127);
  await guarded.stop();
});
