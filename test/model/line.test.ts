/**
 * Workers of `run` that enter the line, look and leave at once, in orders that fast-check searches, with deaths and cuts: once
 * all is calm, one of those that are left works, all others stand behind it, and nobody else is in the line.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RegisterLine } from '../../src/worker/run/line-entries.js';
import { PlaceInLine } from '../../src/worker/workplace/standing.js';
import { plans } from './arbitraries.js';
import { passAs } from './claimed-pass.js';
import { DeskWorld, FOLDERS, openGate } from './desk-world.js';
import { field } from './message-text.js';
import { type Gate, type Plan, Scheduler, through } from './scheduler.js';

const WORKERS = ['a', 'b', 'c'] as const;
const LOOKS = 3;

interface Worker {
  readonly name: string;
  readonly place: PlaceInLine;
  /** Over a connection of its own, which a death or a cut may end. */
  readonly entries: (gate: Gate) => RegisterLine;
}

function workerOf(world: DeskWorld, name: string, isGone: (name: string) => boolean): Worker {
  const self = { worker: name, host: name, place: name, pid: 1, started: '1', command: 'run' };
  const presence = { self, isGone: ({ worker }: { readonly worker: string }) => isGone(worker) };
  const place = new PlaceInLine({
    presence,
    looksMs: 1000,
    leaseMs: 1000,
    elapsed: () => 0,
    now: () => new Date(0),
  });
  const entries = (gate: Gate): RegisterLine => {
    const desk = world.desk(gate);
    const setFlagsIf: RegisterLine['connection']['setFlagsIf'] = (folder, uid, { flags, unchangedSince }) =>
      through(gate, `store ${folder} ${uid} unless changed since ${unchangedSince}`, () => {
        const target = world.server.folder(folder);
        const message = target.get(uid);
        if (message === null || target.changedSince(Number(unchangedSince)).includes(message)) return false;
        message.flags.clear();
        for (const flag of flags) message.flags.add(flag);
        return true;
      });
    return new RegisterLine(desk, { store: desk.store, setFlagsIf });
  };
  return { name, place, entries };
}

function standing(world: DeskWorld): readonly string[] {
  return world.visible('register').flatMap(({ content, flags }) => {
    const worker = flags.has('\\Answered') ? null : field(content.raw, 'X-Imapdesk-Worker');
    return worker === null ? [] : [worker];
  });
}

async function settles(start: DeskWorld, plan: Plan): Promise<void> {
  const world = start.clone();
  const scheduler = new Scheduler(plan);
  const left = new Set<string>();
  const isGone = (name: string): boolean => scheduler.isDead(name) || left.has(name);
  const workers = WORKERS.map((name) => workerOf(world, name, isGone));
  for (const { name, place, entries } of workers) {
    scheduler.spawn(name, async () => {
      const line = entries(scheduler.gate(name));
      await place.enter(line);
      for (let look = 0; look < LOOKS; look += 1) await place.look(line);
      if (name !== 'a') return;
      await place.leave(line);
      left.add(name);
    });
  }
  const outcome = await scheduler.run();
  for (const error of outcome.errors.values()) expect(error).toMatchObject({ temporary: true });
  expect(outcome.stuck).toEqual([]);
  const alive = workers.filter(({ name }) => !isGone(name));
  for (const { place, entries } of alive) await place.enter(entries(openGate));
  const behind: (string | null)[] = [];
  for (const { place, entries } of alive) behind.push((await place.look(entries(openGate)))?.host ?? null);
  const line = standing(world);
  expect([...line].sort()).toEqual(alive.map(({ name }) => name));
  expect(behind).toEqual(alive.map(({ name }) => (name === line[0] ? null : line[0])));
}

const RUNS = Number(process.env['RUNS'] ?? (process.env['DEEP'] === '1' ? 2000 : 30));

describe('a line of workers in the mailbox', () => {
  it.each([
    ['in any order', 0],
    ['whoever dies, or loses its connection', 2],
  ] as const)('comes to rest %s', async (_, maxFaults) => {
    const start = new DeskWorld();
    await passAs(start.desk(), { worker: 'first', isGone: () => true });
    expect(start.visible('register').length, FOLDERS.register).toBeGreaterThan(0);
    const some = plans({
      actors: WORKERS,
      mortals: WORKERS,
      calls: 30,
      maxFaults,
      kinds: ['kill', 'cut', 'fail'],
    });
    await fc.assert(
      fc.asyncProperty(some, (plan) => settles(start, plan)),
      { numRuns: RUNS, seed: 7 },
    );
  });
});
