/**
 * Two workers without a common lock, on real servers: every customer is acknowledged, no letter is sent twice beyond what
 * was in flight at a death, no number is given twice, nothing is lost.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chosenServers, DEEP } from '../servers/start.js';
import { ALL_SERVERS } from '../servers/table.js';
import { makeScene, type Scene } from './scene.js';
import { Duel, type Round } from './two-workers.js';

const ROUNDS = DEEP ? 250 : 12;
const LANES = DEEP ? 4 : 3;
/** As far as a pass over the scene goes. */
const LAST_COMMAND = 110;

const SUBJECTS = ['Printer', 'Modem', 'Screen', 'Mouse', 'Keyboard', 'Cable'];

/** Half of them undisturbed; in the others the first worker dies, each time somewhat later. */
function rounds(count: number): readonly Round[] {
  return Array.from({ length: count }, (_, index) => ({
    killAt: index % 2 === 0 ? null : 1 + ((index * 37) % LAST_COMMAND),
  }));
}

const servers = await chosenServers(['maildir'], ALL_SERVERS);

describe.each(servers)('two workers that do not see each other, on $name', ({ kind, name, missing }) => {
  let scene: Scene;
  let duel: Duel;
  beforeAll(async () => {
    if (missing !== '') return;
    scene = await makeScene(kind, async ({ asks, pass }) => {
      await pass();
      for (const [index, subject] of SUBJECTS.entries()) await asks(`customer${index}@example.com`, subject);
    });
    duel = await Duel.start(scene, { lanes: LANES, each: Math.ceil(ROUNDS / LANES) + 1 });
  });
  afterAll(async () => {
    if (missing !== '') return;
    await duel.stop();
    await scene.remove();
  });

  it('answer everybody once', async () => {
    const { wrong, kills, again } = await duel.run(rounds(ROUNDS));
    console.log(`${name}: ${ROUNDS} rounds, ${kills} kills, ${again} letters sent again after a death`);
    expect(wrong).toEqual([]);
    expect(kills).toBeGreaterThan(0);
  }, 3_600_000);
});
