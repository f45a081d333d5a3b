/**
 * Workers with a mistake planted in each, to show that the search finds what it is for. A model that finds nothing
 * proves something only if it would have found these.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyFault, plans } from './arbitraries.js';
import { entriesAreDistinct, everyMessageOnce, STRICT, stagedMail, stagedOnce } from './invariants.js';
import { counterClock, MemoryServer } from './memory-mailbox.js';
import type { MemorySession } from './memory-session.js';
import { field } from './message-text.js';
import { letter } from './sample-mail.js';
import { CALM, type Fault, type Outcome, type Plan, Scheduler } from './scheduler.js';

type Work = (store: MemorySession) => Promise<void>;

const ALL = { and: [] };

function entry(number: number, root: string): Buffer {
  return letter({
    from: 'd@x',
    to: 'd@x',
    subject: `${number} ${root}`,
    messageId: `entry-${number}-${root}@x`,
  });
}

async function highest(store: MemorySession): Promise<number> {
  const entries = await store.fetch('Register', await store.search('Register', ALL));
  return Math.max(0, ...entries.map((each) => Number(field(each.header, 'Subject')?.split(' ')[0])));
}

/** Numbers by one more than the highest, and never looks again. */
const numbersBlindly: Work = async (store) => {
  for (const uid of await store.search('INBOX', ALL)) {
    await store.append('Register', [{ raw: entry((await highest(store)) + 1, `root${uid}`), flags: [] }]);
    await store.move('INBOX', [uid], 'Open');
  }
};

/** Stages without looking whether a dead worker has staged it already. */
const stagesBlindly: Work = async (store) => {
  for (const uid of await store.search('INBOX', ALL)) {
    const raw = letter({ from: 'd@x', to: 'a@x', subject: 's', messageId: `ack-${uid}@x` });
    await store.append('Outbox', [{ raw, flags: [] }]);
    await store.move('INBOX', [uid], 'Open');
  }
};

/** Copies and deletes, where only MOVE would do. */
const copies: Work = async (store) => {
  const uids = await store.search('INBOX', ALL);
  await store.copy('INBOX', uids, 'Open');
  await store.remove('INBOX', uids);
};

/** Deletes first, and appends the bytes again. */
const deletesFirst: Work = async (store) => {
  for (const uid of await store.search('INBOX', ALL)) {
    const raw = (await store.fetchSource('INBOX', [uid])).get(uid);
    await store.remove('INBOX', [uid]);
    if (raw !== undefined) await store.append('Open', [{ raw, flags: [] }]);
  }
};

function world(): MemoryServer {
  const server = new MemoryServer({ now: counterClock().now });
  for (const folder of ['Open', 'Register', 'Outbox']) server.create(folder);
  for (const id of ['a', 'b']) {
    server.deliver(letter({ from: 'a@x', to: 'd@x', subject: id, messageId: `${id}@x` }));
  }
  return server;
}

async function work(server: MemoryServer, how: Work, plan: Plan): Promise<Outcome> {
  const scheduler = new Scheduler(plan);
  for (const name of ['one', 'two']) {
    const store = server.connect(scheduler.gate(name));
    scheduler.spawn(name, () => how(store));
  }
  return scheduler.run();
}

function numberings(server: MemoryServer): { number: number; root: string }[] {
  return server
    .folder('Register')
    .all()
    .map(({ content }) => {
      const [number, root] = (field(content.raw, 'Subject') ?? '').split(' ');
      return { number: Number(number), root: root ?? '' };
    });
}

const MISTAKES: readonly (readonly [string, Work, (server: MemoryServer) => readonly string[]])[] = [
  ['a number without a second look', numbersBlindly, (server) => entriesAreDistinct(numberings(server))],
  ['mail staged without a look', stagesBlindly, (server) => stagedOnce(stagedMail(server, 'Outbox'))],
  ['a copy for a move', copies, (server) => everyMessageOnce(server, STRICT)],
  ['a delivered message written anew', deletesFirst, (server) => everyMessageOnce(server, STRICT)],
];

describe('the search', () => {
  const bounds = { actors: ['one', 'two'], mortals: ['one', 'two'], calls: 8 };

  it.each(MISTAKES)('finds %s', async (_name, how, check) => {
    const property = fc.asyncProperty(plans(bounds), async (plan) => {
      const server = world();
      await work(server, how, plan);
      return check(server).length === 0;
    });
    const found = await fc.check(property, { seed: 7, numRuns: 200 });
    expect(found.failed).toBe(true);
    const [plan] = found.counterexample ?? [];
    expect((plan?.switches.length ?? 0) + (plan?.faults.length ?? 0)).toBeLessThanOrEqual(2);
  });

  it('finds mail staged twice after a kill, by trying each', async () => {
    const calm = await work(world(), stagesBlindly, CALM);
    const faults = everyFault(calm, 'one', ['kill']);
    const doubled: Fault[] = [];
    for (const fault of faults) {
      const server = world();
      await work(server, stagesBlindly, { switches: [], faults: [fault] });
      if (stagedOnce(stagedMail(server, 'Outbox')).length > 0) doubled.push(fault);
    }
    expect(doubled.map(({ call, parts }) => [call, parts])).toEqual([
      [1, 1],
      [2, 0],
      [3, 1],
      [4, 0],
    ]);
  });
});
