/**
 * A server that says no: to everything, and nothing is held against any message; or to one message only, and the others
 * are filed all the same.
 */
import { describe, expect, it } from 'vitest';
import type { ProblemOptions } from '../../src/problem/problem.js';
import { stateOf } from './busy-day.js';
import { DeskWorld, openGate, POLICY, refusing } from './desk-world.js';
import { field } from './message-text.js';
import { letter } from './sample-mail.js';
import type { Gate } from './scheduler.js';

const MINUTE_MS = 60_000;

/** A NO without a code, as Cyrus gives it, or with one that gives no reason. */
const bareNo: ProblemOptions = { explained: false };
const overQuota: ProblemOptions = { scope: 'account' };

function deliver(world: DeskWorld, subject: string): void {
  const messageId = `${subject.toLowerCase()}@example.org`;
  const from = `${subject.toLowerCase()}@example.org`;
  world.server.deliver(letter({ from, to: 'support@example.com', subject, messageId }));
}

const SUBJECTS = ['One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight'];

async function withMail(subjects: readonly string[] = SUBJECTS): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  for (const subject of subjects) deliver(world, subject);
  return world;
}

function attempts(world: DeskWorld): number {
  return world
    .visible('register')
    .filter(({ content }) => field(content.raw, 'X-Imapdesk-Entry') === 'attempt').length;
}

/** What a pass came to: its outcome, or what it threw. */
async function passThrough(world: DeskWorld, gate: Gate): Promise<unknown> {
  const outcome = await world.pass(world.desk(gate, openGate)).catch((error: unknown) => error);
  return outcome instanceof Error ? outcome : (outcome as { stopped: unknown }).stopped;
}

describe('a server that refuses all mail', () => {
  it.each([
    ['a bare NO to MOVE', /^move INBOX/, bareNo],
    ['a bare NO to APPEND of letters', /^append Outbox/, bareNo],
    ['a bare NO to APPEND of entries', /^append Register/, bareNo],
    ['a bare NO to STORE', /^store (?:Register|Outbox)/, bareNo],
    ['a full mailbox', /^(?:append|move)/, overQuota],
  ])('by %s says so each time, and all is answered once when it is over', async (_, pattern, problem) => {
    const calm = await withMail();
    await calm.pass();
    const world = await withMail();
    for (let minute = 0; minute < 10; minute += 1) {
      expect(await passThrough(world, refusing(pattern, problem))).toMatchObject({ code: 'imap-refused' });
      world.clock.advance(MINUTE_MS);
    }
    expect([attempts(world), world.contents('review'), world.sent()]).toEqual([0, [], []]);
    expect(await world.pass()).toMatchObject({ stopped: null, failed: 0 });
    const ids = world.post.sent.map(({ messageId }) => messageId);
    expect(new Set(ids).size).toBe(ids.length);
    // Its numbers may be others': what was tried first differs from minute to minute.
    const { inbox, open, review } = stateOf(world) as { inbox: string[]; open: string[]; review: string[] };
    expect([inbox, open.length, review]).toEqual([[], (stateOf(calm) as { open: string[] }).open.length, []]);
    expect(world.sent().toSorted()).toEqual(calm.sent().toSorted());
  });

  it('for one message alone in the inbox keeps no other work from being done', async () => {
    const world = await withMail(['One', 'Two']);
    await world.pass();
    deliver(world, 'Three');
    await world.request(openGate, 'close', 1);
    expect(await passThrough(world, refusing(/^move INBOX/, bareNo))).toMatchObject({ code: 'imap-refused' });
    expect(world.tickets()).toEqual(['1 archived', '2 open', '3 open under way']);
    expect(attempts(world)).toBe(0);
  });
});

describe('a server that refuses one message', () => {
  /** The letters about it, as a server refuses what it cannot take. */
  const bad = refusing(/^append Outbox .*Four/, bareNo);

  it('files the others at once; after three attempts, a minute apart, it goes to review and staff are told', async () => {
    const world = await withMail();
    const pass = async (): Promise<void> => {
      await world.pass(world.desk(bad, openGate));
    };
    await pass();
    expect(world.contents('inbox')).toEqual(['Four']);
    expect(attempts(world)).toBe(1);
    await pass();
    expect(attempts(world)).toBe(1);
    for (const subject of ['Nine', 'Ten']) {
      world.clock.advance(MINUTE_MS);
      deliver(world, subject);
      await pass();
    }
    expect([attempts(world), world.contents('inbox')]).toEqual([3, ['Four']]);
    const before = world.post.sent.length;
    world.clock.advance(MINUTE_MS);
    await world.pass();
    expect([world.contents('inbox'), world.contents('review')]).toEqual([[], ['Four']]);
    expect(world.sent(before)).toEqual(
      POLICY.staff.map(({ addresses }) => `review-notice to ${addresses[0]}`),
    );
  });

  it('is not held against it while nothing else is there to compare it with', async () => {
    const world = await withMail(['Four']);
    for (let minute = 0; minute < 5; minute += 1) {
      expect(await passThrough(world, bad)).toMatchObject({ code: 'imap-refused' });
      world.clock.advance(MINUTE_MS);
    }
    expect(attempts(world)).toBe(0);
    await world.pass();
    expect(world.tickets()).toEqual(['1 open']);
  });
});
