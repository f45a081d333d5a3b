/** Much mail at once: a pass reads it in windows, sends between them, and comes to the same as with all of it in hand. */
import { describe, expect, it } from 'vitest';
import { fullInbox, matter } from './busy-day.js';
import { DeskWorld } from './desk-world.js';
import { whatWasSent, whereAllLies } from './end-state.js';
import { passOf } from './pass-of.js';
import { watched } from './watched-desk.js';

const JANE = 'jane@example.org';
const PEOPLE = ['ann', 'bob', 'cora', 'dan', 'eve', 'finn', 'gus'].map((name) => `${name}@example.net`);

async function withMail(windowMessages?: number): Promise<DeskWorld> {
  const world = new DeskWorld({ windowMessages });
  await world.pass();
  for (const from of PEOPLE) world.server.deliver(matter({ from, subject: `Matter of ${from}` }));
  return world;
}

/** The calls of a pass that say how it goes on: what is read of the inbox, what moves from it, and what is sent. */
async function courseOf(world: DeskWorld): Promise<readonly string[]> {
  const calls: string[] = [];
  await world.pass(watched(world.desk(), (call) => calls.push(call)));
  return calls.filter((call) => /^(?:fetch INBOX|move INBOX|send .*@example\.net)/.test(call));
}

describe('a pass over more mail than a window holds', () => {
  it('reads no more at a time, and sends what a window released before it reads the next one', async () => {
    const world = await withMail(3);
    const filing = (some: readonly string[]): readonly string[] => [
      `fetch INBOX ${some.length}`,
      `move INBOX ${some.length} Open`,
      ...some.map((to) => `send ${to}`),
    ];
    const windows = [PEOPLE.slice(0, 3), PEOPLE.slice(3, 6), PEOPLE.slice(6)];
    expect(await courseOf(world)).toEqual(windows.flatMap(filing));
  });

  it('comes to the same as one that holds all of it', async () => {
    const [small, large] = [await withMail(2), await withMail()];
    const [first, second] = [await small.pass(), await large.pass()];
    expect(whereAllLies(small)).toEqual(whereAllLies(large));
    expect(whatWasSent(small, 0)).toEqual(whatWasSent(large, 0));
    expect(first.told.map(({ decision }) => decision)).toEqual(second.told.map(({ decision }) => decision));
    expect([first.sent, first.refused, first.arrived]).toEqual([second.sent, second.refused, second.arrived]);
  });

  it('comes to the same where tickets are closed and opened again in it', async () => {
    const [small, large] = [await fullInbox({ windowMessages: 1 }), await fullInbox()];
    const before = small.post.sent.length;
    await small.pass();
    await large.pass();
    expect(small.tickets()).toEqual(large.tickets());
    expect(small.contents('inbox')).toEqual([]);
    expect(whatWasSent(small, before)).toEqual(whatWasSent(large, before));
  });

  it('joins what is named in an earlier window to the ticket that its answer has opened', async () => {
    const world = new DeskWorld({ windowMessages: 1 });
    await world.pass();
    const lines = ['In-Reply-To: <printer@example.org>', 'References: <printer@example.org>'];
    world.server.deliver(matter({ from: JANE, subject: 'Re: Printer', lines }));
    world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
    const { told } = await world.pass();
    expect(told.map(({ decision: { kind, ticket } }) => [kind, ticket])).toEqual([
      ['new', 1],
      ['update', 1],
    ]);
  });

  it('knows another delivery, and an answer, of what an earlier window has filed', async () => {
    const world = new DeskWorld({ windowMessages: 1 });
    await world.pass();
    world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
    world.server.deliver(matter({ from: 'ann@example.net', subject: 'Door' }));
    const lines = ['In-Reply-To: <printer@example.org>'];
    world.server.deliver(matter({ from: JANE, subject: 'Re: Printer', lines }));
    world.server.deliver(matter({ from: JANE, subject: 'Printer', lines: ['Delivered-To: support'] }));
    const { told } = await world.pass();
    expect(told.map(({ decision: { kind, ticket } }) => [kind, ticket])).toEqual([
      ['new', 1],
      ['new', 2],
      ['update', 1],
      ['duplicate', 1],
    ]);
  });

  it('decides within a window what is named before what names it', async () => {
    const world = new DeskWorld({ windowMessages: 2 });
    await world.pass();
    const lines = ['In-Reply-To: <printer@example.org>'];
    world.server.deliver(matter({ from: JANE, subject: 'Re: Printer', lines }));
    world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
    const { told } = await world.pass();
    expect(told.map(({ pending }) => pending.facts.subject)).toEqual(['Printer', 'Re: Printer']);
  });

  it('sends no more once something keeps mail waiting, and tries once at its end', async () => {
    const world = await withMail(2);
    world.post.rule = () => ({ step: 'greeting', reply: null });
    const { delivery, told } = await world.pass();
    expect(delivery).not.toBeNull();
    expect(told).toHaveLength(PEOPLE.length);
    expect(world.post.attempts).toHaveLength(2);
    world.post.rule = () => null;
    await world.pass();
    const to = world.post.sent.map(({ envelope }) => envelope.to);
    expect(to.filter((one) => PEOPLE.includes(one))).toEqual(PEOPLE);
  });
});

describe('a pass that is told to stop between windows', () => {
  it('reads no further one and sends no more; the next pass goes on', async () => {
    const world = await withMail(3);
    const stop = new AbortController();
    const calls: string[] = [];
    const desk = watched({ ...world.desk(), signal: stop.signal }, (call) => {
      calls.push(call);
      if (call.startsWith('move INBOX')) stop.abort();
    });
    const { told, sent, backlog } = await passOf(desk, 3);
    expect([told.length, sent, backlog?.pending]).toEqual([3, 0, 4]);
    expect(calls.filter((call) => call.startsWith('fetch INBOX'))).toEqual(['fetch INBOX 3']);
    expect(calls.filter((call) => call.startsWith('send'))).toEqual([]);
    const undisturbed = await withMail();
    await undisturbed.pass();
    await world.pass();
    expect(whereAllLies(world)).toEqual(whereAllLies(undisturbed));
    expect(whatWasSent(world, 0)).toEqual(whatWasSent(undisturbed, 0));
  });
});
