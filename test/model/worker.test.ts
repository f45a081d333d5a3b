import { describe, expect, it } from 'vitest';
import { BATCH_MESSAGES } from '../../src/worker/plan/first-batch.js';
import { fullInbox, growOld, stateOf } from './busy-day.js';
import { DeskWorld, FOLDERS, openGate } from './desk-world.js';
import { field } from './message-text.js';
import { answerTo, letter } from './sample-mail.js';

const JANE = 'Jane Doe <jane@example.org>';

async function adopted(): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  return world;
}

function deliver(world: DeskWorld, raw: Buffer): void {
  world.server.deliver(raw);
}

function matter(
  subject: string,
  extra: { from?: string; lines?: readonly string[]; to?: string } = {},
): Buffer {
  return letter({
    from: extra.from ?? JANE,
    to: extra.to ?? 'support@example.com',
    subject,
    messageId: `${subject.toLowerCase().replaceAll(' ', '-')}@example.org`,
    extra: extra.lines ?? [],
  });
}

/** The mail that was sent last to that address. */
function received(world: DeskWorld, by: string): Buffer {
  const mail = world.post.sent.filter(({ envelope }) => envelope.to === by).at(-1);
  if (mail === undefined) throw new Error(`nothing was sent to ${by}`);
  return mail.raw;
}

/** A desk with one open ticket, "Printer". */
async function withTicket(): Promise<DeskWorld> {
  const world = await adopted();
  deliver(world, matter('Printer'));
  await world.pass();
  return world;
}

function answer(
  world: DeskWorld,
  words: { subject?: string; done?: boolean; from?: string; to?: string },
): void {
  const raw = answerTo(received(world, words.to ?? 'jane@example.org'), {
    from: words.from ?? JANE,
    messageId: `${words.subject ?? 'answer'}-${world.post.sent.length}@example.org`,
    ...(words.done === undefined ? {} : { done: words.done }),
  });
  deliver(world, raw);
}

async function closed(): Promise<DeskWorld> {
  const world = await withTicket();
  answer(world, { done: true });
  await world.pass();
  return world;
}

/** After this nothing is left to do: another pass changes nothing and sends nothing. */
async function expectQuiet(world: DeskWorld): Promise<void> {
  const before = JSON.stringify([world.server.history.length, world.post.sent.length]);
  await world.pass();
  await world.pass();
  const after = world.server.history.slice(JSON.parse(before)[0] as number);
  expect(after).toEqual([]);
  expect(world.post.sent.length).toBe(JSON.parse(before)[1]);
}

async function drag(
  world: DeskWorld,
  from: string,
  to: string,
  names: (name: string) => boolean,
): Promise<void> {
  const person = world.server.connect({ ...openGate, actor: 'person' });
  const uids = world.server
    .folder(from)
    .all()
    .filter(({ content }) => names(field(content.raw, 'Subject') ?? ''))
    .map(({ uid }) => uid);
  await person.move(from, uids, to);
}

describe('a desk without faults', () => {
  it('adopts an empty mailbox, and does nothing else', async () => {
    const world = await adopted();
    expect(world.server.folderNames().toSorted()).toEqual([
      'Archived',
      'INBOX',
      'Open',
      'Outbox',
      'Register',
      'Review',
    ]);
    expect([...world.server.subscribed].toSorted()).toEqual(['Archived', 'Open', 'Review']);
    const entries = world.visible('register').map(({ content }) => field(content.raw, 'X-Imapdesk-Entry'));
    // The second says that there was no folder of sent mail.
    expect(entries).toEqual(['adoption', 'sent']);
    await expectQuiet(world);
  });

  it('takes only unseen and recent mail at adoption', async () => {
    const world = new DeskWorld();
    deliver(world, matter('Ancient'));
    world.clock.advance(5 * 86_400_000);
    deliver(world, matter('Recent'));
    deliver(world, matter('Read'));
    world.server.folder('INBOX').get(3)?.flags.add('\\Seen');
    await world.pass();
    expect(world.contents('inbox')).toEqual(['Ancient', 'Read']);
    expect(world.contents('open')).toEqual(['Recent', '(acknowledgement)']);
    await expectQuiet(world);
  });

  it('opens a ticket', async () => {
    const world = await withTicket();
    expect(world.log.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
    expect(world.tickets()).toEqual(['1 open']);
    expect(world.contents('inbox')).toEqual([]);
    expect(world.contents('open')).toEqual(['Printer', '(acknowledgement)']);
    expect(world.sent()).toEqual([
      'acknowledgement to jane@example.org',
      'notice to steve@example.com',
      'notice to ann@example.com',
    ]);
    expect(world.contents('outbox')).toEqual(['(notice)', '(notice)']);
    const acknowledgement = received(world, 'jane@example.org');
    expect(field(acknowledgement, 'Subject')).toBe('Re: [issue1] Printer');
    expect(field(acknowledgement, 'Reply-To')).toMatch(
      /^"?Example Support \(ticket 1\)"? <support\+1\.[0-9a-z]{8}@example\.com>$/,
    );
    expect(acknowledgement.toString()).not.toContain('X-Imapdesk-Stage');
    await expectQuiet(world);
  });

  it('counts on', async () => {
    const world = await withTicket();
    deliver(world, matter('Fax'));
    deliver(world, matter('Scanner'));
    await world.pass();
    expect(world.tickets()).toEqual(['1 open', '2 open', '3 open']);
  });

  it('files an answer with its ticket, and tells staff', async () => {
    const world = await withTicket();
    answer(world, {});
    await world.pass();
    expect(world.contents('open')).toEqual(['Printer', '(acknowledgement)', 'Re: [issue1] Printer']);
    expect(world.sent(3)).toEqual(['notice to steve@example.com', 'notice to ann@example.com']);
    await expectQuiet(world);
  });

  it('closes and confirms', async () => {
    const world = await closed();
    expect(world.tickets()).toEqual(['1 archived']);
    expect(world.contents('open')).toEqual([]);
    expect(world.contents('archived').toSorted()).toEqual([
      '(acknowledgement)',
      '(confirmation-closed)',
      'Printer',
      'Re: [issue1] Printer',
    ]);
    expect(world.sent(3)).toEqual([
      'confirmation-closed to jane@example.org',
      'notice to steve@example.com',
      'notice to ann@example.com',
    ]);
    await expectQuiet(world);
  });

  it('reopens whole', async () => {
    const world = await closed();
    answer(world, {});
    await world.pass();
    expect(world.tickets()).toEqual(['1 open']);
    expect(world.contents('archived')).toEqual([]);
    expect(world.contents('open')).toHaveLength(5);
    await expectQuiet(world);
  });

  it('closes, reopens and closes again within one batch', async () => {
    const world = await withTicket();
    answer(world, { subject: 'one', done: true });
    answer(world, { subject: 'two' });
    answer(world, { subject: 'three', done: true });
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived']);
    expect(world.contents('open')).toEqual([]);
    expect(world.contents('archived').filter((name) => name.startsWith('Re:'))).toHaveLength(3);
    await expectQuiet(world);
  });

  it('closes a ticket with what an earlier batch of the pass has filed', async () => {
    const world = await withTicket();
    const raw = answerTo(received(world, 'jane@example.org'), {
      from: JANE,
      messageId: 'many@example.org',
    }).toString();
    for (let index = 0; index <= BATCH_MESSAGES; index += 1)
      deliver(world, Buffer.from(raw.replace('many@', `many-${index}@`)));
    answer(world, { done: true });
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived']);
    expect(world.contents('open')).toEqual([]);
    await expectQuiet(world);
  });

  it('tells the sender of an unknown number once', async () => {
    const world = await withTicket();
    deliver(world, matter('About', { from: 'eve@example.net', to: 'support+77@example.com' }));
    deliver(world, matter('Again', { from: 'eve@example.net', to: 'support+77@example.com' }));
    await world.pass();
    deliver(world, matter('Later', { from: 'eve@example.net', to: 'support+77@example.com' }));
    await world.pass();
    expect(world.contents('review')).toEqual(['About', 'Again', 'Later']);
    expect(world.sent(3).filter((line) => line.includes(' eve@'))).toEqual([
      'error-report to eve@example.net',
    ]);
    await expectQuiet(world);
  });

  it('relays a staff reply to the requester', async () => {
    const world = await withTicket();
    answer(world, { from: 'Steve <steve@example.com>', to: 'steve@example.com' });
    await world.pass();
    expect(world.contents('open')).toHaveLength(4);
    expect(world.sent(3)).toEqual(['Hello. to jane@example.org', 'notice to ann@example.com']);
    await expectQuiet(world);
  });

  it('follows a person who drags a message to the archive, and back', async () => {
    const world = await withTicket();
    answer(world, {});
    await world.pass();
    const sent = world.post.sent.length;
    await drag(world, 'Open', 'Archived', (subject) => subject === 'Printer');
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived']);
    expect(world.contents('open')).toEqual([]);
    expect(world.contents('archived')).toHaveLength(3);
    await expectQuiet(world);
    await drag(world, 'Archived', 'Open', (subject) => subject === 'Printer');
    await world.pass();
    expect(world.tickets()).toEqual(['1 open']);
    expect(world.contents('archived')).toEqual([]);
    expect(world.contents('open')).toHaveLength(3);
    await expectQuiet(world);
    expect(world.post.sent.length).toBe(sent);
  });

  it('finds an entry out that somebody has made look open', async () => {
    const world = await closed();
    const [entry] = world
      .visible('register')
      .filter(({ content }) => field(content.raw, 'X-Imapdesk-Entry') === 'ticket');
    entry?.flags.delete('\\Answered');
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived']);
    await expectQuiet(world);
  });

  it('files a message of an archived ticket that somebody put back into the inbox with its ticket', async () => {
    const world = await closed();
    await growOld(world);
    await drag(world, 'Archived', 'INBOX', (subject) => subject === 'Printer');
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived']);
    expect(world.contents('archived')).toHaveLength(4);
    await expectQuiet(world);
  });

  it('comes to the same end after every folder has got a new UIDVALIDITY', async () => {
    const calm = await fullInbox();
    const world = calm.clone();
    for (const folder of Object.values(FOLDERS)) world.server.renumber(folder);
    await calm.pass();
    await world.pass();
    expect(stateOf(world)).toEqual(stateOf(calm));
    await expectQuiet(world);
  });

  it('merges identical copies in Open that it has met twice, a minute apart', async () => {
    const world = await withTicket();
    await world.server.connect(openGate).copy('Open', [1], 'Open');
    const desk = world.desk();
    await world.pass(desk);
    expect(world.contents('open')).toEqual(['Printer', '(acknowledgement)', 'Printer']);
    world.clock.advance(60_000);
    await world.pass(desk);
    expect(world.contents('open')).toEqual(['Printer', '(acknowledgement)']);
    await expectQuiet(world);
  });

  it("brings the desk's own copies back where their ticket is", async () => {
    const world = await withTicket();
    await drag(world, 'Open', 'Archived', (subject) => subject.includes('[issue1]'));
    await world.pass();
    expect(world.tickets()).toEqual(['1 open']);
    expect(world.contents('open')).toEqual(['Printer', '(acknowledgement)']);
    await expectQuiet(world);
  });

  it('carries out requests', async () => {
    const world = await withTicket();
    await world.request(openGate, 'close', 1);
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived']);
    expect(world.contents('archived')).toEqual(['Printer', '(acknowledgement)', '(confirmation-closed)']);
    await world.request(openGate, 'reopen', 1);
    await world.pass();
    expect(world.tickets()).toEqual(['1 open']);
    expect(world.contents('open')).toHaveLength(3);
    await expectQuiet(world);
  });

  it('never answers automatic mail, and keeps it', async () => {
    const world = await withTicket();
    deliver(
      world,
      matter('Disk full', { from: 'monitor@example.org', lines: ['Auto-Submitted: auto-generated'] }),
    );
    deliver(
      world,
      matter('Away', {
        from: 'bob@example.org',
        lines: ['Auto-Submitted: auto-replied', 'In-Reply-To: <nothing@example.org>'],
      }),
    );
    await world.pass();
    expect(world.contents('open')).toEqual(['Printer', '(acknowledgement)', 'Disk full', '(filing-note)']);
    expect(world.contents('review')).toEqual(['Away']);
    const staff = ['steve@example.com', 'ann@example.com'];
    expect(world.sent(3)).toEqual(
      ['notice', 'review-summary'].flatMap((name) => staff.map((to) => `${name} to ${to}`)),
    );
    await expectQuiet(world);
  });

  it('files an out-of-office to an archived ticket without reopening it', async () => {
    const world = await closed();
    const auto = Buffer.concat([
      Buffer.from('Auto-Submitted: auto-replied\r\n'),
      answerTo(received(world, 'jane@example.org'), { from: JANE, messageId: 'away@example.org' }),
    ]);
    deliver(world, auto);
    await world.pass();
    expect(world.tickets()).toEqual(['1 archived']);
    expect(world.contents('archived')).toHaveLength(5);
    expect(world.contents('open')).toEqual([]);
    await expectQuiet(world);
  });
});
