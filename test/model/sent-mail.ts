/** What the tests of the folder of sent mail share: letters from the desk's account, and where they are saved. */
import { DeskWorld, openGate } from './desk-world.js';
import { type Letter, letter } from './sample-mail.js';

const DESK = 'Example Support <support@example.com>';
export const NOTICES = ['notice to steve@example.com', 'notice to ann@example.com'];

/** A desk with ticket 1, "Printer", of Jane; its account has a folder of sent mail with old mail in it. */
export async function withTicket(): Promise<DeskWorld> {
  const world = new DeskWorld();
  world.server.create('Sent');
  save(world, { subject: 'Old news', messageId: 'old@example.com' });
  await world.pass();
  world.server.deliver(
    letter({
      from: 'Jane <jane@example.org>',
      to: 'support@example.com',
      subject: 'Printer',
      messageId: 'root@example.org',
    }),
  );
  await world.pass();
  return world;
}

export function written(changes: Partial<Letter>): Buffer {
  return letter({
    from: DESK,
    to: 'jane@example.org',
    subject: 'Re: Printer',
    messageId: 'words@example.com',
    extra: ['In-Reply-To: <root@example.org>'],
    ...changes,
  });
}

/** What a mail program does after it has sent a message. */
export function save(world: DeskWorld, changes: Partial<Letter> = {}): void {
  world.server.place({ kind: 'append', actor: 'person', folder: 'Sent' }, written(changes), ['\\Seen']);
}

export function inOpen(world: DeskWorld): readonly string[] {
  return world.contents('open').filter((name) => !name.startsWith('('));
}

/** A pass whose connection breaks at its nth call, before or after the server has done it. */
export async function dyingAt(world: DeskWorld, call: number, kind: 'before' | 'after'): Promise<void> {
  let calls = 0;
  const gate: typeof openGate = {
    actor: 'worker',
    begin: async (...args) => {
      const dies = calls === call;
      calls += 1;
      if (calls > call + 1 || (dies && kind === 'before')) throw new Error('dead');
      const passage = await openGate.begin(...args);
      if (!dies) return passage;
      return { ...passage, end: () => Promise.reject(new Error('dead')) };
    },
  };
  await world.pass(world.desk(gate)).catch(() => undefined);
}
