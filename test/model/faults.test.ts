/**
 * A worker that dies, or loses its connections, at any point of a pass that does everything. The next pass comes to
 * the same end as an undisturbed one: the same messages in the same folders, the same numbers, the same mail sent.
 */
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { someChanges } from './arbitraries.js';
import { busyDay, disorder, fullInbox, stateOf } from './busy-day.js';
import { mailHasCause, numbering, ticketsAreWhole } from './coherence.js';
import { type DeskWorld, FOLDERS, smtpLost } from './desk-world.js';
import {
  entriesAreDistinct,
  everyMessageOnce,
  isQuiet,
  mailIsSteady,
  stagedMail,
  stagedOnce,
  tolerate,
} from './invariants.js';
import { CALM, type Fault, type Outcome, type Plan, Scheduler } from './scheduler.js';
import { merging, splitting } from './second-thoughts.js';

/** One worker after the other, each with a pass of its own; what a dead one left with the server comes after them. */
async function inTurn(world: DeskWorld, names: readonly string[], plan: Plan): Promise<Outcome> {
  const scheduler = new Scheduler(plan);
  const done = new Set<string>();
  for (const [index, name] of names.entries()) {
    const smtp = scheduler.gate(name, { reconnects: true, lost: smtpLost });
    const desk = world.desk(scheduler.gate(name), smtp);
    const before = names[index - 1];
    const isFree = (): boolean => before === undefined || done.has(before) || scheduler.isDead(before);
    scheduler.spawn(name, async () => {
      await scheduler.until(name, 'turn', isFree);
      await world.pass(desk).finally(() => done.add(name));
    });
  }
  return scheduler.run();
}

async function violations(world: DeskWorld, { late }: { late: boolean }): Promise<readonly string[]> {
  const staged = stagedMail(world.server, FOLDERS.outbox);
  return [
    ...everyMessageOnce(world.server, tolerate(new Set(['person']))),
    ...entriesAreDistinct(numbering(world)),
    // What a dead worker has staged may reach the server after its successor has staged the same.
    ...(late ? [] : [...mailIsSteady(staged, world.post.sent), ...stagedOnce(staged)]),
    ...isQuiet(world.server, FOLDERS),
    ...mailHasCause(world),
    ...(await ticketsAreWhole(world)),
  ];
}

async function expectSameEnd({ start, end }: Story, faults: readonly Fault[]): Promise<void> {
  const world = start.clone();
  const outcome = await inTurn(world, ['worker', 'next'], { switches: [], faults });
  for (const error of outcome.errors.values()) expect(error).toMatchObject({ temporary: true });
  await world.pass();
  const told = [
    JSON.stringify(faults),
    ...outcome.trace.filter((line) => /: (?:kill|late|cut|fail|dies)/.test(line)),
  ].join('; ');
  expect(await violations(world, { late: faults.some(({ kind }) => kind === 'late') }), told).toEqual([]);
  expect(stateOf(world), told).toEqual(end);
}

interface Story {
  readonly start: DeskWorld;
  readonly undisturbed: Outcome;
  readonly end: object;
}

async function tell(start: DeskWorld): Promise<Story> {
  const calm = start.clone();
  const undisturbed = await inTurn(calm, ['worker'], CALM);
  expect([...undisturbed.errors]).toEqual([]);
  expect(await violations(calm, { late: false })).toEqual([]);
  return { start, undisturbed, end: stateOf(calm) };
}

const TIME_LIMIT_MS = 300_000;

describe.each([
  ['files what is pending', fullInbox],
  ['files what is pending in windows of three', () => fullInbox({ windowMessages: 3 })],
  ['follows people, and files one message at a time', () => busyDay({ windowMessages: 1 })],
  ['follows people and requests', disorder],
  ['splits messages off', splitting],
  ['merges tickets', merging],
] as const)('a pass that %s', (_, begin) => {
  let story: Story;
  beforeAll(async () => {
    story = await tell(await begin());
  });

  it(
    'is mended after a death at any point',
    async () => {
      for (const fault of someChanges(story.undisturbed, 'worker', 'kill'))
        await expectSameEnd(story, [fault]);
    },
    TIME_LIMIT_MS,
  );

  it(
    'is mended when the last command of the dead comes late',
    async () => {
      for (const fault of someChanges(story.undisturbed, 'worker', 'late'))
        await expectSameEnd(story, [fault]);
    },
    TIME_LIMIT_MS,
  );

  it(
    'is mended after a lost connection or a failure, and after a second one',
    async () => {
      const calls = story.undisturbed.calls.get('worker')?.length ?? 0;
      const fault = (actor: string): fc.Arbitrary<Fault> =>
        fc.record({
          kind: fc.constantFrom('cut' as const, 'fail' as const, 'kill' as const),
          actor: fc.constant(actor),
          call: fc.nat(calls),
          parts: fc.nat(4),
        });
      const twice = fc.tuple(fault('worker'), fault('next'));
      await fc.assert(
        fc.asyncProperty(twice, (faults) => expectSameEnd(story, faults)),
        {
          numRuns: Number(process.env['RUNS'] ?? (process.env['DEEP'] === '1' ? 40 : 15)),
          seed: Number(process.env['SEED'] ?? 7),
        },
      );
    },
    TIME_LIMIT_MS,
  );
});
