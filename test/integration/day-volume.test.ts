/** What a pass reads of what was sent that day does not grow with it: on a real server, in numbers of bytes and commands. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import type { PassOutcome } from '../../src/worker/pass/pass.js';
import { DeskSession } from '../../src/worker/run/session.js';
import { createLog } from '../../src/worker/watch/log.js';
import { bytesOf, countOf, type Meter, startMeter, type Traffic } from '../bench/meter.js';
import { answerTo, letter } from '../model/sample-mail.js';
import { deskConfig, type Json, readFolder, startWorld, type TestWorld, withImap } from './world.js';

const FEW = 20;
const MANY = 500;
const MANNERS: Json = {
  staff: ['steve@example.org'],
  limits: {
    noticesPerMember: { count: 100_000 },
    answersPerDomain: { count: 100_000 },
    answersPerDesk: { count: 100_000 },
    acknowledgementsPerSender: { count: 2 },
  },
};

let world: TestWorld;
let meter: Meter;
let cache: string;
let filed = 0;
let answers = 0;

beforeAll(async () => {
  world = await startWorld({ kind: 'maildir' });
  meter = await startMeter(world.imap.port);
  cache = mkdtempSync(join(tmpdir(), 'day-volume-'));
});
afterAll(async () => {
  await meter.close();
  await world.stop();
  rmSync(cache, { recursive: true });
});

function openSession(cacheFolder: string | null): DeskSession {
  const metered = { ...world, imap: { ...world.imap, port: meter.port } };
  const config = parseConfig(JSON.stringify(deskConfig(metered, MANNERS)), { path: 'config.json', env: {} });
  const [desk] = config.desks;
  if (desk === undefined) throw new Error('There is no desk.');
  const log = createLog({ level: 'error', format: 'json', terminal: false });
  return new DeskSession({
    config,
    desk,
    log,
    command: 'test',
    adopt: null,
    secrets: new Set(),
    cacheFolder,
  });
}

async function pass(session: DeskSession): Promise<{ outcome: PassOutcome; traffic: Traffic }> {
  meter.take();
  const outcome = await session.pass(new AbortController().signal);
  return { outcome, traffic: meter.take() };
}

function deliver(raw: Buffer): Promise<void> {
  return world.deliver('support', raw, {
    envelope: { from: 'jane@example.com', to: 'support@example.com' },
  });
}

function newMail(from: string): Buffer {
  filed += 1;
  return letter({
    from,
    to: 'support@example.com',
    subject: `Matter ${filed}`,
    messageId: `m${filed}@x.example`,
  });
}

/** Files new mail until so many tickets were opened, and puts all but the first where nobody has to look at them. */
async function fileUpTo(count: number, session: DeskSession): Promise<void> {
  while (filed < count) await deliver(newMail(`jane+${filed}@example.com`));
  await pass(session);
  await withImap(world, 'support', async (client) => {
    await client.mailboxOpen('Tickets/Open');
    const kept = await client.search({ header: { subject: 'Matter 1' } }, { uid: true });
    expect(kept === false ? [] : kept).not.toEqual([]);
    const found = await client.fetchAll('1:*', { uid: true, envelope: true }, { uid: true });
    const others = found.filter(({ envelope }) => envelope?.subject?.endsWith('Matter 1') !== true);
    if (others.length > 0)
      await client.messageMove(others.map(({ uid }) => uid).join(), 'Tickets/Archived', { uid: true });
  });
  await pass(session);
  await pass(session);
}

/** What an answer to the first ticket costs the session; staff are told of it. */
async function answered(session: DeskSession): Promise<Traffic> {
  const acknowledged = world.sent.find(({ raw }) => raw.toString('latin1').includes('Matter 1\r\n'));
  answers += 1;
  const original = acknowledged?.raw ?? Buffer.alloc(0);
  await deliver(answerTo(original, { from: 'jane+0@example.com', messageId: `answer${answers}@x.example` }));
  const { outcome, traffic } = await pass(session);
  expect([...outcome.decided]).toEqual([['update', 1]]);
  expect(outcome.sent).toBe(1);
  return traffic;
}

async function inNewSession<T>(
  cacheFolder: string | null,
  work: (session: DeskSession) => Promise<T>,
): Promise<T> {
  const session = openSession(cacheFolder);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

async function answeredByAll(warm: DeskSession): Promise<readonly Traffic[]> {
  const first = await answered(warm);
  const second = await answered(warm);
  const once = await inNewSession(cache, answered);
  return [first, second, once];
}

it('an answer costs no more on a day with hundreds of tickets, in a worker that runs and in a new one', async () => {
  const warm = openSession(cache);
  await pass(warm);
  await fileUpTo(FEW, warm);
  const few = await answeredByAll(warm);
  await fileUpTo(MANY, warm);
  const many = await answeredByAll(warm);
  await warm.close();
  const ratios = many.map((traffic, index) => {
    const before = few[index] ?? traffic;
    return { bytes: bytesOf(traffic) / bytesOf(before), commands: countOf(traffic) / countOf(before) };
  });
  for (const { bytes, commands } of ratios) {
    expect(bytes).toBeLessThan(1.2);
    expect(commands).toBeLessThan(1.2);
  }
  expect(readdirSync(cache).map((name) => name.split('.').at(-1))).toContain('limits');
  // Without what was kept, all of that day is read again: so the test would see it.
  const cold = await inNewSession(null, answered);
  expect(bytesOf(cold)).toBeGreaterThan(5 * bytesOf(many[2] ?? cold));
});

it('the limits hold, whatever has become of what was kept', async () => {
  const acknowledgements = (): number =>
    world.sent.filter(
      ({ to, raw }) => to.includes('eve@example.com') && /Matter/.test(raw.toString('latin1')),
    ).length;
  for (const cacheFolder of [cache, null, cache, null]) {
    await deliver(newMail('eve@example.com'));
    await inNewSession(cacheFolder, pass);
  }
  expect(acknowledgements()).toBe(2);
  expect(await readFolder(world, 'support', 'Tickets/Outbox')).not.toEqual([]);
});
