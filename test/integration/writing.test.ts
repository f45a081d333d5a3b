/** What staff write on the command line: replies and new tickets, through the built command on a real server. */
import { randomBytes } from 'node:crypto';
import { chmod, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock } from '../../src/worker/run/lock.js';
import { DEEP } from '../servers/start.js';
import { DeskBench } from './desk-bench.js';
import { hasTerminals, openTerminal } from './mutt-terminal.js';
import { deskConfig, type FoundMessage, main, type Ran, readFolder, runDesk } from './world.js';

const terminals = await hasTerminals();
let bench: DeskBench;
beforeEach(async () => {
  bench = await DeskBench.start();
});
afterEach(() => bench.stop());

async function write(text: string, ...args: string[]): Promise<Ran> {
  return runDesk([...args, '-c', bench.file.path], { stdin: text });
}

async function said(text: string, ...args: string[]): Promise<string> {
  const ran = await write(text, ...args);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return ran.stdout;
}

async function file(name: string, content: Buffer | string): Promise<string> {
  const path = join(bench.file.folder, name);
  await writeFile(path, content);
  return path;
}

const inbox = (who: 'jane' | 'steve' | 'ann' | 'support'): Promise<readonly FoundMessage[]> =>
  readFolder(bench.world, who, 'INBOX');
const last = async (who: 'jane' | 'steve' | 'ann') => (await inbox(who)).at(-1)?.raw ?? Buffer.alloc(0);

async function account(): Promise<Parameters<typeof acquireLock>[0]> {
  const { host, port } = bench.world.imap;
  return { host, port, user: bench.world.accounts.support.user };
}

describe('reply', () => {
  it('goes to the requester with its attachments byte for byte, and to the other staff as a notice', async () => {
    await bench.openTwo();
    const bytes = randomBytes(200_000);
    const paths = [
      await file('Prüfung "1" 山.bin', bytes),
      await file('saved.eml', 'Subject: x\r\n\r\n.\r\n'),
    ];
    const steves = (await inbox('steve')).length;
    const anns = (await inbox('ann')).length;
    const text = 'Zieh den Stecker. 👨‍👩‍👧\n\nFrom here on\n.\n# this too\n';
    const out = await said(text, 'reply', '1', '--attach', paths[0] ?? '', '--attach', paths[1] ?? '');
    expect(out).toBe('Your reply to ticket 1 went to jane@example.com.\n');
    const got = await simpleParser(await last('jane'));
    expect(got.text?.trimEnd()).toBe(text.trimEnd());
    expect(got.attachments.map(({ filename }) => filename)).toEqual(['Prüfung _1_ 山.bin', 'saved.eml']);
    expect((await last('jane')).toString()).not.toContain('message/rfc822');
    expect(got.attachments[0]?.content.equals(bytes)).toBe(true);
    expect(got.attachments[1]?.content.toString()).toBe('Subject: x\r\n\r\n.\r\n');
    expect(got.subject).toBe('Re: [issue1] Printer on fire');
    expect((await last('jane')).toString()).not.toContain('steve@');
    expect(await inbox('steve')).toHaveLength(steves);
    expect(await inbox('ann')).toHaveLength(anns + 1);
    expect(await inbox('support')).toEqual([]);
    const filed = (await readFolder(bench.world, 'support', 'Tickets/Open')).filter(
      ({ text: one }) =>
        one.startsWith('From: steve@example.org') || one.includes('\r\nFrom: steve@example.org'),
    );
    expect(filed).toHaveLength(1);
    expect(filed[0]?.text).toMatch(/^In-Reply-To: <sample-\d+@example\.com>\r$/m);
  });

  it('is somebody else’s with --as, who has to be staff', async () => {
    await bench.openTwo();
    expect(await said('Hello', 'reply', '1', '--as', 'ANN@example.org', '--json')).toBe(
      `${JSON.stringify({
        desk: 'Example Support',
        ticket: 1,
        outcome: 'sent',
        kind: 'update',
        to: ['jane@example.com'],
        waiting: [],
        refused: [],
      })}\n`,
    );
    expect((await last('jane')).toString()).toContain('From: Ann at Example Support <support@example.com>');
    expect((await last('steve')).toString()).toContain('Hello');
    const ran = await write('Hello', 'reply', '1', '--as', 'jane@example.com');
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toContain('jane@example.com is no staff address of Example Support');
  });

  it('with --note is for colleagues, with --close the last word, and reopens what is closed', async () => {
    await bench.openTwo();
    const janes = (await inbox('jane')).length;
    expect(await said('Who knows?', 'reply', '1', '--note')).toBe(
      'Your note to ticket 1 is there for your colleagues.\n',
    );
    expect(await inbox('jane')).toHaveLength(janes);
    expect((await last('ann')).toString()).toContain('Who knows?');
    expect(await said('All is well.', 'reply', '1', '--close')).toBe(
      'Your reply to ticket 1 went to jane@example.com.\nTicket 1 is closed.\n',
    );
    expect((await inbox('jane')).slice(janes).some(({ text }) => text.includes('All is well.'))).toBe(true);
    expect(await bench.json('list', '--state', 'archived')).toMatchObject([{ ticket: 1 }]);
    const refused = await write('Again', 'reply', '1', '--close');
    expect(refused).toMatchObject({ code: 64, stderr: expect.stringContaining('closed already') });
    expect(await said('One more thing.', 'reply', '1')).toBe(
      'Your reply to ticket 1 went to jane@example.com.\nTicket 1 is open again.\n',
    );
    expect(await said('Now it is.', 'reply', '1', '--close')).toContain('Ticket 1 is closed.\n');
    expect(await inbox('support')).toEqual([]);
  });

  it.runIf(DEEP)(
    'to a merged number goes to that one’s people, to the number that stays to all',
    async () => {
      await bench.openTwo();
      await bench.ok('merge', '1', '2', '--join-people');
      const reached = async (number: string): Promise<readonly string[]> => {
        const before = bench.world.sent.length;
        await said('Hello', 'reply', number);
        const relayed = bench.world.sent.slice(before).flatMap(({ to }) => to);
        return relayed.filter((to) => to.endsWith('@example.com')).sort();
      };
      expect(await reached('2')).toEqual(['taro@example.com']);
      expect(await reached('1')).toEqual(['jane@example.com', 'taro@example.com']);
    },
  );

  it.runIf(DEEP)('works without ticket addresses', async () => {
    await bench.configure(deskConfig(bench.world, { addresses: false }));
    await bench.openTwo();
    expect(await said('Hello', 'reply', '1')).toBe('Your reply to ticket 1 went to jane@example.com.\n');
    expect((await last('jane')).toString()).toContain('Hello');
    expect(await write('Psst', 'reply', '1', '--note')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('"addresses": false'),
    });
    expect(await said('Done', 'reply', '1', '--close')).toContain('Ticket 1 is closed.');
  });

  it('leaves everything as it was where it cannot be', async () => {
    expect(await write('Hello', 'reply', '1')).toMatchObject({ code: 64, stdout: '' });
    expect(await bench.folders()).toEqual(['INBOX']);
    await bench.openTwo();
    const before = await bench.snapshot();
    const large = await file('large', '');
    await truncate(large, 20_000_001);
    const cases: [string, string[], string][] = [
      ['Hello', ['reply', '3'], 'has no ticket 3'],
      [' \n\n', ['reply', '1'], 'nothing was sent: the text is empty'],
      ['Hello', ['reply', '1', '--attach', join(bench.file.folder, 'none')], 'there is no such file'],
      ['Hello', ['reply', '1', '--attach', bench.file.folder], 'it is no file'],
      ['Hello', ['reply', '1', '--attach', large], 'larger than 20 MB'],
      ['Hello', ['reply', '1', '--note', '--close'], 'cannot be used with'],
      ['x'.repeat(1_000_001), ['reply', '1'], 'longer than 1 MB'],
    ];
    for (const [text, args, error] of cases) {
      expect(await write(text, ...args)).toMatchObject({ code: 64, stderr: expect.stringContaining(error) });
    }
    expect(await bench.snapshot()).toBe(before);
  });

  it('waits for the worker at the account, or for the mail server, and is there once', async () => {
    await bench.openTwo();
    const lock = await acquireLock(await account(), { command: 'a test' });
    expect(await said('Hello', 'reply', '1')).toBe(
      'Your reply to ticket 1 lies in the inbox: the worker at this mailbox will see to it.\n',
    );
    const [pending, ...others] = await inbox('support');
    expect(others).toEqual([]);
    expect([...(pending?.flags ?? [])]).not.toContain('\\Seen');
    if (lock.held) await lock.release();
    await bench.world.smtpPause();
    const ran = await write('Second', 'reply', '1');
    expect(ran).toMatchObject({
      code: 0,
      stdout: 'Your reply to ticket 1 waits in the outbox for jane@example.com.\n',
    });
    await bench.world.smtpResume();
    const janes = (await inbox('jane')).length;
    await bench.pass();
    await bench.pass();
    const texts = (await inbox('jane')).slice(janes).map(({ text }) => text);
    expect(texts.map((text) => /Hello|Second/.exec(text)?.[0])).toEqual(['Hello', 'Second']);
  });
});

describe('a reply from a terminal', () => {
  it.runIf(terminals)('is written in an editor, below which the last message stands', async () => {
    await bench.openTwo();
    const seen = join(bench.file.folder, 'seen');
    const editor = await file(
      'editor',
      `#!/bin/sh\ncp "$2" '${seen}'\n{ echo Written; cat "$2"; } > "$2.new"\nmv "$2.new" "$2"\n`,
    );
    await chmod(editor, 0o700);
    const command = [process.execPath, main, 'reply', '1', '-c', bench.file.path];
    const env = { EDITOR: `${editor} --now`, HOME: bench.file.folder };
    const terminal = openTerminal(command, { env, cwd: bench.file.folder });
    try {
      await terminal.ended();
      expect(terminal.text()).toContain('Your reply to ticket 1 went to jane@example.com.');
    } finally {
      await terminal.stop();
    }
    const draft = await readFile(seen, 'utf8');
    expect(draft).toContain('# Your reply goes to jane@example.com.\n');
    expect(draft).toContain('# Jane Doe <jane@example.com> wrote:\n# Hello, it burns.\n');
    const got = await simpleParser(await last('jane'));
    expect(got.text?.trim()).toBe('Written');
  });
});

describe('new', () => {
  const asked = ['new', '--for', 'jane@example.com', '--subject', 'Printer on fire'];

  it('opens a ticket of the customer’s, without a word to them', async () => {
    await bench.pass();
    expect(await said('She has called.', ...asked)).toBe(
      'Ticket 1 is open for jane@example.com, who is not written to.\n',
    );
    expect(await inbox('jane')).toEqual([]);
    expect(await inbox('steve')).toEqual([]);
    const notice = (await last('ann')).toString();
    expect(notice).toContain('She has called.');
    expect(notice).toContain('Your reply goes to jane@example.com');
    const [shown] = await bench.json('show', '1');
    expect(shown).toMatchObject({
      requester: 'jane@example.com',
      subject: 'Printer on fire',
      requesterFrom: 'recipient',
    });
    expect(await said('Pull the plug.', 'reply', '1')).toBe(
      'Your reply to ticket 1 went to jane@example.com.\n',
    );
    expect((await last('jane')).toString()).not.toMatch(/new-|steve@/);
  });

  it.runIf(DEEP)('acknowledges where it is asked to, and nobody else is told', async () => {
    await bench.pass();
    const attached = await file('photo.png', randomBytes(1_000));
    const args = [...asked, '--acknowledge', '--attach', attached, '--as', 'ann@example.org', '--json'];
    expect(JSON.parse(await said('She has called.', ...args))).toEqual({
      desk: 'Example Support',
      ticket: 1,
      outcome: 'opened',
      requester: 'jane@example.com',
      acknowledged: true,
      waiting: [],
      refused: [],
    });
    const [acknowledgement, ...others] = await inbox('jane');
    expect(others).toEqual([]);
    expect(acknowledgement?.subject).toBe('Re: [issue1] Printer on fire');
    expect(acknowledgement?.text).not.toMatch(/new-|She has called|ann@/);
    expect((await last('steve')).toString()).toContain('photo.png');
    expect(await inbox('ann')).toEqual([]);
  });

  it('proves itself once: what is made of it proves nothing', async () => {
    await bench.pass();
    await said('She has called.', ...asked);
    const [root] = await readFolder(bench.world, 'support', 'Tickets/Open');
    const raw = root?.raw.toString('latin1') ?? '';
    expect(raw).toContain('Cc: jane@example.com\r\n');
    const changed = [
      raw.replace('Cc: jane@example.com', 'Cc: taro@example.com'),
      `${raw.replace('Cc: jane@example.com', 'Cc: taro@example.com')}More.\r\n`,
      raw.replace('Subject: ', 'Subject: [for taro@example.com] '),
      raw.replace(/^Message-ID: </m, 'Message-ID: <other-'),
      raw.replace('From: steve@example.org', 'From: ann@example.org'),
    ];
    for (const one of changed) {
      expect(one).not.toBe(raw);
      await bench.world.deliver('support', Buffer.from(one, 'latin1'));
    }
    const lines = await bench.json('once');
    const requesters = (await bench.json('list')).slice(1).map(({ requester }) => requester);
    expect(lines.slice(0, changed.length).map(({ kind }) => kind)).toEqual([
      'duplicate',
      'new',
      'new',
      'new',
      'new',
    ]);
    expect(requesters.every((one) => String(one).endsWith('@example.org'))).toBe(true);
    expect(await readFolder(bench.world, 'taro', 'INBOX')).toEqual([]);
  });

  it('refuses what opens no ticket for a customer', async () => {
    const asking = (address: string, subject = 'x') => ['new', '--for', address, '--subject', subject];
    expect(await write('Hello', ...asked)).toMatchObject({ code: 78 });
    await bench.pass();
    const before = await bench.snapshot();
    for (const [args, error] of [
      [asking('Jane <jane@example.com>'), 'is no plain address'],
      [asking('ann@example.org'), "desk's own or its staff's"],
      [asking('support+3@example.com'), "desk's own or its staff's"],
      [asking('jane@example.com', '[issue7] x'), 'names a ticket'],
      [['new', '--for', 'jane@example.com'], '--subject'],
    ] as const)
      expect(await write('Hello', ...args)).toMatchObject({
        code: 64,
        stderr: expect.stringContaining(error),
      });
    expect(await bench.snapshot()).toBe(before);
  });

  it('waits for the worker at the account', async () => {
    await bench.pass();
    const lock = await acquireLock(await account(), { command: 'a test' });
    expect(await said('Hello', ...asked)).toContain('will give it its number');
    if (lock.held) await lock.release();
    await bench.pass();
    expect(await bench.json('list')).toMatchObject([{ ticket: 1, requester: 'jane@example.com' }]);
  });
});
