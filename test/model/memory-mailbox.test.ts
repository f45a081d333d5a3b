import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plans } from './arbitraries.js';
import { everyMessageOnce, STRICT, tolerate } from './invariants.js';
import { counterClock, MemoryServer, type ServerOptions } from './memory-mailbox.js';
import { field } from './message-text.js';
import { letter } from './sample-mail.js';
import { CALM, type Fault, type Outcome, type Plan, Scheduler } from './scheduler.js';
import { storeContract } from './store-contract.js';

const KINDS: readonly (readonly [string, Omit<ServerOptions, 'now'>])[] = [
  ['in memory', {}],
  ['in memory, without UIDPLUS', { uidPlus: false }],
  ['in memory, without MOVE', { move: 'copy' }],
  ['in memory, without MOVE and UIDPLUS', { move: 'copy', uidPlus: false }],
];

for (const [name, options] of KINDS) {
  storeContract(name, async () => {
    const server = serverWith(options);
    return {
      store: server.connect(openGate),
      other: server.connect(openGate),
      tellsMovedUids: options.uidPlus !== false,
    };
  });
}

const openGate = {
  actor: 'test',
  begin: () =>
    Promise.resolve({
      between: () => Promise.resolve(),
      race: () => Promise.resolve(),
      end: () => Promise.resolve(),
    }),
};

function serverWith(options: Omit<ServerOptions, 'now'> = {}): MemoryServer {
  const server = new MemoryServer({ now: counterClock().now, ...options });
  server.create('Open');
  return server;
}

function deliver(server: MemoryServer, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => {
    const messageId = `${index}@model.example`;
    return server.deliver(
      letter({ from: 'a@example.org', to: 'desk@example.com', subject: `no ${index}`, messageId }),
    ).uid;
  });
}

async function moveAll(server: MemoryServer, plan: Plan): Promise<void> {
  const scheduler = new Scheduler(plan);
  const store = server.connect(scheduler.gate('worker'));
  scheduler.spawn('worker', () => store.move('INBOX', [1, 2, 3], 'Open'));
  await scheduler.run();
}

const THREE = ['one', 'two', 'three'];

/** What is left of three messages that are appended in one call of the port, by where it ends. */
const APPENDED = THREE.flatMap((_, call) =>
  (['kill', 'cut'] as const).flatMap((kind) =>
    [0, 1].map((parts) => ({ kind, call, parts, left: THREE.slice(0, call + parts) })),
  ),
);

async function appendThree(
  server: MemoryServer,
  faults: readonly Fault[],
  switches: Plan['switches'] = [],
): Promise<Outcome> {
  const scheduler = new Scheduler({ switches, faults });
  const message = (subject: string) => ({
    raw: letter({ from: 'a@x', to: 'd@x', subject, messageId: `${subject}@x` }),
    flags: [],
  });
  for (const [name, subjects] of [
    ['worker', THREE],
    ['other', faults.length === 0 ? ['theirs'] : []],
  ] as const) {
    const store = server.connect(scheduler.gate(name));
    scheduler.spawn(name, () => store.append('Open', subjects.map(message)));
  }
  return scheduler.run();
}

function subjectsIn(server: MemoryServer, folder: string): readonly (string | null)[] {
  return server
    .folder(folder)
    .all()
    .map(({ content }) => field(content.raw, 'Subject'));
}

/** Two movers of the same messages. */
async function race(
  server: MemoryServer,
  plan: Plan,
): Promise<readonly (ReadonlyMap<number, number | null> | null)[]> {
  const scheduler = new Scheduler(plan);
  const answers: (ReadonlyMap<number, number | null> | null)[] = [null, null];
  for (const [index, name] of ['one', 'two'].entries()) {
    const store = server.connect(scheduler.gate(name));
    scheduler.spawn(name, async () => {
      answers[index] = await store.move('INBOX', [1, 2], 'Open');
    });
  }
  await scheduler.run();
  return answers;
}

describe('a race for one message', () => {
  it('has one winner where the movers come one after the other', async () => {
    const server = serverWith();
    deliver(server, 2);
    expect(await race(server, CALM)).toEqual([
      new Map([
        [1, 1],
        [2, 2],
      ]),
      new Map(),
    ]);
    expect(everyMessageOnce(server, STRICT)).toEqual([]);
  });

  it('doubles the message, and tells both movers of success, where they meet', async () => {
    const server = serverWith();
    deliver(server, 2);
    // The first copies, the second works through both, and then the first deletes what is gone already.
    const [one, two] = await race(server, {
      switches: [
        { steps: 2, to: 1 },
        { steps: 3, to: 0 },
      ],
      faults: [],
    });
    expect(one?.has(1)).toBe(true);
    expect(two?.has(1)).toBe(true);
    expect(everyMessageOnce(server, STRICT)).toContainEqual(
      expect.stringContaining('(no 0) is there 2 times'),
    );
    expect(everyMessageOnce(server, tolerate(new Set()))).toEqual([]);
  });

  it.each(KINDS)('never loses one, whatever the order and whoever dies: %s', async (_name, options) => {
    const bounds = { actors: ['one', 'two'], mortals: ['one', 'two'], calls: 6 };
    const nothingGone = { doubles: () => Number.POSITIVE_INFINITY, gone: () => false };
    await fc.assert(
      fc.asyncProperty(plans(bounds), async (plan) => {
        const server = serverWith(options);
        deliver(server, 2);
        await race(server, plan);
        expect(everyMessageOnce(server, nothingGone)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a death in a batch', () => {
  it.each([0, 1, 2])('after %i of its messages leaves just those moved', async (parts) => {
    const server = serverWith();
    deliver(server, 3);
    await moveAll(server, { switches: [], faults: [{ kind: 'kill', actor: 'worker', call: 0, parts }] });
    expect(server.folder('Open').all()).toHaveLength(parts);
    expect(everyMessageOnce(server, STRICT)).toEqual([]);
  });

  it.each(APPENDED)('before or after any appended message: $kind at $call, $parts', async (struck) => {
    const server = serverWith();
    const { left, ...fault } = struck;
    const outcome = await appendThree(server, [{ actor: 'worker', ...fault }]);
    expect(subjectsIn(server, 'Open')).toEqual(left);
    expect(outcome.dead).toEqual(fault.kind === 'kill' ? ['worker'] : []);
    expect(outcome.errors.has('worker')).toBe(fault.kind === 'cut');
  });

  it('of appended messages leaves the one under way to the server, and none of the later', async () => {
    const server = serverWith();
    await appendThree(server, [{ kind: 'late', actor: 'worker', call: 1, parts: 0 }]);
    expect(subjectsIn(server, 'Open')).toEqual(['one', 'two']);
  });

  it('lets others act between two appended messages', async () => {
    const server = serverWith();
    const switches = [
      { steps: 3, to: 1 },
      { steps: 1, to: 0 },
    ];
    await appendThree(server, [], switches);
    expect(subjectsIn(server, 'Open')).toEqual(['one', 'two', 'theirs', 'three']);
  });

  it('without MOVE leaves both copies', async () => {
    const server = serverWith({ move: 'copy' });
    deliver(server, 1);
    await moveAll(server, { switches: [], faults: [{ kind: 'kill', actor: 'worker', call: 0, parts: 1 }] });
    expect(server.folder('INBOX').all()).toHaveLength(1);
    expect(server.folder('Open').all()).toHaveLength(1);
  });
});

describe('UIDVALIDITY', () => {
  it('changes with new UIDs for the same messages', async () => {
    const server = serverWith();
    deliver(server, 3);
    const store = server.connect(openGate);
    await store.remove('INBOX', [1]);
    const before = await store.state('INBOX');
    server.renumber('INBOX');
    const after = await store.state('INBOX');
    expect(after.uidValidity).not.toBe(before.uidValidity);
    expect(await store.search('INBOX', { and: [] })).toEqual([1, 2]);
    expect(after.uidNext).toBe(3);
  });
});
