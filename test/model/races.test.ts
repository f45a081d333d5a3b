/** Workers, people and commands at once, with faults, in orders that fast-check searches. */
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { plans } from './arbitraries.js';
import { matter, busyDay, quietDay } from './busy-day.js';
import { mailHasCause, numbering, ticketsAreWhole } from './coherence.js';
import { type DeskWorld, FOLDERS, smtpLost } from './desk-world.js';
import { HostLock } from './host-lock.js';
import { entriesAreDistinct, everyMessageOnce, isQuiet, mailIsSteady, stagedMail, stagedOnce, tolerate } from './invariants.js';
import { field } from './message-text.js';
import { type Deed, live } from './people.js';
import { type Outcome, type Plan, Scheduler } from './scheduler.js';

const KINDS = [{}, { uidPlus: false }, { move: 'copy' }, { move: 'copy', uidPlus: false }] as const;
const starts: DeskWorld[] = [];
beforeAll(async () => {
  for (const kind of KINDS) starts.push(await quietDay(kind), await busyDay(kind));
});

interface Scene {
  readonly plan: Plan;
  readonly deeds: readonly Deed[];
  readonly requests: readonly { readonly command: 'close' | 'reopen'; readonly ticket: number }[];
  readonly lock: boolean;
  readonly passes: number;
}

async function play(world: DeskWorld, scene: Scene): Promise<Outcome> {
  const scheduler = new Scheduler(scene.plan);
  const lock = new HostLock(scheduler);
  for (const name of ['a', 'b']) {
    const smtp = scheduler.gate(name, { reconnects: true, lost: smtpLost });
    const desk = world.desk(scheduler.gate(name), smtp);
    scheduler.spawn(name, async () => {
      for (let pass = 0; pass < scene.passes; pass++) {
        if (scene.lock) await lock.acquire(name);
        try {
          await world.pass(desk);
        } finally {
          lock.release(name);
        }
      }
    });
  }
  const gate = scheduler.gate('person');
  const person = { gate, server: world.server, post: world.post, session: world.server.connect(gate) };
  scheduler.spawn('person', () => live(person, scene.deeds));
  const shell = scheduler.gate('shell');
  scheduler.spawn('shell', async () => {
    for (const { command, ticket } of scene.requests) await world.request(shell, command, ticket);
  });
  return scheduler.run();
}

const names = { actors: ['a', 'b', 'person', 'shell'], mortals: ['a', 'b'], calls: 120 };
const folder = fc.constantFrom('INBOX', 'Open', 'Archived', 'Open', 'Archived', 'Review');
const picks = fc.array(fc.nat(12), { minLength: 1, maxLength: 3 });
/** Counterexamples name it by its subject. */
function shown(raw: Buffer): Buffer {
  return Object.assign(raw, { [fc.toStringMethod]: () => field(raw, 'Subject') ?? '' });
}

const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.nat(2).map((n): Deed => ({ do: 'deliver', raw: shown(matter({ from: 'gina@example.org', subject: `Late ${n}` })) })),
  fc.record({ do: fc.constant('answer' as const), pick: fc.nat(20), from: fc.constantFrom('jane@example.org', 'bob@example.org', 'steve@example.com', 'eve@example.net'), done: fc.boolean() }),
  fc.record({ do: fc.constant('drag' as const), from: folder, to: folder, picks, by: fc.constantFrom('move' as const, 'move' as const, 'mark' as const, 'expunge' as const) }).filter(({ from, to }) => from !== to),
  fc.record({ do: fc.constant('flag' as const), folder: fc.constantFrom('INBOX', 'Open', 'Archived', 'Register'), picks, flag: fc.constantFrom('\\Seen' as const, '\\Flagged' as const, '\\Answered' as const), on: fc.boolean() }),
  fc.record({ do: fc.constant('delete' as const), folder: fc.constantFrom('INBOX', 'Open', 'Archived'), picks: fc.array(fc.nat(12), { minLength: 1, maxLength: 1 }), expunge: fc.boolean() }),
);
const request = fc.record({ command: fc.constantFrom('close' as const, 'reopen' as const), ticket: fc.integer({ min: 1, max: 8 }) });

function startOf(index: number): DeskWorld {
  const start = starts[index];
  if (start === undefined) throw new Error('no such start');
  return start.clone();
}

/** Without MOVE, workers copy too. */
function copiers(world: DeskWorld): ReadonlySet<string> {
  return new Set(world.server.options.move === 'copy' ? ['person', 'a', 'b', 'worker'] : ['person']);
}

function runs(fallback: number): number {
  return Number(process.env['RUNS'] ?? fallback);
}
const seed = Number(process.env['SEED'] ?? 7);

async function expectFine(world: DeskWorld, outcome: Outcome, { lock, deeds }: Scene): Promise<void> {
  for (const error of outcome.errors.values()) {
    if (!(error as { temporary?: boolean }).temporary) throw error;
  }
  expect(outcome.stuck).toEqual([]);
  await world.pass();
  await world.pass();
  const staged = stagedMail(world.server, FOLDERS.outbox);
  // Staff are told again of what somebody put back into the inbox; nobody else is.
  const again = deeds.some((each) => each.do === 'drag' && each.to === 'INBOX');
  const counted = again ? staged.filter(({ recipient }) => !recipient.endsWith('@example.com')) : staged;
  const problems = [
    ...everyMessageOnce(world.server, tolerate(new Set(['person']), copiers(world))),
    ...entriesAreDistinct(numbering(world)),
    ...(lock ? stagedOnce(counted) : []),
    ...(lock && !again ? mailIsSteady(staged, world.post.sent) : []),
    ...isQuiet(world.server, FOLDERS),
    ...mailHasCause(world),
    ...(await ticketsAreWhole(world)),
  ];
  if (problems.length > 0 && process.env['SHOW']) console.log(outcome.trace.map((line) => line.slice(0, 120)).join('\n'), world.log.map((l) => `${l.message} ${JSON.stringify(l.fields)}`).join('\n'));
  expect(problems).toEqual([]);
}

describe('two workers under the lock', () => {
  it('with people and commands beside them', async () => {
    const scene = fc.record({ plan: plans(names), deeds: fc.array(deed, { maxLength: 5 }), requests: fc.array(request, { maxLength: 2 }), lock: fc.constant(true), passes: fc.constantFrom(1, 2) });
    await fc.assert(
      fc.asyncProperty(fc.nat(starts.length - 1), scene, async (start, one) => {
        const world = startOf(start);
        await expectFine(world, await play(world, one), one);
      }),
      { numRuns: runs(100), seed },
    );
  }, 600_000);
});
