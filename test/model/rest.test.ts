/**
 * A desk that is said to be at rest is at rest: whatever people did and however much time went by, a pass that is not made
 * would have changed nothing and sent nothing.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StateCommand } from '../../src/mailbox/register/entry.js';
import type { Query } from '../../src/mailbox/store.js';
import { Problem } from '../../src/problem/problem.js';
import { Rest } from '../../src/worker/run/rest.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import type { LocalCache } from '../../src/worker/workplace/local-cache.js';
import { matter, quietDay } from './busy-day.js';
import { DeskWorld, FOLDERS, nameOf, openGate, withStore } from './desk-world.js';
import { type Deed, live } from './people.js';
import { letter } from './sample-mail.js';

const MINUTE_MS = 60_000;
const RUNS = Number(process.env['RUNS'] ?? 40);

type Step =
  | Deed
  | { readonly do: 'wait'; readonly minutes: number }
  | { readonly do: 'ask'; readonly command: StateCommand; readonly ticket: number };

class MemoryCache implements LocalCache {
  readonly files = new Map<string, string>();

  read(name: string): Promise<unknown> {
    return Promise.resolve(JSON.parse(this.files.get(name) ?? 'null'));
  }

  write(name: string, value: unknown): Promise<void> {
    this.files.set(name, JSON.stringify(value));
    return Promise.resolve();
  }
}

/** A worker of its own each time, that finds what the one before has kept. */
class Cron {
  readonly world: DeskWorld;
  readonly cache = new MemoryCache();
  readonly #modseq: boolean;
  rested = 0;

  constructor(world: DeskWorld, { modseq }: { readonly modseq: boolean }) {
    this.world = world;
    this.#modseq = modseq;
  }

  /** Returns whether no pass was made. */
  async once(about = 'configuration', build = 'this build'): Promise<boolean> {
    const desk = this.#desk();
    const rest = new Rest({ about, build, cache: this.cache });
    const rested = (await rest.outcome(desk)) !== null;
    if (rested) await this.#expectNothingToDo();
    else await rest.passed(desk, await this.world.pass(desk));
    this.rested += rested ? 1 : 0;
    return rested;
  }

  async #expectNothingToDo(): Promise<void> {
    const twin = this.world.clone();
    await twin.pass();
    expect(standing(twin)).toEqual(standing(this.world));
    expect(twin.post.sent.length).toBe(this.world.post.sent.length);
  }

  #desk(): WorkingDesk {
    const desk = this.world.desk();
    if (this.#modseq) return desk;
    const statuses = async (folders: readonly string[]) => {
      const found = await desk.store.statuses(folders);
      return new Map([...found].map(([folder, status]) => [folder, { ...status, modseq: null }]));
    };
    return withStore(desk, { statuses });
  }
}

/** Every message in its place, with its flags. */
function standing({ server }: DeskWorld): readonly string[] {
  return server
    .snapshot()
    .flatMap(({ name, uidNext, messages }) => [
      `${name} goes on at ${uidNext}`,
      ...messages.map(
        ({ uid, content, flags }) => `${name} ${uid}: ${nameOf(content.raw)} ${[...flags].sort().join(' ')}`,
      ),
    ]);
}

async function take(world: DeskWorld, step: Step): Promise<void> {
  if (step.do === 'wait') world.clock.advance(step.minutes * MINUTE_MS);
  else if (step.do === 'ask') await world.request(openGate, step.command, step.ticket);
  else {
    const { server, post } = world;
    await live({ gate: { ...openGate, actor: 'person' }, server, post, session: server.connect(openGate) }, [
      step,
    ]);
  }
}

const picks = fc.array(fc.nat(12), { minLength: 1, maxLength: 3 });
const anywhere = fc.constantFrom(...Object.values<string>({ ...FOLDERS }));
const mail = fc
  .record({ subject: fc.constantFrom('Printer', 'Modem', 'Matter 1'), automatic: fc.boolean() })
  .map(({ subject, automatic }): Step => {
    const lines = automatic ? ['Auto-Submitted: auto-replied'] : [];
    return { do: 'deliver', raw: matter({ from: 'jane@example.org', subject, lines }) };
  });
const steps: fc.Arbitrary<Step> = fc.oneof(
  mail,
  fc.record({
    do: fc.constant('answer' as const),
    pick: fc.nat(20),
    from: fc.constantFrom('jane@example.org', 'steve@example.com', 'eve@example.net'),
    done: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('drag' as const),
    from: anywhere,
    to: anywhere,
    picks,
    by: fc.constantFrom('move' as const, 'mark' as const, 'expunge' as const),
  }),
  fc.record({
    do: fc.constant('flag' as const),
    folder: anywhere,
    picks,
    flag: fc.constantFrom('\\Seen' as const, '\\Flagged' as const, '\\Answered' as const),
    on: fc.boolean(),
  }),
  fc.record({ do: fc.constant('delete' as const), folder: anywhere, picks, expunge: fc.boolean() }),
  fc.record({
    do: fc.constant('wait' as const),
    minutes: fc.constantFrom(1, 2, 20, 59, 60, 61, 300, 1440, 2880),
  }),
  fc.record({
    do: fc.constant('ask' as const),
    command: fc.constantFrom('close' as const, 'reopen' as const),
    ticket: fc.integer({ min: 1, max: 8 }),
  }),
);

describe.each([
  { what: 'with mod-sequences', modseq: true },
  { what: 'without them', modseq: false },
])('rest $what', ({ modseq }) => {
  it('is claimed only where a pass would do nothing', async () => {
    const day = await quietDay();
    let rested = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 6 }), async (story) => {
        const cron = new Cron(day.clone(), { modseq });
        for (const step of story) {
          await take(cron.world, step);
          // A pass that fails (a person has thrown away the register) leaves no rest behind.
          for (let pass = 0; pass < 3; pass += 1) await cron.once().catch(() => false);
        }
        rested += cron.rested;
      }),
      { numRuns: RUNS },
    );
    expect(rested).toBeGreaterThan(RUNS);
  });

  it('ends with whatever happens in a folder, by flags alone too, or with time', async () => {
    const cron = new Cron(await quietDay(), { modseq });
    const restsAfter = async (change: () => unknown): Promise<boolean> => {
      for (let passes = 0; !(await cron.once()); passes += 1) expect(passes).toBeLessThan(6);
      await change();
      return cron.once();
    };
    const { server, clock } = cron.world;
    const [newest] = cron.world.visible('open');
    expect(await restsAfter(() => undefined)).toBe(true);
    expect(await restsAfter(() => server.deliver(matter({ from: 'jane@example.org', subject: 'New' })))).toBe(
      false,
    );
    expect(
      await restsAfter(() =>
        server
          .folder(FOLDERS.open)
          .get(newest?.uid ?? 0)
          ?.flags.add('\\Deleted'),
      ),
    ).toBe(false);
    expect(await restsAfter(() => cron.world.visible('register')[1]?.flags.add('\\Answered'))).toBe(false);
    expect(await restsAfter(() => cron.world.request(openGate, 'close', 4))).toBe(false);
    expect(await restsAfter(() => server.create('Sent'))).toBe(false);
    expect(await restsAfter(() => clock.advance(6 * 60 * MINUTE_MS))).toBe(false);
    expect(await restsAfter(() => clock.advance(-MINUTE_MS * 600))).toBe(false);
  });

  it('of another configuration, or of a broken file, is not believed', async () => {
    const cron = new Cron(await quietDay(), { modseq });
    while (!(await cron.once()));
    expect(await cron.once('another')).toBe(false);
    while (!(await cron.once()));
    expect(await cron.once('configuration', 'another build')).toBe(false);
    while (!(await cron.once()));
    for (const broken of ['null', '7', '{}', '{"sent":null,"digest":"x","about":"y","at":0,"until":1e99}']) {
      cron.cache.files.set('rest', broken);
      expect(await cron.once()).toBe(false);
      expect(await cron.once()).toBe(true);
    }
  });
});

it('of a worker that goes on ends within minutes where the folder of sent mail is born', async () => {
  const world = await quietDay();
  const desk = world.desk();
  const rest = new Rest({ about: '', cache: new MemoryCache() });
  const rests = async (): Promise<boolean> => {
    if ((await rest.outcome(desk)) !== null) return true;
    await rest.passed(desk, await world.pass(desk));
    return false;
  };
  while (!(await rests()));
  world.server.create('Sent');
  expect(await rests()).toBe(true);
  world.clock.advance(10 * MINUTE_MS);
  expect(await rests()).toBe(false);
});

it('mail that waits, and what may yet come by itself, is no rest', async () => {
  const world = new DeskWorld();
  const cron = new Cron(world, { modseq: true });
  while (!(await cron.once()));
  world.post.rule = () => ({ step: 'RCPT TO', reply: '451 later' });
  world.server.deliver(
    letter({ from: 'jane@example.org', to: 'support@example.com', subject: 'One', messageId: 'one@x' }),
  );
  for (let pass = 0; pass < 4; pass += 1) expect(await cron.once()).toBe(false);
});

/** Passes of a worker that goes on, and whose server refuses some searches until it is told not to. */
function refusing(world: DeskWorld, isRefused: (folder: string, query: Query) => boolean) {
  const { cache } = world.desk();
  const rest = new Rest({ about: '', cache: new MemoryCache() });
  const state = { refuses: true };
  const desk = (): WorkingDesk => {
    const own = { ...world.desk(), cache };
    const refused = new Problem('imap-refused', 'no', { temporary: true, scope: 'folder' });
    const search: WorkingDesk['store']['search'] = (folder, query) =>
      state.refuses && isRefused(folder, query) ? Promise.reject(refused) : own.store.search(folder, query);
    return withStore(own, { search });
  };
  const rests = async (): Promise<boolean> => {
    const now = desk();
    if ((await rest.outcome(now)) !== null) return true;
    await rest.passed(now, await world.pass(now));
    return false;
  };
  return { state, rests };
}

it('a summary that could not be read or written for is no rest: it is tried again', async () => {
  const world = await quietDay();
  const { state, rests } = refusing(world, (folder) => folder === FOLDERS.review);
  world.clock.advance(120 * MINUTE_MS);
  for (let pass = 0; pass < 4; pass += 1) expect(await rests()).toBe(false);
  state.refuses = false;
  for (let pass = 0; pass < 3; pass += 1) await rests();
  expect(await rests()).toBe(true);
});

it('flags that could not be taken off sent mail are no rest: they are looked for again', async () => {
  const isForFlags = (folder: string, query: Query): boolean =>
    folder === FOLDERS.open && JSON.stringify(query).includes('Draft');
  const { state, rests } = refusing(await quietDay(), isForFlags);
  for (let pass = 0; pass < 4; pass += 1) expect(await rests()).toBe(false);
  state.refuses = false;
  for (let pass = 0; pass < 3; pass += 1) await rests();
  expect(await rests()).toBe(true);
});
