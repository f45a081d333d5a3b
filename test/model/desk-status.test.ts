/** What `status` reads from a mailbox, on the model. */
import { describe, expect, it } from 'vitest';
import { readMailboxStatus } from '../../src/worker/ask/desk-status.js';
import { adoptionOf } from '../../src/worker/sight/beginning.js';
import { findPending } from '../../src/worker/sight/pending.js';
import { takeSurvey } from '../../src/worker/sight/survey.js';
import { matter } from './busy-day.js';
import { DeskWorld, openGate } from './desk-world.js';

describe('failed attempts', () => {
  it('are those at pending messages, not those at letters, nor what is stuck', async () => {
    const world = new DeskWorld();
    await world.pass();
    world.server.deliver(matter({ from: 'jane@example.org', subject: 'Modem' }));
    const desk = world.desk();
    const [pending] = await findPending(desk, adoptionOf(await takeSurvey(desk)));
    const identity = pending?.facts.identity ?? '';
    const names = ['letter:1@example.com', 'retry:1@example.com', `stuck:${identity}`, 'is gone'];
    for (const name of names) await note(world, name);
    expect(await readMailboxStatus(world.desk())).toMatchObject({ pending: 1, attempts: 0 });
    await note(world, identity);
    expect(await readMailboxStatus(world.desk())).toMatchObject({ pending: 1, attempts: 1 });
  });
});

async function note(world: DeskWorld, identity: string): Promise<void> {
  const at = world.clock.now();
  await world.ask(openGate, () => ({ kind: 'attempt', identity, messageId: null, why: 'No', at }));
}
