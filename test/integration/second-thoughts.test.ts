/** What people do about mail that lies in the wrong ticket: `split`, built, on a real server. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock } from '../../src/worker/lock.js';
import { DeskBench } from './desk-bench.js';

let bench: DeskBench;
beforeEach(async () => {
  bench = await DeskBench.start();
  await bench.openTwo();
});
afterEach(() => bench.stop());

interface ShownMessage {
  readonly folder: string;
  readonly from: string;
  readonly subject: string;
  readonly purpose: string | null;
  readonly text: string;
}

async function messagesOf(ticket: number): Promise<readonly ShownMessage[]> {
  const [shown] = await bench.json('show', String(ticket));
  return shown?.['messages'] as ShownMessage[];
}

/** What people wrote, as `folder: subject`. */
async function mailOf(ticket: number): Promise<readonly string[]> {
  const messages = await messagesOf(ticket);
  return messages
    .filter(({ purpose }) => purpose === null)
    .map(({ folder, subject }) => `${folder}: ${subject}`);
}

/** The number that `show` gives a message. */
async function numberOf(ticket: number, subject: string): Promise<string> {
  return String((await messagesOf(ticket)).findIndex((one) => one.subject === subject) + 1);
}

describe('split', () => {
  it('makes a message a ticket of its own, at once, and tells the number', async () => {
    await bench.deliver({ from: 'Kim <kim@example.net>', to: 'support+1@example.com', subject: 'Toner' });
    await bench.ok('once');
    const sent = bench.world.sent.length;
    const number = await numberOf(1, 'Toner');
    expect(number).toBe('3');
    expect(await bench.ok('split', '1', number)).toBe('Message 3 of ticket 1 is ticket 3 now.\n');
    expect(await mailOf(1)).toEqual(['open: Printer on fire']);
    expect(await mailOf(3)).toEqual(['open: Toner']);
    const note = (await messagesOf(3)).find(({ purpose }) => purpose === 'filing-note');
    expect(note).toMatchObject({ subject: 'Re: [issue3] Toner' });
    expect(note?.text).toContain('it was in ticket 1');
    const [listed] = (await bench.json('list')).filter(({ ticket }) => ticket === 3);
    expect(listed).toMatchObject({ requester: 'kim@example.net', messages: 2 });
    expect(bench.world.sent.length).toBe(sent);
  });

  it('opens what it takes out of the archive, and leaves the rest there', async () => {
    await bench.ok('close', '1');
    await bench.deliver({ from: 'kim@example.net', to: 'support+1@example.com', subject: 'Toner' });
    await bench.ok('once');
    expect(await mailOf(1)).toContain('archived: Toner');
    const [done] = await bench.json('split', '1', await numberOf(1, 'Toner'));
    expect(done).toMatchObject({ desk: 'Example Support', ticket: 1, opened: 3, outcome: 'done' });
    expect(await mailOf(1)).toEqual(['archived: Printer on fire']);
    expect(await mailOf(3)).toEqual(['open: Toner']);
    const before = await bench.snapshot();
    await bench.ok('once');
    expect(await bench.snapshot()).toBe(before);
  });

  it('refuses what cannot be split off, and changes nothing', async () => {
    const before = await bench.snapshot();
    const cases = [
      [['1', '1'], 'it is the message that opened the ticket'],
      [['1', '2'], 'the desk itself wrote it'],
      [['1', '9'], 'ticket 1 has 2 messages, and none is number 9'],
      [['7', '1'], 'has no ticket 7'],
      [['1', '0'], 'expected the number of a message'],
    ] as const;
    for (const [args, why] of cases) {
      const ran = await bench.run('split', ...args);
      expect(ran).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining(why) });
    }
    expect(await bench.snapshot()).toBe(before);
  });

  it('is left to the worker that is at the account', async () => {
    await bench.deliver({ from: 'kim@example.net', to: 'support+1@example.com', subject: 'Toner' });
    await bench.ok('once');
    const { host, port } = bench.world.imap;
    const lock = await acquireLock(
      { host, port, user: bench.world.accounts.support.user },
      { command: 'a test' },
    );
    const said =
      'Another worker is at this mailbox: it will see to message 3 of ticket 1 at its next poll.\n';
    expect(await bench.ok('split', '1', '3')).toBe(said);
    if (lock.held) await lock.release();
    await bench.ok('once');
    expect(await mailOf(3)).toEqual(['open: Toner']);
  });
});
