/** The form of the desk's own site, from its mail to the answer that reaches its visitor. */
import { describe, expect, it } from 'vitest';
import { DeskWorld, POLICY } from './desk-world.js';
import { field } from './message-text.js';
import { answerTo, type Letter, letter } from './sample-mail.js';
import { save, withTicket } from './sent-mail.js';

const VISITOR = 'Reply-To: Joe <joe@example.net>';

function form(changes: Partial<Letter> = {}): Buffer {
  return letter({
    from: 'Website <support@example.com>',
    to: 'support@example.com',
    subject: 'Contact form',
    messageId: 'w1@www.example.com',
    extra: [VISITOR],
    ...changes,
  });
}

describe('the form of the site', () => {
  it('opens a ticket for its visitor, who is acknowledged and whom the answer of staff reaches', async () => {
    const world = new DeskWorld();
    await world.pass();
    world.server.deliver(form());
    await world.pass();
    expect(world.tickets()).toEqual(['1 open']);
    expect(world.sent()).toContain('acknowledgement to joe@example.net');
    const notice = world.post.sent.find(({ envelope }) => envelope.to === 'steve@example.com')?.raw;
    const before = world.post.sent.length;
    world.server.deliver(
      answerTo(notice ?? Buffer.alloc(0), { from: 'steve@example.com', messageId: 'a1@example.com' }),
    );
    await world.pass();
    expect(world.sent(before)).toContain('Hello. to joe@example.net');
  });

  it('answers nobody without end: the limits count its visitor', async () => {
    const world = new DeskWorld();
    const acknowledgementsPerTopic = { count: 2, withinMs: 86_400_000 };
    const policy = { ...POLICY, limits: { ...POLICY.limits, acknowledgementsPerTopic } };
    const pass = () => world.pass({ ...world.desk(), policy });
    await pass();
    for (let count = 0; count < 6; count += 1) {
      world.server.deliver(form({ messageId: `w${count}@www.example.com` }));
      await pass();
      world.clock.advance(60_000);
    }
    expect(world.tickets()).toHaveLength(6);
    const answers = world.sent().filter((line) => line === 'acknowledgement to joe@example.net');
    expect(answers).toHaveLength(2);
  });

  it('brings nobody in whom its mail names beside its visitor', async () => {
    const world = new DeskWorld();
    await world.pass();
    world.server.deliver(form({ extra: [VISITOR, 'Cc: victim@example.org'] }));
    await world.pass();
    const notice = world.post.sent.find(({ envelope }) => envelope.to === 'steve@example.com')?.raw;
    const before = world.post.sent.length;
    world.server.deliver(
      answerTo(notice ?? Buffer.alloc(0), { from: 'steve@example.com', messageId: 'a1@example.com' }),
    );
    await world.pass();
    const outside = world.sent(before).filter((line) => !line.startsWith('notice to'));
    expect(outside).toEqual(['Hello. to joe@example.net']);
  });
});

describe('a letter from the desk’s own account with somebody in Reply-To', () => {
  const own: Partial<Letter> = {
    from: 'Example Support <support@example.com>',
    to: 'support@example.com',
    subject: 'Call from Joe',
    messageId: 'call@example.com',
    extra: [VISITOR],
  };

  it('is that account’s, and acknowledges nobody; but what staff answer reaches whom it names', async () => {
    const world = await withTicket();
    const before = world.post.sent.length;
    save(world, own);
    world.server.deliver(form(own));
    await world.pass();
    expect(world.tickets()).toEqual(['1 open', '2 open']);
    expect(world.sent(before).filter((line) => line.startsWith('acknowledgement'))).toEqual([]);
    const notice = world.post.sent
      .slice(before)
      .find(({ envelope }) => envelope.to === 'steve@example.com')?.raw;
    expect(field(notice ?? Buffer.alloc(0), 'Subject')).toContain('Call from Joe');
    const staffs = world.post.sent.length;
    world.server.deliver(
      answerTo(notice ?? Buffer.alloc(0), { from: 'steve@example.com', messageId: 'a2@example.com' }),
    );
    await world.pass();
    expect(world.sent(staffs)).toContain('Hello. to joe@example.net');
  });

  it('is waited for where it is written to other people as well', async () => {
    const world = await withTicket();
    const before = world.post.sent.length;
    const letters = { ...own, to: 'kim@example.org', extra: [VISITOR, 'Cc: support@example.com'] };
    world.server.deliver(form(letters));
    await world.pass();
    expect(world.tickets()).toEqual(['1 open']);
    save(world, letters);
    await world.pass();
    expect(world.tickets()).toEqual(['1 open', '2 open']);
    expect(world.sent(before).filter((line) => line.startsWith('acknowledgement'))).toEqual([]);
  });

  it('is waited for where a mail client wrote it, and nobody’s but the desk’s where no copy is saved', async () => {
    const world = await withTicket();
    const before = world.post.sent.length;
    const extra = [VISITOR, 'Cc: support@example.com', 'User-Agent: Mozilla Thunderbird'];
    const saved = { ...own, to: 'kim@example.org', extra };
    const lost = { ...saved, subject: 'Call from Kim', messageId: 'lost@example.com' };
    world.server.deliver(form(saved));
    world.server.deliver(form(lost));
    await world.pass();
    expect(world.tickets()).toEqual(['1 open']);
    save(world, saved);
    world.clock.advance(120_000);
    await world.pass();
    expect(world.tickets()).toEqual(['1 open', '2 open', '3 open']);
    expect(world.sent(before).filter((line) => line.startsWith('acknowledgement'))).toEqual([]);
  });

  it('that answers a ticket joins it as ever', async () => {
    const world = await withTicket();
    const before = world.post.sent.length;
    const extra = ['In-Reply-To: <root@example.org>', VISITOR, 'Cc: support@example.com'];
    const answer = { ...own, to: 'jane@example.org', subject: 'Re: Printer', extra };
    save(world, answer);
    world.server.deliver(form(answer));
    await world.pass();
    expect(world.tickets()).toEqual(['1 open']);
    expect(world.sent(before)).not.toContain('acknowledgement to joe@example.net');
  });
});
