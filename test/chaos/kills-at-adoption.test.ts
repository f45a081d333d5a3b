/** The same for the first pass of all, which makes the folders and takes on the mail that is there. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeScene, newMailbox, type Scene } from './scene.js';
import { inProcess, Trials, trialsAt } from './trials.js';

let scene: Scene;
let trials: Trials;

beforeAll(async () => {
  scene = await makeScene('maildir', newMailbox);
  trials = await Trials.start(scene, { lanes: 3, each: 150 });
});

afterAll(async () => {
  await trials.stop();
  await scene.remove();
});

it('a mailbox that a cut left half taken on is taken on by the next pass', async () => {
  const { end, commands, unfinished } = await trials.undisturbed(inProcess);
  expect(unfinished).toEqual([]);
  expect(commands.imap).toContain('CREATE');
  const before = trialsAt(commands, 'imap', { when: 'before', oneIn: 1 });
  const after = trialsAt(commands, 'imap', { when: 'after', oneIn: 10 });
  expect(await trials.run([...before, ...after], { end, commands, worker: inProcess })).toEqual([]);
});
