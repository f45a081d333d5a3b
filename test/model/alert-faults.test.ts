/**
 * A worker that dies, or loses its connection, at any point of a pass in which alerts tell. Whoever can tell a repeated message
 * by its id hears of each event; nobody else hears of one twice, and what they may not have heard is in the log.
 */
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AlertRule } from '../../src/desk/alerts/alert-rule.js';
import type { Outcome as Answer } from '../../src/desk/alerts/outcome.js';
import { ClaimedElsewhere } from '../../src/worker/workplace/claim.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { alerting, Receiver, rule } from './alert-world.js';
import { plans, someChanges } from './arbitraries.js';
import { answer, matter, withTicket } from './busy-day.js';
import { passAs } from './claimed-pass.js';
import { type DeskWorld, smtpLost } from './desk-world.js';
import { field } from './message-text.js';
import { CALM, type Fault, type Outcome, type Plan, Scheduler } from './scheduler.js';

const WORKERS = ['a', 'b'] as const;
const MINUTE_MS = 60_000;
const SMS = rule({
  name: 'sms',
  events: new Set(['new', 'update', 'reopened', 'waiting']),
  waitingMs: MINUTE_MS,
});
const HOOK = { ...SMS, name: 'hook', knowsIds: true } satisfies AlertRule;
const MAIL = { ...SMS, name: 'mail', mail: { to: ['n@example.net'], sms: null } } satisfies AlertRule;
const SMS_MAIL = {
  ...SMS,
  name: 'sms-mail',
  mail: { to: ['1555@sms.example'], sms: { subject: 'Desk' } },
} satisfies AlertRule;
const RULES = [SMS, HOOK, MAIL, SMS_MAIL];

interface Told {
  readonly world: DeskWorld;
  readonly receiver: Receiver;
  readonly outcome: Outcome;
}

/** Three passes of one process; it dies, and another one goes on; what the dead one left with the server comes after that. */
async function play(start: DeskWorld, plan: Plan, answers: () => Promise<Answer>): Promise<Told> {
  const world = start.clone();
  const receiver = new Receiver();
  receiver.answer = answers;
  const scheduler = new Scheduler(plan);
  let isDone = false;
  const open = (name: string): WorkingDesk => {
    const smtp = scheduler.gate(name, { reconnects: true, lost: smtpLost });
    return alerting(world.desk(scheduler.gate(name), smtp), { rules: RULES, line: receiver.line() });
  };
  const [desk, successor] = [open('worker'), open('next')];
  const passes = async (worker: WorkingDesk): Promise<void> => {
    for (let pass = 0; pass < 3; pass += 1) await world.pass(worker);
  };
  scheduler.spawn('worker', () => passes(desk).finally(() => (isDone = true)));
  scheduler.spawn('next', async () => {
    await scheduler.until('next', 'turn', () => isDone || scheduler.isDead('worker'));
    if (!isDone) await passes(successor);
  });
  const outcome = await scheduler.run();
  // A process that lives goes on with its answers.
  const later = alerting(world.desk(), {
    rules: RULES,
    line: (isDone ? desk : successor).alertLine ?? receiver.line(),
  });
  for (let pass = 0; pass < 12; pass += 1) {
    await world.pass(later);
    await later.alertLine?.settle(1000);
    world.clock.advance(MINUTE_MS);
  }
  return { world, receiver, outcome };
}

/** For each alert and event how often it was taken. */
function counted({ world, receiver }: Told): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const count = (key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const message of receiver.taken)
    for (const { event, ticket } of message.events) count(`${message.rule} ${event} ${ticket}`);
  for (const { raw, envelope } of world.post.sent)
    if (envelope.to === '1555@sms.example') count(`sms-mail ${field(raw, 'Message-ID')}`);
  return counts;
}

/** In how many different letters an event is told. What comes again under its Message-ID is the same letter. */
function lettersTelling({ post }: DeskWorld, to: string, event: string): number {
  const [kind = '', number = ''] = event.split(' ');
  const words =
    { new: `new ticket ${number}`, update: `news in ticket ${number}` }[kind] ?? `ticket ${number} waits`;
  const sent = post.sent.filter(
    ({ envelope, raw }) => envelope.to === to && raw.toString('latin1').includes(words),
  );
  return new Set(sent.map(({ raw }) => field(raw, 'Message-ID'))).size;
}

/** The numbers that the tickets got differ by who was quicker, so events are told by their kinds. */
function eventsOf(receiver: Receiver, name: string): readonly string[] {
  return receiver.taken
    .filter((message) => message.rule === name)
    .flatMap(({ events }) => events.map(({ event, ticket }) => `${event} ${ticket}`))
    .toSorted();
}

function violations(told: Told, calm: Told): readonly string[] {
  const { world, receiver } = told;
  const repeated = [...counted(told)].filter(([key, times]) => times > 1 && !key.startsWith('hook '));
  const ids = new Map<string, Set<string>>();
  for (const { rule: name, id, events } of receiver.messages)
    for (const { event, ticket } of events) {
      const key = `${name} ${event} ${ticket}`;
      ids.set(key, (ids.get(key) ?? new Set()).add(id));
    }
  const wanted = new Set(eventsOf(calm.receiver, 'hook'));
  const heard = new Set(eventsOf(receiver, 'hook'));
  const sms = new Set(eventsOf(receiver, 'sms'));
  const admitted = world.log.some(
    ({ level, message }) => level === 'error' && message.includes('"sms" may not have been taken'),
  );
  const lostByMail = world.log.some(({ message }) => message.includes('while it sent an SMS by mail'));
  const live = world
    .visible('register')
    .filter(
      ({ content, flags }) =>
        field(content.raw, 'X-Imapdesk-Entry') === 'alert' &&
        !flags.has('\\Answered') &&
        !flags.has('\\Flagged'),
    );
  return [
    ...repeated.map(([key, times]) => `${key} was told ${times} times`),
    ...[...ids].filter(([, set]) => set.size > 1).map(([key]) => `${key} has several ids`),
    ...[...wanted].filter((event) => !heard.has(event)).map((event) => `hook did not hear of ${event}`),
    ...[...heard].filter((event) => !wanted.has(event)).map((event) => `hook heard of ${event}`),
    ...[...wanted]
      .filter((event) => !sms.has(event) && !admitted)
      .map((event) => `nobody says that sms did not hear of ${event}`),
    ...live.map(() => 'something is left to be told'),
    ...[...wanted].flatMap((event) => {
      const byMail = lettersTelling(world, 'n@example.net', event);
      const bySms = lettersTelling(world, '1555@sms.example', event);
      return [
        ...(byMail === 1 ? [] : [`${event} was told in ${byMail} letters`]),
        ...(bySms === 1 || (bySms === 0 && lostByMail) ? [] : [`${event} was told in ${bySms} SMS by mail`]),
      ];
    }),
  ];
}

async function begin(): Promise<DeskWorld> {
  const world = await withTicket();
  world.server.deliver(answer(world, { by: 'jane@example.org', ticket: 1 }));
  world.server.deliver(matter({ from: 'bob@example.org', subject: 'Scanner' }));
  world.clock.advance(2 * MINUTE_MS);
  return world;
}

const TIME_LIMIT_MS = 300_000;
const TAKEN = () => Promise.resolve<Answer>({ kind: 'told', why: '' });

describe.each([
  ['takes each message', () => TAKEN],
  [
    'takes each message at the second attempt',
    () => {
      const seen = new Set<number>();
      let count = 0;
      return () => {
        count += 1;
        const isFirst = seen.size < 3;
        seen.add(count);
        return isFirst ? Promise.resolve<Answer>({ kind: 'again', why: 'busy' }) : TAKEN();
      };
    },
  ],
] as const)('a receiver that %s', (_, answers) => {
  let start: DeskWorld;
  let calm: Told;
  beforeAll(async () => {
    start = await begin();
    calm = await play(start, CALM, answers());
    expect([...calm.outcome.errors]).toEqual([]);
    expect(violations(calm, calm)).toEqual([]);
    expect(eventsOf(calm.receiver, 'sms').length).toBeGreaterThan(2);
  });

  // What is cut or fails is what dies or comes late, and the worker lives on.
  const KINDS = ['kill', 'late', 'cut', 'fail'] as const;
  it.each(KINDS.filter((kind) => process.env['DEEP'] === '1' || kind === 'kill' || kind === 'cut'))(
    'hears of nothing twice after a %s at any change',
    async (kind) => {
      const faults: readonly Fault[] =
        kind === 'kill' || kind === 'late'
          ? someChanges(calm.outcome, 'worker', kind)
          : someChanges(calm.outcome, 'worker', 'late').map((fault) => ({ ...fault, kind }));
      expect(faults.length).toBeGreaterThan(10);
      for (const fault of faults) {
        const told = await play(start, { switches: [], faults: [fault] }, answers());
        const command = calm.outcome.commands.get('worker')?.[fault.call];
        expect(violations(told, calm), `${JSON.stringify(fault)} ${command}`).toEqual([]);
      }
    },
    TIME_LIMIT_MS,
  );
});

/** Each makes three passes under its claim, and has a line of its own. Who is dead has no answers any more. */
async function atOnce(start: DeskWorld, plan: Plan): Promise<Told> {
  const world = start.clone();
  const receiver = new Receiver();
  const scheduler = new Scheduler(plan);
  const done = new Set<string>();
  for (const name of WORKERS) {
    const smtp = scheduler.gate(name, { reconnects: true, lost: smtpLost });
    const line = receiver.line();
    const desk = alerting(world.desk(scheduler.gate(name), smtp), { rules: RULES, line });
    const isGone = (other: string): boolean => done.has(other) || scheduler.isDead(other);
    scheduler.spawn(name, async () => {
      try {
        for (let pass = 0; pass < 3; pass += 1)
          await passAs(desk, { worker: name, isGone }).catch((error: unknown) => {
            if (!(error instanceof ClaimedElsewhere)) throw error;
          });
      } finally {
        done.add(name);
      }
    });
  }
  const outcome = await scheduler.run();
  const next = receiver.line();
  const later = alerting(world.desk(), { rules: RULES, line: next });
  for (let pass = 0; pass < 12; pass += 1) {
    await passAs(later, { worker: 'last', isGone: () => true });
    await next.settle(1000);
    world.clock.advance(MINUTE_MS);
  }
  return { world, receiver, outcome };
}

describe('two workers that share only the mailbox', () => {
  let start: DeskWorld;
  let calm: Told;
  beforeAll(async () => {
    start = await begin();
    calm = await play(start, CALM, TAKEN);
  });

  it.each([0, 2])(
    'tell nothing twice in any order, with %i faults',
    async (maxFaults) => {
      const orders = plans({
        actors: WORKERS,
        mortals: WORKERS,
        calls: 150,
        maxFaults,
        kinds: ['kill', 'cut', 'fail'],
      });
      const tell = async (plan: Plan): Promise<void> => {
        const told = await atOnce(start, plan);
        for (const error of told.outcome.errors.values()) expect(error).toMatchObject({ temporary: true });
        expect(violations(told, calm)).toEqual([]);
      };
      const numRuns = Number(process.env['RUNS'] ?? (process.env['DEEP'] === '1' ? 200 : 15));
      await fc.assert(fc.asyncProperty(orders, tell), { numRuns, seed: 7 });
    },
    TIME_LIMIT_MS,
  );
});
