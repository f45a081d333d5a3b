/**
 * The whole day of a ticket in mutt, from the desk's own account and with exactly the settings that `imapdesk muttrc`
 * prints: read, answer, close by mail, reopened by the requester, archive, reopen, and a note.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEEP } from '../servers/start.js';
import { DeskBench } from './desk-bench.js';
import { inEachMutt, replyWithMutt } from './mutt.js';
import type { Terminal } from './mutt-terminal.js';
import { openDeskMutt } from './muttrc.js';
import { readFolder } from './world.js';

await inEachMutt(
  'a desk in %s, as muttrc sets it up',
  ({ program }) => {
    let bench: DeskBench;

    beforeAll(async () => {
      bench = await DeskBench.start();
      await bench.deliver();
      await bench.pass();
    });
    afterAll(() => bench.stop());

    /** How many messages lie in a folder. */
    async function lies(folder: string): Promise<number> {
      return (await readFolder(bench.world, 'support', `Tickets/${folder}`)).length;
    }

    async function once(): Promise<readonly Record<string, unknown>[]> {
      return (await bench.json('once')).filter((line) => !('summary' in line));
    }

    /** What was sent since `from`, as pairs of a subject and a recipient. */
    function sentSince(from: number): readonly string[] {
      return bench.world.sent.slice(from).flatMap(({ to, raw }) => {
        const subject = /^Subject: (.*)\r$/m.exec(raw.toString())?.[1] ?? '';
        return to.map((one) => `${one}: ${subject}`);
      });
    }

    async function inMutt(text: string, work: (mutt: Terminal) => Promise<void>): Promise<void> {
      const mutt = await openDeskMutt(bench.world, {
        program,
        config: bench.file.path,
        text,
      });
      try {
        await mutt.see(/Tickets\/Open(?!\/)/);
        await work(mutt);
        mutt.type('q');
        await mutt.ended();
      } finally {
        await mutt.stop();
      }
    }

    it('an answer goes from the desk, once, and its copy joins the ticket', async () => {
      const before = bench.world.sent.length;
      await inMutt('Pull the plug.', async (mutt) => {
        await mutt.see(/Msgs:2/);
        mutt.type('1\r\r');
        await mutt.see(/^Hello, it burns\.$/m);
        mutt.type('r');
        await mutt.see(/^To: Jane Doe <jane@example\.com>$/m);
        mutt.type('\r');
        await mutt.see(/^Cc: support@example\.com$/m);
        mutt.type('\r');
        await mutt.see(/^Subject: Re: Printer on fire$/m);
        mutt.type('\r');
        const menu = await mutt.see(/Mutt: Compose/);
        expect(menu).toMatch(/^ +From: Example Support <support@example\.com>$/m);
        expect(menu).toMatch(/^ +Cc: support@example\.com$/m);
        mutt.type('y');
        await mutt.see(/Mail sent/);
        mutt.type('q');
      });
      expect(sentSince(before)).toEqual([
        'jane@example.com: Re: Printer on fire',
        'support@example.com: Re: Printer on fire',
      ]);
      expect(await once()).toMatchObject([{ kind: 'update', ticket: 1, match: 'message-id', relay: false }]);
      expect(await lies('Open')).toBe(3);
      // Nobody outside gets it a second time.
      expect(sentSince(before + 1)).toEqual([
        'steve@example.org: [issue1] Printer on fire',
        'ann@example.org: [issue1] Printer on fire',
      ]);
      const [, answer] = (await readFolder(bench.world, 'jane', 'INBOX')).slice(-2);
      expect(answer?.text).toContain('\r\n\r\nPull the plug.\r\n');
    });

    it(',d closes by mail, wherever in the thread one stands', async () => {
      const before = bench.world.sent.length;
      await inMutt('', async (mutt) => {
        await mutt.see(/Msgs:3/);
        mutt.type('3\r,d');
        const menu = await mutt.see(/Mutt: Compose/);
        expect(menu).toMatch(/^ +To: support\+1\.[0-9a-z]{8}-done@example\.com$/m);
        expect(menu).toMatch(/^ +Cc:$/m);
        mutt.type('y');
        await mutt.see(/Mail sent/);
      });
      expect(await once()).toMatchObject([{ kind: 'close', ticket: 1, match: 'signed-address' }]);
      expect(await lies('Open')).toBe(0);
      expect(sentSince(before + 1)).toEqual([
        'jane@example.com: Re: [issue1] Printer on fire',
        'steve@example.org: [issue1: closed] Printer on fire',
        'ann@example.org: [issue1: closed] Printer on fire',
      ]);
    });

    it('the customer’s answer reopens it', async () => {
      const inbox = await readFolder(bench.world, 'jane', 'INBOX');
      await replyWithMutt(bench.world, 'jane', {
        program,
        message: inbox.length,
        text: 'It burns again.',
      });
      expect(await once()).toMatchObject([{ kind: 'reopen', ticket: 1 }]);
      expect(await lies('Archived')).toBe(0);
    });

    it(',a archives the whole thread and leaves the one with the same subject, ,o brings it back', async () => {
      await bench.deliver({ from: 'Taro <taro@example.com>' });
      expect(await once()).toMatchObject([{ kind: 'new', ticket: 2 }]);
      const whole = (await lies('Open')) - 2;
      const before = bench.world.sent.length;
      await inMutt('', async (mutt) => {
        await mutt.see(/Msgs:\d/);
        mutt.type('1\r,a');
        await mutt.see(/Msgs:2 /);
      });
      expect(await lies('Archived')).toBe(whole);
      expect(await once()).toEqual([]);
      expect(await bench.json('list')).toMatchObject([{ ticket: 2 }]);
      await inMutt('', async (mutt) => {
        await mutt.see(/Msgs:2 /);
        mutt.type('c\u0015+Tickets/Archived\r');
        await mutt.see(/[=+]Tickets\/Archived \[Msgs:\d/);
        mutt.type('1\r,o');
        await mutt.see(/[=+]Tickets\/Archived \[Msgs:0/);
      });
      expect(await once()).toEqual([]);
      expect(await bench.json('list')).toMatchObject([{ ticket: 1 }, { ticket: 2 }]);
      expect(await lies('Archived')).toBe(0);
      expect(sentSince(before)).toEqual([]);
    });

    it(',n writes to colleagues alone', async () => {
      const before = bench.world.sent.length;
      await inMutt('Is this the old printer?', async (mutt) => {
        await mutt.see(/Msgs:\d/);
        mutt.type('1\r,n');
        const menu = await mutt.see(/Mutt: Compose/);
        expect(menu).toMatch(/^ +To: support@example\.com$/m);
        expect(menu).toMatch(/^ +Cc:$/m);
        mutt.type('y');
        await mutt.see(/Mail sent/);
      });
      // Ticket 1 has come back to Open behind the other one.
      expect(await once()).toMatchObject([{ kind: 'update', ticket: 2, relay: false }]);
      expect(sentSince(before).map((line) => line.replace(/:.*/, ''))).toEqual([
        'support@example.com',
        'steve@example.org',
        'ann@example.org',
      ]);
    });
  },
  DEEP ? ['mutt', 'neomutt'] : ['mutt'],
);

// neomutt does not open all of these.
await inEachMutt(
  'in %s, with folders that are called anything',
  ({ program }) => {
    let bench: DeskBench;
    const folders = {
      open: `Ti ck"ets/Öf'fen $HOME \`id\` ^A 100%`,
      archived: `Ti ck"ets/Er#ledigt; (alt) [x]`,
    };

    beforeAll(async () => {
      // Cyrus does not take such names.
      bench = await DeskBench.start(
        { kind: 'maildir' },
        { folders, name: `O'Reilly "& Söhne" $x \`id\` \\` },
      );
      await bench.deliver();
      await bench.pass();
    });
    afterAll(() => bench.stop());

    it('opens them, and archives', async () => {
      const mutt = await openDeskMutt(bench.world, { program, config: bench.file.path });
      try {
        await mutt.see(/\[Msgs:2/);
        mutt.type('1\r,a');
        await mutt.see(/0 kept, 2 deleted\./);
        mutt.type('q');
        await mutt.ended();
      } finally {
        await mutt.stop();
      }
      expect(await readFolder(bench.world, 'support', folders.archived)).toHaveLength(2);
      await bench.pass();
      expect(await bench.json('list', '--state', 'archived')).toMatchObject([{ ticket: 1 }]);
    });
  },
  ['mutt'],
);
