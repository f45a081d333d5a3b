/** The same for the first pass of all, which makes the folders and takes on the mail that is there. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chosenServers, DEEP } from '../servers/start.js';
import { ALL_SERVERS } from '../servers/table.js';
import { sampleOf } from './kills.js';
import { makeScene, newMailbox, type Scene } from './scene.js';
import { inProcess, Trials, trialsAt } from './trials.js';

for (const { kind, name, missing } of await chosenServers(['maildir', 'cyrus', 'courier'], ALL_SERVERS)) {
  describe.skipIf(missing !== '')(`on ${name}`, () => {
    let scene: Scene;
    let world: Trials;

    beforeAll(async () => {
      scene = await makeScene(kind, newMailbox);
      world = await Trials.start(scene, { lanes: 3, each: 50 });
    });

    afterAll(async () => {
      await world.stop();
      await scene.remove();
    });

    it('a mailbox that a cut left half taken on is taken on by the next pass', async () => {
      const { end, commands, unfinished } = await world.undisturbed(inProcess);
      expect(unfinished).toEqual([]);
      const adoption = commands.imap.indexOf('UID STORE') + 1;
      expect(commands.imap.slice(0, adoption)).toEqual(
        expect.arrayContaining(['CREATE', 'SUBSCRIBE', 'APPEND']),
      );
      const trials = trialsAt(commands, 'imap', { when: 'after', oneIn: 1 }).filter(
        ({ fault }) => fault.at <= adoption,
      );
      const tried = DEEP ? trials : sampleOf(trials, commands);
      expect(await world.run(tried, { end, commands, worker: inProcess })).toEqual([]);
    });
  });
}
