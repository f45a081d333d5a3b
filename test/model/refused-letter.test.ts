/**
 * A letter of people's words is refused for good, and the worker dies, is cut off or meets a refusal at any point of the
 * pass in which that happens: each of staff is told exactly once, and the copy lies in Review.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { everyChange, faultIn } from './arbitraries.js';
import { answer, matter, stateOf } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate, smtpLost } from './desk-world.js';
import { everyMessageOnce, isQuiet, stagedMail, stagedOnce, tolerate } from './invariants.js';
import { CALM, type Fault, type Outcome, type Plan, Scheduler } from './scheduler.js';

const JANE = 'jane@example.org';
const BOB = 'bob@example.org';
const TIME_LIMIT_MS = 300_000;

async function begin(): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  for (const from of [JANE, BOB]) world.server.deliver(matter({ from, subject: `Matter of ${from}` }));
  await world.pass();
  for (const ticket of [1, 2]) world.server.deliver(answer(world, { by: 'steve@example.com', ticket }));
  world.post.rule = ({ to }) => (to === JANE ? { step: 'RCPT TO', reply: '550 5.1.1 No such user' } : null);
  return world;
}

async function run(world: DeskWorld, plan: Plan): Promise<Outcome> {
  const scheduler = new Scheduler(plan);
  const desk = world.desk(
    scheduler.gate('worker'),
    scheduler.gate('worker', { reconnects: true, lost: smtpLost }),
  );
  scheduler.spawn('worker', () => world.pass(desk));
  const outcome = await scheduler.run();
  // What a dead worker left with the server may come after its successor; the news itself goes one pass later.
  for (let passes = 0; passes < 3; passes += 1) await world.pass();
  return outcome;
}

function news(world: DeskWorld): readonly string[] {
  return world
    .sent()
    .filter((line) => line.startsWith('not-delivered'))
    .toSorted();
}

describe('news of a refused letter', () => {
  let start: DeskWorld;
  let undisturbed: Outcome;
  let end: object;

  beforeAll(async () => {
    start = await begin();
    const calm = start.clone();
    undisturbed = await run(calm, CALM);
    end = stateOf(calm);
    expect(news(calm)).toEqual(['not-delivered to ann@example.com', 'not-delivered to steve@example.com']);
  });

  async function expectToldOnce(fault: Fault): Promise<void> {
    const world = start.clone();
    const outcome = await run(world, { switches: [], faults: [fault] });
    const about = faultIn(outcome, fault);
    expect(news(world), about).toEqual([
      'not-delivered to ann@example.com',
      'not-delivered to steve@example.com',
    ]);
    expect(isQuiet(world.server, FOLDERS), about).toEqual([]);
    expect(everyMessageOnce(world.server, tolerate(new Set(['person']))), about).toEqual([]);
    if (fault.kind !== 'late')
      expect(stagedOnce(stagedMail(world.server, FOLDERS.outbox)), about).toEqual([]);
    expect(stateOf(world), about).toEqual(end);
    expect(world.addressees('review'), about).toEqual([JANE]);
  }

  it.each(['kill', 'late', 'cut', 'fail'] as const)(
    'goes to each of staff once, whatever a %s strikes',
    async (kind) => {
      for (const fault of everyChange(undisturbed, 'worker', 'kill'))
        await expectToldOnce({ ...fault, kind });
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
      for (const fault of everyChange(undisturbed, 'worker', kind)) {
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
