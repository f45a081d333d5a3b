/**
 * An IMAP server that answers something else than it should to any command of passes that adopt, open, update, close,
 * reopen, relay, follow people's moves, merge, split, and of `repair`: on each folder, once and for ten minutes of
 * passes. While it lasts, the command says that it could not, and why; when it is over, one pass comes to the end that
 * an undisturbed one comes to, with each letter sent once. What is tried without DEEP=1, answer-sample.ts says.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { DEEP } from '../servers/start.js';
import { Sample } from './answer-sample.js';
import { damagedDesk, draggedDesk, mergingDesk, relayingDesk, splittingDesk } from './answer-scenes.js';
import { AnsweredTrials, nameOfTrial } from './answered-trials.js';
import { answersTo } from './answers.js';
import { type DeskCommand, repairThenOnce, runOnce } from './command-worker.js';
import { busyDesk, makeScene, newMailbox, type Staging } from './scene.js';

interface Pass {
  readonly play: (stage: Staging) => Promise<void>;
  readonly command: DeskCommand;
  readonly hiddenCapabilities?: readonly string[];
}

const ALL_SCENES: readonly (readonly [string, Pass])[] = [
  ['takes on a mailbox', { play: newMailbox, command: runOnce }],
  ['opens, updates, closes and reopens', { play: busyDesk, command: runOnce }],
  ['relays', { play: relayingDesk, command: runOnce }],
  ['follows what people moved', { play: draggedDesk, command: runOnce }],
  ['merges', { play: mergingDesk, command: runOnce }],
  ['splits', { play: splittingDesk, command: runOnce }],
  ['follows a repair', { play: damagedDesk, command: repairThenOnce }],
  [
    'copies where there is no MOVE, and asks before it sends',
    { play: busyDesk, command: runOnce, hiddenCapabilities: ['MOVE', 'LITERAL+'] },
  ],
];

/** Some of them, where it is not to take hours. */
const USUALLY = ['takes on a mailbox', 'opens, updates, closes and reopens', 'follows what people moved'];
const SCENES = ALL_SCENES.filter(([name]) => DEEP || USUALLY.includes(name));

const sample = new Sample('imap', answersTo);

afterAll(() => {
  console.info(`IMAP answers: ${sample.counts}`);
});

describe('an IMAP server that answers otherwise, to a pass that', () => {
  it.each(SCENES)(
    '%s',
    { timeout: DEEP ? 4 * 3_600_000 : 180_000 },
    async (_, { play, command, hiddenCapabilities = [] }) => {
      const scene = await makeScene('sdbox', play);
      const trials = await AnsweredTrials.start(
        scene,
        { lanes: 3, each: DEEP ? 2000 : 100 },
        { hiddenCapabilities },
      );
      try {
        const { end, keys, unfinished, ran } = await trials.undisturbed(command);
        expect(unfinished).toEqual([]);
        expect(ran).toEqual({ exitCode: 0, lines: [] });
        const wrong = await trials.run(sample.trialsOf(keys.imap), { end, command });
        expect(wrong.map(({ trial, what }) => `${nameOfTrial(trial)}: ${what}`)).toEqual([]);
      } finally {
        await trials.stop();
        await scene.remove();
      }
    },
  );
});
