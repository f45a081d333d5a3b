/** `repair` after what people do to folders that they do not know the use of. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEEP } from '../servers/start.js';
import { DeskBench } from './desk-bench.js';
import { deskConfig, folderOn, readFolder, withImap } from './world.js';

let bench: DeskBench;
beforeEach(async () => {
  bench = await DeskBench.start();
});
afterEach(() => bench.stop());

async function emptyFolder(folder: string): Promise<void> {
  await withImap(bench.world, 'support', async (client) => {
    await client.mailboxOpen(folderOn(client, folder));
    await client.messageDelete('1:*', { uid: true });
  });
}

/** Ticket 1 is open with an answer that only names its subject tag, ticket 2 archived, ticket 3 not to be answered. */
async function openThree(): Promise<void> {
  await bench.openTwo();
  await bench.deliver({ subject: 'An alarm', fields: ['Auto-Submitted: auto-generated'] });
  await bench.deliver({ subject: 'Re: [issue1] Printer on fire', text: 'Still burning.' });
  await bench.pass();
  await bench.ok('close', '2');
}

async function tickets(): Promise<unknown[]> {
  const listed = await bench.json('list', '--state', 'all');
  return listed.map(({ desk: _desk, ...ticket }) => ticket);
}

describe('repair', () => {
  it('has nothing to do on a desk that is well, nor where there is none', async () => {
    expect(await bench.ok('repair')).toContain('there is nothing to repair, and "imapdesk once" begins it');
    expect(await bench.folders()).toEqual(['INBOX']);
    await openThree();
    const before = await bench.snapshot();
    expect(await bench.ok('repair')).toBe('Example Support:\n  nothing to repair\n');
    expect(await bench.snapshot()).toBe(before);
  });

  it('rebuilds an emptied register as it was, and the next ticket gets the next number', async () => {
    await openThree();
    const before = await tickets();
    await emptyFolder('Tickets/Register');
    expect(await bench.run('once')).toMatchObject({ code: 78, stderr: expect.stringContaining('repair') });
    const untouched = await bench.snapshot();
    const [dry] = await bench.json('repair', '--dry-run');
    expect(dry).toMatchObject({ dryRun: true, highest: 3, links: 1 });
    expect(await bench.snapshot()).toBe(untouched);
    const [report] = await bench.json('repair');
    expect(report).toMatchObject({
      begun: true,
      created: [],
      tickets: [
        { ticket: 1, state: 'open' },
        { ticket: 2, state: 'archived' },
        { ticket: 3, state: 'open' },
      ],
      links: 1,
      adoption: { taken: 0 },
      highest: 3,
      unplaced: 0,
    });
    expect(await tickets()).toEqual(before);
    expect(await bench.ok('repair')).toBe('Example Support:\n  nothing to repair\n');
    const sent = bench.world.sent.length;
    await bench.pass();
    expect(bench.world.sent.length).toBe(sent);
    expect(await tickets()).toEqual(before);
    expect(await bench.ok('reopen', '2')).toBe('Ticket 2 is open again.\n');
    await bench.deliver({ subject: 'A fourth' });
    await bench.pass();
    expect((await bench.json('list')).map(({ ticket, messages }) => [ticket, messages])).toEqual([
      [1, 3],
      [2, 3],
      [3, 2],
      [4, 2],
    ]);
  });

  it('creates folders that were deleted, and forgets no number', async () => {
    await openThree();
    await withImap(bench.world, 'support', async (client) => {
      for (const name of ['Register', 'Open', 'Review'])
        await client.mailboxDelete(folderOn(client, `Tickets/${name}`));
    });
    const ran = await bench.ok('repair');
    expect(ran).toContain('created the folder "Tickets/Open"');
    // What is left of the others is in the outbox: notices with the number 3.
    expect(ran).toContain('the highest number is 3: the next ticket is 4');
    await bench.deliver({ subject: 'A fourth' });
    await bench.pass();
    expect((await tickets()).map((ticket) => (ticket as { ticket: number }).ticket)).toEqual([2, 4]);
  });

  it('tells of a folder that was renamed rather than deleted', async () => {
    await openThree();
    await withImap(bench.world, 'support', (client) =>
      client.mailboxRename(folderOn(client, 'Tickets/Open'), folderOn(client, 'Tickets/Offen')),
    );
    expect(await bench.run('once')).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('Tickets/Offen'),
    });
    expect(await bench.ok('repair', '--dry-run')).toMatch(
      /"Tickets\/Offen" holds copies that this desk keeps/,
    );
    expect(await bench.folders()).not.toContain('Tickets/Open');
  });

  it('takes what came while the desk stood still, by the rule of the first run', async () => {
    await openThree();
    await emptyFolder('Tickets/Register');
    await bench.deliver({ subject: 'A fourth' });
    expect(await bench.ok('repair')).toContain('and 1 of the inbox with it');
    await bench.pass();
    expect(await tickets()).toHaveLength(4);
    await emptyFolder('Tickets/Register');
    await bench.configure(deskConfig(bench.world, { adopt: { atMost: 0 } }));
    await bench.deliver({ subject: 'A fifth' });
    const before = await bench.snapshot();
    expect(await bench.run('repair')).toMatchObject({ code: 78, stderr: expect.stringContaining('--adopt') });
    expect(await bench.snapshot()).toBe(before);
    expect(await bench.ok('repair', '--adopt=none')).toContain('and 0 of the inbox with it');
  });

  it.runIf(DEEP)(
    'finds the beginning of a ticket without its acknowledgement, and brings together what lies apart',
    async () => {
      await openThree();
      await emptyFolder('Tickets/Register');
      await withImap(bench.world, 'support', async (client) => {
        await client.mailboxOpen(folderOn(client, 'Tickets/Open'));
        const ours = await client.search({ header: { 'X-Imapdesk-Stage-Ticket': '3' } }, { uid: true });
        if (Array.isArray(ours))
          await client.messageMove(ours, folderOn(client, 'Tickets/Archived'), { uid: true });
      });
      const [report] = await bench.json('repair');
      expect(report).toMatchObject({
        highest: 3,
        tickets: [{ ticket: 1 }, { ticket: 2 }, { ticket: 3, state: 'open' }],
      });
      await bench.pass();
      expect(await bench.json('list')).toMatchObject([{ ticket: 1 }, { ticket: 3, messages: 2 }]);
      expect((await readFolder(bench.world, 'support', 'Tickets/Archived')).length).toBe(3);
    },
  );

  it('refuses to begin anew with a secret that knows nothing of the mail', async () => {
    await openThree();
    await emptyFolder('Tickets/Register');
    await bench.configure({
      ...deskConfig(bench.world),
      secret: 'another secret that is long enough, really',
    });
    const before = await bench.snapshot();
    expect(await bench.run('repair')).toMatchObject({ code: 78, stderr: expect.stringContaining('secret') });
    expect(await bench.snapshot()).toBe(before);
  });
});
