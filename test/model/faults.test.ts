/** A worker that dies, or loses its connection, at any point of a pass that does everything: the next pass mends it. */
import { describe, expect, it } from 'vitest';
import { everyFault } from './arbitraries.js';
import { busyDay, stateOf } from './busy-day.js';
import type { DeskWorld, } from './desk-world.js';
import { FOLDERS, smtpLost } from './desk-world.js';
import { everyMessageOnce, isQuiet, mailIsSteady, stagedMail, stagedOnce, tolerate } from './invariants.js';
import { CALM, type Outcome, type Plan, Scheduler } from './scheduler.js';

async function disturbed(world: DeskWorld, plan: Plan): Promise<Outcome> {
  const scheduler = new Scheduler(plan);
  const smtp = scheduler.gate('worker', { reconnects: true, lost: smtpLost });
  const desk = world.desk(scheduler.gate('worker'), smtp);
  scheduler.spawn('worker', () => world.pass(desk));
  return scheduler.run();
}

function violations(world: DeskWorld): readonly string[] {
  const staged = stagedMail(world.server, FOLDERS.outbox);
  return [
    ...everyMessageOnce(world.server, tolerate(new Set(['person']))),
    ...mailIsSteady(staged, world.post.sent),
    ...stagedOnce(staged),
    ...isQuiet(world.server, FOLDERS),
  ];
}

describe('a pass that does everything', () => {
  it('comes to the same end after every fault', async () => {
    const start = await busyDay();
    const calm = start.clone();
    const undisturbed = await disturbed(calm, CALM);
    expect([...undisturbed.errors]).toEqual([]);
    const end = stateOf(calm);
    expect(violations(calm)).toEqual([]);
    const faults = [...everyFault(undisturbed, 'worker', ['kill', 'late', 'cut', 'fail'])];
    console.log(faults.length, (undisturbed.calls.get('worker') ?? []).length);
    const wrong: string[] = []; faults.length = 200;
    for (const fault of faults) {
      const world = start.clone();
      const outcome = await disturbed(world, { switches: [], faults: [fault] });
      try {
        await world.pass();
        expect(violations(world)).toEqual([]);
        expect(stateOf(world)).toEqual(end);
      } catch (error) {
        wrong.push(`${JSON.stringify(fault)} ${outcome.trace.at(-2)} | ${outcome.trace.at(-1)}\n${(error as Error).message}\n${JSON.stringify((error as {diff?: string}).diff ?? '')}`);
        if (wrong.length === 1) console.log(world.log.map((l) => l.message).join('\n'), outcome.trace.join('\n'), error);
      }
    }
    console.log(wrong.length, wrong.slice(0, 400).map((w) => w.slice(0, 300)).join('\n'));
    expect(wrong.length).toEqual(0);
  }, 600_000);
});
