/** A desk on a busy day: tickets in every state, and something pending for each thing that a pass can do. */

import { formatRecord } from '../../src/mailbox/register/format.js';
import { DeskWorld, FOLDERS, openGate, type WorldOptions } from './desk-world.js';
import { field } from './message-text.js';
import { answerTo, letter } from './sample-mail.js';

export interface Words {
  readonly from: string;
  readonly subject: string;
  readonly to?: string;
  readonly lines?: readonly string[];
}

/** A mail to the desk; its Message-ID follows from its subject. */
export function matter({ from, subject, to, lines }: Words): Buffer {
  const messageId = `${subject.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}@example.org`;
  return letter({ from, to: to ?? 'support@example.com', subject, messageId, extra: lines ?? [] });
}

/** A desk with one open ticket, "Printer", of that person. */
export async function withTicket(from = 'jane@example.org'): Promise<DeskWorld> {
  const world = new DeskWorld();
  await world.pass();
  world.server.deliver(matter({ from, subject: 'Printer' }));
  await world.pass();
  return world;
}

/** An answer to the mail about that ticket that was sent last to that address. */
export function answer(
  world: DeskWorld,
  about: { by: string; ticket: number; done?: boolean; name?: string },
): Buffer {
  const { by, ticket, name } = about;
  const mail = world.post.sent
    .filter(
      ({ raw, envelope }) => envelope.to === by && (field(raw, 'Subject') ?? '').includes(`[issue${ticket}]`),
    )
    .at(-1);
  if (mail === undefined) throw new Error(`nothing about ticket ${ticket} was sent to ${by}`);
  const messageId = `${name ?? 'answer'}-${ticket}-${by}`;
  return answerTo(mail.raw, { from: by, messageId, done: about.done === true });
}

const PEOPLE = ['jane', 'bob', 'carl', 'dora', 'emil', 'fred'].map((name) => `${name}@example.org`);
const [JANE = '', BOB = '', CARL = ''] = PEOPLE;

/** Tickets 1, 2, 4 and 5 are open, 3 and 6 archived. */
export async function quietDay(options: WorldOptions = {}): Promise<DeskWorld> {
  const world = new DeskWorld(options);
  await world.pass();
  for (const [index, from] of PEOPLE.entries()) {
    world.server.deliver(matter({ from, subject: `Matter ${index + 1}` }));
    await world.pass();
  }
  for (const [ticket, by] of [
    [3, CARL],
    [6, PEOPLE[5] ?? ''],
  ] as const) {
    world.server.deliver(answer(world, { by, ticket, done: true, name: 'close' }));
    await world.pass();
  }
  world.server.deliver(matter({ from: 'hugo@example.org', subject: 'Lost', to: 'support+78@example.com' }));
  await world.pass();
  await growOld(world);
  return world;
}

/** So many entries that those of archived tickets are no longer among the newest, which every pass reads. */
export async function growOld(world: DeskWorld): Promise<void> {
  const register = world.server.connect(openGate);
  for (let index = 0; index < 20; index += 1) {
    const raw = formatRecord(
      { kind: 'attempt', identity: `old-${index}`, messageId: null, why: 'long ago', at: new Date(0) },
      {
        deskName: 'Desk',
        deskAddress: 'support@example.com',
        now: world.clock.now(),
        id: `old-${index}`,
        highest: 6,
      },
    );
    await register.append(FOLDERS.register, [{ raw, flags: ['\\Seen', '\\Answered'] }]);
  }
}

/**
 * Pending: two new matters (one without a Message-ID, one of a machine), an update, an update that needs a link, a close
 * of 2 (without a Message-ID), a reopening of 3, an unknown number, a relay.
 */
export async function fullInbox(options: WorldOptions = {}): Promise<DeskWorld> {
  const world = await quietDay(options);
  fill(world);
  return world;
}

/** Pending: three new matters. */
export async function rush(): Promise<DeskWorld> {
  const world = await quietDay();
  for (const subject of ['Modem', 'Router', 'Switch'])
    world.server.deliver(matter({ from: 'gina@example.org', subject }));
  return world;
}

/** A request to close 4; and a person has dragged 5 to the archive, 6 out of it, and what lay in review to Open. */
export async function disorder(options: WorldOptions = {}): Promise<DeskWorld> {
  const world = await quietDay(options);
  await disarrange(world);
  return world;
}

/** Both at once. */
export async function busyDay(options: WorldOptions = {}): Promise<DeskWorld> {
  const world = await disorder(options);
  fill(world);
  return world;
}

/** Some programs send mail without a Message-ID. */
export function nameless(raw: Buffer): Buffer {
  return Buffer.from(raw.toString('latin1').replace(/^Message-ID:.*\r\n/im, ''), 'latin1');
}

function fill(world: DeskWorld): void {
  const { server } = world;
  server.deliver(nameless(matter({ from: 'gina@example.org', subject: 'Modem' })));
  server.deliver(answer(world, { by: JANE, ticket: 1 }));
  server.deliver(nameless(answer(world, { by: BOB, ticket: 2, done: true })));
  server.deliver(answer(world, { by: CARL, ticket: 3 }));
  server.deliver(matter({ from: 'eve@example.net', subject: 'Nothing', to: 'support+77@example.com' }));
  server.deliver(
    matter({ from: 'disk@example.org', subject: 'Disk full', lines: ['Auto-Submitted: auto-generated'] }),
  );
  server.deliver(matter({ from: JANE, subject: 'More', lines: ['In-Reply-To: <matter-1@example.org>'] }));
  server.deliver(answer(world, { by: 'steve@example.com', ticket: 1 }));
}

async function disarrange(world: DeskWorld): Promise<void> {
  await world.request(openGate, 'close', 4);
  const person = world.server.connect({ ...openGate, actor: 'person' });
  await drag(world, person, { from: FOLDERS.open, to: FOLDERS.archived, subject: 'Matter 5' });
  await drag(world, person, { from: FOLDERS.archived, to: FOLDERS.open, subject: 'Matter 6' });
  await drag(world, person, { from: FOLDERS.review, to: FOLDERS.open, subject: 'Lost' });
}

async function drag(
  { server }: DeskWorld,
  person: ReturnType<DeskWorld['server']['connect']>,
  what: { from: string; to: string; subject: string },
): Promise<void> {
  const all = server.folder(what.from).all();
  const uids = all
    .filter(({ content }) => field(content.raw, 'Subject') === what.subject)
    .map(({ uid }) => uid);
  await person.move(what.from, uids, what.to);
}

/** Of what was sent, a mark that it is under way may come late, from a dead worker, and means nothing any more. */
function lasting(flags: ReadonlySet<string>): string {
  const known = [...flags].filter((flag) => flag !== '\\Draft' || !flags.has('\\Answered'));
  return known.toSorted().join();
}

/** Where everything is and what was sent, without what may differ from run to run: UIDs, times, order. */
export function stateOf(world: DeskWorld): object {
  const ids = (folder: keyof typeof FOLDERS): string[] =>
    world
      .visible(folder)
      .map(
        ({ content, flags }) =>
          `${field(content.raw, 'Message-ID') ?? field(content.raw, 'Subject')}${folder === 'outbox' ? lasting(flags) : ''}`,
      )
      .toSorted();
  return {
    inbox: ids('inbox'),
    open: ids('open'),
    archived: ids('archived'),
    review: ids('review'),
    outbox: ids('outbox'),
    tickets: world.tickets().toSorted(),
    links: world
      .visible('register')
      .filter(({ content }) => field(content.raw, 'X-Imapdesk-Entry') === 'link')
      .map(
        ({ content, flags }) => `${field(content.raw, 'X-Imapdesk-Message-Id')} ${flags.has('\\Answered')}`,
      )
      .toSorted(),
    sent: [...new Set(world.post.sent.map(({ messageId }) => messageId))].toSorted(),
  };
}
