/** A mail server that breaks off at one letter, or at every one. */
import { describe, expect, it } from 'vitest';
import { faultIn, someChanges } from './arbitraries.js';
import { answer, matter } from './busy-day.js';
import { DeskWorld, smtpLost } from './desk-world.js';
import { sentOnce } from './invariants.js';
import type { Answer } from './memory-courier.js';
import { field } from './message-text.js';
import { CALM, type Outcome, type Plan, Scheduler } from './scheduler.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
const [JANE, BOB, CARL] = ['jane', 'bob', 'carl'].map((name) => `${name}@example.org`) as [
  string,
  string,
  string,
];

const BREAKS: readonly Answer[] = [
  { step: 'message', reply: null },
  { step: 'message', reply: '421 4.3.2 Closing' },
  { step: 'message', reply: '503 5.5.1 Not now' },
  { step: 'RCPT TO', reply: '421 4.3.2 Closing' },
  { step: 'MAIL FROM', reply: '550 5.7.1 Not with this size' },
];
const NO_SPACE: Answer = { step: 'MAIL FROM', reply: '452 4.3.1 Not that much' };

/** A ticket for each; staff have answered Jane, and that relay is the first in the outbox. */
async function withRelay(): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  for (const from of [JANE, BOB]) world.server.deliver(matter({ from, subject: `Matter of ${from}` }));
  await world.pass();
  relay(world, 1, 'bad');
  return world;
}

function relay(world: DeskWorld, ticket: number, name: string): void {
  world.server.deliver(answer(world, { by: 'steve@example.com', ticket, name }));
}

function told(world: DeskWorld): readonly string[] {
  return world.sent().filter((line) => line.startsWith('not-delivered'));
}

function entries(world: DeskWorld): readonly string[] {
  return world.visible('register').flatMap(({ content, flags }) => {
    const identity = field(content.raw, 'X-Imapdesk-Identity') ?? '';
    const live = /^<?(?:letter|line|retry):/.test(identity) && !flags.has('\\Answered');
    return live ? [identity.replace(/:.*/, '').replace('<', '')] : [];
  });
}

describe('a server that breaks off at one letter', () => {
  it.each(BREAKS)('gets all others, and that one goes to Review, told once: $step $reply', async (breaks) => {
    const world = await withRelay();
    world.post.rule = ({ to }) => (to === JANE ? breaks : null);
    for (let day = 0; day < 10; day += 1) {
      const { delivery, refused } = await world.pass();
      expect(refused).toBe(day === 3 ? 1 : 0);
      if (day < 3) expect(delivery).not.toBe(null);
      if (day > 3) expect(delivery).toBe(null);
      expect(world.addressees('review')).toEqual(day < 3 ? [] : [JANE]);
      if (day > 0) expect(world.addressees('outbox')).toEqual(day < 3 ? [JANE] : day === 3 ? NEWS : []);
      relay(world, 2, `daily ${day}`);
      world.clock.advance(DAY);
    }
    await world.pass();
    expect(world.sent().filter((line) => line === `Hello. to ${BOB}`)).toHaveLength(10);
    expect(told(world).toSorted()).toEqual(NEWS.toReversed().map((to) => `not-delivered to ${to}`));
    expect(told(world)).toHaveLength(2);
    expect(world.addressees('review')).toEqual([JANE]);
    expect(entries(world)).toEqual([]);
    expect(sentOnce(world.post.sent)).toEqual([]);
  });

  it('holds no more than one attempt a minute against it', async () => {
    const world = await withRelay();
    world.post.rule = ({ to }) => (to === JANE ? { step: 'message', reply: null } : null);
    for (let passes = 0; passes < 4; passes += 1) {
      await world.pass();
      relay(world, 2, `quick ${passes}`);
    }
    expect(entries(world)).toEqual(['line', 'letter']);
    expect(world.addressees('review')).toEqual([]);
    world.post.rule = () => null;
    expect(await world.pass()).toMatchObject({ delivery: null });
    await world.pass();
    expect(world.sent()).toContain(`Hello. to ${JANE}`);
    expect(entries(world)).toEqual([]);
  });

  it('keeps it while it takes nothing else, however long that is', async () => {
    const world = await withRelay();
    world.post.rule = ({ to }) => (to === JANE ? { step: 'message', reply: null } : null);
    for (let days = 0; days < 10; days += 1) {
      expect((await world.pass()).delivery).toMatchObject({ exitCode: 69 });
      if (days === 0) await world.pass();
      world.clock.advance(DAY);
    }
    expect(world.addressees('outbox')).toEqual([JANE]);
    expect(world.addressees('review')).toEqual([]);
    // The notice to the other of staff was taken once.
    expect(entries(world)).toEqual(['line', 'letter']);
  });

  it('gets a good letter that stands behind two bad ones', async () => {
    const world = await withRelay();
    world.server.deliver(matter({ from: CARL, subject: `Matter of ${CARL}` }));
    world.post.rule = ({ to }) => (to === JANE || to === CARL ? { step: 'message', reply: null } : null);
    for (let minutes = 0; minutes < 20; minutes += 1) {
      await world.pass();
      if (minutes % 3 === 0) relay(world, 2, `one of ${minutes}`);
      world.clock.advance(MINUTE);
    }
    await world.pass();
    expect(world.addressees('review').toSorted()).toEqual([CARL, JANE]);
    expect(world.addressees('outbox')).toEqual([]);
    expect(world.sent().filter((line) => line === `Hello. to ${BOB}`)).toHaveLength(7);
    expect(told(world)).toHaveLength(2);
    expect(sentOnce(world.post.sent)).toEqual([]);
  });
});

describe('a worker that dies or is cut off while such a letter is given up', () => {
  const TIME_LIMIT_MS = 120_000;

  /** Two attempts are over. */
  async function begin(): Promise<DeskWorld> {
    const world = await withRelay();
    world.post.rule = ({ to }) => (to === JANE ? { step: 'message', reply: null } : null);
    for (let day = 0; day < 3; day += 1) {
      await world.pass();
      relay(world, 2, `daily ${day}`);
      world.clock.advance(DAY);
    }
    return world;
  }

  async function run(world: DeskWorld, plan: Plan): Promise<Outcome> {
    const scheduler = new Scheduler(plan);
    const smtp = scheduler.gate('worker', { reconnects: true, lost: smtpLost });
    const desk = world.desk(scheduler.gate('worker'), smtp);
    scheduler.spawn('worker', () => world.pass(desk));
    const outcome = await scheduler.run();
    for (let day = 3; day < 7; day += 1) {
      await world.pass();
      relay(world, 2, `daily ${day}`);
      world.clock.advance(DAY);
    }
    for (let passes = 0; passes < 3; passes += 1) await world.pass();
    return outcome;
  }

  it.each(['kill', 'late', 'cut', 'fail'] as const)(
    'leaves it in Review and each of staff told once, whatever a %s strikes',
    async (kind) => {
      const start = await begin();
      const calm = start.clone();
      const undisturbed = await run(calm, CALM);
      expect(told(calm)).toHaveLength(2);
      for (const fault of someChanges(undisturbed, 'worker', kind)) {
        const world = start.clone();
        const outcome = await run(world, { switches: [], faults: [fault] });
        const about = faultIn(outcome, fault);
        expect(told(world).toSorted(), about).toEqual(told(calm).toSorted());
        expect(world.addressees('review'), about).toEqual([JANE]);
        expect(world.addressees('outbox'), about).toEqual([]);
        expect(new Set(world.post.sent.map(({ messageId }) => messageId)).size, about).toBe(
          new Set(calm.post.sent.map(({ messageId }) => messageId)).size,
        );
        expect(entries(world), about).toEqual([]);
      }
    },
    TIME_LIMIT_MS,
  );
});

const NEWS = ['steve@example.com', 'ann@example.com'];

describe('a server that puts one letter off at MAIL FROM', () => {
  it('gets all others; that one waits for five days', async () => {
    const world = await withRelay();
    world.post.rule = ({ to }) => (to === JANE ? NO_SPACE : null);
    expect((await world.pass()).delivery).toMatchObject({ code: 'smtp-unusable-sender', exitCode: 75 });
    for (let day = 1; day <= 5; day += 1) {
      relay(world, 2, `daily ${day}`);
      world.clock.advance(DAY);
      expect(await world.pass()).toMatchObject({ delivery: null, refused: day === 5 ? 1 : 0 });
    }
    await world.pass();
    expect(world.addressees('review')).toEqual([JANE]);
    expect(told(world)).toHaveLength(2);
    expect(world.sent().filter((line) => line === `Hello. to ${BOB}`)).toHaveLength(5);
    expect(entries(world)).toEqual([]);
  });
});

describe('a server that breaks off at everything', () => {
  it.each([...BREAKS, NO_SPACE])('gets all of it when that is over: $step $reply', async (breaks) => {
    const world = await withRelay();
    world.server.deliver(matter({ from: CARL, subject: `Matter of ${CARL}` }));
    world.post.rule = () => breaks;
    for (let days = 0; days < 10; days += 1) {
      relay(world, 2, `daily ${days}`);
      const { delivery, refused } = await world.pass();
      expect(delivery?.code).toMatch(/^smtp-unusable/);
      expect(refused).toBe(0);
      world.clock.advance(DAY);
    }
    expect(world.addressees('review')).toEqual([]);
    world.post.rule = () => null;
    expect(await world.pass()).toMatchObject({ delivery: null, refused: 0 });
    await world.pass();
    expect(world.addressees('outbox')).toEqual([]);
    expect(world.sent().filter((line) => line.startsWith('Hello. to'))).toHaveLength(11);
    expect(told(world)).toEqual([]);
    expect(entries(world)).toEqual([]);
    expect(sentOnce(world.post.sent)).toEqual([]);
  });
});
