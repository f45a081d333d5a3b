/** Whatever is filed with a ticket and told to nobody is counted in a summary. */
import { describe, expect, it } from 'vitest';
import { composeBounce } from '../../src/demo/bounce.js';
import { answer, matter, withTicket } from './busy-day.js';
import { DeskWorld } from './desk-world.js';
import { dyingAt } from './sent-mail.js';

const JANE = 'jane@example.org';
const STEVE = 'steve@example.com';
const STAFF = [STEVE, 'ann@example.com'];
const SUMMARIES = STAFF.map((to) => `review-summary to ${to}`);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What goes out in the passes after that time. */
async function later(world: DeskWorld, by: number): Promise<readonly string[]> {
  const before = world.post.sent.length;
  world.clock.advance(by);
  await world.pass();
  await world.pass();
  return world.sent(before);
}

async function filed(world: DeskWorld, mail: Buffer): Promise<readonly string[]> {
  world.server.deliver(mail);
  return later(world, 0);
}

/** An absence note in answer to what was sent to that address. */
function absence(world: DeskWorld, by: string, name = 'absence'): Buffer {
  const text = answer(world, { by, ticket: 1, name }).toString('latin1');
  return Buffer.from(text.replace('\r\n\r\n', '\r\nAuto-Submitted: auto-replied\r\n\r\n'), 'latin1');
}

function bounceOfNotice(world: DeskWorld): Buffer {
  const raw = world.post.sent.find(({ envelope }) => envelope.to === STEVE)?.raw ?? Buffer.alloc(0);
  const at = new Date('2026-11-23T10:11:12Z');
  return composeBounce({ from: 'support@example.com', recipient: STEVE, raw, at });
}

const counted = (world: DeskWorld): unknown => {
  const [, json = ''] = /(\{.*\})/.exec(world.post.sent.at(-1)?.raw.toString('utf8') ?? '') ?? [];
  return JSON.parse(json);
};

const subjectOfLast = (world: DeskWorld): string =>
  /^Subject: (.*)$/m.exec(world.post.sent.at(-1)?.raw.toString('utf8') ?? '')?.[1] ?? '';

describe('what is filed in silence', () => {
  it('is told once, a day later, where nothing else is told', async () => {
    const world = await withTicket();
    expect(await filed(world, absence(world, JANE))).toEqual([]);
    expect(await filed(world, absence(world, JANE, 'another'))).toEqual([]);
    expect(await later(world, 23 * HOUR)).toEqual([]);
    expect(await later(world, HOUR)).toEqual(SUMMARIES);
    expect(counted(world)).toMatchObject({ silent: 2, count: null });
    expect(subjectOfLast(world)).toBe('Example Support: mail that was filed without a notice');
    expect(await later(world, 2 * DAY)).toEqual([]);
  });

  it('is counted in the summary of what went to Review', async () => {
    const world = await withTicket();
    await filed(world, absence(world, JANE));
    const stray = matter({ from: JANE, subject: 'Away', lines: ['Auto-Submitted: auto-replied'] });
    expect(await filed(world, stray)).toEqual(SUMMARIES);
    expect(counted(world)).toMatchObject({ silent: 1, count: 1 });
    expect(subjectOfLast(world)).toBe('Example Support: automatic mail in Review');
    expect(await later(world, 2 * DAY)).toEqual([]);
  });

  it('may be a close of what is closed', async () => {
    const world = await withTicket();
    const close = answer(world, { by: JANE, ticket: 1, done: true, name: 'close' });
    const again = answer(world, { by: JANE, ticket: 1, done: true, name: 'again' });
    await filed(world, close);
    expect(await filed(world, again)).toEqual([]);
    expect(await later(world, DAY)).toEqual(SUMMARIES);
    expect(counted(world)).toMatchObject({ silent: 1 });
  });

  it.each([
    ['a bounce of a notice', bounceOfNotice],
    ['an absence note of staff', (world: DeskWorld) => absence(world, STEVE)],
  ])('makes no summary of its own where it is %s, and is counted in the next one', async (_, of) => {
    const world = await withTicket();
    expect(await filed(world, of(world))).toEqual([]);
    expect(await later(world, 2 * DAY)).toEqual([]);
    await filed(world, absence(world, JANE));
    expect(await later(world, DAY)).toEqual(SUMMARIES);
    expect(counted(world)).toMatchObject({ silent: 2 });
  });

  it('is not what staff were told, what a colleague wrote, or the same mail again', async () => {
    const world = await withTicket();
    const update = answer(world, { by: JANE, ticket: 1 });
    await filed(world, update);
    await filed(world, Buffer.concat([Buffer.from('Received: by another way\r\n'), update]));
    await filed(world, answer(world, { by: STEVE, ticket: 1 }));
    expect(await later(world, 2 * DAY)).toEqual([]);
  });

  it('is counted though the worker dies at any command of the filing', async () => {
    const start = await withTicket();
    const note = absence(start, JANE);
    for (let call = 0; call < 40; call += 1) {
      for (const kind of ['before', 'after'] as const) {
        const world = start.clone();
        world.server.deliver(note);
        await dyingAt(world, call, kind);
        expect(await later(world, 0)).toEqual([]);
        expect(await later(world, DAY + HOUR), `${kind} ${call}`).toEqual(SUMMARIES);
        expect(counted(world), `${kind} ${call}`).toMatchObject({ silent: 1 });
        expect(world.contents('open')).toHaveLength(3);
      }
    }
  });

  it('is no close of which staff are told, wherever the worker dies', async () => {
    const start = await withTicket();
    const close = answer(start, { by: JANE, ticket: 1, done: true, name: 'close' });
    for (let call = 0; call < 40; call += 1) {
      for (const kind of ['before', 'after'] as const) {
        const world = start.clone();
        const before = world.post.sent.length;
        world.server.deliver(close);
        await dyingAt(world, call, kind);
        await later(world, 0);
        await later(world, DAY + HOUR);
        expect(new Set(world.sent(before)), `${kind} ${call}`).toEqual(
          new Set([`confirmation-closed to ${JANE}`, ...STAFF.map((to) => `notice to ${to}`)]),
        );
      }
    }
  });
});
