/**
 * A ticket as people meet it in mutt and neomutt: the desk's mailbox, a customer's answer and a staff member's, each made with
 * their own keys in a terminal.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MailWorld } from '../../src/demo/world.js';
import { indexLines, inEachMutt, openMutt, replyWithMutt } from './mutt.js';
import { type ConfigFile, deskConfig, readFolder, runDesk, startWorld, writeConfig } from './world.js';

const QUESTION = [
  'From: Jane Doe <jane@example.com>',
  'To: support@example.com',
  'Subject: Printer on fire',
  'Message-ID: <first@example.com>',
  'Date: Mon, 23 Nov 2026 10:00:00 +0000',
  '',
  'It burns.',
  '',
];

await inEachMutt('in %s', ({ program }) => {
  let world: MailWorld;
  let config: ConfigFile;

  beforeAll(async () => {
    world = await startWorld();
    config = await writeConfig(deskConfig(world));
    const envelope = { from: 'jane@example.com', to: 'support@example.com' };
    await world.deliver('support', Buffer.from(QUESTION.join('\r\n')), { envelope });
    expect(await once()).toMatchObject([{ kind: 'new', ticket: 1 }]);
  });
  afterAll(async () => {
    await config.remove();
    await world.stop();
  });

  async function once(): Promise<readonly unknown[]> {
    const { code, stdout, stderr } = await runDesk(['once', '--json', '-c', config.path]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trim().split('\n');
    return lines.map((line) => JSON.parse(line) as object).filter((line) => !('summary' in line));
  }

  it('the open tickets are a folder, and each ticket is a thread', async () => {
    const mutt = await openMutt(world, 'support', { program });
    try {
      const text = await mutt.see(/[=+]Tickets\/Open \[Msgs:2 /);
      expect(indexLines(text)).toEqual([
        expect.stringMatching(/1 N .* Jane Doe +\(\S+\) Printer on fire$/),
        expect.stringMatching(/2 .* To jane@example \(\S+\) `->Re: \[issue1\] Printer on fire$/),
      ]);
      mutt.type('1\r\r');
      expect(await mutt.see(/^It burns\.$/m)).toContain('From: Jane Doe <jane@example.com>');
      mutt.type('qq');
      await mutt.ended();
    } finally {
      await mutt.stop();
    }
  });

  it("a customer's answer to the acknowledgement joins the ticket and its thread", async () => {
    const sent = { program, message: 1, text: 'It still burns.' };
    const menu = await replyWithMutt(world, 'jane', sent);
    expect(menu).toMatch(/To: "Example Support \(ticket 1\)" <support\+1\.[0-9a-z]{8}@example\.com>$/m);
    expect(await once()).toMatchObject([{ kind: 'update', ticket: 1, match: 'signed-address' }]);
    const stored = await readFolder(world, 'support', 'Tickets/Open');
    expect(stored).toHaveLength(3);
    expect(stored.at(-1)?.text).toContain('\r\n\r\nIt still burns.\r\n');
    const mutt = await openMutt(world, 'support', { program });
    try {
      expect(indexLines(await mutt.see(/[=+]Tickets\/Open \[Msgs:3 /))).toEqual([
        expect.stringMatching(/1 .* Jane Doe +\(\S+\) Printer on fire$/),
        expect.stringMatching(/2 .* To jane@example \(\S+\) `->Re: \[issue1\] Printer on fire$/),
        expect.stringMatching(/3 N .* Jane Doe +\(\S+\) {3}`->$/),
      ]);
    } finally {
      await mutt.stop();
    }
  });

  it("a staff member's answer to a notice reaches the customer", async () => {
    const sent = { program, message: 2, text: 'Pull the plug.' };
    const menu = await replyWithMutt(world, 'steve', sent);
    expect(menu).toMatch(/To: "Example Support \(ticket 1\)" <support\+1\.[0-9a-z]{8}@example\.com>$/m);
    expect(await once()).toMatchObject([{ kind: 'update', ticket: 1, match: 'signed-address', relay: true }]);
    const mutt = await openMutt(world, 'jane', { program });
    try {
      expect(indexLines(await mutt.see(/[=+]INBOX \[Msgs:2 /)).at(-1)).toContain('Example Support');
      mutt.type('2\r\r');
      const text = await mutt.see(/^Pull the plug\.$/m);
      expect(text).toContain('From: Example Support <support@example.com>');
      expect(text).not.toContain('steve@');
      // What mutt has quoted of the notice, but for the desk's own words below it.
      expect(text).toMatch(/^> It (?:still )?burns\.$/m);
      expect(text).not.toMatch(/^> -- |-note@|^> A mail to|wrote this|Your reply goes/m);
      const filed = (await readFolder(world, 'support', 'Tickets/Open')).map((one) => one.text);
      const reply = filed.find((one) => /^From: Steve/m.test(one) && one.includes('Pull the plug.')) ?? '';
      expect(reply).toMatch(/^> -- \r\n> [^]*^> Your reply goes to jane@example\.com\r$/m);
      expect(reply).toContain('-note@example.com');
    } finally {
      await mutt.stop();
    }
  });
});
