/** The commands that people type at a desk, built, on a real server. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock } from '../../src/worker/run/lock.js';
import { DEEP } from '../servers/start.js';
import { compose, DeskBench } from './desk-bench.js';
import { deskConfig, folderOn, readFolder, runDesk, withImap, writeConfig } from './world.js';

let bench: DeskBench;
beforeEach(async () => {
  bench = await DeskBench.start();
});
afterEach(() => bench.stop());

describe('list', () => {
  it('has no tickets to tell of before the first run, and creates nothing', async () => {
    expect(await bench.ok('list')).toBe('No open tickets.\n');
    expect(await bench.json('list', '--state', 'all')).toEqual([]);
    expect(await bench.folders()).toEqual(['INBOX']);
  });

  it('tells open and archived tickets with exactly the fields of the design', async () => {
    await bench.openTwo();
    await bench.ok('close', '2');
    const before = await bench.snapshot();
    const [only, ...rest] = await bench.json('list');
    expect(rest).toEqual([]);
    expect(Object.keys(only ?? {})).toEqual([
      'desk',
      'ticket',
      'state',
      'subject',
      'requester',
      'opened',
      'updated',
      'messages',
    ]);
    expect(only).toMatchObject({
      desk: 'Example Support',
      ticket: 1,
      state: 'open',
      subject: 'Printer on fire',
      requester: 'jane@example.com',
      messages: 2,
    });
    expect(new Date(String(only?.['updated'])).getTime()).toBeGreaterThanOrEqual(
      new Date(String(only?.['opened'])).getTime(),
    );
    const [archived] = await bench.json('list', '--state', 'archived');
    expect(archived).toMatchObject({
      ticket: 2,
      state: 'archived',
      requester: 'taro@example.com',
      messages: 3,
    });
    expect((await bench.json('list', '--state', 'all')).map(({ ticket }) => ticket)).toEqual([1, 2]);
    const table = await bench.ok('list', '--state', 'all');
    expect(table).toMatch(/^TICKET +STATE +UPDATED +MESSAGES +REQUESTER +SUBJECT\n +1 +open /);
    expect(table).not.toContain('\u001b');
    expect(await bench.snapshot()).toBe(before);
  });

  it.runIf(DEEP)('counts an archived ticket by search where its hints are gone', async () => {
    await bench.openTwo();
    await bench.ok('close', '1');
    await withImap(bench.world, 'support', async (client) => {
      await client.mailboxOpen(folderOn(client, 'Tickets/Register'));
      const hints = await client.search({ header: { 'X-Imapdesk-Entry': 'hint' } }, { uid: true });
      if (Array.isArray(hints)) await client.messageDelete(hints, { uid: true });
    });
    expect(await bench.json('list', '--state', 'archived')).toMatchObject([{ ticket: 1, messages: 3 }]);
  });
});

describe('show', () => {
  it('shows a ticket with its messages, wherever they lie, and marks nothing as read', async () => {
    await bench.openTwo();
    const before = await bench.snapshot();
    const [open] = await bench.json('show', '1');
    expect(open).toMatchObject({
      ticket: 1,
      state: 'open',
      requesterName: 'Jane Doe',
      messages: [
        {
          folder: 'open',
          from: 'Jane Doe <jane@example.com>',
          text: 'Hello, it burns.',
          flags: [],
          purpose: null,
          attachments: [],
        },
        { folder: 'open', flags: ['\\Seen'], purpose: 'acknowledgement', to: ['jane@example.com'] },
      ],
      waiting: [],
    });
    expect(await bench.snapshot()).toBe(before);
    await bench.ok('close', '1');
    const text = await bench.ok('show', '#1');
    expect(text).toContain('Ticket 1 of Example Support (archived): Printer on fire');
    expect(text).toContain('Hello, it burns.');
    expect(text).toContain('by the desk (confirmation)');
  });

  it('cleans what a terminal would obey, and names attachments', async () => {
    await bench.pass();
    const fields = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b'];
    const attachment =
      'Content-Type: text/plain; name="../a\u001b.txt"\r\nContent-Disposition: attachment\r\n\r\nabc';
    const text = `--b\r\nContent-Type: text/plain\r\n\r\nred \u001b[31m here\r\n--b\r\n${attachment}\r\n--b--`;
    await bench.deliver({ fields, text });
    await bench.pass();
    const shown = await bench.ok('show', '1');
    expect(shown).toContain('red [31m here');
    expect(shown).toMatch(/attached a\.txt \(text\/plain, \d+ bytes\)/);
    expect(shown).not.toContain('\u001b');
  });

  it('reads of a large message only the beginning of its text', async () => {
    await bench.pass();
    await bench.deliver({ text: `${'many words here '.repeat(4)}\r\n`.repeat(30_000) });
    await bench.pass();
    const [shown] = await bench.json('show', '1');
    expect(shown).toMatchObject({ messages: [{ cut: true }, { cut: false }] });
    expect(await bench.ok('show', '1')).toContain('[there is more: read it in your mail program]');
  });

  it('saves the attachments that came, and prints a message as it came', async () => {
    await bench.openTwo();
    const pdf = Buffer.from('%PDF-1.7\0\u00ff', 'latin1');
    const part = (name: string) =>
      `--b\r\nContent-Type: application/pdf; name="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${pdf.toString('base64')}\r\n`;
    const fields = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b'];
    const text = `--b\r\n\r\nHello\r\n${part('../plan.pdf')}${part('plan.pdf')}--b--`;
    await bench.deliver({ subject: 'Re: [issue1] Printer on fire', fields, text });
    await bench.pass();
    const folder = join(bench.file.folder, 'saved/here');
    const said = await bench.ok('show', '1', '--save', folder);
    expect(said.split('\n')).toEqual([
      `${folder}/plan.pdf (message 3, application/pdf, ${pdf.length} bytes)`,
      `${folder}/plan-2.pdf (message 3, application/pdf, ${pdf.length} bytes)`,
      '',
    ]);
    for (const name of ['plan.pdf', 'plan-2.pdf'])
      expect((await readFile(join(folder, name))).equals(pdf)).toBe(true);
    expect(await bench.json('show', '1', '--save', folder)).toMatchObject([
      { ticket: 1, message: 3, fileName: 'plan.pdf', path: `${folder}/plan-3.pdf` },
      { path: `${folder}/plan-4.pdf` },
    ]);
    expect(await bench.ok('show', '2', '--save', folder)).toBe('Ticket 2 has no attachments.\n');
    const stored = (await readFolder(bench.world, 'support', 'Tickets/Open')).map(({ raw }) =>
      raw.toString(),
    );
    const raw = await bench.ok('show', '1', '--raw', '3');
    expect(stored).toContain(raw);
    expect(raw).toContain('../plan.pdf');
    expect(await bench.run('show', '1', '--raw', '9')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('ticket 1 has no message 9'),
    });
    expect(await bench.run('show', '1', '--raw', '3', '--save', folder)).toMatchObject({ code: 64 });
  });

  it('shows what waits in the outbox', async () => {
    await bench.configure(deskConfig(bench.world, { mail: 'hold' }));
    await bench.openTwo();
    const [shown] = await bench.json('show', '1');
    expect(shown?.['messages']).toHaveLength(1);
    expect(shown?.['waiting']).toContainEqual({
      purpose: 'acknowledgement',
      to: 'jane@example.com',
      held: false,
    });
  });

  it('refuses what is no ticket', async () => {
    expect(await bench.run('show', '1')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('has no ticket 1'),
    });
    await bench.openTwo();
    expect(await bench.run('show', '3')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('has no ticket 3'),
    });
    expect(await bench.run('show', '0')).toMatchObject({ code: 64 });
    expect(await bench.run('show', '1; rm')).toMatchObject({ code: 64 });
    expect(await bench.run('show')).toMatchObject({ code: 64 });
  });
});

describe('close and reopen', () => {
  it('carry out at once what was asked for, and say so', async () => {
    await bench.openTwo();
    expect(await bench.ok('close', '1')).toBe('Ticket 1 is closed.\n');
    expect(await bench.ok('close', '1')).toBe('Ticket 1 is closed already.\n');
    expect((await readFolder(bench.world, 'support', 'Tickets/Archived')).length).toBe(3);
    expect(await bench.ok('reopen', '1')).toBe('Ticket 1 is open again.\n');
    expect(await bench.json('reopen', '1')).toEqual([
      { desk: 'Example Support', ticket: 1, state: 'open', outcome: 'already' },
    ]);
    expect(await readFolder(bench.world, 'support', 'Tickets/Archived')).toEqual([]);
    expect(await bench.run('close', '9')).toMatchObject({ code: 64, stdout: '' });
  });

  it('still close while the mail server is down', async () => {
    await bench.openTwo();
    await bench.world.smtpPause();
    const ran = await bench.run('close', '1');
    expect(ran).toMatchObject({ code: 0, stdout: 'Ticket 1 is closed.\n' });
    expect(ran.stderr).toContain('mail waits in the outbox');
    await bench.world.smtpResume();
  });

  it('leave it to the worker that is at the account', async () => {
    await bench.openTwo();
    const { host, port } = bench.world.imap;
    const account = { host, port, user: bench.world.accounts.support.user };
    const lock = await acquireLock(account, { command: 'a test' });
    expect(lock.held).toBe(true);
    const said = 'Another worker is at this mailbox: it will see to ticket 1 at its next poll.\n';
    expect(await bench.ok('close', '1')).toBe(said);
    expect(await bench.json('list')).toHaveLength(2);
    if (lock.held) await lock.release();
    await bench.pass();
    expect(await bench.json('list', '--state', 'archived')).toMatchObject([{ ticket: 1 }]);
  });

  it('adopt no mailbox', async () => {
    expect(await bench.run('close', '1')).toMatchObject({ code: 64 });
    expect(await bench.folders()).toEqual(['INBOX']);
  });
});

describe('explain', () => {
  it('explains against the mailbox as it is, and changes nothing', async () => {
    const question = join(bench.file.folder, 'question.eml');
    await writeFile(question, compose({ subject: 'Another one' }));
    expect(await bench.json('explain', question)).toMatchObject([{ kind: 'new', ticket: null }]);
    await bench.openTwo();
    await bench.ok('close', '2');
    const before = await bench.snapshot();
    const files = {
      update: compose({ to: 'support+1@example.com' }),
      reopen: compose({ from: 'taro@example.com', subject: 'Re: [issue2] Wide' }),
      'unknown-ticket': compose({ subject: '[issue77] hm' }),
      close: compose({ to: 'support+1-done@example.com' }),
    };
    const paths: string[] = [];
    for (const [name, raw] of Object.entries(files)) {
      paths.push(join(bench.file.folder, `${name}.eml`));
      await writeFile(paths.at(-1) ?? '', raw);
    }
    const lines = await bench.json('explain', ...paths, question);
    expect(lines.map(({ kind }) => kind)).toEqual([...Object.keys(files), 'new']);
    expect(lines.map(({ ticket }) => ticket)).toEqual([1, 2, 77, 1, null]);
    expect(Object.keys(lines[0] ?? {})).toEqual([
      'kind',
      'ticket',
      'match',
      'acknowledge',
      'notifyStaff',
      'relay',
      'changesState',
      'automatic',
      'reasons',
      'unseen',
    ]);
    expect(await bench.ok('explain', question)).toMatch(/ {2}not seen\n {4}- when it came/);
    expect(await bench.snapshot()).toBe(before);
  });

  it('knows a message that was saved with the line ends of this system', async () => {
    await bench.pass();
    const raw = compose({});
    await bench.world.deliver('support', raw);
    await bench.pass();
    const saved = join(bench.file.folder, 'saved.mbox');
    await writeFile(
      saved,
      `From jane@example.com Mon Nov 23 10:00:00 2026\n${raw.toString().replaceAll('\r\n', '\n')}`,
    );
    expect(await bench.json('explain', saved)).toMatchObject([{ kind: 'duplicate', ticket: 1 }]);
  });

  it('needs neither server, secret nor configuration to explain offline', async () => {
    const raw = compose({ to: 'support+5@example.com' });
    const config = deskConfig(bench.world, { smtp: { host: 'nowhere.invalid' } });
    const lonely = await writeConfig({ ...config, secret: { env: 'IMAPDESK_NOT_SET' } });
    const missing = join(bench.file.folder, 'missing.eml');
    const question = join(bench.file.folder, 'question.eml');
    await writeFile(question, raw);
    const ran = await runDesk(['explain', '--offline', '--json', '-c', lonely.path, missing, question, '-'], {
      stdin: raw,
    });
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain(`${missing}: there is no such file`);
    const lines = ran.stdout.trim().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe(lines[1]);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ kind: 'update', ticket: 5, match: 'address' });
    await lonely.remove();
    const without = await runDesk(['explain', '--offline'], { stdin: raw });
    expect(without).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('the example desk'),
      stdout: expect.stringContaining('standard input: update'),
    });
  });
});

describe('several desks', () => {
  it('lists them all, asks which one is meant, and one that fails hides no other', async () => {
    const {
      desks: [first],
      ...rest
    } = deskConfig(bench.world) as { desks: [Record<string, unknown>] };
    const inOther = Object.fromEntries(
      ['inbox', 'open', 'archived', 'review', 'register', 'outbox'].map((role) => [role, `Other/${role}`]),
    );
    const second = { ...first, name: 'Other', address: 'other@example.com', folders: inOther };
    await bench.configure({ ...rest, desks: [first, second] });
    await withImap(bench.world, 'support', (client) => client.mailboxCreate(folderOn(client, 'Other/inbox')));
    await bench.openTwo();
    expect(await bench.run('show', '1')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--desk'),
    });
    expect(await bench.ok('show', '1', '--desk', 'Example Support')).toContain('Printer on fire');
    expect(await bench.ok('list')).toMatch(/^DESK +TICKET/);
    await withImap(bench.world, 'support', (client) =>
      client.mailboxDelete(folderOn(client, 'Other/review')),
    );
    const ran = await bench.run('list', '--json');
    expect(ran.code).toBe(78);
    expect(ran.stdout.trim().split('\n')).toHaveLength(2);
    expect(ran.stderr).toContain('Other/review');
  });
});
