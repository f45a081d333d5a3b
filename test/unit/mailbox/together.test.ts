import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { together } from '../../../src/mailbox/together.js';

it('throws what the first of them that failed has thrown, when all are over', async () => {
  const over: string[] = [];
  const fails = async (name: string, turns: number): Promise<never> => {
    for (let turn = 0; turn < turns; turn += 1) await nextTurn();
    over.push(name);
    throw new Error(name);
  };
  const store = {
    readsTogether: () => {
      over.push('begin');
      return () => void over.push('end');
    },
  };
  await expect(
    together(
      store,
      () => fails('first', 2),
      () => fails('second', 0),
    ),
  ).rejects.toThrow('first');
  expect(over).toEqual(['begin', 'second', 'first', 'end']);
});
