/**
 * Two workers without a common lock, on real Dovecot: every customer is acknowledged, no letter is sent twice beyond what
 * was in flight at a death, no number is given twice, nothing is lost.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MailFormat } from '../../src/demo/dovecot-config.js';
import { makeScene, type Scene } from './scene.js';
import { Duel, type Round } from './two-workers.js';

const DEEP = process.env['DEEP'] === '1';
const ROUNDS = DEEP ? 500 : 12;
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

describe.each<MailFormat>(['maildir', 'sdbox'])('two workers that do not see each other, on %s', (format) => {
  let scene: Scene;
  let duel: Duel;
  beforeAll(async () => {
    scene = await makeScene(format, async ({ asks, pass }) => {
      await pass();
      for (const [index, subject] of SUBJECTS.entries()) await asks(`customer${index}@example.com`, subject);
    });
    duel = await Duel.start(scene, { lanes: LANES, rounds: ROUNDS });
  });
  afterAll(async () => {
    await duel.stop();
    await scene.remove();
  });

  it('answer everybody once', async () => {
    const { wrong, kills, again } = await duel.run(rounds(ROUNDS));
    console.log(`${format}: ${ROUNDS} rounds, ${kills} kills, ${again} letters sent again after a death`);
    expect(wrong).toEqual([]);
    expect(kills).toBeGreaterThan(0);
  }, 3_600_000);
});
