/** A customer writes from within a tracker of their own: what the desk sends carries the mark by which that one files it. */
import { expect, it } from 'vitest';
import { DeskWorld } from './desk-world.js';
import { field } from './message-text.js';
import { answerTo, letter } from './sample-mail.js';

const JANE = 'jane@example.org';
const KIM = 'kim@example.net';
const MARK = '[ ref:_00D20Abcd._50020Xyz12:ref ]';

function received(world: DeskWorld, to: string, nth = -1): Buffer {
  const mail = world.post.sent.filter(({ envelope }) => envelope.to === to).at(nth);
  if (mail === undefined) throw new Error(`${to} got nothing`);
  return mail.raw;
}

function deliver(world: DeskWorld, raw: Buffer, subject?: string): void {
  const text = raw.toString();
  world.server.deliver(
    subject === undefined ? raw : Buffer.from(text.replace(/^Subject:.*$/m, `Subject: ${subject}`)),
  );
}

it('comes back to the customer whose tracker wrote it, and to nobody else', async () => {
  const world = new DeskWorld();
  await world.pass();
  const opening = {
    from: JANE,
    to: 'support@example.com',
    subject: 'Printer',
    messageId: 'root@example.org',
  };
  deliver(world, letter({ ...opening, extra: [`Cc: ${KIM}`] }));
  await world.pass();

  // Their tracker acknowledges our acknowledgement, and says under which mark it has filed it.
  const acknowledged = answerTo(received(world, JANE), { from: JANE, messageId: 'case@example.org' });
  const automatic = acknowledged
    .toString()
    .replace(/^MIME-Version/m, 'Auto-Submitted: auto-replied\r\nMIME-Version');
  deliver(world, Buffer.from(automatic), `Re: [issue1] Printer ${MARK}`);
  await world.pass();

  deliver(
    world,
    answerTo(received(world, 'steve@example.com'), { from: 'steve@example.com', messageId: 'a@x.example' }),
  );
  await world.pass();
  expect(field(received(world, JANE), 'Subject')).toBe(`Re: [issue1] ${MARK} Printer`);
  expect(field(received(world, KIM), 'Subject')).toBe('Re: [issue1] Printer');
  expect(field(received(world, 'ann@example.com'), 'Subject')).toBe('[issue1] Printer');

  // The answer to that bears both, and is no second mark.
  deliver(world, answerTo(received(world, JANE), { from: JANE, messageId: 'again@example.org' }));
  await world.pass();
  deliver(
    world,
    answerTo(received(world, 'ann@example.com'), { from: 'ann@example.com', messageId: 'b@x.example' }),
  );
  await world.pass();
  expect(field(received(world, JANE), 'Subject')).toBe(`Re: [issue1] ${MARK} Printer`);
  expect(world.tickets()).toEqual(['1 open']);
});
