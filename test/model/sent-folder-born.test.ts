/** A folder of sent mail that a host creates with the first letter that somebody sends. */
import { describe, expect, it } from 'vitest';
import { DeskWorld, FOLDERS } from './desk-world.js';
import { field } from './message-text.js';
import { letter } from './sample-mail.js';
import { dyingAt, inOpen, NOTICES, save, withTicket, written } from './sent-mail.js';

describe('a folder of sent mail that is born with the first letter', () => {
  /** The same desk, whose account has no folder of sent mail yet. */
  async function withoutFolder(world = new DeskWorld(), sent: string | null = null): Promise<DeskWorld> {
    const desk = () => ({ ...world.desk(), sent });
    await world.pass(desk());
    world.server.deliver(
      letter({
        from: 'Jane <jane@example.org>',
        to: 'support@example.com',
        subject: 'Printer',
        messageId: 'root@example.org',
      }),
    );
    await world.pass(desk());
    return world;
  }

  it('is all new', async () => {
    const world = await withoutFolder();
    const before = world.post.sent.length;
    world.clock.advance(3 * 86_400_000);
    await world.pass();
    world.server.create('Sent');
    save(world);
    await world.pass();
    expect(inOpen(world)).toEqual(['Printer', 'Re: Printer']);
    expect(world.sent(before)).toEqual(NOTICES);
    save(world, { messageId: 'more@example.com', subject: 'Re: Printer, once more' });
    await world.pass();
    await world.pass();
    expect(inOpen(world)).toEqual(['Printer', 'Re: Printer', 'Re: Printer, once more']);
    expect(world.sent(before)).toHaveLength(4);
  });

  it('is all new also if the server’s clock is behind ours', async () => {
    const world = await withoutFolder();
    world.clock.advance(-3_600_000);
    world.server.create('Sent');
    save(world);
    world.clock.advance(3_600_000);
    await world.pass();
    expect(inOpen(world)).toEqual(['Printer', 'Re: Printer']);
  });

  it('is all new, whatever lies in it, a hundred messages a pass', async () => {
    const world = await withoutFolder();
    world.server.create('Sent');
    for (let count = 0; count < 230; count += 1)
      save(world, { subject: `News ${count}`, extra: [], messageId: `news-${count}@example.com` });
    save(world);
    for (let passes = 0; passes < 3; passes += 1) await world.pass();
    expect(inOpen(world)).toEqual(['Printer', 'Re: Printer']);
  });

  it('is all new where a name is configured that is not there yet; that is said once', async () => {
    const world = await withoutFolder(undefined, 'Post/Out');
    const desk = { ...world.desk(), sent: 'Post/Out' };
    await world.pass(desk);
    expect(world.log.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
      expect.stringContaining('there is no folder "Post/Out" (sent)'),
    ]);
    world.server.create('Post/Out');
    world.server.place({ kind: 'append', actor: 'person', folder: 'Post/Out' }, written({}), ['\\Seen']);
    await world.pass(desk);
    expect(inOpen(world)).toEqual(['Printer', 'Re: Printer']);
  });

  it('keeps no letter that came to the inbox from being filed while the configured name is not there', async () => {
    const world = await withoutFolder(undefined, 'Post/Out');
    const trace = Buffer.from('Received: by mx.example.com\r\n');
    const extra = ['In-Reply-To: <root@example.org>', 'Cc: support@example.com'];
    world.server.deliver(Buffer.concat([trace, written({ extra })]));
    for (let passes = 0; passes < 4; passes += 1) await world.pass({ ...world.desk(), sent: 'Post/Out' });
    expect(inOpen(world)).toEqual(['Printer', 'Re: Printer']);
    expect(world.contents('review')).toEqual([]);
  });

  it('is all new to a desk of an older imapdesk, which wrote no mark', async () => {
    const world = await withoutFolder();
    forgetMarks(world);
    await world.pass();
    world.server.create('Sent');
    save(world);
    await world.pass();
    expect(inOpen(world)).toEqual(['Printer', 'Re: Printer']);
  });

  it('is all new to it also if it is there before the newer one begins', async () => {
    const world = await withoutFolder();
    forgetMarks(world);
    world.server.create('Sent');
    save(world);
    await world.pass();
    expect(inOpen(world)).toEqual(['Printer', 'Re: Printer']);
  });

  it('was there already if its first message is older than the desk', async () => {
    const world = await withTicket();
    forgetMarks(world);
    save(world, { messageId: 'filed-by-hand@example.com' });
    await world.pass();
    expect(inOpen(world)).toEqual(['Printer']);
    save(world);
    await world.pass();
    expect(inOpen(world)).toEqual(['Printer', 'Re: Printer']);
  });

  it('is filed once, whenever the worker dies on the way', async () => {
    const start = await withoutFolder();
    forgetMarks(start);
    start.server.create('Sent');
    save(start);
    for (let call = 0; call < 60; call += 1) {
      for (const kind of ['before', 'after'] as const) {
        const world = start.clone();
        await dyingAt(world, call, kind);
        await world.pass();
        await world.pass();
        expect([call, kind, inOpen(world)]).toEqual([call, kind, ['Printer', 'Re: Printer']]);
      }
    }
  });
});

/** As an imapdesk left the register that did not write down that there was no folder. */
function forgetMarks(world: DeskWorld): void {
  const marks = world
    .visible('register')
    .filter(({ content }) => field(content.raw, 'X-Imapdesk-Entry') === 'sent');
  for (const { uid } of marks) world.server.folder(FOLDERS.register).delete(uid);
}
