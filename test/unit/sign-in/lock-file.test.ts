/** One at a time, also where somebody has died in the middle. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { underLock } from '../../../src/sign-in/lock-file.js';

let folder: string;
let path: string;
let at = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imapdesk-test-'));
  path = join(folder, 'tokens');
  at = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Waiting takes no time, and is counted. */
function options() {
  return {
    path,
    elapsed: () => at,
    wait: async (ms: number): Promise<void> => {
      at += ms;
      await new Promise(setImmediate);
    },
  };
}

it('lets one in after the other, and leaves nothing', async () => {
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise(setImmediate);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 20 }, () => underLock({ path, wait: aTurn }, work)));
  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

async function aTurn(): Promise<void> {
  await new Promise(setImmediate);
}

it('is free again after work that fails', async () => {
  const failing = underLock(options(), () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  expect(await underLock(options(), () => Promise.resolve('yes'))).toBe('yes');
});

it('is taken from the dead after a minute, and from nobody who lives', async () => {
  await writeFile(`${path}.lock`, 'somebody who died');
  expect(await underLock(options(), () => Promise.resolve(at))).toBeGreaterThan(60_000);
  expect(await readdir(folder)).toEqual([]);
});

it('is not taken away where another one has come in the place of the dead', async () => {
  await writeFile(`${path}.lock`, 'first');
  const waits = options();
  let changes = 0;
  const taken = underLock(
    {
      ...waits,
      wait: async (ms) => {
        await waits.wait(ms);
        // Each holder is gone before its minute is over, and the next one is there.
        if (at % 30_000 === 0 && changes < 3) {
          changes += 1;
          await writeFile(`${path}.lock`, `holder ${changes}`);
        }
      },
    },
    () => Promise.resolve(at),
  );
  expect(await taken).toBeGreaterThan(90_000 + 60_000);
});

it('leaves the lock of whoever has thought it dead', async () => {
  await underLock(options(), () => writeFile(`${path}.lock`, 'another one'));
  expect(await readFile(`${path}.lock`, 'utf8')).toBe('another one');
});

it.each([
  ['that is no file', (lock: string) => mkdir(lock)],
  ['that leads nowhere but to itself', (lock: string) => symlink(lock, lock)],
])('says that it cannot go on at a lock %s', async (_, make) => {
  await make(`${path}.lock`);
  await expect(underLock(options(), () => Promise.resolve())).rejects.toMatchObject({
    code: 'sign-in-unsaved',
    exitCode: 78,
  });
});

it('says where it may not write', async () => {
  path = join(folder, 'nowhere', 'tokens');
  await expect(underLock(options(), () => Promise.resolve())).rejects.toMatchObject({
    code: 'sign-in-unsaved',
    exitCode: 78,
  });
});
