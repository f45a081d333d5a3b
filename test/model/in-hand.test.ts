/** Several letters in hand at once: their order, when there is one alone, and what a death, a break and a stop leave. */
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Envelope } from '../../src/delivery/courier.js';
import { MARKED_TOGETHER } from '../../src/worker/send/hand-over.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { plans } from './arbitraries.js';
import { answer, matter } from './busy-day.js';
import { DeskWorld, FOLDERS, smtpLost } from './desk-world.js';
import { isQuiet, sentOnce } from './invariants.js';
import type { Answer, Rule } from './memory-courier.js';
import { field } from './message-text.js';
import { CALM, type Plan, Scheduler } from './scheduler.js';

const CONNECTIONS = 4;
const IN_FLIGHT = MARKED_TOGETHER + CONNECTIONS;
const DAY = 86_400_000;

/** One new ticket for each person, with an acknowledgement and two notices in the outbox; nothing is sent yet. */
async function holding(people: readonly string[]): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass({ ...world.desk(), hold: true });
  for (const [index, person] of people.entries())
    world.server.deliver(matter({ from: `${person}@example.org`, subject: `Matter ${index + 1}` }));
  await world.pass({ ...world.desk(), hold: true });
  return world;
}

function many(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `person-${index}`);
}

/** What happens at the courier, in order. */
interface Event {
  readonly what: 'begins' | 'taken' | 'refused' | 'not begun';
  readonly to: string;
  /** In lower case: to whom it goes, and of which ticket it is. */
  readonly keys: readonly string[];
  /** How many are begun and not answered, itself among them. */
  readonly inHand: number;
  /** It went behind another one, and has been in hand as long as that. */
  readonly isBehind: boolean;
}

function watched(desk: WorkingDesk): {
  desk: WorkingDesk;
  events: readonly Event[];
  inHand: ReadonlySet<string>;
} {
  const events: Event[] = [];
  const inHand = new Set<string>();
  const { courier } = desk;
  const answers = new Map<Envelope, Promise<void>>();
  const behindAnother = new Set<Promise<void>>();
  const answered = async (
    { to }: Envelope,
    raw: Buffer,
    { sending, isBegun = true }: { sending: Promise<void>; isBegun?: boolean },
  ): Promise<void> => {
    const ticket = /\[issue(\d+)\]/.exec(field(raw, 'Subject') ?? '')?.[1] ?? 'none';
    const keys = [to.toLowerCase(), `ticket ${ticket}`];
    const isBehind = behindAnother.has(sending);
    const note = (what: Event['what']): void => {
      events.push({ what, to, keys, inHand: inHand.size, isBehind });
    };
    if (!isBegun) {
      note('not begun');
      return sending;
    }
    inHand.add(to);
    note('begins');
    try {
      await sending;
      note('taken');
    } catch (error) {
      note('refused');
      throw error;
    } finally {
      inHand.delete(to);
    }
  };
  const send: typeof courier.send = (envelope, raw, behind) => {
    const sending = courier.send(envelope, raw, behind);
    const first = behind === undefined ? undefined : answers.get(behind);
    if (first !== undefined) behindAnother.add(sending);
    // What goes behind another one is begun when that one is taken.
    const begun = first?.then(
      () => true,
      () => false,
    );
    const heard =
      begun === undefined
        ? answered(envelope, raw, { sending })
        : begun.then((isBegun) => answered(envelope, raw, { sending, isBegun }));
    answers.set(envelope, heard);
    return heard;
  };
  const watchedCourier = { connections: courier.connections, send, close: () => courier.close() };
  return { desk: { ...desk, courier: watchedCourier }, events, inHand };
}

/** One pass by a worker whose calls go on in that order. */
async function passIn(world: DeskWorld, plan: Plan): Promise<readonly Event[]> {
  const scheduler = new Scheduler(plan);
  const smtp = scheduler.gate('worker', { reconnects: true, lost: smtpLost });
  const { desk, events } = watched(world.desk(scheduler.gate('worker'), smtp));
  scheduler.spawn('worker', () => world.pass(desk));
  const { stuck, errors } = await scheduler.run();
  expect(stuck).toEqual([]);
  for (const error of errors.values()) expect(error).toMatchObject({ temporary: true });
  return events;
}

/** Letters that share a key and were in hand at the same time. */
function overlaps(events: readonly Event[]): readonly string[] {
  const inHand = new Map<string, string>();
  return events.flatMap(({ what, to, keys }) => {
    if (what !== 'begins') {
      for (const key of keys) inHand.delete(key);
      return [];
    }
    const wrong = keys.filter((key) => inHand.has(key)).map((key) => `${key}: ${inHand.get(key)} and ${to}`);
    for (const key of keys) inHand.set(key, to);
    return wrong;
  });
}

/** In which order each person's letters, and each ticket's, were handed over. */
function orders(sent: DeskWorld['post']['sent']): ReadonlyMap<string, readonly string[]> {
  const orderOf = new Map<string, string[]>();
  for (const { raw, envelope, messageId } of sent) {
    const ticket = /\[issue(\d+)\]/.exec(field(raw, 'Subject') ?? '')?.[1] ?? 'none';
    for (const key of [envelope.to.toLowerCase(), `ticket ${ticket}`])
      orderOf.set(key, [...(orderOf.get(key) ?? []), messageId]);
  }
  return orderOf;
}

/** As they lie in the outbox. */
function staged(world: DeskWorld): ReadonlyMap<string, readonly string[]> {
  const letters = world.visible('outbox').map(({ content: { raw } }) => ({
    actor: '',
    raw,
    messageId: field(raw, 'Message-ID') ?? '',
    envelope: { from: '', to: field(raw, 'X-Imapdesk-Stage-To') ?? '' },
  }));
  return orders(letters);
}

const SEARCH = { numRuns: Number(process.env['RUNS'] ?? 40), seed: Number(process.env['SEED'] ?? 11) };
const TIME_LIMIT_MS = 120_000;

describe('letters in hand', () => {
  let start: DeskWorld;
  beforeAll(async () => {
    // Jane writes twice, once with capitals.
    start = await holding(['jane', 'bob', 'JANE', 'carl', 'dora', 'emil', 'fred', 'gina']);
  });

  it('are four at most, and one until the first is taken', async () => {
    const events = await passIn(start.clone(), CALM);
    expect(events.slice(0, 2).map(({ what }) => what)).toEqual(['begins', 'taken']);
    expect(Math.max(...events.map(({ inHand }) => inHand))).toBe(CONNECTIONS);
  });

  it.each([1, 2, 20])('are as many as the courier says: %i', async (connections) => {
    const world = start.clone({ post: { connections } });
    const events = await passIn(world, CALM);
    const most = Math.max(...events.map(({ inHand }) => inHand));
    expect(most).toBeLessThanOrEqual(connections);
    expect(most).toBeGreaterThanOrEqual(Math.min(connections, 5));
    expect(world.post.sent).toHaveLength(24);
  });

  it(
    'are never two of one person or of one ticket, whose order stays, whatever answers first',
    async () => {
      const wanted = staged(start);
      let others = 0;
      const calm = orders((await calmly(start)).post.sent);
      await fc.assert(
        fc.asyncProperty(
          plans({ actors: many(6), mortals: ['worker'], calls: 60, maxFaults: 0, maxSwitches: 30 }),
          async (plan) => {
            const world = start.clone();
            const events = await passIn(world, plan);
            expect(overlaps(events)).toEqual([]);
            const order = orders(world.post.sent);
            for (const [key, ids] of wanted) expect([key, order.get(key)]).toEqual([key, ids]);
            expect(isQuiet(world.server, FOLDERS)).toEqual([]);
            if (JSON.stringify(world.sent()) !== JSON.stringify(calm)) others += 1;
          },
        ),
        SEARCH,
      );
      expect(others).toBeGreaterThan(0);
    },
    TIME_LIMIT_MS,
  );

  it(
    'are all that a dead worker sends again, each under its Message-ID, whatever answers first',
    async () => {
      let most = 0;
      const struck = plans({
        actors: many(6),
        mortals: ['worker'],
        calls: 130,
        maxFaults: 1,
        maxSwitches: 30,
      });
      await fc.assert(
        fc.asyncProperty(struck, async (plan) => {
          const world = start.clone();
          await passIn(world, plan);
          await world.pass();
          await world.pass();
          const { sent } = world.post;
          const ids = new Set(sent.map(({ messageId }) => messageId));
          expect(ids.size).toBe(24);
          expect(new Set(sent.map(({ raw }) => raw.toString('latin1'))).size).toBe(24);
          expect(isQuiet(world.server, FOLDERS)).toEqual([]);
          most = Math.max(most, sent.length - ids.size);
        }),
        { ...SEARCH, numRuns: 3 * SEARCH.numRuns },
      );
      expect(most).toBeLessThanOrEqual(IN_FLIGHT);
      expect(most).toBeGreaterThan(0);
    },
    TIME_LIMIT_MS,
  );
});

async function calmly(start: DeskWorld): Promise<DeskWorld> {
  const world = start.clone();
  await passIn(world, CALM);
  return world;
}

describe('a doubt', () => {
  const DOUBTS: readonly Answer[] = [
    { step: 'message', reply: '554 5.7.1 Not this' },
    { step: 'RCPT TO', reply: '550 5.1.1 No such user' },
    { step: 'RCPT TO', reply: '450 4.2.0 Greylisted' },
  ];

  it.each(DOUBTS)(
    'has what is in hand finished, and one go alone until it is taken: $step $reply',
    async (said) => {
      const world = await holding(many(12));
      const struck = 'person-6@example.org';
      world.post.rule = ({ to }) => (to === struck ? said : null);
      const events = await passIn(world, CALM);
      const at = events.findIndex(({ what }) => what === 'refused');
      const after = events.slice(at + 1);
      expect(events[at]?.to).toBe(struck);
      expect(events[at]?.inHand).toBeGreaterThan(1);
      const next = after.findIndex(({ what, isBehind }) => what === 'begins' && !isBehind);
      // All others in hand have answered by then, and what went behind them.
      expect(after.slice(0, next).every(({ what, isBehind }) => what === 'taken' || isBehind)).toBe(true);
      expect(after[next]?.inHand).toBe(1);
      expect(after[next + 1]).toMatchObject({ what: 'taken', to: after[next]?.to });
      expect(Math.max(...after.slice(next).map(({ inHand }) => inHand))).toBe(CONNECTIONS);
      expect(world.post.sent).toHaveLength(35);
    },
  );

  it('of what was taken at the same time proves nothing, and the refusal is not believed by it', async () => {
    const world = await holding(many(4));
    // All that is in hand together with the last acknowledgement goes, and nothing after it.
    const rule: Rule = ({ to }) =>
      to === 'person-3@example.org' ? { step: 'message', reply: '554 5.7.1 No' } : null;
    world.post.rule = rule;
    const { refused } = await world.pass();
    expect(refused).toBe(1);
    const quick = await holding(['jane']);
    quick.post.rule = ({ to }) =>
      to === 'ann@example.com' ? { step: 'message', reply: '554 5.7.1 No' } : null;
    expect(await quick.pass()).toMatchObject({ refused: 0, delivery: { code: 'smtp-refused' } });
  });
});

describe('a letter behind one that is not taken', () => {
  const STRUCK: readonly Answer[] = [
    { step: 'message', reply: '452 4.3.1 Full' },
    { step: 'message', reply: '554 5.7.1 Not this' },
    { step: 'message', reply: null },
    { step: 'message', reply: null, taken: true },
    { step: 'MAIL FROM', reply: '421 4.3.2 Closing' },
  ];

  it.each(STRUCK)('is back at its place as if it had never been handed over: $step $reply', async (said) => {
    const world = await holding(many(12));
    const wanted = staged(world).get('steve@example.com') ?? [];
    const struck = wanted[4];
    world.post.rule = ({ raw }) => (field(raw, 'Message-ID') === struck ? said : null);
    const events = await passIn(world, CALM);
    const toSteve = events.filter(({ to }) => to === 'steve@example.com');
    const at = toSteve.findIndex(({ what }) => what === 'refused');
    expect(toSteve[at + 1]?.what).toBe('not begun');
    world.post.rule = () => null;
    await world.pass();
    await world.pass();
    const others = (orders(world.post.sent).get('steve@example.com') ?? []).filter((id) => id !== struck);
    expect(others).toEqual(wanted.filter((id) => id !== struck));
    expect(world.post.sent.filter(({ messageId }) => messageId !== struck)).toHaveLength(35);
  });
});

describe('a break of the line while several are in hand', () => {
  const BAD = 'person-3@example.org';

  /** Whenever it is handed the bad one, the server goes down, and takes with it all that is in hand. */
  function goesDown(world: DeskWorld, inHand: ReadonlySet<string>): readonly number[] {
    const cut: Answer = { step: 'message', reply: null };
    const struck: number[] = [];
    let doomed = new Set<string>();
    world.post.rule = ({ to }) => {
      if (to === BAD) {
        doomed = new Set(inHand);
        struck.push(doomed.size);
      }
      return doomed.delete(to) ? cut : null;
    };
    return struck;
  }

  it('is blamed on none of them but the one that breaks it alone, too', async () => {
    const world = await holding(many(8));
    const { desk, inHand } = watched(world.desk());
    const struck = goesDown(world, inHand);
    for (let day = 0; day < 8; day += 1) {
      await world.pass(desk);
      world.server.deliver(matter({ from: `later-${day}@example.org`, subject: `Later ${day}` }));
      world.clock.advance(DAY);
    }
    await world.pass(desk);
    await world.pass(desk);
    // At first with others, and then alone until it is given up.
    expect(struck[0]).toBeGreaterThan(1);
    expect(struck.slice(1)).toEqual([1, 1, 1]);
    expect(world.addressees('review')).toEqual([BAD]);
    expect(world.addressees('outbox')).toEqual([]);
    expect(sentOnce(world.post.sent)).toEqual([]);
    for (const person of many(8).filter((name) => `${name}@example.org` !== BAD))
      expect(world.post.sent.map(({ envelope }) => envelope.to)).toContain(`${person}@example.org`);
  });
});

describe('a desk that is told to stop', () => {
  it('hands over nothing new, and finishes and marks what is in hand', async () => {
    const world = await holding(many(8));
    const stopping = new AbortController();
    const { desk, events } = watched({ ...world.desk(), signal: stopping.signal });
    let begun = 0;
    world.post.rule = () => {
      begun += 1;
      if (begun === 6) stopping.abort();
      return null;
    };
    const { sent } = await world.pass(desk);
    expect(sent).toBe(begun);
    expect(begun).toBeGreaterThanOrEqual(6);
    expect(begun).toBeLessThan(6 + CONNECTIONS);
    expect(events.filter(({ what }) => what === 'taken')).toHaveLength(begun);
    world.post.rule = () => null;
    await world.pass();
    expect(world.post.sent).toHaveLength(24);
    expect(sentOnce(world.post.sent)).toEqual([]);
  });
});

describe('what lies in memory', () => {
  const MIB = 1024 * 1024;
  const MOST = 16 * MIB;

  it('is two batches at most, or one letter that is larger', async () => {
    const world = new DeskWorld();
    await world.pass();
    const people = many(5);
    for (const person of people)
      world.server.deliver(matter({ from: `${person}@example.org`, subject: `Of ${person}` }));
    await world.pass();
    for (const [index, size] of [7, 7, 17, 7, 1].entries()) {
      const raw = answer(world, { by: 'steve@example.com', ticket: index + 1, name: 'large' });
      const filler = `${'x'.repeat(62)}\r\n`.repeat(size * 16_384);
      world.server.deliver(Buffer.concat([raw, Buffer.from(filler)]));
    }
    const { policy, ...others } = world.desk();
    // One letter for each of them: of what it passes on its ticket holds the only copy.
    const desk = { ...others, policy: { ...policy, staffReplies: 'none' as const } };
    let held = 0;
    const seen: number[] = [];
    const { store, courier } = desk;
    const watchedStore = new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (name !== 'fetchSource') return typeof value === 'function' ? value.bind(target) : value;
        return async (folder: string, uids: readonly number[]) => {
          const texts = await target.fetchSource(folder, uids);
          if (folder === FOLDERS.open)
            for (const text of texts.values()) {
              held += text.length;
              seen.push(held);
            }
          return texts;
        };
      },
    });
    const send: typeof courier.send = async (envelope, raw, behind) => {
      await courier.send(envelope, raw, behind);
      held -= raw.length;
    };
    await world.pass({
      ...desk,
      store: watchedStore,
      courier: { connections: 4, send, close: () => courier.close() },
    });
    expect(world.sent().filter((line) => line.startsWith('Hello.'))).toHaveLength(5);
    // The staging fields of a letter are not sent.
    const slack = 64 * 1024;
    const alone = seen.filter((bytes) => bytes > MOST + slack);
    expect(Math.max(...seen)).toBeGreaterThan(17 * MIB - slack);
    expect(alone).toHaveLength(1);
    expect(alone[0]).toBeLessThan(18 * MIB);
  });
});
