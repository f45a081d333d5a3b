/** What a pass and a repair tell of how far they have come: enough for a bar, and nothing that changes what they do. */
import { describe, expect, it } from 'vitest';
import { repairDesk } from '../../src/worker/repair/repair.js';
import type { Step } from '../../src/worker/workplace/desk.js';
import { DeskWorld, FOLDERS, openGate } from './desk-world.js';
import { letter } from './sample-mail.js';

const MANY = 12;

function deliver(world: DeskWorld): void {
  for (let index = 0; index < MANY; index += 1) {
    const from = `person${index}@example.org`;
    const messageId = `matter${index}@example.org`;
    world.server.deliver(letter({ from, to: 'support@example.com', subject: `Matter ${index}`, messageId }));
  }
}

/** Each work in order, with how much of how much is done. */
function told(steps: readonly Step[], work: string): readonly string[] {
  return steps.filter((step) => step.work === work).map(({ done, total }) => `${done} of ${total}`);
}

async function listen(world: DeskWorld): Promise<readonly Step[]> {
  const steps: Step[] = [];
  await world.pass({ ...world.desk(), progress: (step) => void steps.push(step) });
  return steps;
}

describe('how far a pass has come', () => {
  it('is told for what is filed, and for what is sent between windows', async () => {
    const world = new DeskWorld({ windowMessages: 5 });
    await world.pass();
    deliver(world);
    const steps = await listen(world);
    expect(told(steps, 'filing')).toEqual([
      '0 of 12',
      '5 of 12',
      '5 of 12',
      '10 of 12',
      '10 of 12',
      '12 of 12',
    ]);
    const sending = told(steps, 'sending');
    expect(sending.slice(0, 3)).toEqual(['0 of 15', '1 of 15', '2 of 15']);
    expect(sending.at(-1)).toBe('6 of 6');
    expect(world.post.sent).toHaveLength(3 * MANY);
  });

  it('is told for mail that is older than the desk', async () => {
    const world = new DeskWorld();
    deliver(world);
    const steps = await listen(world);
    expect(told(steps, 'reading older mail')).toEqual(['0 of 12']);
  });

  it('changes nothing of what is done', async () => {
    const [heard, unheard] = [new DeskWorld({ windowMessages: 5 }), new DeskWorld({ windowMessages: 5 })];
    for (const world of [heard, unheard]) {
      await world.pass();
      deliver(world);
    }
    await listen(heard);
    await unheard.pass();
    expect(heard.server.history).toEqual(unheard.server.history);
    expect(heard.sent()).toEqual(unheard.sent());
  });

  it('is told by a repair, folder by folder, and for what it writes', async () => {
    const world = new DeskWorld();
    await world.pass();
    deliver(world);
    await world.pass();
    const person = world.server.connect({ ...openGate, actor: 'person' });
    const entries = world.visible('register').map(({ uid }) => uid);
    await person.remove(FOLDERS.register, entries);
    const steps: Step[] = [];
    await repairDesk({ ...world.desk(), progress: (step) => void steps.push(step) }, { dryRun: false });
    expect(told(steps, 'reading Open')).toEqual(['0 of 24']);
    expect(told(steps, 'writing entries').length).toBeGreaterThan(0);
  });
});
