/**
 * A desk's folders kept as Maildirs by mbsync, and staff who answer with neomutt. mbsync moves by writing a copy with
 * a mark of its own and removing the first one, so what comes back is never quite the same message.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeskBench } from './desk-bench.js';
import { type LocalMessage, type SyncedMail, syncMailbox } from './mbsync.js';
import { findMutt, replyWithMutt } from './mutt.js';
import { findTool } from './tools.js';
import { readFolder } from './world.js';

const OPEN = 'Tickets/Open';
const ARCHIVED = 'Tickets/Archived';

const mbsync = await findTool('mbsync');
const neomutt = await findMutt('neomutt');
if (mbsync.program === null) console.log(`The tests with mbsync are left out: ${mbsync.reason}`);
if (neomutt.program === null) console.log(`The test with neomutt is left out: ${neomutt.reason}`);

describe.skipIf(mbsync.program === null)('a mailbox kept by mbsync', () => {
  let bench: DeskBench;
  let mail: SyncedMail;

  beforeAll(async () => {
    bench = await DeskBench.start();
    await bench.deliver();
    await bench.pass();
    mail = await syncMailbox(bench.world, { program: mbsync.program ?? '', folders: [OPEN, ARCHIVED] });
    await mail.sync();
  });
  afterAll(() => bench.stop());

  async function question(folder: string): Promise<LocalMessage> {
    const found = (await mail.messages(folder)).find(({ text }) => text.includes('\n\nHello, it burns.'));
    if (found === undefined) throw new Error(`The question is not in ${folder}.`);
    return found;
  }

  /** How many messages lie where, on the server and here. */
  async function counts(): Promise<Record<string, readonly [open: number, archived: number]>> {
    const far = await Promise.all(
      [OPEN, ARCHIVED].map(async (folder) => (await readFolder(bench.world, 'support', folder)).length),
    );
    const near = await Promise.all(
      [OPEN, ARCHIVED].map(async (folder) => (await mail.messages(folder)).length),
    );
    return { far: [far[0] ?? 0, far[1] ?? 0], near: [near[0] ?? 0, near[1] ?? 0] };
  }

  async function pass(): Promise<readonly Record<string, unknown>[]> {
    const decisions = (await bench.json('once')).filter((line) => !('summary' in line));
    await mail.sync();
    return decisions;
  }

  async function state(): Promise<readonly unknown[]> {
    return (await bench.json('list', '--state', 'all')).map((ticket) => [ticket['ticket'], ticket['state']]);
  }

  it('has the ticket', async () => {
    expect(await counts()).toEqual({ far: [2, 0], near: [2, 0] });
  });

  it('a message that is moved to Archived takes its ticket along', async () => {
    const before = bench.world.sent.length;
    await mail.move(await question(OPEN), ARCHIVED);
    await mail.sync();
    expect(await counts()).toEqual({ far: [1, 1], near: [1, 1] });
    expect(await pass()).toEqual([]);
    expect(await counts()).toEqual({ far: [0, 2], near: [0, 2] });
    expect(await state()).toEqual([[1, 'archived']]);
    expect(bench.world.sent.length).toBe(before);
  });

  it('and back to Open', async () => {
    await mail.move(await question(ARCHIVED), OPEN);
    await mail.sync();
    expect(await pass()).toEqual([]);
    expect(await counts()).toEqual({ far: [2, 0], near: [2, 0] });
    expect(await state()).toEqual([[1, 'open']]);
  });

  it.skipIf(neomutt.program === null)('staff answer with neomutt, and the customer gets it', async () => {
    const notices = await readFolder(bench.world, 'steve', 'INBOX');
    const program = neomutt.program ?? '';
    await replyWithMutt(bench.world, 'steve', { program, message: notices.length, text: 'Pull the plug.' });
    expect(await pass()).toMatchObject([{ kind: 'update', ticket: 1, relay: true }]);
    const answer = (await readFolder(bench.world, 'jane', 'INBOX')).at(-1);
    expect(answer?.text).toContain('\r\n\r\nPull the plug.\r\n');
    expect(answer?.text).not.toContain('steve@example.org');
    expect(await counts()).toEqual({ far: [4, 0], near: [4, 0] });
  });

  it('an answer that the desk has passed on can be moved as well', async () => {
    const answers = (await mail.messages(OPEN)).filter(({ text }) => text.includes('\n\nPull the plug.'));
    const fromStaff = answers.find(({ text }) => /^From: .*steve@example\.org/m.test(text));
    if (fromStaff === undefined) throw new Error('No answer of the staff.');
    await mail.move(fromStaff, ARCHIVED);
    await mail.sync();
    await pass();
    expect(await state()).toEqual([[1, 'archived']]);
    expect((await counts())['far']).toEqual([0, 4]);
  });

  it('a pass between the copying and the removing leaves one message too many, and none too few', async () => {
    const before = await counts();
    await mail.move(await question(ARCHIVED), OPEN);
    await mail.sync(OPEN);
    await bench.json('once');
    await mail.sync(ARCHIVED);
    await pass();
    expect(await state()).toEqual([[1, 'open']]);
    const [, whole = 0] = before['far'] ?? [];
    expect(await counts()).toEqual({ far: [whole + 1, 0], near: [whole + 1, 0] });
    await question(OPEN);
  });
});
