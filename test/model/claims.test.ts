/**
 * Two workers at once that share no lock and meet in the mailbox only, with kills, cuts and commands that come late, in
 * orders that fast-check searches: in the end all is as one worker alone would have left it, each letter sent once.
 */
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ClaimedElsewhere } from '../../src/worker/workplace/claim.js';
import { plans } from './arbitraries.js';
import { busyDay, disorder, fullInbox, stateOf } from './busy-day.js';
import { passAs } from './claimed-pass.js';
import { mailHasCause, numbering, ticketsAreWhole } from './coherence.js';
import { type DeskWorld, FOLDERS, smtpLost } from './desk-world.js';
import {
  entriesAreDistinct,
  everyMessageOnce,
  isQuiet,
  mailIsSteady,
  sentOnce,
  stagedMail,
  stagedOnce,
  tolerate,
} from './invariants.js';
import { field } from './message-text.js';
import { type Outcome, type Plan, Scheduler } from './scheduler.js';

const WORKERS = ['a', 'b'] as const;

async function atOnce(world: DeskWorld, plan: Plan): Promise<Outcome> {
  const scheduler = new Scheduler(plan);
  const done = new Set<string>();
  for (const name of WORKERS) {
    const smtp = scheduler.gate(name, { reconnects: true, lost: smtpLost });
    const desk = world.desk(scheduler.gate(name), smtp);
    const isGone = (other: string): boolean => done.has(other) || scheduler.isDead(other);
    scheduler.spawn(name, async () => {
      try {
        await passAs(desk, { worker: name, isGone });
      } catch (error) {
        if (!(error instanceof ClaimedElsewhere)) throw error;
      } finally {
        done.add(name);
      }
    });
  }
  return scheduler.run();
}

async function violations(world: DeskWorld, strict: boolean): Promise<readonly string[]> {
  const staged = stagedMail(world.server, FOLDERS.outbox);
  return [
    ...everyMessageOnce(world.server, tolerate(new Set(['person']))),
    ...entriesAreDistinct(numbering(world)),
    ...mailIsSteady(staged, world.post.sent),
    // Only a death or a lost connection may cause a repeat.
    ...(strict ? [...stagedOnce(staged), ...sentOnce(world.post.sent), ...attempts(world)] : []),
    ...isQuiet(world.server, FOLDERS),
    ...mailHasCause(world),
    ...(await ticketsAreWhole(world)),
  ];
}

/** To have met another worker is held against no message. */
function attempts(world: DeskWorld): readonly string[] {
  return world.visible('register').flatMap(({ content }) => {
    const identity = field(content.raw, 'X-Imapdesk-Identity') ?? '';
    const isAttempt = field(content.raw, 'X-Imapdesk-Entry') === 'attempt' && !identity.startsWith('old-');
    return isAttempt ? [`an attempt at ${identity} was counted`] : [];
  });
}

function numRuns(): number {
  return Number(process.env['RUNS'] ?? (process.env['DEEP'] === '1' ? 200 : 15));
}

describe.each([
  ['what is pending', fullInbox],
  ['what people moved and asked for', disorder],
  ['both', busyDay],
] as const)('two workers that share only the mailbox, with %s', (_, begin) => {
  let start: DeskWorld;
  let end: object;
  beforeAll(async () => {
    start = await begin();
    const calm = start.clone();
    await passAs(calm.desk(), { worker: 'alone', isGone: () => false });
    end = stateOf(calm);
    expect(await violations(calm, true)).toEqual([]);
  });

  async function expectSameEnd(plan: Plan): Promise<void> {
    const world = start.clone();
    const outcome = await atOnce(world, plan);
    for (const error of outcome.errors.values()) expect(error).toMatchObject({ temporary: true });
    expect(outcome.stuck).toEqual([]);
    await passAs(world.desk(), { worker: 'last', isGone: () => true });
    expect(await violations(world, plan.faults.length === 0)).toEqual([]);
    expect(stateOf(world)).toEqual(end);
  }

  it('come to the same end in any order', async () => {
    const orders = plans({ actors: WORKERS, mortals: WORKERS, calls: 120, maxFaults: 0 });
    await fc.assert(fc.asyncProperty(orders, expectSameEnd), { numRuns: numRuns(), seed: 7 });
  }, 300_000);

  it('come to the same end whichever dies, or loses its connection', async () => {
    const faults = plans({
      actors: WORKERS,
      mortals: WORKERS,
      calls: 120,
      maxFaults: 2,
      kinds: ['kill', 'cut', 'fail'],
    });
    await fc.assert(fc.asyncProperty(faults, expectSameEnd), { numRuns: numRuns(), seed: 7 });
  }, 300_000);
});
