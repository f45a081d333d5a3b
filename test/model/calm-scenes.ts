/** What happens at a desk in which nothing goes wrong: scenes whose every call to the ports is recorded. */
import { composeBounce } from '../../src/demo/bounce.js';

import type { WorkingDesk } from '../../src/worker/workplace/desk.js';
import { drag } from '../fixtures/deeds.js';

import { alerting, Receiver, rule } from './alert-world.js';
import { answer, disorder, fullInbox, growOld, matter, quietDay } from './busy-day.js';
import { CallRecord } from './call-record.js';
import { passAs } from './claimed-pass.js';
import { DeskWorld, openGate, refusing, type WorldOptions } from './desk-world.js';
import { answerTo } from './sample-mail.js';
import { askToMerge, askToSplit, merging, mixedUp, splitting } from './second-thoughts.js';
import { save, withTicket as withSent } from './sent-mail.js';

const JANE = 'jane@example.org';
const STEVE = 'steve@example.com';
const AUTOMATIC = ['Auto-Submitted: auto-replied'];
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A world and the record of its passes. */
class Staging {
  readonly world: DeskWorld;
  readonly record: CallRecord;

  constructor(world: DeskWorld) {
    this.world = world;
    this.record = new CallRecord(world);
  }

  deliver(...mail: readonly Buffer[]): void {
    for (const raw of mail) this.world.server.deliver(raw);
  }

  /** A pass of a new worker, or of the one that is given. */
  async pass(what: string, desk: WorkingDesk = this.world.desk()): Promise<void> {
    this.record.begin(what);
    await this.world.pass(this.record.watch(desk));
  }
}

async function begun(options: WorldOptions = {}): Promise<Staging> {
  const world = new DeskWorld(options);
  await world.pass();
  return new Staging(world);
}

/** Tickets 1, 2, … are open, each of another person. */
async function withTickets(count: number, options: WorldOptions = {}): Promise<Staging> {
  const stage = await begun(options);
  const people = [JANE, 'bob@example.org', 'carl@example.org'];
  for (const from of people.slice(0, count)) stage.deliver(matter({ from, subject: `Matter of ${from}` }));
  await stage.world.pass();
  return stage;
}

/** The report that the letter sent last to that address could not be delivered. */
function bounceOf(world: DeskWorld, recipient: string): Buffer {
  const raw = world.post.sent.findLast(({ envelope }) => envelope.to === recipient)?.raw ?? Buffer.alloc(0);
  const at = new Date('2026-11-02T10:11:12Z');
  const report = composeBounce({ from: 'support@example.com', recipient, raw, at });
  const text = report.toString('latin1').replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'bounce');
  return Buffer.from(text, 'latin1');
}

async function claimed(stage: Staging, what: string): Promise<void> {
  stage.record.begin(what);
  const desk = stage.record.watch(stage.world.desk());
  // So long a lease that nothing is renewed, however often the clock is read.
  await passAs(desk, { worker: 'worker', isGone: () => true, leaseMs: HOUR_MS });
}

async function quiet(tickets: number): Promise<Staging> {
  const stage = await withTickets(tickets);
  const desk = stage.world.desk();
  await stage.pass('a worker begins', desk);
  await stage.pass('it goes on', desk);
  stage.world.clock.advance(HOUR_MS);
  await stage.pass('an hour later', desk);
  return stage;
}

async function closeAndReopen(stage: Staging): Promise<void> {
  stage.deliver(answer(stage.world, { by: JANE, ticket: 1, done: true, name: 'close' }));
  await stage.pass('the requester closes it');
  stage.deliver(answer(stage.world, { by: JANE, ticket: 1, name: 'reopen' }));
  await stage.pass('the requester writes again');
}

/** By the name of the file that keeps the record. */
const SCENES: Readonly<Record<string, () => Promise<Staging>>> = {
  adoption: async () => {
    const stage = new Staging(new DeskWorld());
    await stage.pass('an empty mailbox');
    await stage.pass('nothing has come');
    return stage;
  },
  'adoption-beside-old-mail': async () => {
    const stage = new Staging(new DeskWorld());
    stage.deliver(matter({ from: JANE, subject: 'Ancient' }));
    stage.world.clock.advance(120 * HOUR_MS);
    stage.deliver(matter({ from: JANE, subject: 'Recent' }));
    await stage.pass('one message is older than is taken, one is not');
    await stage.pass('nothing has come');
    return stage;
  },
  'new-mail': async () => {
    const stage = await begun();
    stage.deliver(matter({ from: JANE, subject: 'Printer' }));
    await stage.pass('one new mail');
    stage.deliver(
      ...['Modem', 'Router', 'Switch'].map((subject) => matter({ from: 'gina@example.org', subject })),
    );
    await stage.pass('three at once');
    return stage;
  },
  answer: async () => {
    const stage = await withTickets(1);
    stage.deliver(answer(stage.world, { by: JANE, ticket: 1 }));
    await stage.pass('the requester answers the signed address');
    stage.deliver(
      matter({
        from: JANE,
        subject: 'More',
        lines: [`In-Reply-To: <matter-of-jane-example-org@example.org>`],
      }),
    );
    await stage.pass('and answers her own mail, which takes a link');
    return stage;
  },
  'staff-reply': async () => {
    const stage = await withTickets(1);
    stage.deliver(answer(stage.world, { by: STEVE, ticket: 1 }));
    await stage.pass('a reply of staff is relayed');
    stage.deliver(answer(stage.world, { by: STEVE, ticket: 1, done: true, name: 'last' }));
    await stage.pass('another closes the ticket');
    return stage;
  },
  'close-reopen': async () => {
    const stage = await withTickets(2);
    await closeAndReopen(stage);
    return stage;
  },
  'close-reopen-without-uidplus': async () => {
    const stage = await withTickets(1, { move: 'copy', uidPlus: false });
    await closeAndReopen(stage);
    return stage;
  },
  'reopen-long-after': async () => {
    const stage = new Staging(await quietDay());
    stage.deliver(answer(stage.world, { by: 'carl@example.org', ticket: 3 }));
    await stage.pass('an answer to a ticket whose entry is among the newest no longer');
    return stage;
  },
  requests: async () => {
    const stage = await withTickets(2);
    await stage.world.request(openGate, 'close', 1);
    await stage.pass('a command closes it');
    await stage.world.request(openGate, 'reopen', 1);
    await stage.pass('a command reopens it');
    return stage;
  },
  drags: async () => {
    const stage = await withTickets(2);
    await drag(stage.world, { from: 'Open', to: 'Archived', subject: `Matter of ${JANE}` });
    await stage.pass('its first mail was dragged to Archived');
    await drag(stage.world, { from: 'Archived', to: 'Open', subject: `Matter of ${JANE}` });
    await stage.pass('and back');
    stage.deliver(matter({ from: 'eve@example.net', subject: 'Lost', to: 'support+77@example.com' }));
    await stage.pass('mail for a number that is not');
    await drag(stage.world, { from: 'Review', to: 'Open', subject: 'Lost' });
    await stage.pass('it was dragged to Open');
    return stage;
  },
  merge: async () => {
    const stage = await withTickets(3);
    await askToMerge(stage.world, { into: 1, from: 2, joinPeople: true });
    await stage.pass('2 becomes a part of 1');
    stage.deliver(answer(stage.world, { by: 'bob@example.org', ticket: 2, name: 'later' }));
    await stage.pass('mail for 2');
    return stage;
  },
  merges: async () => {
    const stage = new Staging(await merging());
    await stage.pass('merges in every direction, and mail for all these numbers');
    return stage;
  },
  split: async () => {
    const stage = new Staging(await mixedUp());
    await askToSplit(stage.world, 1, 'Toner');
    await stage.pass('a message becomes a ticket of its own');
    return stage;
  },
  splits: async () => {
    const stage = new Staging(await splitting());
    await stage.pass('three do, and mail answers one of them');
    return stage;
  },
  bounce: async () => {
    const stage = await withTickets(1);
    stage.deliver(bounceOf(stage.world, JANE));
    await stage.pass('the acknowledgement came back');
    await stage.pass('nothing has come');
    return stage;
  },
  automatic: async () => {
    const stage = await withTickets(1);
    const sent = stage.world.post.sent.find(({ envelope }) => envelope.to === JANE)?.raw ?? Buffer.alloc(0);
    const away = answerTo(sent, { from: JANE, messageId: 'away@example.org' });
    stage.deliver(Buffer.concat([Buffer.from(`${AUTOMATIC[0]}\r\n`), away]));
    await stage.pass('the requester is away');
    stage.deliver(matter({ from: 'bob@example.org', subject: 'Away', lines: AUTOMATIC }));
    await stage.pass('somebody else is, and nobody has asked');
    await stage.pass('nothing has come');
    return stage;
  },
  'quiet-without-tickets': () => quiet(0),
  'quiet-with-three-tickets': () => quiet(3),
  'refused-letter': async () => {
    const stage = await withTickets(1);
    stage.world.post.rule = ({ to }) =>
      to === JANE ? { step: 'RCPT TO', reply: '550 5.1.1 No such user' } : null;
    stage.deliver(answer(stage.world, { by: STEVE, ticket: 1 }));
    await stage.pass('a reply of staff is refused for good');
    await stage.pass('the news goes out');
    stage.world.post.rule = () => null;
    await drag(stage.world, { from: 'Review', to: 'Outbox', subject: `Re: [issue1] Matter of ${JANE}` });
    stage.world.clock.advance(HOUR_MS);
    await stage.pass('a person has put the letter back into the outbox');
    return stage;
  },
  'letter-for-later': async () => {
    const stage = await begun();
    stage.world.post.rule = ({ to }) =>
      to === JANE ? { step: 'RCPT TO', reply: '450 4.2.0 Greylisted' } : null;
    stage.deliver(matter({ from: JANE, subject: 'Printer' }));
    await stage.pass('the server wants the acknowledgement later');
    stage.world.post.rule = () => ({ step: 'greeting', reply: null });
    stage.world.clock.advance(HOUR_MS);
    await stage.pass('there is no SMTP server');
    stage.world.post.rule = () => null;
    stage.world.clock.advance(HOUR_MS);
    await stage.pass('there is one again');
    return stage;
  },
  'mail-that-cannot-be-filed': async () => {
    const stage = await begun();
    for (const subject of ['One', 'Two', 'Three', 'Four']) {
      stage.deliver(matter({ from: `${subject.toLowerCase()}@example.org`, subject }));
      const gate = refusing(/^append Outbox .*One/, { explained: false });
      await stage.pass('the server refuses letters about one message', stage.world.desk(gate, openGate));
      stage.world.clock.advance(MINUTE_MS);
    }
    return stage;
  },
  'sent-by-hand': async () => {
    const stage = new Staging(await withSent());
    save(stage.world);
    await stage.pass('somebody has written from the account of the desk');
    await stage.pass('nothing has come');
    return stage;
  },
  alerts: async () => {
    const stage = await begun();
    const receiver = new Receiver();
    const line = receiver.line();
    const mail = { to: ['night@example.net'], sms: null };
    const desk = alerting(stage.world.desk(), { rules: [rule(), rule({ name: 'mail', mail })], line });
    stage.deliver(matter({ from: JANE, subject: 'Printer' }));
    await stage.pass('one new mail, of which two alerts tell', desk);
    await line.settle(MINUTE_MS);
    await stage.pass('what became of the one is noted', desk);
    await stage.pass('nothing has come', desk);
    stage.world.clock.advance(2 * HOUR_MS);
    await stage.pass('the limits count no more', desk);
    return stage;
  },
  'under-a-claim': async () => {
    const stage = await begun();
    await claimed(stage, 'nothing has come');
    stage.deliver(matter({ from: JANE, subject: 'Printer' }));
    await claimed(stage, 'one new mail');
    return stage;
  },
  'full-inbox': async () => {
    const stage = new Staging(await fullInbox());
    await stage.pass('eight messages of every kind');
    await stage.pass('nothing has come');
    return stage;
  },
  disorder: async () => {
    const stage = new Staging(await disorder());
    await stage.pass('people moved mail, and a command asked for a close');
    await growOld(stage.world);
    await stage.pass('nothing has come');
    return stage;
  },
};

export const SCENE_NAMES = Object.keys(SCENES);

/** The record of that scene, the same at each time. */
export async function recordOf(name: string): Promise<string> {
  const scene = SCENES[name];
  if (scene === undefined) throw new Error(`there is no scene ${name}`);
  const { record } = await scene();
  return record.text();
}
