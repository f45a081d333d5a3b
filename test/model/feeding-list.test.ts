import { expect, it } from 'vitest';
import { MIN_TELLING_MESSAGES } from '../../src/desk/feeding/feeding-list.js';
import { FactsCache } from '../../src/worker/workplace/facts-cache.js';
import { DeskWorld, POLICY } from './desk-world.js';
import { letter } from './sample-mail.js';

function filed(world: DeskWorld, extra: readonly string[], marks: string): void {
  for (let count = 0; count < MIN_TELLING_MESSAGES; count += 1) {
    const messageId = `${marks}-${count}@example.org`;
    const raw = letter({
      from: 'jane@example.org',
      to: 'support@example.com',
      subject: 'Printer',
      messageId,
      extra,
    });
    world.server.deliver(raw);
  }
}

it('the log is told once of a list that seems to feed the desk', async () => {
  const world = new DeskWorld();
  const desk = world.desk();
  const warnings = (): readonly string[] =>
    world.log.flatMap(({ level, message }) => (level === 'warn' ? [message] : []));
  await world.pass(desk);
  filed(world, [], 'plain');
  await world.pass(desk);
  expect(warnings()).toEqual([]);
  const listed = ['List-Id: <help.example.com>'];
  filed(world, listed, 'first');
  await world.pass(desk);
  expect(warnings()).toEqual([]);
  filed(world, listed, 'second');
  await world.pass(desk);
  expect(warnings()).toEqual([expect.stringContaining('20 of the newest 30 messages bear the List-Id')]);
  filed(world, listed, 'third');
  await world.pass(desk);
  expect(warnings()).toHaveLength(1);
});

it('the log is told once of a forwarder and of a form that seem to feed the desk, without an address', async () => {
  const world = new DeskWorld();
  const desk = world.desk();
  const warnings = (): readonly string[] =>
    world.log.flatMap(({ level, message }) => (level === 'warn' ? [message] : []));
  await world.pass(desk);
  for (let count = 0; count < 6; count += 1) {
    const raw = letter({
      from: 'wordpress@site.example',
      to: 'support@example.com',
      subject: 'Form',
      messageId: `form-${count}@site.example`,
      extra: [`Reply-To: v${count}@v${count}.example`, 'X-Sieve-Redirected-From: old@site.example'],
    });
    world.server.deliver(raw);
    if (count < 2) continue;
    await world.pass(desk);
    expect(warnings()).toEqual([
      expect.stringContaining(
        '3 of the newest 3 messages come by a forwarder: a Sieve script redirects it; ',
      ),
      expect.stringContaining('3 of the newest 3 messages come from one sender'),
    ]);
  }
  expect(JSON.stringify(world.log.filter(({ level }) => level === 'warn'))).not.toMatch(/@site/);
});

it('the log is not told of a forwarder that the configuration knows of', async () => {
  const world = new DeskWorld();
  const policy = { ...POLICY, forwarded: true };
  const desk = { ...world.desk(), policy, cache: new FactsCache(policy) };
  await world.pass(desk);
  filed(world, ['X-Sieve-Redirected-From: old@site.example'], 'plain');
  await world.pass(desk);
  expect(world.log.filter(({ level }) => level === 'warn')).toEqual([]);
});
