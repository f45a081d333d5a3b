/**
 * A letter of people's words is refused for good, and the worker dies, is cut off or meets a refusal at any point of the
 * pass in which that happens: each of staff is told exactly once, and the copy lies in Review.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem/problem.js';
import { everyFault, faultIn, someChanges } from './arbitraries.js';
import { answer, matter, stateOf } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate, smtpLost } from './desk-world.js';
import { everyMessageOnce, isQuiet, stagedMail, stagedOnce, tolerate } from './invariants.js';
import type { Answer } from './memory-courier.js';
import { CALM, type Fault, type Gate, type Outcome, type Plan, Scheduler } from './scheduler.js';

const JANE = 'jane@example.org';
const BOB = 'bob@example.org';
const TIME_LIMIT_MS = 300_000;

/** Believed at once, and only after the server has taken another letter. What other refusals mean: `courier-contract.ts`. */
const REFUSALS: readonly Answer[] = [
  { step: 'RCPT TO', reply: '550 5.1.1 No such user' },
  { step: 'message', reply: '554 5.7.1 Spam' },
];

async function begin(refusal = REFUSALS[0] ?? null): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  for (const from of [JANE, BOB]) world.server.deliver(matter({ from, subject: `Matter of ${from}` }));
  await world.pass();
  for (const ticket of [1, 2]) world.server.deliver(answer(world, { by: 'steve@example.com', ticket }));
  world.post.rule = ({ to }) => (to === JANE ? refusal : null);
  return world;
}

/** The worker's pass under the plan, or with its nth call refused; then passes that nothing disturbs. */
async function run(world: DeskWorld, plan: Plan, refused: number | null = null): Promise<Outcome> {
  const scheduler = new Scheduler(plan);
  const gate = scheduler.gate('worker');
  const desk = world.desk(
    refused === null ? gate : refusingCall(gate, refused),
    scheduler.gate('worker', { reconnects: true, lost: smtpLost }),
  );
  scheduler.spawn('worker', () => world.pass(desk));
  const outcome = await scheduler.run();
  // What a dead worker left with the server may come after its successor; the news itself goes one pass later. A refusal
  // that there is no other mail to compare with any more is believed after three attempts, a minute apart.
  for (let passes = 0; passes < 5; passes += 1) {
    await world.pass();
    world.clock.advance(60_000);
  }
  return outcome;
}

/** A kill makes a difference only at a change; whatever fails, also what is only read, may be caught and gone on after. */
function faultsOf(calm: Outcome, kind: Fault['kind']): readonly Fault[] {
  const changes = someChanges(calm, 'worker', kind);
  if (kind === 'kill' || kind === 'late') return changes;
  const begun = everyFault(calm, 'worker', [kind]).filter(({ parts }) => parts === 0);
  return [...begun, ...changes];
}

/** The server says NO to the nth call, and gives no reason. */
function refusingCall(gate: Gate, refused: number): Gate {
  let calls = 0;
  return {
    actor: gate.actor,
    begin: (what) =>
      calls++ === refused
        ? Promise.reject(new Problem('imap-refused', `NO to ${what}`, { scope: 'folder', explained: false }))
        : gate.begin(what),
  };
}

function news(world: DeskWorld): readonly string[] {
  return world
    .sent()
    .filter((line) => line.startsWith('not-delivered'))
    .toSorted();
}

const TOLD = ['not-delivered to ann@example.com', 'not-delivered to steve@example.com'];

describe.each(REFUSALS)('news of a letter refused at $step: $reply', (refusal) => {
  let start: DeskWorld;
  let undisturbed: Outcome;
  let end: object;

  beforeAll(async () => {
    start = await begin(refusal);
    const calm = start.clone();
    undisturbed = await run(calm, CALM);
    end = stateOf(calm);
    expect(news(calm)).toEqual(TOLD);
  });

  function expectToldOnce(world: DeskWorld, about: string, { late = false } = {}): void {
    expect(news(world), about).toEqual(TOLD);
    expect(isQuiet(world.server, FOLDERS), about).toEqual([]);
    expect(everyMessageOnce(world.server, tolerate(new Set(['person']))), about).toEqual([]);
    if (!late) expect(stagedOnce(stagedMail(world.server, FOLDERS.outbox)), about).toEqual([]);
    expect(stateOf(world), about).toEqual(end);
    expect(world.addressees('review'), about).toEqual([JANE]);
  }

  it.each(['kill', 'late', 'cut', 'fail'] as const)(
    'goes to each of staff once, whatever a %s strikes',
    async (kind) => {
      for (const fault of faultsOf(undisturbed, kind)) {
        const world = start.clone();
        const outcome = await run(world, { switches: [], faults: [fault] });
        expectToldOnce(world, faultIn(outcome, fault), { late: kind === 'late' });
      }
    },
    TIME_LIMIT_MS,
  );

  it(
    'goes to each of staff once, whatever the mailbox refuses',
    async () => {
      const commands = undisturbed.commands.get('worker') ?? [];
      for (let call = 0; call < commands.length; call += 1) {
        const world = start.clone();
        await run(world, CALM, call);
        expectToldOnce(world, `NO to call ${call}`);
      }
    },
    TIME_LIMIT_MS,
  );
});

describe('a letter that a person has put back into the outbox', () => {
  let start: DeskWorld;
  let undisturbed: Outcome;
  let end: object;

  beforeAll(async () => {
    start = await begin();
    await start.pass();
    await start.pass();
    const uids = start.visible('review').map(({ uid }) => uid);
    await start.server.connect({ ...openGate, actor: 'person' }).move(FOLDERS.review, uids, FOLDERS.outbox);
    start.clock.advance(3_600_000);
    start.post.rule = () => null;
    const calm = start.clone();
    undisturbed = await run(calm, CALM);
    end = stateOf(calm);
  });

  it.each(['kill', 'late', 'cut', 'fail'] as const)(
    'reaches its recipient and lies in its ticket, whatever a %s strikes',
    async (kind) => {
      for (const fault of someChanges(undisturbed, 'worker', kind)) {
        const world = start.clone();
        const outcome = await run(world, { switches: [], faults: [fault] });
        const about = faultIn(outcome, fault);
        expect(isQuiet(world.server, FOLDERS), about).toEqual([]);
        expect(stateOf(world), about).toEqual(end);
        const relays = world.sent().filter((line) => line === `Hello. to ${JANE}`).length;
        // What was under way may go twice, under one Message-ID; a refusal to mark it makes nothing go twice.
        const underWay = kind !== 'fail' || about.includes('fail in send');
        expect(relays, about).toBeLessThanOrEqual(underWay ? 2 : 1);
        expect(relays, about).toBeGreaterThan(0);
        expect(everyMessageOnce(world.server, tolerate(new Set(['person']))), about).toEqual([]);
      }
    },
    TIME_LIMIT_MS,
  );
});
