/** Programs that answer each letter of the desk, as trackers do: how far that goes. */
import { expect, it } from 'vitest';
import { withTicket } from './busy-day.js';
import { DeskWorld, openGate } from './desk-world.js';
import { field } from './message-text.js';
import { answerTo } from './sample-mail.js';

const SIGNS = ['Auto-Submitted: auto-generated', 'X-Auto-Response-Suppress: All'];

/** Each letter to one of them that was sent since `from` is answered by its program. */
function answerAll(world: DeskWorld, who: readonly string[], from: number): void {
  for (const [index, { raw, envelope }] of world.post.sent.slice(from).entries()) {
    if (!who.includes(envelope.to)) continue;
    const plain = answerTo(raw, { from: envelope.to, messageId: `receipt-${from}-${index}@example.org` });
    world.server.deliver(Buffer.concat([Buffer.from(`${SIGNS.join('\r\n')}\r\n`), plain]));
  }
}

/** Rounds in which they answer whatever came; the numbers of letters that were sent in each. */
async function exchange(
  world: DeskWorld,
  who: readonly string[],
  rounds: number,
): Promise<readonly number[]> {
  const sent: number[] = [];
  let from = 0;
  for (let round = 0; round < rounds; round += 1) {
    const before = world.post.sent.length;
    answerAll(world, who, from);
    from = before;
    await world.pass();
    sent.push(world.post.sent.length - before);
  }
  return sent;
}

it('a requester’s program is answered by nobody, and its receipts reach staff', async () => {
  const world = await withTicket();
  const before = world.post.sent.length;
  const sent = await exchange(world, ['jane@example.org'], 4);
  expect(world.sent(before)).toEqual(['notice to steve@example.com', 'notice to ann@example.com']);
  expect(sent).toEqual([2, 0, 0, 0]);
});

it('programs of requester and staff that answer each letter fall silent at once', async () => {
  const world = await withTicket();
  const machines = ['jane@example.org', 'steve@example.com', 'ann@example.com'];
  const sent = await exchange(world, machines, 6);
  expect(sent.slice(3)).toEqual([0, 0, 0]);
  expect(world.tickets()).toEqual(['1 open']);
});

it('a program that answers each close takes up a ticket once, and not again', async () => {
  const world = await withTicket();
  const states: string[] = [];
  let from = world.post.sent.length;
  for (let round = 0; round < 4; round += 1) {
    await world.request(openGate, 'close', 1);
    await world.pass();
    const before = world.post.sent.length;
    answerAll(world, ['jane@example.org'], from);
    from = before;
    await world.pass();
    states.push(...world.tickets());
  }
  expect(states).toEqual(['1 open', '1 archived', '1 archived', '1 archived']);
  const confirmations = world.post.sent.filter(({ raw }) => field(raw, 'Auto-Submitted') === 'auto-replied');
  expect(confirmations).toHaveLength(2);
});
