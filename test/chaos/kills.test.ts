/**
 * A worker whose connection to either server is cut before, within or after any command of a pass that opens, updates,
 * closes and reopens tickets: a clean pass then brings the mailbox to where an undisturbed one would have.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeScene, type Scene } from './scene.js';
import type { When } from './proxy.js';
import { type Commands, type End, inProcess, type Trial, Trials } from './trials.js';

let scene: Scene;
let trials: Trials;
let end: End;
let commands: Commands;

beforeAll(async () => {
  scene = await makeScene("sdbox");
  trials = await Trials.start(scene, { lanes: 3, each: 250 });
  const calm = await trials.undisturbed(inProcess);
  console.log(calm.commands.imap.length, calm.commands.smtp.length, calm.commands.smtp.join(' '), calm.commands.imap.join(', '));
  expect(calm.unfinished).toEqual([]);
  ({ end, commands } = calm);
});

afterAll(async () => {
  await trials.stop();
  await scene.remove();
});

function every(server: 'imap' | 'smtp', when: When): readonly Trial[] {
  if (when === 'within')
    return commands[server].flatMap((name, index) => (['APPEND', 'message'].includes(name) ? [{ server, fault: { at: index + 1, when, how: 'fin' as const } }] : []));
  return commands[server].map((_, index) => ({ server, fault: { at: index + 1, when, how: index % 2 === 0 ? 'fin' : 'reset' } }));
}

describe('a connection that is cut', () => {
  it.each([
    ['imap', 'before'],
    ['imap', 'after'],
    ['imap', 'within'],
    ['smtp', 'before'],
    ['smtp', 'after'],
    ['smtp', 'within'],
  ] as const)('to the %s server, %s any command', async (server, when) => {
    const wrong = await trials.run(every(server, when), { end, commands, worker: inProcess });
    expect(wrong).toEqual([]);
  });
});
