/** What a remembering store answers after a look is what the server would. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rememberingStore, StoreMemory } from '../../src/mailbox/remembering.js';
import type { MailStore, Query, ReadStore } from '../../src/mailbox/store.js';
import { openGate } from './desk-world.js';
import { counterClock, MemoryServer } from './memory-mailbox.js';
import type { MemorySession } from './memory-session.js';
import { letter } from './sample-mail.js';

const FOLDERS = ['Register', 'Open'];
const LATER_MS = 60_000;
const QUERIES: readonly Query[] = [
  { header: 'Subject', contains: 'mail 2' },
  { flag: '\\Answered', set: false },
  { and: [] },
  { or: [{ flag: '\\Flagged', set: true }, { uidFrom: 3 }] },
  { header: 'Subject', contains: 'mail 1' },
];

type Step =
  | { readonly do: 'append'; readonly folder: string; readonly flag: string }
  | {
      readonly do: 'flag';
      readonly folder: string;
      readonly pick: number;
      readonly flag: string;
      readonly on: boolean;
    }
  | { readonly do: 'move'; readonly folder: string; readonly pick: number }
  | { readonly do: 'remove'; readonly folder: string; readonly pick: number }
  | { readonly do: 'renumber'; readonly folder: string }
  | { readonly do: 'wait' };

const folder = fc.constantFrom(...FOLDERS);
const flag = fc.constantFrom('\\Answered', '\\Flagged', '\\Deleted', '\\Seen');
const steps: fc.Arbitrary<{ readonly own: boolean; readonly step: Step }> = fc.record({
  own: fc.boolean(),
  step: fc.oneof(
    fc.record({ do: fc.constant('append' as const), folder, flag }),
    fc.record({ do: fc.constant('flag' as const), folder, pick: fc.nat(5), flag, on: fc.boolean() }),
    fc.record({ do: fc.constant('move' as const), folder, pick: fc.nat(5) }),
    fc.record({ do: fc.constant('remove' as const), folder, pick: fc.nat(5) }),
    fc.record({ do: fc.constant('renumber' as const), folder }),
    fc.constant({ do: 'wait' as const }),
  ),
});

class Scene {
  readonly server = new MemoryServer({ now: counterClock().now });
  readonly plain: MemorySession;
  readonly #memory = new StoreMemory(['Register']);
  store: MailStore;
  #elapsed = 0;
  #count = 0;

  constructor() {
    for (const name of FOLDERS) this.server.create(name);
    this.plain = this.server.connect(openGate);
    this.store = this.open();
  }

  /** A new connection with what was remembered. */
  open(inner: MailStore = this.plain): MailStore {
    return rememberingStore(inner, { memory: this.#memory, elapsed: () => this.#elapsed });
  }

  async take(step: Step, by: MailStore): Promise<void> {
    switch (step.do) {
      case 'wait':
        this.#elapsed += LATER_MS;
        return;
      case 'renumber':
        return this.server.renumber(step.folder);
      case 'append': {
        const subject = `mail ${++this.#count}`;
        const raw = letter({ from: 'a@x.example', to: 'b@x.example', subject, messageId: `${subject}@x` });
        await by.append(step.folder, [{ raw, flags: [step.flag] }]);
        return;
      }
      default: {
        const uids = await this.plain.search(step.folder, { and: [] });
        const some = uids.slice(step.pick % (uids.length + 1)).slice(0, 1);
        if (step.do === 'remove') return by.remove(step.folder, some);
        if (step.do === 'move')
          await by.move(step.folder, some, FOLDERS.find((one) => one !== step.folder) ?? '');
        else await by.setFlags(step.folder, some, step.on ? { add: [step.flag] } : { remove: [step.flag] });
      }
    }
  }

  async look(): Promise<void> {
    this.#elapsed += LATER_MS;
    await this.store.statuses(FOLDERS);
  }
}

/** As a survey reads: what a search finds is fetched. */
async function read(store: ReadStore): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for (const name of FOLDERS) {
    const { uidValidity, uidNext } = await store.state(name);
    all.push({ uidValidity, uidNext });
    for (const query of QUERIES) {
      const uids = await store.search(name, query);
      all.push(uids, await store.count(name, query), await store.fetch(name, uids));
      all.push([...(await store.fetchSource(name, uids.slice(0, 2)))], [...(await store.flags(name, uids))]);
    }
  }
  return all;
}

describe('a remembering store', () => {
  it('answers after a look, and after changes of its own, as the server would', async () => {
    const story = fc.array(fc.record({ steps: fc.array(steps, { maxLength: 4 }), fresh: fc.boolean() }), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(story, async (rounds) => {
        const scene = new Scene();
        for (const { steps: taken, fresh } of rounds) {
          for (const { own, step } of taken) await scene.take(step, own ? scene.store : scene.plain);
          if (fresh) scene.store = scene.open();
          await scene.look();
          expect(await read(scene.store)).toEqual(await read(scene.plain));
          // What it does itself shows at once, without another look.
          for (const { step } of taken) if (step.do !== 'renumber') await scene.take(step, scene.store);
          expect(await read(scene.store)).toEqual(await read(scene.plain));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('asks nothing twice while nothing changes, and reads no header again that it has read', async () => {
    const scene = new Scene();
    for (let index = 0; index < 4; index += 1)
      await scene.take({ do: 'append', folder: 'Register', flag: '\\Seen' }, scene.plain);
    const calls: string[] = [];
    const watched = new Proxy<MailStore>(scene.plain, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function' || name === 'readsTogether') return value;
        return (...given: readonly unknown[]): unknown => {
          const about = Array.isArray(given[1]) ? ` ${given[1].join(' ')}` : '';
          calls.push(`${String(name)}${about}`);
          return Reflect.apply(value, target, given);
        };
      },
    });
    scene.store = scene.open(watched);
    const survey = async (): Promise<readonly string[]> => {
      calls.length = 0;
      await scene.look();
      await scene.store.remove('Register', []);
      const uids = await scene.store.search('Register', { and: [] });
      await scene.store.fetch('Register', uids);
      return calls.filter((call) => call !== 'remove ');
    };
    expect(await survey()).toEqual(['statuses', 'search', 'fetch 1 2 3 4']);
    expect(await survey()).toEqual(['statuses']);
    await scene.plain.setFlags('Register', [2], { add: ['\\Answered'] });
    expect(await survey()).toEqual(['statuses', 'search', 'flagsSince']);
    await scene.take({ do: 'append', folder: 'Register', flag: '\\Seen' }, scene.plain);
    expect(await survey()).toEqual(['statuses', 'search', 'flagsSince', 'fetch 5']);
    expect(await survey()).toEqual(['statuses']);
    // Hours of looks after which nothing was asked for.
    for (let looks = 0; looks < 40; looks += 1) await scene.look();
    await scene.plain.setFlags('Register', [2], { remove: ['\\Answered'] });
    expect(await survey()).toEqual(['statuses', 'search', 'flagsSince']);
  });
});
