/**
 * A pass that opens, updates, closes, reopens and relays, at a mail server that gives one answer to everything, once and
 * for ten minutes of passes. While it lasts, each pass says so; afterwards all is as if it had never been, and each
 * letter was sent once.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { fullInbox, stateOf } from './busy-day.js';
import { type DeskWorld, FOLDERS } from './desk-world.js';
import { isQuiet, sentOnce, stagedMail, stagedOnce } from './invariants.js';
import type { Answer, Rule } from './memory-courier.js';

const MINUTE = 60_000;

/** What an answer to everything makes `once` end with. */
const LASTING: readonly (Answer & { readonly exitCode: number })[] = [
  { step: 'greeting', reply: null, exitCode: 69 },
  { step: 'greeting', reply: '421 4.3.2 Closing', exitCode: 75 },
  { step: 'greeting', reply: '450 Busy', exitCode: 75 },
  { step: 'greeting', reply: '554 5.3.2 No', exitCode: 69 },
  { step: 'AUTH', reply: '535 5.7.8 No', exitCode: 77 },
  { step: 'AUTH', reply: '454 4.7.0 Later', exitCode: 75 },
  { step: 'MAIL FROM', reply: '421 4.3.2 Closing', exitCode: 75 },
  { step: 'MAIL FROM', reply: '451 4.3.0 Later', exitCode: 75 },
  { step: 'MAIL FROM', reply: '503 5.5.1 Not now', exitCode: 75 },
  { step: 'MAIL FROM', reply: '530 5.7.0 Sign in', exitCode: 77 },
  { step: 'MAIL FROM', reply: '550 5.7.1 No', exitCode: 69 },
  { step: 'RCPT TO', reply: '421 4.3.2 Closing', exitCode: 75 },
  { step: 'RCPT TO', reply: '450 4.2.0 Later', exitCode: 75 },
  { step: 'RCPT TO', reply: '550 5.4.5 Limit', exitCode: 69 },
  { step: 'RCPT TO', reply: '550 No', exitCode: 69 },
  { step: 'message', reply: null, exitCode: 69 },
  { step: 'message', reply: '421 4.3.2 Closing', exitCode: 75 },
  { step: 'message', reply: '452 4.3.1 Full', exitCode: 75 },
  { step: 'message', reply: '554 5.7.1 Limit', exitCode: 69 },
  { step: 'message', reply: '554 No', exitCode: 69 },
];

let start: DeskWorld;
let end: object;

beforeAll(async () => {
  start = await fullInbox();
  const calm = start.clone();
  await calm.pass();
  await calm.pass();
  end = stateOf(calm);
});

async function expectSameEnd(world: DeskWorld): Promise<void> {
  world.post.rule = () => null;
  expect((await world.pass()).delivery).toBe(null);
  await world.pass();
  expect(stateOf(world)).toEqual(end);
  expect(isQuiet(world.server, FOLDERS)).toEqual([]);
  expect(sentOnce(world.post.sent)).toEqual([]);
  expect(stagedOnce(stagedMail(world.server, FOLDERS.outbox))).toEqual([]);
}

function from(count: number, rule: Rule): Rule {
  return (attempt) => (attempt.count < count ? null : rule(attempt));
}

describe('an answer to everything', () => {
  it.each(LASTING)('at $step: $reply', async ({ step, reply, exitCode }) => {
    const world = start.clone();
    world.post.rule = () => ({ step, reply });
    for (let minutes = 0; minutes < 10; minutes += 1) {
      const { delivery, refused } = await world.pass();
      expect(delivery).toMatchObject({ exitCode });
      expect(delivery?.message).not.toMatch(/\n/);
      expect(refused).toBe(0);
      world.clock.advance(MINUTE);
    }
    await expectSameEnd(world);
  });

  it.each(LASTING)(
    'that begins in the middle of a drain, at $step: $reply',
    async ({ step, reply, exitCode }) => {
      const world = start.clone();
      // A refusal of recipients is believed of the few at the end, where the server took others before.
      const said: Answer =
        step === 'RCPT TO' && reply === '550 No' ? { step: 'message', reply } : { step, reply };
      world.post.rule = from(world.post.attempts.length + 4, () => said);
      for (let minutes = 0; minutes < 10; minutes += 1) {
        const { delivery, refused } = await world.pass();
        // Letters that are put off while others went are put off by themselves, until nothing else goes.
        if (!(said.reply?.startsWith('45') === true && minutes === 0))
          expect(delivery).toMatchObject({ exitCode });
        expect(refused).toBe(0);
        world.clock.advance(MINUTE);
      }
      await expectSameEnd(world);
    },
  );

  it.each(
    LASTING.filter(({ exitCode, reply }) => exitCode !== 69 || reply === null || !reply.startsWith('55')),
  )('once, at $step: $reply', async ({ step, reply }) => {
    const world = start.clone();
    const first = world.post.attempts.length;
    world.post.rule = ({ count }) => (count === first ? { step, reply } : null);
    expect((await world.pass()).refused).toBe(0);
    await expectSameEnd(world);
  });
});
