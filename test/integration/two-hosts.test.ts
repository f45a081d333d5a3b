/** What the command does beside a worker on another host, whose claim lies in the register, and after that one has died. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatRecord } from '../../src/mailbox/register/format.js';
import { DeskBench } from './desk-bench.js';
import { readFolder, withImap } from './world.js';

const REGISTER = 'Tickets/Register';

let bench: DeskBench;
beforeAll(async () => {
  bench = await DeskBench.start();
  await bench.ok('once');
});
afterAll(() => bench.stop());

/** As a worker on another host writes it, so long ago. */
async function claimElsewhere(agoMs: number): Promise<void> {
  const at = new Date(Date.now() - agoMs);
  const record = {
    kind: 'claim',
    worker: 'a-worker-elsewhere',
    host: 'other.example',
    place: 'elsewhere',
    pid: 4321,
    started: '1',
    command: 'run',
    since: at,
    at,
    first: null,
    leaseS: null,
  } as const;
  const { name, address } = bench.world.accounts.support;
  const writing = { deskName: name, deskAddress: address, now: at, id: `claim-${agoMs}`, highest: 0 };
  const raw = formatRecord(record, writing);
  await withImap(bench.world, 'support', (client) => client.append(REGISTER, raw, ['\\Seen'], at));
}

async function removeClaims(): Promise<void> {
  await withImap(bench.world, 'support', async (client) => {
    await client.mailboxOpen(REGISTER);
    await client.messageDelete({ header: { 'X-Imapdesk-Entry': 'claim' } });
  });
}

async function claims(): Promise<number> {
  const entries = await readFolder(bench.world, 'support', REGISTER);
  return entries.filter(({ text }) => /^X-Imapdesk-Entry: claim\r$/m.test(text)).length;
}

it('leaves the desk to it, and says who that is', async () => {
  await bench.deliver({ subject: 'Printer' });
  await claimElsewhere(5_000);
  const before = await bench.snapshot();
  const { code, stderr } = await bench.run('once', '-v');
  expect([code, stderr]).toEqual([0, expect.stringContaining('other.example')]);
  const repair = await bench.run('repair');
  expect([repair.code, repair.stderr]).toEqual([
    75,
    expect.stringContaining('run on other.example (process 4321)'),
  ]);
  expect(await bench.snapshot()).toBe(before);
  await removeClaims();
});

it('takes over three minutes after the last sign of it, and leaves no claim behind', async () => {
  await claimElsewhere(181_000);
  await bench.ok('once');
  const subjects = (await readFolder(bench.world, 'support', 'Tickets/Open')).map(({ subject }) => subject);
  expect(subjects).toContain('Printer');
  expect(await claims()).toBe(0);
});

it('claims nothing where there is nothing to do', async () => {
  const uidNext = async (): Promise<number> =>
    withImap(bench.world, 'support', async (client) => {
      const status = await client.status(REGISTER, { uidNext: true });
      return status === false ? 0 : (status.uidNext ?? 0);
    });
  const before = await uidNext();
  await bench.ok('once');
  expect(await uidNext()).toBe(before);
});
