/**
 * A staff member's day in mutt and neomutt, from their own mailbox: whole notices with attachments, tickets that are
 * closed and reopened, and the mail of the morning. `scripts/pictures` keeps the pictures that docs/daily-use.md shows.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { invoiceWithPdf, plainQuestion } from '../../src/demo/sample-mail.js';
import { samplePdf } from '../../src/demo/sample-parts.js';
import { DeskBench } from './desk-bench.js';
import { inEachMutt, type MuttOptions, openMutt, replyWithMutt, writeEditor } from './mutt.js';
import { drawPicture } from './mutt-picture.js';
import type { Terminal } from './mutt-terminal.js';
import { openDeskMutt } from './muttrc.js';
import { passAt } from './one-pass.js';
import { deskConfig, readFolder } from './world.js';

const DAY_MS = 86_400_000;
/** What docs/daily-use.md shows. */
const PICTURES = 'mutt-notice mutt-attachments mutt-desk neomutt-notice neomutt-inbox neomutt-desk'.split(
  ' ',
);

await inEachMutt('notices in %s', ({ name: client, program }) => {
  let bench: DeskBench;

  beforeAll(async () => {
    bench = await DeskBench.start({ kind: 'maildir' });
    vi.stubEnv('XDG_CACHE_HOME', bench.world.folder);
    const { jane, taro } = bench.world.accounts;
    const heading = { to: 'support@example.com', at: new Date() };
    const letters = [
      invoiceWithPdf({ ...heading, from: jane }),
      plainQuestion({ ...heading, from: { ...taro, name: 'Taro' } }),
    ];
    for (const { raw } of letters)
      await bench.world.deliver('support', raw, { envelope: { from: jane.address, to: heading.to } });
    expect(await once()).toMatchObject([{ kind: 'new' }, { kind: 'new' }]);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await bench.stop();
  });

  async function once(): Promise<readonly Record<string, unknown>[]> {
    return (await bench.json('once')).filter((line) => !('summary' in line));
  }

  async function inMutt(
    options: Partial<MuttOptions> & { readonly name: 'steve' | 'ann' },
    work: (mutt: Terminal) => Promise<void>,
  ): Promise<void> {
    const mutt = await openMutt(bench.world, options.name, { program, ...options });
    try {
      await work(mutt);
      await mutt.ended();
    } finally {
      await mutt.stop();
    }
  }

  /** Opens the one message whose subject has this. */
  async function open(mutt: Terminal, subject: string): Promise<void> {
    await mutt.see(/[=+]INBOX \[Msgs:\d/);
    mutt.type(`/~s "${subject}"\r\r`);
  }

  async function write(mutt: Terminal, to: string): Promise<void> {
    mutt.type('m');
    await mutt.see(/^To:$/m);
    mutt.type(`${to}\r`);
    await mutt.see(/^Subject:$/m);
    mutt.type('Done\r');
  }

  /** Keeps what the terminal shows, where pictures are wanted. */
  async function picture(mutt: Terminal, what: string): Promise<void> {
    const folder = process.env['IMAPDESK_PICTURES'];
    const name = `${client}-${what}`;
    if (folder !== undefined && PICTURES.includes(name))
      await drawPicture(mutt.recording(), join(folder, 'daily-use', `${name}.png`));
  }

  it('one shows what was written, and its attachment is saved as it was', async () => {
    await inMutt({ name: 'steve', drawn: true }, async (mutt) => {
      await open(mutt, 'printer');
      const notice = await mutt.see(/^Your reply goes to taro@example\.com$/m);
      expect(notice).toContain('What else can we try?');
      await picture(mutt, 'notice');
      mutt.type('q');
      await open(mutt, 'Invoice');
      await mutt.see(/^Could you send a new one/m);
      mutt.type(' ');
      await mutt.see(/^Your reply goes to jane@example\.com$/m);
      mutt.type('v');
      const parts = await mutt.see(/ A +\d+ .*invoice-2041\.pdf/);
      await picture(mutt, 'attachments');
      const saved = join(bench.world.folder, 'saved.pdf');
      mutt.type(`${/ A +(\d+)/.exec(parts)?.[1]}\rs`);
      await mutt.see(/Save to file: (?:\.\/)?invoice-2041\.pdf$/m);
      mutt.type(`\u0015${saved}\r`);
      await mutt.see(/Attachment saved/);
      expect(await readFile(saved)).toEqual(samplePdf('Invoice 2041'));
      mutt.type('qqq');
    });
  });

  it('a reply to it reaches the customer without a word of the desk’s', async () => {
    await replyWithMutt(bench.world, 'steve', {
      program,
      message: 'Invoice 2041',
      text: 'You get a new one.',
    });
    expect(await once()).toMatchObject([{ kind: 'update', ticket: 1, match: 'signed-address', relay: true }]);
    const answer = (await readFolder(bench.world, 'jane', 'INBOX')).at(-1)?.text ?? '';
    expect(answer).toMatch(/^You get a new one\.\r$/m);
    expect(answer).toMatch(/^> Could you send a new one\?/m);
    expect(answer).not.toMatch(/steve@|-done@|-note@|wrote this|Your reply goes/);
  });

  it('in the desk’s account the tickets are threads', async () => {
    const mutt = await openDeskMutt(bench.world, { program, config: bench.file.path, drawn: true });
    try {
      await mutt.see(/[=+]Tickets\/Open \[Msgs:\d/);
      const text = await mutt.see(/(?=[^]*└─>Re: \[issue1\])(?=[^]*└─>Re: \[issue2\])/);
      for (const line of [
        /^ +\d+ N .* Jane Doe .* Invoice 2041 has the wrong address$/m,
        /^ +\d+ {3}F .* To jane@example .* ├─>Re: \[issue1\] Invoice 2041 has the wrong address$/m,
        /^ +\d+ N .* Taro .* The printer stops after page two$/m,
        /^ +\d+ {3}F .* To taro@example .* └─>Re: \[issue2\] The printer stops after page two$/m,
      ])
        expect(text).toMatch(line);
      await picture(mutt, 'desk');
      mutt.type('q');
      await mutt.ended();
    } finally {
      await mutt.stop();
    }
  });

  it('a mail without words to the done address closes, and a colleague reads who did', async () => {
    const editor = await writeEditor(bench.world, '');
    await inMutt({ name: 'steve', settings: 'set editor=true' }, async (mutt) => {
      await open(mutt, 'Invoice');
      await mutt.see(/^Could you send a new one/m);
      mutt.type(' ');
      const text = await mutt.see(/^A mail to \S+-done@example\.com closes the ticket\.$/m);
      const done = / (\S+-done@example\.com) /.exec(text)?.[1] ?? '';
      await write(mutt, done);
      await mutt.see(/Aborted unmodified message/);
      // Now with an editor that saves the empty text.
      mutt.type(`:${editor}\r`);
      await write(mutt, done);
      await mutt.see(/^ +Subject: Done$/m);
      mutt.type('y');
      await mutt.see(/Mail sent/);
      mutt.type('qq');
    });
    expect(await once()).toMatchObject([{ kind: 'close', ticket: 1, match: 'signed-address' }]);
    await inMutt({ name: 'ann' }, async (mutt) => {
      await open(mutt, 'issue1: closed');
      const text = await mutt.see(/^Steve closed this ticket\.$/m);
      expect(text).toContain('Subject: [issue1: closed] Invoice 2041 has the wrong address');
      mutt.type('qq');
    });
  });

  it('the customer’s answer reopens it, and its notice says so first', async () => {
    const { length } = await readFolder(bench.world, 'jane', 'INBOX');
    await replyWithMutt(bench.world, 'jane', { program, message: length, text: 'The date is wrong, too.' });
    expect(await once()).toMatchObject([{ kind: 'reopen', ticket: 1 }]);
    await inMutt({ name: 'ann', drawn: true }, async (mutt) => {
      const index = await mutt.see(/\[issue1: reopened\] Invoice 2041/);
      expect(index).toContain('[issue1: closed] Invoice 2041');
      await picture(mutt, 'inbox');
      await open(mutt, 'issue1: reopened');
      const text = await mutt.see(/^The date is wrong, too\.$/m);
      expect(text).toContain('Subject: [issue1: reopened] Invoice 2041 has the wrong address');
      expect(text).toMatch(/^Jane Doe reopened this ticket\.$[^]*^The date is wrong, too\.$/m);
      mutt.type('qq');
    });
  });

  it('the mail of the morning can be read, and a link in it opens a reply that reaches the customer', async () => {
    const config = deskConfig(bench.world, { digest: '07:30', remind: { hours: 'Mon-Sun', at: '08:00' } });
    const now = Date.now();
    for (const days of [0, 2]) await passAt(new Date(now + days * DAY_MS), config);
    let link = '';
    await inMutt({ name: 'steve' }, async (mutt) => {
      await open(mutt, 'opened, ');
      const text = await mutt.see(/^- 1 to 3 days: 2$/m);
      expect(text).toContain('Subject: Example Support: 0 opened, 0 closed, 2 open');
      mutt.type('q');
      await open(mutt, 'waiting for an answer');
      // mutt breaks a link that is wider than the screen, and says so by a plus sign.
      const reminder = (await mutt.see(/^1: Invoice 2041[^]*wrong%20address$/m)).replaceAll('\n+', '');
      link =
        /^2: The printer stops after page two\nTaro, for 2 days\n(mailto:\S+)$/m.exec(reminder)?.[1] ?? '';
      mutt.type('qq');
    });
    const settings = await writeEditor(bench.world, 'Open the lid, please.');
    await inMutt({ name: 'steve', settings, link }, async (mutt) => {
      if (client === 'mutt') {
        await mutt.see(/^To: support\+2\./m);
        mutt.type('\r');
      }
      await mutt.see(/^ +Subject: Re: \[issue2\] The printer stops after page two$/m);
      mutt.type('y');
    });
    await passAt(new Date(now + 2 * DAY_MS), config);
    const answer = (await readFolder(bench.world, 'taro', 'INBOX')).at(-1)?.text ?? '';
    expect(answer).toContain('Subject: Re: [issue2] The printer stops after page two\r\n');
    expect(answer).toMatch(/^Open the lid, please\.\r$/m);
  });
});
