/** Replies from the command line that the mail server refuses: nobody may believe that they arrived. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeskBench } from './desk-bench.js';
import { type Ran, runDesk } from './world.js';

let bench: DeskBench;
beforeEach(async () => {
  bench = await DeskBench.start();
  await bench.openTwo();
  bench.world.smtpRefuse(({ stage, to }) =>
    stage === 'recipient' && to.includes('jane@example.com') ? '550 5.1.1 No such user' : null,
  );
});
afterEach(() => bench.stop());

async function write(...args: string[]): Promise<Ran> {
  return runDesk([...args, '-c', bench.file.path], { stdin: 'Pull the plug.' });
}

const NOT_REACHED =
  'did NOT reach jane@example.com: the mail server refused it, and it lies in Tickets/Review.';

describe('a reply that the mail server refuses', () => {
  it('did not reach anybody, and the command says so and how to send it again', async () => {
    const ran = await write('reply', '1');
    expect(ran).toMatchObject({
      code: 1,
      stdout: `Your reply to ticket 1 ${NOT_REACHED} "imapdesk retry 1" sends it once more.\n`,
    });
    expect((await write('reply', '1', '--close')).stdout).toMatch(
      /did NOT reach .*\nThe mail server refused other mail for good: .*\nTicket 1 is closed\.\n$/,
    );
    const json = await write('reply', '1', '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      outcome: 'refused',
      to: ['jane@example.com'],
      waiting: [],
      refused: ['jane@example.com'],
    });
    bench.world.smtpRefuse(null);
    expect(await bench.ok('retry', '1')).toContain('relay to jane@example.com: sent');
  });

  it('went to the others all the same', async () => {
    await bench.ok('merge', '1', '2', '--join-people');
    expect((await write('reply', '1')).stdout).toBe(
      `Your reply to ticket 1 went to taro@example.com.\nYour reply to ticket 1 ${NOT_REACHED} "imapdesk retry 1" sends it once more.\n`,
    );
  });
});

describe('a new ticket whose acknowledgement the mail server refuses', () => {
  const asked = ['new', '--for', 'jane@example.com', '--subject', 'Router', '--acknowledge'];

  it('is open, and nobody is said to be acknowledged', async () => {
    expect(await write(...asked)).toMatchObject({
      code: 1,
      stdout: `Ticket 3 is open for jane@example.com.\nThe acknowledgement ${NOT_REACHED} "imapdesk retry 3" sends it once more.\n`,
    });
    const json = await write(...asked, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      ticket: 4,
      outcome: 'opened',
      acknowledged: false,
      refused: ['jane@example.com'],
    });
  });
});
