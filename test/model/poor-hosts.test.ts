/** Hosts that deliver no plus-addresses, and hosts that give mail on its way another Message-ID. */
import { describe, expect, it } from 'vitest';
import type { DeskPolicy } from '../../src/desk/policy.js';
import { FactsCache } from '../../src/worker/workplace/facts-cache.js';
import { fullInbox, matter } from './busy-day.js';
import { DeskWorld, POLICY } from './desk-world.js';
import { field } from './message-text.js';
import { answerTo, letter } from './sample-mail.js';

const JANE = 'jane@example.org';

function pass(world: DeskWorld, policy: DeskPolicy) {
  return world.pass({ ...world.desk(), policy, cache: new FactsCache(policy) });
}

/** A desk with one ticket, and its acknowledgement as the host has delivered it: under an id of the host's own. */
async function withTicket(policy: DeskPolicy): Promise<{ world: DeskWorld; acknowledged: Buffer }> {
  const world = new DeskWorld();
  await pass(world, policy);
  world.server.deliver(matter({ from: JANE, subject: 'Printer' }));
  await pass(world, policy);
  const sent = world.post.sent.find(({ envelope }) => envelope.to === JANE)?.raw.toString('latin1') ?? '';
  const acknowledged = sent.replace(/^Message-ID: .*$/m, 'Message-ID: <replaced@host.example>');
  expect(acknowledged).not.toBe(sent);
  return { world, acknowledged: Buffer.from(acknowledged, 'latin1') };
}

/** With another subject, to the desk's plain address, and without the id of Jane's own mail: what the desk put in is left. */
function byIdsAlone(answer: Buffer): Buffer {
  return Buffer.from(
    answer
      .toString('latin1')
      .replace(/^Subject: .*$/m, 'Subject: Hello again')
      .replace(/^To: .*$/m, 'To: support@example.com')
      .replaceAll('<printer@example.org>', ''),
    'latin1',
  );
}

it('where Message-IDs are replaced, an answer is told by the id of the ticket in its References', async () => {
  const { world, acknowledged } = await withTicket(POLICY);
  const answer = answerTo(acknowledged, { from: JANE, messageId: 'answer@example.org' });
  world.server.deliver(byIdsAlone(answer));
  await pass(world, POLICY);
  expect(world.tickets()).toEqual(['1 open']);
  expect(world.contents('open')).toEqual(['Printer', '(acknowledgement)', 'Hello again']);
});

it('every mail about a ticket has an id of that ticket in its References', async () => {
  const world = await fullInbox();
  await world.pass();
  const numbers = world.post.sent.flatMap(({ raw }) => {
    const [, number] = /\[issue(\d+)\]/.exec(field(raw, 'Subject') ?? '') ?? [];
    return number === undefined ? [] : [[number, field(raw, 'References') ?? '']];
  });
  expect(numbers.length).toBeGreaterThan(30);
  for (const [number, references] of numbers) expect(references).toContain(`<imapdesk.${number}.`);
});

describe('without plus-addresses', () => {
  const policy: DeskPolicy = { ...POLICY, addresses: null };

  it('Reply-To is the desk’s own address, and answers are told apart by their ids and by the tag', async () => {
    const { world, acknowledged } = await withTicket(policy);
    expect(field(acknowledged, 'Reply-To')).toMatch(/<support@example\.com>$/);
    expect(acknowledged.toString('latin1')).not.toMatch(/support\+/);
    const answer = answerTo(acknowledged, { from: JANE, messageId: 'answer@example.org' });
    world.server.deliver(byIdsAlone(answer));
    world.server.deliver(matter({ from: JANE, subject: 'Also [issue1]' }));
    await pass(world, policy);
    expect(world.tickets()).toEqual(['1 open']);
    expect(world.contents('open')).toEqual(['Printer', '(acknowledgement)', 'Hello again', 'Also [issue1]']);
  });

  it('a ticket is closed by the done mark in the subject', async () => {
    const { world } = await withTicket(policy);
    const words = { from: JANE, to: 'support@example.com', messageId: 'done@example.org' };
    world.server.deliver(letter({ ...words, subject: 'Thanks [issue1-done]' }));
    await pass(world, policy);
    expect(world.tickets()).toEqual(['1 archived']);
  });
});
