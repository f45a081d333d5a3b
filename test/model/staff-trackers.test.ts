/** Two staff members whose addresses feed trackers, each of which answers every letter with a receipt. */
import { describe, expect, it } from 'vitest';
import { withTicket } from './busy-day.js';
import { DeskWorld, openGate } from './desk-world.js';
import { answerTo } from './sample-mail.js';

const STAFF = ['steve@example.com', 'ann@example.com'];
const HOUR_MS = 3_600_000;

interface Machine {
  readonly field: string;
  readonly from?: string;
  readonly subject?: (subject: string) => string;
}

function receipt(raw: Buffer, to: string, { id, machine }: { id: string; machine: Machine }): Buffer {
  const { field, from = to, subject = (one: string) => one } = machine;
  const plain = answerTo(raw, { from, messageId: id }).toString();
  return Buffer.from(
    `${field}\r\n${plain.replace(/^Subject: (.*)$/m, (_, one: string) => `Subject: ${subject(one)}`)}`,
  );
}

/** Both answer whatever came to them; the number of letters that were sent in each round. */
async function exchange(world: DeskWorld, machine: Machine): Promise<readonly number[]> {
  const counts: number[] = [];
  let seen = 0;
  for (let round = 0; round < 8; round += 1) {
    const fresh = world.post.sent.slice(seen);
    seen = world.post.sent.length;
    for (const [index, { raw, envelope }] of fresh.entries()) {
      if (STAFF.includes(envelope.to))
        world.server.deliver(receipt(raw, envelope.to, { id: `r${round}-${index}@example.com`, machine }));
    }
    await world.pass();
    counts.push(world.post.sent.length - seen);
  }
  return counts;
}

describe('programs of two staff members that answer each letter', () => {
  it.each([
    ['trackers known by their own fields', { field: 'X-Redmine-Host: a.example.net' }],
    [
      'trackers at an address of their own',
      { field: 'X-Redmine-Host: a.example.net', from: 'tracker@example.net' },
    ],
    ['senders of bulk', { field: 'Precedence: bulk' }],
    ['lists', { field: 'List-Id: <a.example.net>' }],
    [
      'rules with a reply mark',
      { field: 'X-Mailer: Apple Mail', subject: (one) => `Re: Out of office: ${one}` },
    ],
    [
      'rules with words at the end',
      { field: 'X-Mailer: Apple Mail', subject: (one) => `${one} - on holiday` },
    ],
    [
      'rules that speak of others',
      { field: 'X-Mailer: Apple Mail', subject: () => 'The team is on vacation' },
    ],
  ] satisfies [string, Machine][])('fall silent: %s', async (_, machine) => {
    const world = await withTicket('vic@victim.example');
    const sent = await exchange(world, machine);
    expect(sent.slice(4)).toEqual([0, 0, 0, 0]);
    expect(world.sent().filter((line) => line.startsWith('relay'))).toEqual([]);
  });
});

describe('a staff member who writes in a tracker', () => {
  it('is told once an hour that it was not passed on, and the others read of it as often', async () => {
    const world = await withTicket('vic@victim.example');
    const [notice] = world.post.sent.filter(({ envelope }) => envelope.to === 'steve@example.com');
    const raw = notice?.raw ?? Buffer.alloc(0);
    const told = async (id: string): Promise<readonly string[]> => {
      const before = world.post.sent.length;
      const machine = { field: 'X-Redmine-Host: a.example.net' };
      world.server.deliver(receipt(raw, 'steve@example.com', { id: `${id}@example.com`, machine }));
      await world.pass();
      return world.sent(before);
    };
    const both = ['not-relayed to steve@example.com', 'notice to ann@example.com'];
    expect(await told('one')).toEqual(both);
    expect(await told('two')).toEqual([]);
    world.clock.advance(HOUR_MS + 1);
    expect(await told('three')).toEqual(both);
  });

  it('takes up a closed ticket, and the others are told of that at once', async () => {
    const world = await withTicket('vic@victim.example');
    const [notice] = world.post.sent.filter(({ envelope }) => envelope.to === 'steve@example.com');
    const raw = notice?.raw ?? Buffer.alloc(0);
    const machine = { field: 'X-Redmine-Host: a.example.net' };
    world.server.deliver(receipt(raw, 'steve@example.com', { id: 'one@example.com', machine }));
    await world.pass();
    await world.request(openGate, 'close', 1);
    await world.pass();
    const before = world.post.sent.length;
    world.server.deliver(receipt(raw, 'steve@example.com', { id: 'two@example.com', machine }));
    await world.pass();
    expect(world.tickets()).toEqual(['1 open']);
    expect(world.sent(before)).toEqual(['notice to ann@example.com']);
  });
});
