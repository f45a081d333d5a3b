/** What an erasure of a person finds by other fields than From and To, and what it leaves since it cannot see it. */
import { describe, expect, it } from 'vitest';
import { erase } from '../../src/worker/erase/erase.js';
import { planPerson } from '../../src/worker/erase/plan-person.js';
import { everyChange } from './arbitraries.js';
import { matter } from './busy-day.js';
import { type DeskWorld, FOLDERS, openGate } from './desk-world.js';
import { field } from './message-text.js';
import { letter } from './sample-mail.js';
import { CALM, type Fault, Scheduler } from './scheduler.js';
import { mixedUp } from './second-thoughts.js';

const EVE = 'eve@example.net';

async function eraseEve(world: DeskWorld, faults: readonly Fault[] = [], spared = new Set<string>()) {
  const scheduler = new Scheduler({ ...CALM, faults });
  const desk = world.desk(scheduler.gate('eraser'));
  scheduler.spawn('eraser', async () => {
    const plan = await planPerson(desk, EVE, spared);
    if (!('refused' in plan)) await erase(desk, plan);
  });
  return scheduler.run();
}

function subjects(world: DeskWorld, folder: string): readonly (string | null)[] {
  return world.server
    .folder(folder)
    .all()
    .filter(({ flags }) => !flags.has('\\Deleted'))
    .map(({ content }) => field(content.raw, 'Subject'));
}

describe('mail from the account', () => {
  it('goes with the person who is the only one in Cc, and stays if somebody else got it, too', async () => {
    const world = await mixedUp();
    world.server.create('Sent');
    const person = world.server.connect({ ...openGate, actor: 'person' });
    const write = (subject: string, cc: string): { raw: Buffer; flags: string[] } => {
      const about = {
        from: 'support@example.com',
        to: 'support@example.com',
        messageId: `${subject}@example.com`,
      };
      return { raw: letter({ ...about, subject, extra: [`Cc: ${cc}`] }), flags: ['\\Seen'] };
    };
    await person.append('Sent', [write('Alone', EVE), write('Both', `${EVE}, hanna@example.org`)]);
    await eraseEve(world);
    expect(subjects(world, 'Sent')).toEqual(['Both']);
  });
});

describe('a link that an erasure of a person that died finds', () => {
  /** A message of somebody else in ticket 1 lies in another folder. */
  async function putAway(folder: string): Promise<{ world: DeskWorld; id: string; origin: number }> {
    const world = await mixedUp();
    world.server.create(folder);
    world.server.deliver(matter({ from: 'gina@example.org', subject: 'Drum', to: 'support+1@example.com' }));
    await world.pass();
    const [drum] = world.visible('open').filter(({ content }) => field(content.raw, 'Subject') === 'Drum');
    if (drum === undefined) throw new Error('it is not there');
    await world.server.connect({ ...openGate, actor: 'person' }).move(FOLDERS.open, [drum.uid], folder);
    return { world, id: field(drum.content.raw, 'Message-ID') ?? '', origin: drum.content.origin };
  }

  function hasLink(world: DeskWorld, id: string): boolean {
    return world
      .visible('register')
      .some(
        ({ content }) =>
          field(content.raw, 'X-Imapdesk-Entry') === 'link' && content.raw.toString('latin1').includes(id),
      );
  }

  it.each([
    ['lies in a folder of another desk', new Set(['Kept']), false],
    ['cannot be read by the server', new Set<string>(), true],
  ])('stays if its message %s', async (_why, spared, isUnreadable) => {
    const { world: start, id, origin } = await putAway('Kept');
    expect(hasLink(start, id)).toBe(true);
    if (isUnreadable) start.server.unreadable.add(origin);
    const faults = everyChange(await eraseEve(start.clone(), [], spared), 'eraser', 'kill');
    expect(faults.length).toBeGreaterThan(3);
    for (const fault of faults) {
      const world = start.clone();
      await eraseEve(world, [fault], spared);
      await eraseEve(world, [], spared);
      expect(hasLink(world, id), JSON.stringify(fault)).toBe(true);
    }
  });
});
