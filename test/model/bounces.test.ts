/** Mail of the desk that comes back to it, from the first sending to what staff hear. */
import { describe, expect, it } from 'vitest';
import { composeBounce } from '../../src/demo/bounce.js';
import { matter } from './busy-day.js';
import { DeskWorld } from './desk-world.js';

const JANE = 'jane@example.org';
const STEVE = 'steve@example.com';
const NOTICES = [`notice to ${STEVE}`, 'notice to ann@example.com'];

/** A desk with one ticket, and the mail about it that was sent to that address. */
async function withTicket(to: string): Promise<{ world: DeskWorld; raw: Buffer }> {
  const world = new DeskWorld();
  await world.pass();
  world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
  await world.pass();
  const mail = world.post.sent.find(({ envelope }) => envelope.to === to);
  return { world, raw: mail?.raw ?? Buffer.alloc(0) };
}

function bounceOf(raw: Buffer, recipient: string): Buffer {
  return composeBounce({
    from: 'support@example.com',
    recipient,
    raw,
    at: new Date('2026-11-23T10:11:12Z'),
  });
}

/** What is sent when that comes in. */
async function caused(world: DeskWorld, bounce: Buffer): Promise<readonly string[]> {
  const before = world.post.sent.length;
  world.server.deliver(bounce);
  await world.pass();
  await world.pass();
  return world.sent(before);
}

/** Without the fields of its header that name the message. */
function namedInside(bounce: Buffer): Buffer {
  const text = bounce.toString('latin1').replace(/^(?:In-Reply-To|References): .*\r\n/gm, '');
  return Buffer.from(text, 'latin1');
}

describe('a bounce', () => {
  it.each([
    ['in its header', (bounce: Buffer) => bounce],
    ['in the message that it returns', namedInside],
  ])(
    'that says %s which mail came back is filed with its ticket, and staff alone hear of it',
    async (_, as) => {
      const { world, raw } = await withTicket(JANE);
      expect(await caused(world, as(bounceOf(raw, JANE)))).toEqual(NOTICES);
      expect(world.tickets()).toEqual(['1 open']);
      expect(world.contents('open')).toContain('Undelivered Mail Returned to Sender');
    },
  );

  it('of a notice is filed with its ticket, and nobody hears of it', async () => {
    const { world, raw } = await withTicket(STEVE);
    expect(await caused(world, bounceOf(raw, STEVE))).toEqual([]);
    expect(world.contents('open')).toContain('Undelivered Mail Returned to Sender');
  });

  it('of other mail goes to Review, of which staff get a summary', async () => {
    const { world } = await withTicket(JANE);
    const foreign = matter({ from: 'support@example.com', to: 'eve@example.net', subject: 'Offer' });
    expect(await caused(world, bounceOf(foreign, 'eve@example.net'))).toEqual(
      NOTICES.map((line) => line.replace('notice', 'review-summary')),
    );
    expect(world.tickets()).toEqual(['1 open']);
    expect(world.contents('review')).toEqual(['Undelivered Mail Returned to Sender']);
  });
});
