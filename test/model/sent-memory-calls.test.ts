/** What it costs to know what was sent: of what was read before, nothing is read again. */
import { expect, it } from 'vitest';
import { rememberAnswers } from '../../src/worker/sight/sent-memory.js';
import { takeSurvey } from '../../src/worker/sight/survey.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { FactsCache } from '../../src/worker/workplace/facts-cache.js';
import type { LocalCache } from '../../src/worker/workplace/local-cache.js';
import { allThatWasSent } from './all-that-was-sent.js';
import { matter } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate, POLICY } from './desk-world.js';
import type { Gate } from './scheduler.js';

/** Of folders that have changed since they were last asked; how they stand, the survey has just seen. */
const LOOKS = ['search Register', 'count Register', 'search Outbox', 'count Outbox'];

class Recorded {
  readonly world = new DeskWorld();
  readonly files = new Map<string, string>();
  readonly calls: string[] = [];
  readonly #gate: Gate = {
    ...openGate,
    begin: (what) => {
      this.calls.push(what.trim());
      return openGate.begin(what);
    },
  };

  /** A worker of its own, with what earlier ones have left in the cache. */
  desk(): WorkingDesk {
    const local: LocalCache = {
      read: (name) => Promise.resolve(JSON.parse(this.files.get(name) ?? 'null') as unknown),
      write: (name, value) => Promise.resolve(void this.files.set(name, JSON.stringify(value))),
    };
    return { ...this.world.desk(this.#gate), cache: new FactsCache(POLICY, local) };
  }

  async file(desk: WorkingDesk, names: readonly string[]): Promise<void> {
    for (const name of names)
      this.world.server.deliver(matter({ from: `${name}@example.org`, subject: `About ${name}` }));
    await this.world.pass(desk);
  }

  /** The calls that it takes to know what was sent, without those that read no message. */
  async callsOf(desk: WorkingDesk): Promise<readonly string[]> {
    const survey = await takeSurvey(desk);
    this.calls.length = 0;
    await rememberAnswers(desk, survey);
    const calls = this.calls.filter((call) => !/^fetch \w+$/.test(call));
    const { answers } = await allThatWasSent(desk);
    const wanted = { at: this.world.clock.now(), cause: 'none' };
    for (const count of [1, 2, 3, 5, 6, 7, 8, 12, 13])
      expect(survey.ledger.answers.isFull('of the desk', { count, withinMs: 3_600_000 }, wanted)).toBe(
        answers.isFull('of the desk', { count, withinMs: 3_600_000 }, wanted),
      );
    return calls;
  }
}

const many = Array.from({ length: 6 }, (_, index) => `person${index}`);

it('a worker that runs hears what its passes read anyway, and reads nothing for the limits', async () => {
  const recorded = new Recorded();
  const desk = recorded.desk();
  await recorded.world.pass(desk);
  await recorded.file(desk, ['first']);
  expect(await recorded.callsOf(desk)).toEqual(LOOKS);
  await recorded.file(desk, many);
  expect(await recorded.callsOf(desk)).toEqual(LOOKS);
});

it('a new worker goes on from the cache, and reads what has come since', async () => {
  const recorded = new Recorded();
  const desk = recorded.desk();
  await recorded.world.pass(desk);
  await recorded.file(desk, many);
  expect(recorded.files.has('limits')).toBe(true);
  expect(await recorded.callsOf(recorded.desk())).toEqual(LOOKS);
  // Somebody without a cache files the next one.
  await recorded.file({ ...recorded.desk(), cache: new FactsCache(POLICY) }, ['other']);
  const calls = await recorded.callsOf(recorded.desk());
  expect(calls.filter((call) => !call.startsWith('fetch'))).toEqual(LOOKS);
  // The survey has read the new entry, and the pass only what it was to send.
  expect(calls.filter((call) => call.startsWith('fetch'))).toEqual([
    expect.stringMatching(/^fetch Outbox \d+,\d+$/),
  ]);
});

it('where something has gone, what is left is asked for by its UIDs, and not read', async () => {
  const recorded = new Recorded();
  const desk = recorded.desk();
  await recorded.world.pass(desk);
  await recorded.file(desk, many);
  const before = await recorded.callsOf(desk);
  const entry = recorded.world
    .visible('register')
    .find(({ content }) => content.raw.toString('latin1').includes('X-Imapdesk-Entry: ticket'));
  await recorded.world.server.connect(openGate).remove(FOLDERS.register, [entry?.uid ?? 0]);
  const after = await recorded.callsOf(desk);
  expect([before, after]).toEqual([LOOKS, ['count Register', 'count Outbox', 'search Register']]);
  expect(await recorded.callsOf(desk)).toEqual(['count Register', 'count Outbox']);
});
