/** Everything after the outbox, on the model: what the worker makes of what a mail server says. */
import { describe, expect, it } from 'vitest';
import { LookAgain } from '../../src/worker/workplace/claim.js';
import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { answer, matter } from './busy-day.js';
import { DeskWorld, openGate, refusing } from './desk-world.js';
import { sentOnce } from './invariants.js';
import type { Answer, Rule } from './memory-courier.js';
import { field } from './message-text.js';
import type { Gate } from './scheduler.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
const PEOPLE = ['jane', 'bob', 'carl', 'dora'].map((name) => `${name}@example.org`);
const [JANE = '', BOB = ''] = PEOPLE;
const LIMIT: Answer = { step: 'message', reply: '554 5.7.1 Daily limit exceeded' };

/** A ticket for each of these people. */
async function withTickets(people: readonly string[]): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  for (const from of people) world.server.deliver(matter({ from, subject: `Matter of ${from}` }));
  await world.pass();
  return world;
}

/** Staff answer these tickets, numbered as people came: a relay each. */
function relays(world: DeskWorld, tickets: readonly number[], name = 'answer'): void {
  for (const ticket of tickets)
    world.server.deliver(answer(world, { by: 'steve@example.com', ticket, name }));
}

function told(world: DeskWorld, from = 0): readonly string[] {
  return world.sent(from).filter((line) => line.startsWith('not-delivered'));
}

describe('a refusal that is about one message', () => {
  it('is believed at once where the server says so, and each of staff is told once, with the reason', async () => {
    const world = await withTickets([JANE, BOB]);
    relays(world, [1, 2]);
    world.post.rule = ({ to }) => (to === JANE ? { step: 'RCPT TO', reply: '550 5.1.1 No such user' } : null);
    const outcome = await world.pass();
    expect(outcome).toMatchObject({ refused: 1, delivery: null });
    expect(world.addressees('review')).toEqual([JANE]);
    await world.pass();
    expect(told(world).toSorted()).toEqual([
      'not-delivered to ann@example.com',
      'not-delivered to steve@example.com',
    ]);
    const news = world.post.sent.at(-1)?.raw.toString() ?? '';
    expect(news).toContain('550 5.1.1 No such user');
    await world.pass();
    expect(told(world)).toHaveLength(2);
  });

  it('is believed once the server takes another letter after it', async () => {
    const world = await withTickets([JANE, BOB]);
    relays(world, [1, 2]);
    world.post.rule = ({ to }) => (to === JANE ? { step: 'message', reply: '554 5.7.1 Spam' } : null);
    expect(await world.pass()).toMatchObject({ refused: 1, delivery: null });
    expect(world.addressees('review')).toEqual([JANE]);
    expect(world.addressees('outbox')).toEqual(['steve@example.com', 'ann@example.com']);
  });

  it('is believed of a recipient where the server took another letter before', async () => {
    const world = await withTickets([JANE, BOB]);
    relays(world, [2, 1]);
    world.post.rule = ({ to }) => (to === JANE ? { step: 'RCPT TO', reply: '550 No' } : null);
    expect(await world.pass()).toMatchObject({ refused: 1, delivery: null });
    expect(world.addressees('review')).toEqual([JANE]);
  });

  it('tells a letter that is too large with its size and the limit', async () => {
    const world = await withTickets([JANE]);
    relays(world, [1]);
    world.post.rule = ({ to }) => (to === JANE ? { step: 'message', reply: '552 5.3.4 Too big' } : null);
    await world.pass();
    await world.pass();
    expect(told(world)).toHaveLength(2);
    expect(world.post.sent.at(-1)?.raw.toString()).toContain('too large');
  });

  it('is no news where only the desk itself has spoken', async () => {
    const world = new DeskWorld({ post: { refuses: (to) => to === JANE } });
    await world.pass();
    world.server.deliver(matter({ from: JANE, subject: 'Modem' }));
    await world.pass();
    await world.pass();
    expect(world.addressees('review')).toEqual([JANE]);
    expect(told(world)).toEqual([]);
  });
});

describe('a server that refuses all mail', () => {
  it('is told, and everything stays in the outbox and leaves when it is over', async () => {
    const world = await withTickets(PEOPLE);
    const before = world.post.sent.length;
    relays(world, [1, 2, 3, 4]);
    world.post.rule = () => LIMIT;
    for (let minutes = 0; minutes < 30; minutes += 1) {
      const tries = world.post.attempts.length;
      const { delivery, refused } = await world.pass();
      expect(delivery).toMatchObject({ code: 'smtp-refuses-all', exitCode: 69 });
      expect(delivery?.message).toContain('refuses all mail: 554 5.7.1 Daily limit exceeded');
      expect(refused).toBe(0);
      expect(world.post.attempts.length - tries).toBe(3);
      world.clock.advance(MINUTE);
    }
    expect(world.addressees('review')).toEqual([]);
    expect(world.post.sent.length).toBe(before);
    world.post.rule = () => null;
    expect(await world.pass()).toMatchObject({ delivery: null });
    expect(world.addressees('outbox')).toEqual([]);
    for (const person of PEOPLE) expect(world.sent(before)).toContain(`Hello. to ${person}`);
    expect(sentOnce(world.post.sent)).toEqual([]);
    expect(told(world)).toEqual([]);
  });

  it('is told where it has taken some before', async () => {
    const world = await withTickets(PEOPLE);
    relays(world, [1, 2, 3, 4]);
    const from = world.post.attempts.length;
    world.post.rule = ({ count }) => (count < from + 2 ? null : LIMIT);
    expect((await world.pass()).delivery).toMatchObject({ code: 'smtp-refuses-all' });
    expect(world.addressees('review')).toEqual([]);
    world.post.rule = () => null;
    await world.pass();
    expect(world.addressees('outbox')).toEqual([]);
    expect(sentOnce(world.post.sent)).toEqual([]);
  });

  it('does not stop all mail for two who are never taken', async () => {
    const world = await withTickets(PEOPLE);
    relays(world, [1, 2, 3, 4]);
    world.post.rule = ({ to }) => (to === JANE || to === BOB ? LIMIT : null);
    expect(await world.pass()).toMatchObject({ delivery: null, refused: 2 });
    expect(world.addressees('review').toSorted()).toEqual([BOB, JANE]);
    expect(world.addressees('outbox').filter((to) => to.endsWith('@example.org'))).toEqual([]);
  });

  it.each([
    { step: 'MAIL FROM', reply: '451 4.3.0 Later', exitCode: 75, code: 'smtp-unusable-sender' },
    { step: 'MAIL FROM', reply: '550 5.7.1 Not you', exitCode: 69, code: 'smtp-unusable-sender' },
    { step: 'RCPT TO', reply: '451 4.3.0 Later', exitCode: 75, code: 'smtp-defers-all' },
    { step: 'message', reply: '452 4.3.1 Full', exitCode: 75, code: 'smtp-defers-all' },
    { step: 'AUTH', reply: '535 5.7.8 Wrong', exitCode: 77, code: 'smtp-sign-in-refused' },
    { step: 'greeting', reply: '554 No', exitCode: 69, code: 'smtp-unusable-server' },
  ] as const)('at $step: $reply ends a pass with $exitCode', async ({ step, reply, exitCode, code }) => {
    const world = await withTickets(PEOPLE);
    relays(world, [1, 2]);
    world.post.rule = () => ({ step, reply });
    for (let days = 0; days < 7; days += 1) {
      expect((await world.pass()).delivery).toMatchObject({ exitCode, code });
      world.clock.advance(DAY);
    }
    expect(world.addressees('review')).toEqual([]);
    world.post.rule = () => null;
    expect((await world.pass()).delivery).toBe(null);
    expect(world.addressees('outbox')).toEqual([]);
  });
});

describe('a server that limits mail to the outside, and takes what is for the staff', () => {
  const outside: Rule = ({ to }) => (to.endsWith('@example.com') ? null : LIMIT);
  const CUSTOMERS = [...PEOPLE, 'emil@example.org'];

  it('is told, nobody is given up, staff get theirs, and everything leaves when it is over', async () => {
    const world = new DeskWorld();
    await world.pass();
    for (const from of CUSTOMERS) world.server.deliver(matter({ from, subject: `Matter of ${from}` }));
    world.post.rule = outside;
    for (let minutes = 0; minutes < 30; minutes += 1) {
      const { delivery, refused } = await world.pass();
      expect(delivery).toMatchObject({ temporary: false, exitCode: 69 });
      if (minutes === 0)
        expect(delivery?.message).toBe(
          'the mail server refuses mail to 5 people for the same reason: 554 5.7.1 Daily limit exceeded',
        );
      expect(refused).toBe(0);
      world.clock.advance(MINUTE);
    }
    expect(world.addressees('review')).toEqual([]);
    expect(world.addressees('outbox')).toEqual(CUSTOMERS);
    expect(world.sent().filter((line) => line.endsWith('to steve@example.com'))).toHaveLength(5);
    const from = world.post.sent.length;
    world.post.rule = () => null;
    expect(await world.pass()).toMatchObject({ delivery: null });
    expect(world.sent(from)).toHaveLength(5);
    expect(world.addressees('outbox')).toEqual([]);
    expect(sentOnce(world.post.sent)).toEqual([]);
  });

  it.each(['one worker', 'a worker of its own each time'])(
    'is known where one customer comes a minute: %s',
    async (how) => {
      const world = new DeskWorld();
      await world.pass();
      world.post.rule = outside;
      const lasting = world.desk();
      for (const from of CUSTOMERS) {
        world.server.deliver(matter({ from, subject: `Matter of ${from}` }));
        await world.pass(how === 'one worker' ? lasting : world.desk());
        world.clock.advance(MINUTE);
      }
      expect(world.addressees('review')).toEqual(CUSTOMERS.slice(0, 2));
      expect(world.addressees('outbox')).toEqual(CUSTOMERS.slice(2));
    },
  );

  it('is known where one reply comes every ten minutes, and nothing else is sent', async () => {
    const world = await withTickets(CUSTOMERS);
    world.post.rule = outside;
    for (const ticket of [1, 2, 3, 4, 5]) {
      await world.request(openGate, 'close', ticket);
      for (let minutes = 0; minutes < 10; minutes += 1) {
        await world.pass();
        world.clock.advance(MINUTE);
      }
    }
    expect(world.addressees('review').filter((to) => CUSTOMERS.includes(to))).toEqual(CUSTOMERS.slice(0, 2));
    expect(world.addressees('outbox')).toEqual(CUSTOMERS.slice(2));
  });

  it('does not keep new mail for the staff waiting behind what is refused', async () => {
    const world = new DeskWorld();
    await world.pass();
    for (const from of CUSTOMERS) world.server.deliver(matter({ from, subject: `Matter of ${from}` }));
    world.post.rule = outside;
    await world.pass();
    for (let minutes = 0; minutes < 10; minutes += 1) {
      world.clock.advance(MINUTE);
      const from = world.post.sent.length;
      world.server.deliver(matter({ from: `new${minutes}@example.org`, subject: `New ${minutes}` }));
      expect(await world.pass()).toMatchObject({ refused: 0 });
      expect(world.sent(from)).toHaveLength(2);
    }
    expect(world.addressees('review')).toEqual([]);
  });

  it('is not what three are whom it never takes: after five days they go to Review', async () => {
    const world = await withTickets(PEOPLE);
    relays(world, [1, 2, 3, 4]);
    world.post.rule = ({ to }) => (to === PEOPLE[3] || to.endsWith('@example.com') ? null : LIMIT);
    expect(await world.pass()).toMatchObject({ refused: 0, delivery: { code: 'smtp-refuses-many' } });
    expect(world.addressees('outbox').filter((to) => to.endsWith('@example.org'))).toEqual(
      PEOPLE.slice(0, 3),
    );
    world.clock.advance(5 * DAY);
    relays(world, [4], 'again');
    expect(await world.pass()).toMatchObject({ refused: 3, delivery: null });
    expect(world.addressees('review')).toEqual(PEOPLE.slice(0, 3));
  });
});

describe('a lone letter that is refused', () => {
  it('has three attempts, a minute apart', async () => {
    const world = await withTickets([JANE]);
    await world.request(openGate, 'close', 1);
    world.post.rule = () => LIMIT;
    for (let attempts = 1; attempts <= 2; attempts += 1) {
      for (const seconds of [0, 10, 10]) {
        world.clock.advance(seconds * 1000);
        expect((await world.pass()).delivery).toMatchObject({ code: 'smtp-refused', exitCode: 75 });
      }
      expect(world.addressees('outbox')).toEqual([JANE]);
      world.clock.advance(MINUTE);
    }
    expect(await world.pass()).toMatchObject({ refused: 1, delivery: null });
    expect(world.addressees('review')).toEqual([JANE]);
    world.post.rule = () => null;
    await world.pass();
    expect(told(world)).toHaveLength(2);
  });

  it('begins anew where it was taken in between', async () => {
    const world = await withTickets([JANE]);
    await world.request(openGate, 'close', 1);
    world.post.rule = () => LIMIT;
    await world.pass();
    world.post.rule = () => null;
    world.clock.advance(MINUTE);
    expect(await world.pass()).toMatchObject({ sent: 1, refused: 0 });
    await world.pass();
    const live = world
      .visible('register')
      .filter(
        ({ content, flags }) =>
          field(content.raw, 'X-Imapdesk-Entry') === 'attempt' && !flags.has('\\Answered'),
      );
    expect(live).toEqual([]);
  });

  it('is never given up if it is news for staff', async () => {
    const world = await withTickets([JANE]);
    relays(world, [1]);
    world.post.rule = ({ to }) => (to === JANE ? { step: 'RCPT TO', reply: '550 5.1.1 No' } : null);
    await world.pass();
    world.post.rule = ({ to }) => (to.startsWith('ann@') ? LIMIT : null);
    await world.pass();
    world.post.rule = () => LIMIT;
    for (let minutes = 0; minutes < 10; minutes += 1) {
      world.clock.advance(MINUTE);
      await world.pass();
    }
    world.post.rule = () => null;
    await world.pass();
    expect(told(world).length).toBeGreaterThanOrEqual(1);
    expect(world.addressees('review').filter((to) => to === 'steve@example.com')).toEqual([]);
  });
});

describe('a letter that the server puts off', () => {
  it('goes to Review after five days, while other mail goes', async () => {
    const world = await withTickets([JANE, BOB]);
    relays(world, [1]);
    world.post.rule = ({ to }) => (to === JANE ? { step: 'RCPT TO', reply: '450 4.2.0 Later' } : null);
    expect(await world.pass()).toMatchObject({ refused: 0, delivery: null });
    world.clock.advance(4 * DAY);
    expect(await world.pass()).toMatchObject({ refused: 0 });
    world.clock.advance(DAY);
    expect(await world.pass()).toMatchObject({ refused: 1 });
    expect(world.addressees('review')).toEqual([JANE]);
  });
});

describe('a mark that the mailbox refuses', () => {
  async function twoRelays(): Promise<DeskWorld> {
    const world = await withTickets(PEOPLE);
    relays(world, [1, 2, 3, 4]);
    return world;
  }

  async function expectRefused(world: DeskWorld, desk: WorkingDesk): Promise<void> {
    for (let passes = 0; passes < 4; passes += 1)
      await expect(world.pass(desk)).rejects.toMatchObject({ code: 'imap-refused' });
  }

  function expectAllSentOnce(world: DeskWorld): void {
    expect(sentOnce(world.post.sent)).toEqual([]);
    expect(world.addressees('outbox')).toEqual([]);
    for (const folder of ['open', 'archived'] as const)
      for (const { flags } of world.visible(folder)) expect([...flags]).not.toContain('\\Draft');
    const live = world
      .visible('register')
      .filter(
        ({ content, flags }) =>
          field(content.raw, 'X-Imapdesk-Entry') === 'taken' && !flags.has('\\Answered'),
      );
    expect(live).toEqual([]);
  }

  it('comes before anything is sent: then nothing is', async () => {
    const world = await twoRelays();
    const before = world.post.attempts.length;
    await expectRefused(world, world.desk(refusing(/^store Outbox .*"add":\["\\\\Draft"\]/), openGate));
    expect(world.post.attempts.length).toBe(before);
    await world.pass();
    await world.pass();
    expectAllSentOnce(world);
  });

  it('is remembered in the register, for any other worker', async () => {
    const world = await twoRelays();
    await expectRefused(world, world.desk(refusing(/^store Outbox .*Answered/), openGate));
    await world.pass();
    await world.pass();
    expectAllSentOnce(world);
  });

  it('is remembered by the process, where the register refuses as well', async () => {
    const world = await twoRelays();
    const desk = world.desk(refusing(/^store Outbox .*Answered|has taken/), openGate);
    await expectRefused(world, desk);
    expect(world.log.map(({ level }) => level)).toContain('error');
    const healed = { ...desk, store: world.desk().store };
    await world.pass(healed);
    await world.pass(healed);
    expectAllSentOnce(world);
  });

  it('is not tried again by a worker that has lost the desk to another one', async () => {
    const world = await twoRelays();
    let tries = 0;
    const lost: Gate = {
      actor: 'worker',
      begin: (what) => {
        if (!/^store Outbox .*Answered/.test(what)) return openGate.begin(what);
        tries += 1;
        return Promise.reject(new LookAgain('held up'));
      },
    };
    await expect(world.pass(world.desk(lost, openGate))).rejects.toThrow(LookAgain);
    expect(tries).toBe(1);
  });

  it('is there, and only the way to the ticket is barred: the copy gets there later', async () => {
    const world = await twoRelays();
    await expectRefused(world, world.desk(refusing(/^move Outbox .*Open/), openGate));
    // Longer than what was sent is remembered.
    world.clock.advance(5 * DAY);
    await expectRefused(world, world.desk(refusing(/^move Outbox .*Open/), openGate));
    await world.pass();
    expectAllSentOnce(world);
    const relayed = world
      .visible('open')
      .filter(({ content }) => field(content.raw, 'X-Imapdesk-Stage') === 'relay');
    expect(relayed.length).toBe(4);
  });
});
