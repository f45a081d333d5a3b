/** The same on a server that cannot MOVE: there a cut may leave two copies of a message, but never none. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEEP } from '../servers/start.js';
import { busyDesk, makeScene, type Scene } from './scene.js';
import { inProcess, Trials, trialsAt } from './trials.js';

let scene: Scene;

beforeAll(async () => {
  scene = await makeScene('maildir', busyDesk);
});

afterAll(async () => {
  await scene.remove();
});

describe('a connection that is cut, to a server', () => {
  // Without LITERAL+ the client asks before it sends a message.
  it.each(
    [
      ['MOVE', ['MOVE', 'LITERAL+'], 5] as const,
      ['MOVE and UIDPLUS', ['MOVE', 'UIDPLUS'], DEEP ? 20 : 60] as const,
    ].filter(([name]) => DEEP || name !== 'MOVE'),
  )('without %s', async (_, hiddenCapabilities, oneIn) => {
    const trials = await Trials.start(scene, { lanes: 3, each: 100 }, { hiddenCapabilities });
    try {
      const { end, commands, unfinished } = await trials.undisturbed(inProcess);
      expect(unfinished).toEqual([]);
      expect(commands.imap).toContain('UID COPY');
      const wrong = await trials.run(trialsAt(commands, 'imap', { when: 'after', oneIn }), {
        end,
        commands,
        worker: inProcess,
      });
      expect(wrong).toEqual([]);
    } finally {
      await trials.stop();
    }
  });
});
