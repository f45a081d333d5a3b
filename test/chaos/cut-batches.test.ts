/**
 * A connection that is cut inside an APPEND of several messages: before the end of each line and literal, at it, and after
 * the first byte of what follows, and before the answer. By RFC 3502 the server has stored all of them or none; whatever
 * it has, a clean pass comes to what an undisturbed one would have.
 *
 * Of each APPEND the usual run takes every seventh of these places; DEEP all, and on more servers.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chosenServers, DEEP } from '../servers/start.js';
import type { Fault } from './proxy.js';
import { busyDesk, makeScene, type Scene } from './scene.js';
import { inProcess, type Trial, Trials } from './trials.js';

const ONE_IN = DEEP ? 1 : 7;

/** With so many literals: each is between two ends of lines, and the last one before the final line end. */
const SEVERAL = 5;

function cuts(at: number, ends: readonly number[]): readonly Trial[] {
  const whole = ends.at(-1) ?? 0;
  const places = new Set(ends.flatMap((end) => [end - 1, end, end + 1]).filter((place) => place < whole));
  const faults = [...places].map(
    (bytes): Fault => ({ at, when: 'within', bytes, how: bytes % 2 === 0 ? 'fin' : 'reset' }),
  );
  return [...faults, { at, when: 'after' as const, how: 'reset' as const }].map((fault) => ({
    server: 'imap',
    fault,
  }));
}

for (const { kind, name, missing } of await chosenServers(
  ['sdbox'],
  ['maildir', 'sdbox', 'mdbox', 'cyrus'],
)) {
  describe.skipIf(missing !== '')(`on ${name}`, () => {
    let scene: Scene;
    let trials: Trials;

    beforeAll(async () => {
      scene = await makeScene(kind, busyDesk);
      trials = await Trials.start(scene, { lanes: 3, each: DEEP ? 200 : 40 });
    });
    afterAll(async () => {
      await trials.stop();
      await scene.remove();
    });

    it('loses nothing, and does nothing twice', async () => {
      const { end, commands, ends } = await trials.undisturbed(inProcess);
      const batches = commands.imap.flatMap((command, index) => {
        const parts = ends[index] ?? [];
        return command === 'APPEND' && parts.length >= SEVERAL ? [cuts(index + 1, parts)] : [];
      });
      expect(batches.length).toBeGreaterThan(1);
      const chosen = batches
        .flat()
        .filter((_, index, all) => index % ONE_IN === 0 || index === all.length - 1);
      expect(chosen.length).toBeGreaterThan(10);
      expect(await trials.run(chosen, { end, commands, worker: inProcess })).toEqual([]);
    });
  });
}
