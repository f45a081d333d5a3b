/** A folder of sent mail that the host creates with the first letter, seen by one desk over one connection. */
import { afterEach, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import type { MailWorld } from '../../src/demo/world.js';
import { DeskSession } from '../../src/worker/run/session.js';
import { createLog } from '../../src/worker/watch/log.js';
import { compose } from './desk-bench.js';
import { deskConfig, readFolder, startWorld, withImap } from './world.js';

const signal = new AbortController().signal;
let world: MailWorld;
let session: DeskSession;

afterEach(async () => {
  await session.close();
  await world.stop();
});

async function begin(sent: string | null): Promise<void> {
  const text = JSON.stringify(deskConfig(world, sent === null ? {} : { sent }));
  const config = parseConfig(text, { path: '/support.json', env: {} });
  const [desk] = config.desks;
  if (desk === undefined) throw new Error('no desk');
  const log = createLog({ level: 'error', format: 'json', terminal: false });
  session = new DeskSession({ config, desk, log, command: 'test', adopt: null, secrets: new Set() });
}

it.each([
  { what: 'that the server names', folder: 'Sent', sent: null, hiddenCapabilities: [] },
  { what: 'with a usual name', folder: 'Sent Messages', sent: null, hiddenCapabilities: ['SPECIAL-USE'] },
  { what: 'that is configured', folder: 'Post/Out', sent: 'Post/Out', hiddenCapabilities: [] },
])('is found when it appears, and all new: one $what', async ({ folder, sent, hiddenCapabilities }) => {
  world = await startWorld({ hiddenCapabilities });
  await begin(sent);
  await session.pass(signal);
  const envelope = { from: 'jane@example.com', to: 'support@example.com' };
  await world.deliver('support', compose({ subject: 'Printer on fire' }), { envelope });
  await session.pass(signal);
  const [root] = await readFolder(world, 'support', 'Tickets/Open');
  const answer = compose({
    from: 'Example Support <support@example.com>',
    to: 'jane@example.com',
    subject: 'Re: Printer on fire',
    fields: [`In-Reply-To: ${root?.messageId}`],
  });
  const before = world.sent.length;
  await withImap(world, 'support', async (client) => {
    await client.mailboxCreate(folder);
    await client.append(folder, answer, ['\\Seen']);
  });
  await session.pass(signal);
  const open = await readFolder(world, 'support', 'Tickets/Open');
  expect(open.map(({ raw }) => raw)).toContainEqual(answer);
  expect(world.sent.slice(before).map(({ to }) => to)).toEqual([['steve@example.org'], ['ann@example.org']]);
  await session.pass(signal);
  expect(await readFolder(world, 'support', 'Tickets/Open')).toHaveLength(open.length);
});

it('is found again under another usual name, to which somebody has renamed it', async () => {
  world = await startWorld({ hiddenCapabilities: ['SPECIAL-USE'] });
  await withImap(world, 'support', (client) => client.mailboxCreate('Sent Messages'));
  await begin(null);
  await session.pass(signal);
  const envelope = { from: 'jane@example.com', to: 'support@example.com' };
  await world.deliver('support', compose({ subject: 'Printer on fire' }), { envelope });
  for (let pass = 0; pass < 3; pass += 1) await session.pass(signal);
  const [root] = await readFolder(world, 'support', 'Tickets/Open');
  const answer = compose({
    from: 'Example Support <support@example.com>',
    to: 'jane@example.com',
    subject: 'Re: Printer on fire',
    fields: [`In-Reply-To: ${root?.messageId}`],
  });
  await withImap(world, 'support', async (client) => {
    await client.mailboxRename('Sent Messages', 'Sent Items');
    await client.append('Sent Items', answer, ['\\Seen']);
  });
  for (let pass = 0; pass < 2; pass += 1) await session.pass(signal);
  expect((await readFolder(world, 'support', 'Tickets/Open')).map(({ raw }) => raw)).toContainEqual(answer);
});
