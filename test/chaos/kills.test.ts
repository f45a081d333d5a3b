/**
 * A worker whose connection to either server is cut at any command of a pass that opens, updates, closes and reopens
 * tickets: a clean pass then brings the mailbox to where an undisturbed one would have.
 *
 * The cuts before the commands are all there. After a command that only looks, the server is as it is before the next
 * one, and the worker has heard as little: of those cuts a tenth must do.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busyDesk, makeScene, type Scene } from './scene.js';
import { type Commands, type End, inProcess, Trials, trialsAt } from './trials.js';

let scene: Scene;
let trials: Trials;
let wanted: { end: End; commands: Commands; worker: typeof inProcess };

beforeAll(async () => {
  scene = await makeScene('sdbox', busyDesk);
  trials = await Trials.start(scene, { lanes: 3, each: 300 });
  const { end, commands, unfinished } = await trials.undisturbed(inProcess);
  expect(unfinished).toEqual([]);
  wanted = { end, commands, worker: inProcess };
});

afterAll(async () => {
  await trials.stop();
  await scene.remove();
});

describe('a pass', () => {
  it('does everything that is to be disturbed', () => {
    const { imap, smtp } = wanted.commands;
    expect(imap).toEqual(
      expect.arrayContaining([
        'connect',
        'AUTHENTICATE',
        'UID SEARCH',
        'UID FETCH',
        'APPEND',
        'UID STORE',
        'UID MOVE',
        'LOGOUT',
      ]),
    );
    expect(smtp.filter((name) => name === 'message').length).toBeGreaterThan(5);
    expect(smtp).toHaveLength(3 + 4 * wanted.end.sent.length);
  });
});

describe('a connection that is cut', () => {
  it.each([
    ['imap', 'before', 1],
    ['imap', 'after', 10],
    ['smtp', 'before', 1],
    ['smtp', 'after', 10],
  ] as const)('to the %s server, %s its commands', async (server, when, oneIn) => {
    const wrong = await trials.run(trialsAt(wanted.commands, server, { when, oneIn }), wanted);
    expect(wrong).toEqual([]);
  });

  it.each(['imap', 'smtp'] as const)('to the %s server, within what it is given to keep', async (server) => {
    const given = trialsAt(wanted.commands, server, { when: 'within', oneIn: 20 }).filter(({ fault }) =>
      ['APPEND', 'message'].includes(wanted.commands[server][fault.at - 1] ?? ''),
    );
    const wrong = await trials.run(
      given.filter((_, index) => index % 3 === 0),
      wanted,
    );
    expect(wrong).toEqual([]);
  });
});
