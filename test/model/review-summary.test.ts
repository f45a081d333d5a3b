/** The summary of Review is the least of a desk's mail: nothing that befalls it keeps other mail from going out. */
import { expect, it } from 'vitest';
import { Problem } from '../../src/problem/problem.js';
import { matter } from './busy-day.js';
import { DeskWorld, openGate, refusing } from './desk-world.js';
import type { Gate } from './scheduler.js';

const JANE = 'jane@example.org';
const away = () => matter({ from: JANE, subject: 'Away', lines: ['Auto-Submitted: auto-replied'] });
const smtpDown: Gate = {
  actor: 'smtp',
  begin: () => Promise.reject(new Problem('smtp-unreachable', 'down', { temporary: true })),
};

it('sends what waits, though the mailbox is full and takes no summary', async () => {
  const world = new DeskWorld();
  await world.pass();
  world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
  await world.pass(world.desk(openGate, smtpDown));
  expect(world.sent()).toEqual([]);
  world.server.deliver(away());
  const full = refusing(/^append Outbox/, { explained: true });
  await world.pass(world.desk(full, openGate));
  expect(world.sent().length).toBeGreaterThan(0);
  expect(world.log.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^no summary of what went to review: /),
  );
});

it('goes on where another worker has taken the same summary away as one too many', async () => {
  const world = new DeskWorld();
  await world.pass();
  world.server.deliver(away());
  // Another worker writes it before, and one sees both after.
  let state: 'before' | 'written' | 'appended' | 'seen' = 'before';
  const gate: Gate = {
    actor: 'worker',
    begin: async (what) => {
      const appends = what.startsWith('append Outbox');
      if (state === 'before' && appends) {
        state = 'written';
        await world.pass(world.desk(openGate, smtpDown));
      }
      const passage = await openGate.begin(what);
      if (state === 'written' && appends) state = 'appended';
      else if (state === 'appended' && what.startsWith('search Outbox')) {
        state = 'seen';
        await world.pass(world.desk(openGate, smtpDown));
      }
      return passage;
    },
  };
  await world.pass(world.desk(gate, openGate));
  expect(state).toBe('seen');
  // One for each of the staff.
  expect(world.sent().length).toBe(2);
});
