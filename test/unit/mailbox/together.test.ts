import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { isBesideOthers, together } from '../../../src/mailbox/together.js';

/** Whether it is beside others, after it has waited for so many turns of the event loop. */
async function after(turns: number): Promise<boolean> {
  for (let turn = 0; turn < turns; turn += 1) await nextTurn();
  return isBesideOthers();
}

it('knows who asks beside others, for as long as that takes, and nobody else', async () => {
  expect(isBesideOthers()).toBe(false);
  const long = together(
    () => after(5),
    () => after(0),
  );
  const short = together(
    () => after(1),
    () => after(1),
  );
  expect(await after(0)).toBe(false);
  expect(await short).toEqual([true, true]);
  // The other one is not over yet.
  expect(await long).toEqual([true, true]);
  expect(await after(1)).toBe(false);
  expect(
    await together(
      () => after(1),
      () => Promise.resolve(isBesideOthers()),
    ),
  ).toEqual([true, true]);
});

it('throws what the first of them that failed has thrown, when all are over', async () => {
  const over: string[] = [];
  const fails = async (name: string, turns: number): Promise<never> => {
    await after(turns);
    over.push(name);
    throw new Error(name);
  };
  await expect(
    together(
      () => fails('first', 2),
      () => fails('second', 0),
    ),
  ).rejects.toThrow('first');
  expect(over).toEqual(['second', 'first']);
  expect(isBesideOthers()).toBe(false);
});
