/** Mail clients give messages keywords of their own: on an entry of the register they say nothing of its ticket. */
import { expect, it } from 'vitest';
import { answer, matter } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate } from './desk-world.js';
import { field } from './message-text.js';
import type { Gate } from './scheduler.js';

const JANE = 'jane@example.org';

it.each([{}, { uidPlus: false }])(
  'reopens a ticket whose entry a mail client marks while the worker reads: %j',
  async (kind) => {
    const world = new DeskWorld(kind);
    await world.pass();
    world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
    await world.pass();
    world.server.deliver(answer(world, { by: JANE, ticket: 1, done: true, name: 'close' }));
    await world.pass();
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived']);

    world.server.deliver(answer(world, { by: JANE, ticket: 1, name: 'again' }));
    const person = world.server.connect({ ...openGate, actor: 'person' });
    const entries = world.visible('register');
    const entry =
      entries.find(({ content }) => field(content.raw, 'X-Imapdesk-Entry') === 'ticket')?.uid ?? 0;
    let marks = 0;
    const moves: string[] = [];
    const gate: Gate = {
      actor: 'worker',
      begin: async (what) => {
        if (what.startsWith('move')) moves.push(what);
        if (what.startsWith('search Register') && moves.length === 0) {
          marks += 1;
          await person.setFlags(FOLDERS.register, [entry], { add: [`$Label${marks}`] });
        }
        return openGate.begin(what);
      },
    };
    await world.pass(world.desk(gate));
    expect(marks).toBeGreaterThan(1);
    expect(world.tickets()).toEqual(['1 open']);
    expect(moves[0]).toMatch(/to Open/);
  },
);
