/** Claims come and go, and take UIDs of the register with them: the highest number is told all the same. */
import { expect, it } from 'vitest';
import { appendOne } from '../../src/mailbox/append-one.js';
import { DeskWorld, FOLDERS, openGate } from './desk-world.js';
import { letter } from './sample-mail.js';

function deliver(world: DeskWorld, subject: string): void {
  const messageId = `${subject.toLowerCase()}@example.org`;
  world.server.deliver(letter({ from: 'jane@example.org', to: 'support@example.com', subject, messageId }));
}

it('after a hundred entries that were taken away again, the next ticket has the next number', async () => {
  const world = new DeskWorld();
  await world.pass();
  for (const subject of ['One', 'Two']) deliver(world, subject);
  await world.pass();
  for (const ticket of [1, 2]) await world.request(openGate, 'close', ticket);
  await world.pass();
  const register = world.server.connect(openGate);
  for (let index = 0; index < 100; index += 1) {
    const raw = letter({
      from: 'a@example.com',
      to: 'a@example.com',
      subject: 'x',
      messageId: `x${index}@a`,
    });
    await register.remove(FOLDERS.register, [
      await appendOne(register, FOLDERS.register, { raw, flags: ['\\Seen'] }),
    ]);
  }
  deliver(world, 'Three');
  await world.pass();
  expect(world.tickets()).toEqual(['1 archived', '2 archived', '3 open']);
});
