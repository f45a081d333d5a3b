/** A register that somebody has emptied, and what `repair` makes of the mail beside it. */
import { describe, expect, it } from 'vitest';
import { repairDesk } from '../../src/worker/repair/repair.js';
import { takeSurvey } from '../../src/worker/sight/survey.js';
import { quietDay, stateOf } from './busy-day.js';
import { type DeskWorld, FOLDERS, openGate } from './desk-world.js';
import { field } from './message-text.js';
import { askToMerge } from './second-thoughts.js';

/** Tickets 1, 2, 4 and 5 are open, 3 and 6 archived, 2 is merged into 1; and the register is empty. */
async function emptied(): Promise<DeskWorld> {
  const world = await quietDay();
  await askToMerge(world, { into: 1, from: 2 });
  await world.pass();
  await empty(world, 'register');
  return world;
}

async function empty(
  world: DeskWorld,
  folder: keyof typeof FOLDERS,
  is: (raw: Buffer) => boolean = () => true,
): Promise<void> {
  const uids = world
    .visible(folder)
    .filter(({ content }) => is(content.raw))
    .map(({ uid }) => uid);
  await world.server.connect({ ...openGate, actor: 'person' }).remove(FOLDERS[folder], uids);
}

async function requesters(world: DeskWorld): Promise<Record<number, string | null>> {
  const { records } = (await takeSurvey(world.desk())).ledger;
  return Object.fromEntries([...records].map(([number, { requester }]) => [number, requester]));
}

describe('an emptied register', () => {
  it('stops the desk, which else would begin again at ticket 1', async () => {
    const world = await emptied();
    const before = world.server.history.length;
    await expect(world.pass()).rejects.toMatchObject({ code: 'register-emptied', exitCode: 78 });
    expect(world.server.history).toHaveLength(before);
  });

  it('is whole again when its messages are put back', async () => {
    const world = await quietDay();
    const before = stateOf(world);
    const person = world.server.connect({ ...openGate, actor: 'person' });
    await person.createFolder('Trash', { subscribe: true });
    const all = world.visible('register').map(({ uid }) => uid);
    await person.move(FOLDERS.register, all, 'Trash');
    await expect(world.pass()).rejects.toMatchObject({ code: 'register-emptied' });
    await person.move(
      'Trash',
      all.map((_, index) => index + 1),
      FOLDERS.register,
    );
    await world.pass();
    expect(stateOf(world)).toEqual(before);
  });

  it('is rebuilt by repair from the mail, which it neither moves, changes, sends nor removes; merged tickets are apart', async () => {
    const world = await emptied();
    const before = { history: world.server.history.length, sent: world.post.sent.length };
    await repairDesk(world.desk(), { dryRun: true });
    expect(world.server.history).toHaveLength(before.history);
    await repairDesk(world.desk(), { dryRun: false });
    const done = world.server.history.slice(before.history);
    expect(new Set(done.map(({ kind, folder }) => `${kind} ${folder}`))).toEqual(
      new Set(['append Register']),
    );
    expect(world.tickets().toSorted()).toEqual([
      '1 open',
      '2 open',
      '3 archived',
      '4 open',
      '5 open',
      '6 archived',
    ]);
    expect(await requesters(world)).toMatchObject({ 1: 'jane@example.org', 2: 'bob@example.org' });
    await world.pass();
    expect(world.post.sent).toHaveLength(before.sent);
  });

  it('says nothing any more of a ticket of which no message is left', async () => {
    const world = await emptied();
    await empty(world, 'open', (raw) => (field(raw, 'Subject') ?? '').endsWith('Matter 4'));
    await repairDesk(world.desk(), { dryRun: false });
    expect(world.tickets().map((line) => line[0])).not.toContain('4');
    expect(world.tickets()).toHaveLength(5);
  });
});
