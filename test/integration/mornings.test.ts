/** A desk that tells its staff each morning how it stands and who waits, on a real server, by a clock of its own. */
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { compose } from './desk-bench.js';
import { passAt } from './one-pass.js';
import { deskConfig, startWorld, type TestWorld } from './world.js';

const DAY_MS = 86_400_000;
let world: TestWorld;
/** A minute behind the server's, whose seconds are whole. From then on it goes in whole days, so it matters not when that is. */
let now = new Date(Date.now() - 60_000);

beforeAll(async () => {
  world = await startWorld();
  vi.stubEnv('XDG_CACHE_HOME', world.folder);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await world.stop();
});

async function pass(): Promise<void> {
  const remind = { hours: 'Mon-Sun', at: '08:00' };
  await passAt(now, deskConfig(world, { digest: '07:30', remind }));
}

async function mailTo(address: string) {
  const mail = world.sent.filter(({ to }) => to[0] === address);
  return Promise.all(mail.map(async ({ raw }) => simpleParser(raw)));
}

async function told(address: string): Promise<readonly string[]> {
  return (await mailTo(address)).flatMap(({ subject = '', headers }) =>
    headers.get('auto-submitted') === 'auto-generated' ? [subject] : [],
  );
}

const DIGEST = 'Example Support: 1 opened, 0 closed, 1 open';
const REMINDER = 'Example Support: waiting for an answer: 1';

it('tells each of staff once, and a link in it opens a reply that reaches the customer', async () => {
  await pass();
  const envelope = { from: 'jane@example.com', to: 'support@example.com' };
  await world.deliver('support', compose({ subject: 'Printer & toner?' }), { envelope });
  await pass();
  const notice = '[issue1] Printer & toner?';
  expect(await told('steve@example.org')).toEqual([notice]);
  // Two mornings later, and some looks after that.
  now = new Date(now.getTime() + 2 * DAY_MS);
  for (let looks = 0; looks < 3; looks += 1) await pass();
  for (const member of ['steve@example.org', 'ann@example.org'])
    expect((await told(member)).toSorted()).toEqual([DIGEST, REMINDER, notice].toSorted());

  const reminder = (await mailTo('ann@example.org')).find(({ subject }) => subject === REMINDER);
  expect(reminder?.text).toMatch(/^1: Printer & toner\?\nJane Doe, for 47 h\nmailto:\S+$/m);
  const link = new URL(/mailto:\S+/.exec(reminder?.text ?? '')?.[0] ?? '');
  const reply = compose({
    from: 'Ann <ann@example.org>',
    to: decodeURIComponent(link.pathname),
    subject: link.searchParams.get('subject') ?? '',
    text: 'It needs toner.',
  });
  await world.deliver('support', reply, { envelope: { ...envelope, from: 'ann@example.org' } });
  await pass();
  const last = (await mailTo('jane@example.com')).at(-1);
  expect(last?.subject).toBe('Re: [issue1] Printer & toner?');
  expect(last?.text).toContain('It needs toner.');

  // Nobody waits any more.
  now = new Date(now.getTime() + DAY_MS);
  await pass();
  expect(await told('ann@example.org')).toHaveLength(4);
  expect((await told('ann@example.org')).at(-1)).toBe('Example Support: 0 opened, 0 closed, 1 open');
});
