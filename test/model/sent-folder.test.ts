/** Replies that people write from the desk's own account: the folder of sent mail, and the copy that comes to the inbox. */
import { describe, expect, it } from 'vitest';
import { participants } from '../../src/desk/ticket/participants.js';
import { findTicket } from '../../src/worker/ask/tickets.js';
import { takeSurvey } from '../../src/worker/sight/survey.js';
import { type DeskWorld, FOLDERS, nameOf, openGate, POLICY } from './desk-world.js';
import { field } from './message-text.js';
import { type Letter, letter } from './sample-mail.js';
import { CALM, Scheduler } from './scheduler.js';
import { dyingAt, inOpen, NOTICES, save, withTicket, written } from './sent-mail.js';

/** The copy that comes by mail has got a trace field on its way. */
function arrive(world: DeskWorld, changes: Partial<Letter> = {}): void {
  world.server.deliver(Buffer.concat([Buffer.from('Received: by mx.example.com\r\n'), written(changes)]));
}

async function people(world: DeskWorld): Promise<readonly string[]> {
  const desk = world.desk();
  const ticket = await findTicket(desk, await takeSurvey(desk), 1);
  return ticket === null ? [] : participants(POLICY, ticket);
}

describe("a reply from the desk's account that lies among sent mail", () => {
  it('is copied into its ticket, told to staff, and sent to nobody', async () => {
    const world = await withTicket();
    const before = world.post.sent.length;
    save(world);
    await world.pass();
    expect(inOpen(world)).toEqual(['Printer', 'Re: Printer']);
    expect(world.sent(before)).toEqual(NOTICES);
    const copy = world.visible('open').find(({ content }) => nameOf(content.raw) === 'Re: Printer');
    expect(copy?.content.raw).toEqual(written({}));
    expect(copy?.flags.has('\\Seen')).toBe(true);
    expect(world.server.folder('Sent').all()).toHaveLength(2);
    await world.pass();
    await world.pass();
    expect(inOpen(world)).toHaveLength(2);
    expect(world.sent(before)).toHaveLength(2);
  });

  it('brings in whom it names', async () => {
    const world = await withTicket();
    save(world, { extra: ['In-Reply-To: <root@example.org>', 'Cc: Bob <bob@example.net>'] });
    await world.pass();
    expect(await people(world)).toEqual(['jane@example.org', 'bob@example.net']);
  });

  it('is left alone if it is about no ticket, older than the desk, a machine’s, or the desk’s own', async () => {
    const world = await withTicket();
    const before = world.post.sent.length;
    save(world, { subject: 'Lunch', extra: [], messageId: 'lunch@example.com' });
    save(world, {
      extra: ['In-Reply-To: <root@example.org>', 'Auto-Submitted: auto-replied'],
      messageId: 'v@example.com',
    });
    const own = world.post.sent.find(({ envelope }) => envelope.to === 'jane@example.org')?.raw;
    world.server.place({ kind: 'append', actor: 'host', folder: 'Sent' }, own ?? Buffer.alloc(0), []);
    await world.pass();
    expect(inOpen(world)).toEqual(['Printer']);
    expect(world.contents('open')).toHaveLength(2);
    expect(world.sent(before)).toEqual([]);
  });

  it('is filed in the archive with a ticket that was closed meanwhile, and does not reopen it', async () => {
    const world = await withTicket();
    await world.request(openGate, 'close', 1);
    await world.pass();
    save(world);
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived']);
    expect(world.contents('archived')).toContain('Re: Printer');
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived']);
  });

  it('is not looked for where the desk wants it so, or where there is no such folder', async () => {
    const world = await withTicket();
    save(world);
    await world.pass({ ...world.desk(), sent: false });
    expect(inOpen(world)).toEqual(['Printer']);
    await world.pass({ ...world.desk(), sent: 'Sent' });
    expect(inOpen(world)).toEqual(['Printer', 'Re: Printer']);
  });

  it('does not keep a ticket open of which all that came in was taken away', async () => {
    const world = await withTicket();
    save(world);
    await world.pass();
    world.server.create('Elsewhere');
    const root = world.visible('open').find(({ content }) => nameOf(content.raw) === 'Printer');
    await world.server.connect(openGate).move(FOLDERS.open, [root?.uid ?? 0], 'Elsewhere');
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived']);
    expect(world.contents('open')).toEqual([]);
    expect(world.contents('archived')).toContain('Re: Printer');
  });

  it('keeps the desk from nothing if the folder is not there', async () => {
    const world = await withTicket();
    world.server.deliver(
      letter({
        from: 'joe@example.net',
        to: 'support@example.com',
        subject: 'Toner',
        messageId: 't@example.net',
      }),
    );
    await world.pass({ ...world.desk(), sent: 'Never created' });
    expect(world.tickets()).toEqual(['1 open', '2 open']);
    expect(world.sent()).toContain('acknowledgement to joe@example.net');
    expect(world.log.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it('is found under new UIDs', async () => {
    const world = await withTicket();
    save(world);
    world.server.renumber('Sent');
    await world.pass();
    await world.pass();
    expect(inOpen(world)).toEqual(['Printer', 'Re: Printer']);
  });

  it('is filed once, and staff are told once, whenever the worker dies on the way', async () => {
    const start = await withTicket();
    save(start);
    const calm = new Scheduler(CALM);
    const trial = start.clone();
    calm.spawn('worker', () => trial.pass(trial.desk(calm.gate('worker'))).then(() => undefined));
    const calls = (await calm.run()).trace.filter((line) =>
      /^worker: (?:append|store|copy|move|send)/.test(line),
    ).length;
    expect(calls).toBeGreaterThan(4);
    for (let call = 0; call < calls * 3; call += 1) {
      for (const kind of ['before', 'after'] as const) {
        const world = start.clone();
        const sent = world.post.sent.length;
        await dyingAt(world, call, kind);
        await world.pass();
        await world.pass();
        expect([call, kind, inOpen(world)]).toEqual([call, kind, ['Printer', 'Re: Printer']]);
        const told = new Set(world.post.sent.slice(sent).map(({ raw }) => field(raw, 'Message-ID')));
        expect([call, kind, told.size]).toEqual([call, kind, 2]);
      }
    }
  });
});

describe("a reply from the desk's account that is copied to the desk", () => {
  const cc = { extra: ['In-Reply-To: <root@example.org>', 'Cc: support@example.com, bob@example.net'] };

  it('is one event with its copy among sent mail, if both are there', async () => {
    const world = await withTicket();
    const before = world.post.sent.length;
    arrive(world, cc);
    save(world, cc);
    await world.pass();
    await world.pass();
    expect(inOpen(world)).toEqual(['Printer', 'Re: Printer']);
    expect(world.sent(before)).toEqual(NOTICES);
    expect(await people(world)).toEqual(['jane@example.org', 'bob@example.net']);
  });

  it('waits for that copy, which proves who wrote it', async () => {
    const world = await withTicket();
    arrive(world, cc);
    await world.pass();
    expect(world.contents('inbox')).toEqual(['Re: Printer']);
    save(world, cc);
    await world.pass();
    expect(world.contents('inbox')).toEqual([]);
    expect(inOpen(world)).toEqual(['Printer', 'Re: Printer']);
    expect(await people(world)).toEqual(['jane@example.org', 'bob@example.net']);
  });

  it('does not wait if it is about no ticket', async () => {
    const world = await withTicket();
    arrive(world, { subject: 'From the web form', to: 'support@example.com', extra: [] });
    await world.pass();
    expect(world.contents('inbox')).toEqual([]);
    expect(world.tickets()).toEqual(['1 open', '2 open']);
  });

  it('is anybody’s mail if no copy of it is ever saved', async () => {
    const world = await withTicket();
    arrive(world, cc);
    await world.pass();
    world.clock.advance(60_000);
    await world.pass();
    expect(world.contents('inbox')).toEqual([]);
    expect(inOpen(world)).toEqual(['Printer', 'Re: Printer']);
    expect(await people(world)).toEqual(['jane@example.org']);
    const notice = world.post.sent.at(-1)?.raw.toString() ?? '';
    expect(notice).toContain('"newcomer":true');
    expect(notice).toContain('"replyGoesTo":""');
  });

  it('does not wait for ever if it bears a date of tomorrow', async () => {
    const world = await withTicket();
    world.clock.advance(86_400_000);
    arrive(world, cc);
    world.clock.advance(-86_400_000);
    await world.pass();
    expect(world.contents('inbox')).toEqual([]);
  });

  it('is proven by a copy that is saved later', async () => {
    const world = await withTicket();
    const before = world.post.sent.length;
    arrive(world, cc);
    await world.pass();
    world.clock.advance(60_000);
    await world.pass();
    save(world, cc);
    await world.pass();
    expect(inOpen(world)).toEqual(['Printer', 'Re: Printer']);
    expect(world.sent(before)).toEqual(NOTICES);
    expect(await people(world)).toEqual(['jane@example.org', 'bob@example.net']);
  });

  it('is copied from sent mail if it never comes to the inbox', async () => {
    const world = await withTicket();
    save(world, cc);
    await world.pass();
    expect(inOpen(world)).toEqual(['Printer']);
    world.clock.advance(600_000);
    await world.pass();
    expect(inOpen(world)).toEqual(['Printer', 'Re: Printer']);
  });

  it('closes the ticket if it asks for it', async () => {
    const world = await withTicket();
    const done = { extra: ['In-Reply-To: <root@example.org>', 'Cc: support+1-done@example.com'] };
    arrive(world, done);
    save(world, done);
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived']);
  });

  it('closes nothing if somebody else pretends to have written it', async () => {
    const world = await withTicket();
    arrive(world, { extra: ['Cc: support+1-done@example.com'] });
    world.clock.advance(60_000);
    await world.pass();
    expect(world.tickets()).toEqual(['1 open']);
  });

  it.each([
    ['in Cc', [], ['Cc: support+1-done@example.com, mallory@evil.example']],
    ['in a field of the delivery', ['Delivered-To: support+1-done@example.com'], []],
    ['as what it answers', ['Delivered-To: support+1@example.com'], ['In-Reply-To: <root@example.org>']],
  ])('gives nothing to whoever got it and sends it once more with the ticket %s', async (_, above, extra) => {
    const world = await withTicket();
    const offer = { to: 'mallory@evil.example', subject: 'Offer', messageId: 'offer@example.com' };
    save(world, { ...offer, extra: [] });
    await world.pass();
    const fields = above.map((line) => `${line}\r\n`).join('');
    world.server.deliver(Buffer.concat([Buffer.from(fields), written({ ...offer, extra })]));
    await world.pass();
    world.clock.advance(60_000);
    await world.pass();
    expect(world.contents('inbox')).toEqual([]);
    expect(world.tickets()).toContain('1 open');
    expect(await people(world)).toEqual(['jane@example.org']);
  });
});
