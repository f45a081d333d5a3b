/** The same mail, twice in one inbox. */
import { expect, it } from 'vitest';
import { matter, nameless } from './busy-day.js';
import { DeskWorld } from './desk-world.js';

const PRINTER = matter({ from: 'jane@example.org', subject: 'Printer' });
const ON_ANOTHER_WAY = Buffer.from('Received: from a list by the host\r\n');

/** What is sent for a second message, and the tickets then. */
async function then(first: Buffer, second: Buffer): Promise<readonly [number, readonly string[]]> {
  const world = new DeskWorld();
  await world.pass();
  world.server.deliver(first);
  await world.pass();
  const before = world.post.sent.length;
  world.server.deliver(second);
  await world.pass();
  expect(world.contents('inbox')).toEqual([]);
  return [world.post.sent.length - before, world.tickets()];
}

it('is filed with the first one’s ticket, whatever way it came, and nothing is sent for it', async () => {
  expect(await then(PRINTER, PRINTER)).toEqual([0, ['1 open']]);
  expect(await then(PRINTER, Buffer.concat([ON_ANOTHER_WAY, PRINTER]))).toEqual([0, ['1 open']]);
});

it('is told by its whole header where it has no Message-ID', async () => {
  const bare = nameless(PRINTER);
  expect(await then(bare, bare)).toEqual([0, ['1 open']]);
  expect(await then(bare, Buffer.concat([ON_ANOTHER_WAY, bare]))).toEqual([3, ['1 open', '2 open']]);
});
