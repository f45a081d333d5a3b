/** Letters that pass on a large message: the outbox holds them without it, and they are completed when they are sent. */
import { describe, expect, it } from 'vitest';
import { MAX_STAGED_BYTES } from '../../src/desk/letters/passed-on.js';
import { DeskWorld, FOLDERS, openGate, refusing } from './desk-world.js';
import { mailIsSteady, stagedMail } from './invariants.js';
import { field, splitMessage } from './message-text.js';
import { answerTo, type Letter, letter } from './sample-mail.js';
import { dyingAt } from './sent-mail.js';

const JANE = 'jane@example.org';
const STEVE = 'steve@example.com';
const ANN = 'ann@example.com';
const LARGE = 'It is all in here.\r\n'.repeat(Math.ceil(MAX_STAGED_BYTES / 20) + 1);

function printer(changes: Partial<Letter> = {}): Buffer {
  const about = { from: JANE, to: 'support@example.com', subject: 'Printer' };
  return letter({ ...about, messageId: 'printer@example.org', body: LARGE, ...changes });
}

/** Steve's answer to his notice, with much in it. */
function reply(world: DeskWorld): Buffer {
  const notice = world.post.sent.find(({ envelope }) => envelope.to === STEVE)?.raw ?? Buffer.alloc(0);
  const text = answerTo(notice, { from: STEVE, messageId: 'reply@example.com' }).toString('latin1');
  return Buffer.from(text.replace('Hello.', LARGE), 'latin1');
}

async function withTicket(opening = printer({ body: 'It burns.' })): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  world.server.deliver(opening);
  await world.pass();
  return world;
}

async function passHeld(world: DeskWorld): Promise<void> {
  await world.pass({ ...world.desk(), hold: true });
}

function inOpen(world: DeskWorld, subject: string) {
  const found = world
    .visible('open')
    .find(
      ({ content: { raw } }) => field(raw, 'Subject') === subject && field(raw, 'X-Imapdesk-Origin') === null,
    );
  if (found === undefined) throw new Error(`no ${subject} lies in Open`);
  return found;
}

const holds = (raw: Buffer | undefined, message: Buffer): boolean =>
  raw?.includes(splitMessage(message).body) ?? false;

/** What was appended to the outbox, in bytes each. */
function stagedSizes(world: DeskWorld): readonly number[] {
  return stagedMail(world.server, FOLDERS.outbox).map(
    ({ origin }) => world.server.content(origin).raw.length,
  );
}

describe('a letter that passes on a large message', () => {
  it('is staged without it and sent whole, a notice and a relay alike', async () => {
    const opening = printer();
    const world = await withTicket(opening);
    for (const to of [STEVE, ANN])
      expect(holds(world.post.sent.find(({ envelope }) => envelope.to === to)?.raw, opening)).toBe(true);
    const answer = reply(world);
    world.server.deliver(answer);
    await world.pass();
    const relay = world.post.sent.find(({ raw, envelope }) => envelope.to === JANE && holds(raw, answer));
    expect(splitMessage(relay?.raw ?? answer).body.equals(splitMessage(answer).body)).toBe(true);
    expect(Math.max(...stagedSizes(world))).toBeLessThan(5_000);
    expect(world.contents('open')).toContain('(passed-on)');
    expect(world.sent().filter((line) => line.endsWith(JANE))).toHaveLength(2);
  });

  it('is completed from wherever its ticket lies by then', async () => {
    const opening = printer();
    const world = new DeskWorld();
    await world.pass();
    world.server.deliver(opening);
    await passHeld(world);
    const { uid } = inOpen(world, 'Printer');
    await world.server.connect(openGate).move(FOLDERS.open, [uid], FOLDERS.archived);
    world.lookAway();
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived']);
    for (const to of [STEVE, ANN])
      expect(holds(world.post.sent.find(({ envelope }) => envelope.to === to)?.raw, opening)).toBe(true);
  });

  it('is completed without a Message-ID to search for', async () => {
    const nameless = Buffer.from(
      printer()
        .toString('latin1')
        .replace(/^Message-ID: .*\r\n/m, ''),
      'latin1',
    );
    const world = await withTicket(nameless);
    expect(holds(world.post.sent.find(({ envelope }) => envelope.to === STEVE)?.raw, nameless)).toBe(true);
    expect(Math.max(...stagedSizes(world))).toBeLessThan(5_000);
  });

  it('goes to Review where the message is gone by then, and staff are told; all else goes on', async () => {
    const world = await withTicket();
    const before = world.post.sent.length;
    world.server.deliver(reply(world));
    world.server.deliver(printer({ subject: 'Scanner', messageId: 'scanner@example.org' }));
    await passHeld(world);
    const { uid } = inOpen(world, 'Re: [issue1] Printer');
    await world.server.connect(openGate).remove(FOLDERS.open, [uid]);
    world.lookAway();
    await world.pass();
    await world.pass();
    expect(world.addressees('review').toSorted()).toEqual([ANN, JANE]);
    const sent = world.sent(before);
    expect(sent.filter((line) => line.startsWith('not-delivered'))).toHaveLength(4);
    expect(sent).toEqual(expect.arrayContaining([`notice to ${STEVE}`, `acknowledgement to ${JANE}`]));
    expect(sent).not.toContain(`passed-on to ${JANE}`);
    const news = world.post.sent.slice(before).filter(({ raw }) => raw.includes('no longer with the ticket'));
    expect(news).toHaveLength(4);
    for (const { raw } of world.post.sent.slice(before)) expect(raw.includes('passed-on\r\n')).toBe(false);
  });

  it('is told of once where notices to all of staff lack the same message, by whomever each was for', async () => {
    const world = new DeskWorld();
    await world.pass();
    for (const name of ['one', 'two'])
      world.server.deliver(printer({ subject: name, messageId: `${name}@example.org` }));
    await passHeld(world);
    const uids = ['one', 'two'].map((name) => inOpen(world, name).uid);
    await world.server.connect(openGate).remove(FOLDERS.open, uids);
    world.lookAway();
    for (let passes = 0; passes < 3; passes += 1) await world.pass();
    expect(world.addressees('review').toSorted()).toEqual([ANN, ANN, STEVE, STEVE]);
    const news = world.post.sent.filter(({ raw }) => raw.includes('no longer with the ticket'));
    expect(news.map(({ envelope }) => envelope.to).toSorted()).toEqual([ANN, ANN, STEVE, STEVE]);
  });

  it('goes to Review where another message has taken its place', async () => {
    const world = new DeskWorld();
    await world.pass();
    world.server.deliver(printer());
    await passHeld(world);
    const { uid } = inOpen(world, 'Printer');
    const person = world.server.connect(openGate);
    // The header and the size are the same, and so is the identity.
    const changed = Buffer.from(printer().toString('latin1').replace('in here', 'in hell'), 'latin1');
    await person.append(FOLDERS.open, [{ raw: changed, flags: [] }]);
    await person.remove(FOLDERS.open, [uid]);
    world.lookAway();
    await world.pass();
    expect(world.addressees('review').toSorted()).toEqual([ANN, STEVE]);
    expect(world.sent()).toEqual([`acknowledgement to ${JANE}`]);
  });

  it('is sent from Review once that message is back, and somebody says so', async () => {
    const world = await withTicket();
    const answer = reply(world);
    world.server.deliver(answer);
    await passHeld(world);
    const person = world.server.connect(openGate);
    await person.remove(FOLDERS.open, [inOpen(world, 'Re: [issue1] Printer').uid]);
    world.lookAway();
    await world.pass();
    const relay = world
      .visible('review')
      .find(({ content }) => field(content.raw, 'X-Imapdesk-Stage-To') === JANE);
    await person.append(FOLDERS.open, [{ raw: answer, flags: [] }]);
    await person.move(FOLDERS.review, [relay?.uid ?? 0], FOLDERS.outbox);
    world.lookAway();
    await world.pass();
    await world.pass();
    const relayed = world.post.sent.filter(({ raw, envelope }) => envelope.to === JANE && holds(raw, answer));
    expect(relayed).toHaveLength(1);
    expect(world.addressees('review')).toEqual([ANN]);
  });

  it('waits where the server cannot read that message, and keeps no other from going', async () => {
    const opening = printer();
    const world = new DeskWorld();
    await world.pass();
    world.server.deliver(opening);
    world.server.deliver(printer({ body: 'Short.', subject: 'Scanner', messageId: 'scanner@example.org' }));
    await passHeld(world);
    const { uid } = inOpen(world, 'Printer');
    const desk = world.desk(
      refusing(new RegExp(`^source Open (?:\\d+,)*${uid}`), { explained: false }),
      openGate,
    );
    expect((await world.pass(desk)).delivery?.code).toBe('outbox-unreadable');
    expect(world.sent().filter((line) => line.startsWith('notice'))).toHaveLength(2);
    expect(world.addressees('review')).toEqual([]);
    await world.pass();
    expect(world.post.sent.filter(({ raw }) => holds(raw, opening))).toHaveLength(2);
  });

  it('is sent once, and whole, wherever the worker dies', async () => {
    const start = await withTicket();
    const answer = reply(start);
    const expected = [`relay of ${answer.length}`, `notice to ${ANN}`];
    for (let call = 0; call < 45; call += 1) {
      for (const kind of ['before', 'after'] as const) {
        const world = start.clone();
        const before = world.post.sent.length;
        world.server.deliver(answer);
        await dyingAt(world, call, kind);
        for (let pass = 0; pass < 3; pass += 1) await world.pass();
        const sent = world.post.sent.slice(before);
        const told = new Set(
          sent.map(({ raw, envelope }) =>
            holds(raw, answer) && envelope.to === JANE ? expected[0] : `notice to ${envelope.to}`,
          ),
        );
        expect(told, `${kind} ${call}`).toEqual(new Set(expected));
        expect(
          sent.every(({ raw }) => holds(raw, answer)),
          `${kind} ${call}`,
        ).toBe(true);
        expect(mailIsSteady(stagedMail(world.server, FOLDERS.outbox), world.post.sent)).toEqual([]);
        expect(world.addressees('review')).toEqual([]);
      }
    }
  });
});
