/** A message that the server lists, moves, and cannot read. */
import { expect, it } from 'vitest';
import { DeskWorld, openGate, POLICY, refusing } from './desk-world.js';
import { field } from './message-text.js';
import { letter } from './sample-mail.js';
import { type Fault, type Outcome, Scheduler } from './scheduler.js';

const NOTICES = POLICY.staff.map(({ addresses }) => `review-notice to ${addresses[0]}`);

function deliver(world: DeskWorld, subject: string): number {
  const messageId = `${subject.toLowerCase()}@example.org`;
  const raw = letter({ from: 'jane@example.org', to: 'support@example.com', subject, messageId });
  return world.server.deliver(raw).content.origin;
}

/** A desk with one such message in its inbox, and a good one behind it. */
async function withBadMessage(): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  world.server.unreadable.add(deliver(world, 'Bad'));
  deliver(world, 'Good');
  return world;
}

const MINUTE_MS = 60_000;

/** Passes with a minute between them. */
async function passes(world: DeskWorld, count: number): Promise<void> {
  for (let pass = 0; pass < count; pass += 1) {
    await world.pass();
    world.clock.advance(MINUTE_MS);
  }
}

function attempts(world: DeskWorld): readonly string[] {
  return world
    .visible('register')
    .filter(({ content }) => field(content.raw, 'X-Imapdesk-Entry') === 'attempt')
    .map(({ flags }) => (flags.has('\\Answered') ? 'over' : 'open'));
}

it('does not stop the others, and goes to review after three attempts, of which staff are told', async () => {
  const world = await withBadMessage();
  const first = await world.pass();
  expect(first).toMatchObject({ failed: 0, told: [{ decision: { kind: 'new', ticket: 1 } }] });
  expect(world.contents('inbox')).toEqual(['Bad']);
  for (const open of [2, 3]) {
    // Within the minute it is no further attempt.
    await world.pass();
    expect(attempts(world)).toHaveLength(open - 1);
    world.clock.advance(MINUTE_MS);
    expect(await world.pass()).toMatchObject({ failed: 0, told: [] });
    expect(attempts(world)).toEqual(Array.from({ length: open }, () => 'open'));
  }
  const before = world.post.sent.length;
  const last = await world.pass();
  expect(last).toMatchObject({ failed: 1, told: [{ decision: { kind: 'review' } }] });
  expect(world.contents('inbox')).toEqual([]);
  expect(world.contents('review')).toEqual(['Bad']);
  expect(world.sent(before)).toEqual(NOTICES);
  expect(world.post.sent.at(-1)?.raw.toString()).toContain('The mail server cannot read it');
  expect(attempts(world)).toEqual(['over', 'over', 'over']);
  const history = world.server.history.length;
  expect(await world.pass()).toMatchObject({ failed: 0, told: [], sent: 0 });
  expect(world.server.history).toHaveLength(history);
});

it('is filed as ever if the server can read it again', async () => {
  const world = await withBadMessage();
  await passes(world, 2);
  world.server.unreadable.clear();
  expect(await world.pass()).toMatchObject({ told: [{ decision: { kind: 'new', ticket: 2 } }] });
  expect(attempts(world)).toEqual(['over', 'over']);
  expect(world.contents('open')).toContain('Bad');
});

it('stays where nobody can move it, and fills no register', async () => {
  const world = await withBadMessage();
  await passes(world, 3);
  const unmoved = refusing(/^move INBOX/, { explained: false });
  for (let pass = 0; pass < 3; pass += 1) await world.pass(world.desk(unmoved, openGate));
  expect(attempts(world)).toEqual(['open', 'open', 'open']);
  expect(world.contents('inbox')).toEqual(['Bad']);
});

/** One pass by a worker that is killed so, then one by another. */
async function killedAt(
  start: DeskWorld,
  faults: readonly Fault[],
): Promise<{ world: DeskWorld; calls: Outcome }> {
  const world = start.clone();
  const scheduler = new Scheduler({ switches: [], faults });
  const smtp = scheduler.gate('worker', { reconnects: true });
  const desk = world.desk(scheduler.gate('worker'), smtp);
  scheduler.spawn('worker', async () => {
    await world.pass(desk);
  });
  const calls = await scheduler.run();
  await world.pass();
  return { world, calls };
}

it('goes to review, and staff are told, whenever the worker dies on the way', async () => {
  const start = await withBadMessage();
  await passes(start, 3);
  const before = start.post.sent.length;
  const { calls } = await killedAt(start, []);
  const deaths = (calls.calls.get('worker') ?? []).flatMap((parts, call) =>
    [0, parts].map((after): Fault => ({ kind: 'kill', actor: 'worker', call, parts: after })),
  );
  expect(deaths.length).toBeGreaterThan(20);
  for (const fault of deaths) {
    const { world } = await killedAt(start, [fault]);
    const told = [...new Set(world.sent(before))];
    expect([fault.call, world.contents('inbox'), world.contents('review'), told]).toEqual([
      fault.call,
      [],
      ['Bad'],
      NOTICES,
    ]);
    expect(world.visible('outbox').filter(({ flags }) => flags.has('\\Flagged'))).toEqual([]);
  }
});
