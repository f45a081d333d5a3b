/** The figures of a desk after an import: what was closed elsewhere was closed nobody knows when, and costs nothing to leave out. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Figures, figuresOf } from '../../src/desk/figures/figures.js';
import { importTickets } from '../../src/import/import.js';
import { mboxPieces } from '../../src/mbox/write.js';
import { ticketLives } from '../../src/worker/sight/lives.js';
import { takeSurvey } from '../../src/worker/sight/survey.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { matter } from './busy-day.js';
import { DeskWorld, openGate } from './desk-world.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const JANE = 'jane@example.org';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'imapdesk-import-figures-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

interface Old {
  readonly number: number;
  readonly state: 'open' | 'archived';
  readonly at: Date;
}

async function bring(world: DeskWorld, tickets: readonly Old[]): Promise<void> {
  const folder = await mkdtemp(join(parent, 'store-'));
  await mkdir(join(folder, 'archived'));
  for (const { number, state, at } of tickets) {
    const raw = matter({ from: JANE, subject: `Old ${number}` });
    const path = state === 'open' ? join(folder, String(number)) : join(folder, 'archived', String(number));
    await writeFile(path, Buffer.concat(mboxPieces({ sender: JANE, receivedAt: at, raw })));
  }
  const options = { dialect: null, closed: null, state: 'archived', renumber: false, dryRun: false } as const;
  await importTickets(world.desk(), { ...options, path: folder });
  await world.pass();
}

async function figures(world: DeskWorld, desk: WorkingDesk = world.desk(), days = 30): Promise<Figures> {
  world.lookAway();
  const span = { from: new Date(world.clock.now().getTime() - days * DAY_MS), to: world.clock.now() };
  const lives = await ticketLives(desk, await takeSurvey(desk), span.from);
  return figuresOf(lives, span, (at) => at.getUTCHours());
}

async function begunDesk(): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  world.clock.advance(DAY_MS);
  return world;
}

function ago(world: DeskWorld, days: number): Date {
  return new Date(world.clock.now().getTime() - days * DAY_MS);
}

async function ask(world: DeskWorld, command: 'close' | 'reopen', number: number): Promise<void> {
  world.clock.advance(HOUR_MS);
  await world.request(openGate, command, number);
  await world.pass();
  world.clock.advance(HOUR_MS);
}

const NOTHING = { opened: 0, closed: 0, reopened: 0, open: 0, toClose: { count: 0 } };

describe('figures after an import', () => {
  it('know no closing of what came as closed, and no reopening of what came as open', async () => {
    const world = await begunDesk();
    await bring(world, [
      { number: 1, state: 'archived', at: ago(world, 6600) },
      { number: 2, state: 'archived', at: ago(world, 400) },
      { number: 3, state: 'open', at: ago(world, 500) },
    ]);
    world.clock.advance(HOUR_MS);
    expect(await figures(world)).toMatchObject({ ...NOTHING, open: 1 });
    // As far back as the oldest: opened then, and closed nobody knows when.
    const all = { opened: 3, closed: 2, reopened: 0, open: 1, toClose: { count: 0 } };
    expect(await figures(world, world.desk(), 7000)).toMatchObject(all);
  });

  it('count what was opened in the span, and closed before it came, without a time to close', async () => {
    const world = await begunDesk();
    await bring(world, [{ number: 1, state: 'archived', at: ago(world, 10) }]);
    world.clock.advance(HOUR_MS);
    expect(await figures(world)).toMatchObject({ ...NOTHING, opened: 1, closed: 1 });
  });

  it('count what the desk itself closes and reopens of it', async () => {
    const world = await begunDesk();
    await bring(world, [
      { number: 1, state: 'open', at: ago(world, 100) },
      { number: 2, state: 'archived', at: ago(world, 100) },
    ]);
    await ask(world, 'close', 1);
    expect(await figures(world)).toMatchObject({ closed: 1, reopened: 0, open: 0, toClose: { count: 1 } });
    await ask(world, 'reopen', 2);
    expect(await figures(world)).toMatchObject({ closed: 1, reopened: 1, open: 1 });
    await ask(world, 'close', 2);
    expect(await figures(world)).toMatchObject({ closed: 2, reopened: 1, open: 0, toClose: { count: 2 } });
  });

  it('cost no more commands and no more messages, however many closed tickets came', async () => {
    const few = await begunDesk();
    await bring(few, closed(few, 30));
    const many = await begunDesk();
    await bring(many, closed(many, 90));
    expect(await cost(many)).toEqual(await cost(few));
  });
});

function closed(world: DeskWorld, count: number): readonly Old[] {
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    state: 'archived',
    at: ago(world, 1000 + index),
  }));
}

/** Commands, and messages that were read, for the figures of a desk with a ticket of its own. */
async function cost(world: DeskWorld): Promise<{ readonly commands: number; readonly read: number }> {
  world.server.deliver(matter({ from: JANE, subject: 'New' }));
  await world.pass();
  const desk = world.desk();
  const survey = await takeSurvey(desk);
  const { store } = desk;
  let [commands, read] = [0, 0];
  const counted: typeof store = Object.assign(Object.create(store) as typeof store, {
    search: async (...about: Parameters<typeof store.search>) => {
      commands += 1;
      return store.search(...about);
    },
    fetch: async (...about: Parameters<typeof store.fetch>) => {
      commands += 1;
      const messages = await store.fetch(...about);
      read += messages.length;
      return messages;
    },
  });
  const lives = await ticketLives({ ...desk, store: counted }, survey, ago(world, 30));
  expect(lives).toHaveLength(1);
  expect(read).toBeGreaterThan(0);
  return { commands, read };
}
