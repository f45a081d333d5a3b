/** Letters in the outbox that the server lists, and cannot read. */
import { describe, expect, it } from 'vitest';
import { planRetry } from '../../src/worker/ask/retry.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { answer, matter } from './busy-day.js';
import { DeskWorld, openGate, refusing, withStore } from './desk-world.js';
import { sentOnce } from './invariants.js';
import { field } from './message-text.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
const JANE = 'jane@example.org';
const BOB = 'bob@example.org';

/** Staff have answered both; nothing of it is sent yet. */
async function holding(): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  for (const from of [JANE, BOB]) world.server.deliver(matter({ from, subject: `Matter of ${from}` }));
  await world.pass();
  for (const ticket of [1, 2]) relay(world, ticket, 'answer');
  await world.pass({ ...world.desk(), hold: true });
  return world;
}

function relay(world: DeskWorld, ticket: number, name: string): void {
  world.server.deliver(answer(world, { by: 'steve@example.com', ticket, name }));
}

function waiting(world: DeskWorld) {
  return world.visible('outbox').filter(({ flags }) => !flags.has('\\Answered'));
}

function uidOfJanes(world: DeskWorld): number {
  const [found] = waiting(world).filter(({ content }) => field(content.raw, 'X-Imapdesk-Stage-To') === JANE);
  if (found === undefined) throw new Error('nothing waits for Jane');
  return found.uid;
}

/** The text of one letter, with that of others or alone. */
function textOf(uid: number): RegExp {
  return new RegExp(`^source Outbox (?:\\d+,)*${uid}(?:,\\d+)*$`);
}

/** A server that refuses the text of what the pattern names. */
function withoutText(world: DeskWorld, pattern: RegExp, options: { explained: boolean }): WorkingDesk {
  return world.desk(refusing(pattern, options), openGate);
}

describe('a letter whose text the server refuses', () => {
  it('keeps no other from being sent, and goes to Review after three attempts, told once', async () => {
    const world = await holding();
    const uid = uidOfJanes(world);
    const desk = withoutText(world, textOf(uid), { explained: false });
    for (let day = 0; day < 6; day += 1) {
      const { delivery, refused } = await world.pass(desk);
      expect(refused).toBe(day === 2 ? 1 : 0);
      expect(delivery?.code).toBe(day < 2 ? 'outbox-unreadable' : undefined);
      if (day < 2) expect(delivery).toMatchObject({ exitCode: 75, scope: 'folder' });
      if (day < 2) expect(delivery?.message).toContain(`Outbox, so it is not sent: UID ${uid}`);
      expect(world.addressees('review')).toEqual(day < 2 ? [] : [JANE]);
      relay(world, 2, `daily ${day}`);
      world.clock.advance(DAY);
    }
    await world.pass(desk);
    const sent = world.sent();
    expect(sent.filter((line) => line === `Hello. to ${BOB}`)).toHaveLength(7);
    expect(sent.filter((line) => line.startsWith('not-delivered'))).toHaveLength(2);
    expect(sentOnce(world.post.sent)).toEqual([]);
    expect(
      world.log.filter(({ message }) => message.endsWith('cannot read a message in the outbox')),
    ).toHaveLength(1);
    for (const { flags } of world.visible('review')) expect([...flags]).not.toContain('\\Draft');
  });

  it('is not taken for one that is gone where the server answers without the text', async () => {
    const world = await holding();
    const uid = uidOfJanes(world);
    const desk = world.desk();
    const textless = withStore(desk, {
      fetchSource: (folder, uids) =>
        desk.store.fetchSource(folder, folder === 'Outbox' ? uids.filter((one) => one !== uid) : uids),
    });
    expect((await world.pass(textless)).delivery).toMatchObject({ code: 'outbox-unreadable' });
    expect(world.addressees('outbox')).toContain(JANE);
    expect(world.sent()).toContain(`Hello. to ${BOB}`);
  });

  it('has its attempts a minute apart, and is sent as soon as it can be read', async () => {
    const world = await holding();
    const desk = withoutText(world, textOf(uidOfJanes(world)), { explained: false });
    for (let passes = 0; passes < 4; passes += 1) {
      await world.pass(desk);
      relay(world, 2, `quick ${passes}`);
    }
    expect(world.addressees('review')).toEqual([]);
    expect(await world.pass()).toMatchObject({ delivery: null });
    expect(world.sent()).toContain(`Hello. to ${JANE}`);
    expect(world.addressees('outbox')).toEqual([]);
  });

  it('is not blamed where no letter at all can be read', async () => {
    const world = await holding();
    const desk = withoutText(world, /^source Outbox/, { explained: false });
    for (let minutes = 0; minutes < 10; minutes += 1) {
      expect((await world.pass(desk)).delivery).toMatchObject({ code: 'outbox-unreadable', exitCode: 75 });
      world.clock.advance(MINUTE);
    }
    expect(world.addressees('review')).toEqual([]);
    expect(await world.pass()).toMatchObject({ delivery: null });
    expect(world.addressees('outbox')).toEqual([]);
    expect(sentOnce(world.post.sent)).toEqual([]);
  });

  it('is not blamed where the server gives a reason of its own: the pass ends with that', async () => {
    const world = await holding();
    const desk = withoutText(world, /^source Outbox/, { explained: true });
    for (let minutes = 0; minutes < 4; minutes += 1) {
      await expect(world.pass(desk)).rejects.toMatchObject({ code: 'imap-refused' });
      world.clock.advance(MINUTE);
    }
    expect(world.addressees('review')).toEqual([]);
    await world.pass();
    expect(world.addressees('outbox')).toEqual([]);
  });

  it('does not keep the others in Review from being sent again', async () => {
    const world = await holding();
    const refused = { step: 'RCPT TO', reply: '550 5.1.1 No such user' } as const;
    world.post.rule = ({ to }) => (to === JANE || to === BOB ? refused : null);
    await world.pass();
    expect(world.addressees('review').toSorted()).toEqual([BOB, JANE]);
    const [uid] = world.visible('review').map((message) => message.uid);
    const desk = withoutText(world, new RegExp(`^source Review ${uid}$`), { explained: false });
    expect(await planRetry(desk, null)).toMatchObject({ again: [{}], kept: [{ why: 'not-signed' }] });
  });
});

describe('a letter whose header the server refuses too', () => {
  it('is counted and told at every pass, keeps no other from being sent, and is sent once it can be read', async () => {
    const world = await holding();
    const uid = uidOfJanes(world);
    const [bad] = waiting(world).filter((message) => message.uid === uid);
    world.server.unreadable.add(bad?.content.origin ?? -1);
    for (let day = 0; day < 4; day += 1) {
      const { delivery, backlog } = await world.pass();
      expect(delivery).toMatchObject({ code: 'outbox-unreadable', exitCode: 75, scope: 'folder' });
      expect(delivery?.message).toContain(`Outbox, so it is not sent: UID ${uid}`);
      expect(backlog?.outbox).toMatchObject({ length: 1, held: 0 });
      expect(world.addressees('outbox')).toEqual([JANE]);
      world.clock.advance(DAY);
    }
    expect(world.sent()).toContain(`Hello. to ${BOB}`);
    world.server.unreadable.clear();
    expect(await world.pass()).toMatchObject({ delivery: null, backlog: { outbox: { length: 0 } } });
    expect(world.sent()).toContain(`Hello. to ${JANE}`);
    expect(sentOnce(world.post.sent)).toEqual([]);
  });
});
