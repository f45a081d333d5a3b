/** What people do about mail that lies in the wrong ticket: `split` and `merge`, built, on a real server. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock } from '../../src/worker/run/lock.js';
import { answerTo } from '../model/sample-mail.js';
import { DEEP } from '../servers/start.js';
import { compose, DeskBench } from './desk-bench.js';

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

/** The mail that was sent last to an address. */
function lastTo(address: string): Buffer {
  const mail = bench.world.sent.findLast(({ to }) => to.includes(address));
  if (mail === undefined) throw new Error(`nothing was sent to ${address}`);
  return mail.raw;
}

/** What a mail program makes of Reply. */
function reply(original: Buffer, from: string): Buffer {
  return answerTo(original, { from, messageId: `reply-${from}` });
}

describe.runIf(DEEP)('split', () => {
  it('makes a message a ticket of its own, at once, and tells the number', async () => {
    await bench.deliver({ from: 'Kim <kim@example.net>', to: 'support+1@example.com', subject: 'Toner' });
    await bench.pass();
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
    await bench.pass();
    expect(await mailOf(1)).toContain('archived: Toner');
    const [done] = await bench.json('split', '1', await numberOf(1, 'Toner'));
    expect(done).toMatchObject({ desk: 'Example Support', ticket: 1, opened: 3, outcome: 'done' });
    expect(await mailOf(1)).toEqual(['archived: Printer on fire']);
    expect(await mailOf(3)).toEqual(['open: Toner']);
    const before = await bench.snapshot();
    await bench.pass();
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
    await bench.pass();
    const { host, port } = bench.world.imap;
    const lock = await acquireLock(
      { host, port, user: bench.world.accounts.support.user },
      { command: 'a test' },
    );
    const said =
      'Another worker is at this mailbox: it will see to message 3 of ticket 1 at its next poll.\n';
    expect(await bench.ok('split', '1', '3')).toBe(said);
    if (lock.held) await lock.release();
    await bench.pass();
    expect(await mailOf(3)).toEqual(['open: Toner']);
  });
});

describe('merge', () => {
  it('brings two open tickets together, and either number shows the one', async () => {
    const sent = bench.world.sent.length;
    expect(await bench.ok('merge', '1', '2')).toBe('Ticket 2 is part of ticket 1 now.\n');
    expect(bench.world.sent.length).toBe(sent);
    expect(await mailOf(1)).toHaveLength(2);
    expect(await bench.json('list', '--state', 'all')).toMatchObject([{ ticket: 1, messages: 4 }]);
    const shown = await bench.ok('show', '2');
    expect(shown).toMatch(/^Ticket 2 was merged into ticket 1\.\nTicket 1 of Example Support \(open\)/);
    expect(shown).toContain('\nmerged     2\n');
    expect(await bench.json('show', '2')).toEqual(await bench.json('show', '1'));
    expect(await bench.ok('close', '2')).toBe('Ticket 2 was merged into ticket 1. Ticket 1 is closed.\n');
    expect((await mailOf(2)).every((line) => line.startsWith('archived: '))).toBe(true);
    expect(await bench.json('list', '--state', 'all')).toMatchObject([{ ticket: 1, state: 'archived' }]);
    expect(await bench.ok('reopen', '2')).toContain('Ticket 1 is open again.');
    expect((await mailOf(1)).every((line) => line.startsWith('open: '))).toBe(true);
    expect(await bench.ok('merge', '1', '2')).toBe('Ticket 2 is part of ticket 1 already.\n');
    const before = await bench.snapshot();
    await bench.pass();
    expect(await bench.snapshot()).toBe(before);
  });

  it.runIf(DEEP)('leaves repair nothing to do, after a split as well', async () => {
    await bench.deliver({ from: 'kim@example.net', to: 'support+1@example.com', subject: 'Toner' });
    await bench.pass();
    await bench.ok('split', '1', '3');
    await bench.ok('close', '3');
    await bench.ok('merge', '1', '2');
    await bench.ok('merge', '3', '1');
    const before = await bench.snapshot();
    expect(await bench.ok('repair')).toBe('Example Support:\n  nothing to repair\n');
    expect(await bench.snapshot()).toBe(before);
    expect(await mailOf(2)).toHaveLength(3);
  });

  it.runIf(DEEP)('takes an archived ticket into an open one, and later mail to its address', async () => {
    await bench.ok('close', '2');
    const [done] = await bench.json('merge', '1', '2', '--join-people');
    expect(done).toEqual({ desk: 'Example Support', ticket: 1, merged: 2, outcome: 'done' });
    expect((await mailOf(1)).every((line) => line.startsWith('open: '))).toBe(true);
    await bench.deliver({ from: 'kim@example.net', to: 'support+2@example.com', subject: 'Later' });
    await bench.pass();
    expect(await mailOf(1)).toContain('open: Later');
    expect(await bench.json('list', '--state', 'all')).toMatchObject([{ ticket: 1 }]);
    const question = join(bench.file.folder, 'question.eml');
    await writeFile(question, compose({ to: 'support+2@example.com' }));
    const [explained] = await bench.json('explain', question);
    expect(explained).toMatchObject({ kind: 'update', ticket: 1, match: 'address' });
    expect(explained?.['reasons']).toContain('ticket 2 was merged into ticket 1');
  });

  it.runIf(DEEP)(
    'takes an open ticket into an archived one, and an answer reopens them together',
    async () => {
      await bench.ok('close', '1');
      await bench.ok('merge', '1', '2');
      expect((await mailOf(1)).every((line) => line.startsWith('archived: '))).toBe(true);
      expect(await bench.json('list')).toEqual([]);
      const acknowledgement = lastTo('taro@example.com');
      await bench.world.deliver('support', reply(acknowledgement, 'taro@example.com'));
      await bench.pass();
      expect(await mailOf(1)).toHaveLength(3);
      expect((await mailOf(1)).every((line) => line.startsWith('open: '))).toBe(true);
    },
  );

  it("sends a staff reply to the merged ticket's notice to that ticket's people alone", async () => {
    const notice = lastTo('steve@example.org');
    expect(notice.toString()).toContain('[issue2]');
    await bench.ok('merge', '1', '2', '--join-people');
    const before = bench.world.sent.length;
    await bench.world.deliver('support', reply(notice, 'steve@example.org'));
    await bench.pass();
    const outside = bench.world.sent
      .slice(before)
      .filter(({ to }) => to.every((one) => !one.endsWith('.org')));
    expect(outside.map(({ to }) => to)).toEqual([['taro@example.com']]);
    expect(await mailOf(1)).toHaveLength(3);
  });

  it('refuses circles, unknown numbers and second thoughts, and changes nothing', async () => {
    await bench.deliver({ subject: 'Third' });
    await bench.pass();
    await bench.ok('merge', '1', '2');
    const before = await bench.snapshot();
    const cases = [
      [['1', '1'], 'ticket 1 cannot be merged into itself'],
      [['2', '1'], 'ticket 1 cannot be merged into ticket 2, which was merged into ticket 1 before'],
      [['3', '2'], 'ticket 2 was merged into ticket 1 before'],
      [['9', '1'], 'has no ticket 9'],
      [['1', '9'], 'has no ticket 9'],
    ] as const;
    for (const [args, why] of cases) {
      const ran = await bench.run('merge', ...args);
      expect(ran).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining(why) });
    }
    expect(await bench.snapshot()).toBe(before);
    const said = 'Ticket 2 was merged into ticket 1. Ticket 3 is part of ticket 1 now.\n';
    expect(await bench.ok('merge', '2', '3')).toBe(said);
  });

  it('is left to the worker that is at the account', async () => {
    const { host, port } = bench.world.imap;
    const account = { host, port, user: bench.world.accounts.support.user };
    const lock = await acquireLock(account, { command: 'a test' });
    expect(await bench.ok('merge', '1', '2')).toContain('it will bring the messages of ticket 2 to ticket 1');
    if (lock.held) await lock.release();
    expect((await bench.json('merge', '1', '2'))[0]).toMatchObject({ outcome: 'already' });
    await bench.pass();
    expect(await bench.json('list', '--state', 'all')).toMatchObject([{ ticket: 1, messages: 4 }]);
  });
});
