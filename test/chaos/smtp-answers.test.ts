/**
 * An SMTP server that answers something else than it should to any command of passes that send acknowledgements,
 * notices and relays: once, and for ten minutes of passes. While it lasts, the command says that mail waits, and why;
 * when it is over, everything leaves, each letter once. A letter that was refused for good may lie in Review instead:
 * then staff were told, and it leaves when somebody drags it to the outbox.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { DEEP } from '../servers/start.js';
import { Sample } from './answer-sample.js';
import { relayingDesk } from './answer-scenes.js';
import { AnsweredTrials, nameOfTrial } from './answered-trials.js';
import { smtpAnswersTo } from './answers.js';
import { runOnce } from './command-worker.js';
import { busyDesk, makeScene, type Staging } from './scene.js';

const SCENES: readonly (readonly [string, (stage: Staging) => Promise<void>])[] = [
  ['opens, updates, closes and reopens', busyDesk],
  ['relays', relayingDesk],
];

const sample = new Sample('smtp', smtpAnswersTo);

afterAll(() => {
  console.info(`SMTP answers: ${sample.counts}`);
});

describe('an SMTP server that answers otherwise, to a pass that', () => {
  it.each(SCENES.filter(([name]) => DEEP || name === 'relays'))(
    '%s',
    { timeout: DEEP ? 3_600_000 : 180_000 },
    async (_, play) => {
      const scene = await makeScene('sdbox', play);
      const trials = await AnsweredTrials.start(scene, { lanes: 3, each: DEEP ? 1000 : 100 });
      try {
        const { end, keys, unfinished, ran } = await trials.undisturbed(runOnce);
        expect(unfinished).toEqual([]);
        expect(ran).toEqual({ exitCode: 0, lines: [] });
        const wrong = await trials.run(sample.trialsOf(keys.smtp), { end, command: runOnce });
        expect(wrong.map(({ trial, what }) => `${nameOfTrial(trial)}: ${what}`)).toEqual([]);
      } finally {
        await trials.stop();
        await scene.remove();
      }
    },
  );
});
