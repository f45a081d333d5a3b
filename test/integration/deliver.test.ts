/** `deliver`: what comes through a pipe lies in the inbox once, or the mail server keeps it; its envelope counts. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEEP } from '../servers/start.js';
import { compose, DeskBench } from './desk-bench.js';
import { startProxy } from './imap-proxy.js';
import { sectionOf } from './pipe-page.js';
import { deskConfig, type Json, main, type Ran, readFolder, runProcess, until } from './world.js';

const ADDRESSES = { ticket: 'ticket-{id}@example.com', done: 'ticket-{id}-done@example.com' };
const JANE = ['--sender=jane@example.com', '--recipient=support@example.com'];

let bench: DeskBench;
let spool: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  spool = await mkdtemp(join(tmpdir(), 'imapdesk-spool-'));
  bench = await DeskBench.start({}, { addresses: ADDRESSES, poll: '0 0 1 1 *' });
  await bench.pass();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await configure();
});
afterAll(async () => {
  await bench.stop();
  await rm(spool, { recursive: true, force: true });
});

function configure(desk: Json = {}): Promise<void> {
  return bench.configure(deskConfig(bench.world, { addresses: ADDRESSES, poll: '0 0 1 1 *', ...desk }));
}

function imapAt(port: number, changes: Json = {}): Json {
  const { user, password } = bench.world.accounts.support;
  return { host: '127.0.0.1', port, security: 'none', user, password, ...changes };
}

/** As a mail server pipes it. */
function piped(raw: Buffer): Buffer {
  return Buffer.from(raw.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}

function pipe(raw: Buffer, args: readonly string[] = JANE, env: Record<string, string> = {}): Promise<Ran> {
  return runProcess(['deliver', '-c', bench.file.path, ...args], { stdin: piped(raw), env });
}

async function accepted(raw: Buffer, args?: readonly string[], env?: Record<string, string>): Promise<void> {
  expect(await pipe(raw, args, env)).toEqual({ code: 0, stdout: '', stderr: '' });
}

/** No mail server may take what is printed for a status of its own (RFC 3463). */
async function later(ran: Promise<Ran>, because: string): Promise<void> {
  const { code, stdout, stderr } = await ran;
  expect({ code, stdout, stderr }).toMatchObject({
    code: 75,
    stdout: '',
    stderr: expect.stringContaining(because),
  });
  expect(stderr).not.toMatch(/^\s*[245]\.\d/m);
}

async function subjects(folder = 'Tickets/Open'): Promise<readonly string[]> {
  return (await readFolder(bench.world, 'support', folder)).map(({ subject }) => subject);
}

async function stored(subject: string): Promise<readonly Buffer[]> {
  const folders = ['INBOX', 'Tickets/Open', 'Tickets/Archived', 'Tickets/Review'];
  const all = await Promise.all(folders.map((folder) => readFolder(bench.world, 'support', folder)));
  return all.flat().flatMap((mail) => (mail.subject === subject ? [mail.raw] : []));
}

async function ticketsOf(subject: string): Promise<readonly Record<string, unknown>[]> {
  return (await bench.json('list', '--state', 'all')).filter((ticket) => ticket['subject'] === subject);
}

describe('a message on the pipe', () => {
  it('opens a ticket at once, is stored byte for byte below the trace, and is acknowledged', async () => {
    const mail = compose({ subject: 'Printer' });
    await accepted(mail);
    const trace = 'Return-Path: <jane@example.com>\r\nDelivered-To: support@example.com\r\n';
    expect(await stored('Printer')).toEqual([Buffer.concat([Buffer.from(trace), mail])]);
    const told = (await readFolder(bench.world, 'jane', 'INBOX')).map(({ subject }) => subject);
    expect(told).toContain('Re: [issue1] Printer');
  });

  it('joins its ticket by the recipient alone, an alias without plus-addressing, and closes it by the done form', async () => {
    const hidden = { subject: 'Something else', to: 'undisclosed-recipients:;' };
    await accepted(compose(hidden), ['--sender=jane@example.com', '--recipient=ticket-1@example.com']);
    expect(await subjects()).toContain('Something else');
    expect(await ticketsOf('Printer')).toMatchObject([{ ticket: 1, state: 'open' }]);
    await accepted(compose(hidden), [], {
      SENDER: 'jane@example.com',
      RECIPIENT: 'ticket-1-done@example.com',
    });
    expect(await ticketsOf('Printer')).toMatchObject([{ ticket: 1, state: 'archived' }]);
  });

  it('of the null sender is answered by nobody', async () => {
    const { length } = bench.world.sent;
    await accepted(compose({ subject: 'Undelivered' }), [
      '--sender',
      '<>',
      '--recipient',
      'support@example.com',
    ]);
    const [raw] = await stored('Undelivered');
    expect(raw?.toString()).toMatch(/^Return-Path: <>\r\n/);
    expect(bench.world.sent.slice(length).map(({ to }) => to)).not.toContain('jane@example.com');
  });

  it('goes to the desk of its recipient, where there are several', async () => {
    const config = deskConfig(bench.world, { addresses: ADDRESSES });
    const [desk] = config['desks'] as Json[];
    const names = ['inbox', 'open', 'archived', 'review', 'register', 'outbox'];
    const folders = Object.fromEntries(names.map((name) => [name, `Other/${name}`]));
    const other = { ...desk, name: 'Other', address: 'other@example.com', folders, addresses: false };
    await bench.configure({ ...config, desks: [other, desk] });
    await accepted(compose({ subject: 'Two desks' }), ['--recipient=Ticket-99-done@example.com']);
    expect(await stored('Two desks')).toHaveLength(1);
    await later(pipe(compose(), ['--recipient=nobody@example.com']), '--desk');
  });

  it('wakes the worker that runs, which files it', async () => {
    const run = spawn(process.execPath, [main, 'run', '-v', '-c', bench.file.path], { stdio: 'pipe' });
    children.push(run);
    let said = '';
    run.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await until('the worker', async () => (said.includes('waiting') || said.includes('pass') ? true : null));
    await accepted(compose({ subject: 'Woken' }));
    await until('the ticket', async () => ((await subjects()).includes('Woken') ? true : null));
    run.kill('SIGTERM');
  });
});

describe('what keeps a message out', () => {
  it('is 75, whatever it is, and the message is nowhere', async () => {
    const mail = compose({ subject: 'Kept out' });
    await later(pipe(mail, [...JANE, '--no-such-option']), 'unknown option');
    await later(pipe(mail, ['--sender']), 'argument missing');
    await later(
      runProcess(['deliver', '-c', '/nowhere/config.json'], { stdin: mail }),
      '/nowhere/config.json',
    );
    await bench.configure({ desks: [{ address: 'not one' }] });
    await later(pipe(mail), 'desks[0].address');
    await configure({ imap: imapAt(bench.world.imap.port, { password: 'not this one' }) });
    await later(pipe(mail), 'sign-in');
    await later(pipe(mail, [...JANE, '--spool', spool]), 'sign-in');
    await configure({ imap: imapAt(1) });
    await later(pipe(mail), 'no program listens');
    await later(pipe(mail, [...JANE, '--spool', '/proc/nowhere']), 'ENOENT');
    await configure();
    await later(pipe(Buffer.alloc(0)), 'no message');
    await later(pipe(Buffer.from('From jane Mon\n')), 'no message');
    await later(pipe(mail, ['--flush']), '--spool');
    expect(await stored('Kept out')).toEqual([]);
    expect(await readdir(spool)).toEqual([]);
  });

  it('is not a closed standard output or error', async () => {
    const shell = (redirection: string): Promise<number | null> => {
      const command = `exec "$@" ${redirection}`;
      const args = ['-c', command, 'sh', process.execPath, main, 'deliver', '-c', bench.file.path, ...JANE];
      const child = spawn('/bin/sh', args, { stdio: ['pipe', 'ignore', 'ignore'] });
      child.stdin.end(piped(compose({ subject: 'Closed' })));
      return new Promise((resolve) => child.once('close', resolve));
    };
    expect(await shell('>&- 2>&-')).toBe(0);
    expect(await stored('Closed')).toHaveLength(1);
    await configure({ imap: imapAt(1) });
    expect(await shell('>&- 2>&-')).toBe(75);
  });

  it('is a writer that dies before its end', async () => {
    const args = [process.execPath, main, 'deliver', '-c', bench.file.path, ...JANE];
    // The shell stands for the mail server: its death alone leaves the pipe open.
    const parent = spawn('/bin/sh', ['-c', '"$@"; :', 'sh', ...args], { stdio: 'pipe' });
    let said = '';
    parent.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const half = Buffer.from(`Subject: Half a message\n\n${'Hello\n'.repeat(100_000)}`);
    // More than a pipe holds, so it is being read once this is through.
    await new Promise((resolve) => parent.stdin.write(half, resolve));
    parent.kill('SIGKILL');
    parent.stdin.end();
    await new Promise((resolve) => parent.once('close', resolve));
    expect(said).toContain('has ended before');
    expect(await stored('Half a message')).toEqual([]);
  });
});

describe('the spool', () => {
  it('takes what comes while the server is away, and the next delivery brings all of it in, in order', async () => {
    await configure({ imap: imapAt(1) });
    const spooled = [...JANE, '--spool', spool];
    await accepted(compose({ subject: 'First' }), spooled);
    const second = compose({ subject: 'Second' });
    await accepted(second, spooled);
    await accepted(second, spooled);
    expect(await readdir(join(spool, 'support@example.com'))).toHaveLength(2);
    await configure();
    await accepted(compose({ subject: 'Third' }), spooled);
    expect(await readdir(join(spool, 'support@example.com'))).toEqual([]);
    expect((await subjects()).filter((subject) => /^(First|Second|Third)$/.test(subject))).toEqual([
      'First',
      'Second',
      'Third',
    ]);
  });

  it('is emptied by --flush, by several at once too, and nothing comes twice', async () => {
    await configure({ imap: imapAt(1) });
    const names = ['Spooled 0', 'Spooled 1', 'Spooled 2'];
    for (const subject of names) await accepted(compose({ subject }), [...JANE, '--spool', spool]);
    await later(
      runProcess(['deliver', '--flush', '--spool', spool, '-c', bench.file.path]),
      'no program listens',
    );
    await configure();
    const flushes = Array.from({ length: 3 }, () =>
      runProcess(['deliver', '--flush', '--spool', spool, '-c', bench.file.path]),
    );
    expect((await Promise.all(flushes)).map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await readdir(join(spool, 'support@example.com'))).toEqual([]);
    for (const subject of names) expect(await stored(subject)).toHaveLength(1);
  });

  it('is emptied by the line for a crontab, as the page has it, in the environment that cron gives', async () => {
    await configure({ imap: imapAt(1) });
    await accepted(compose({ subject: 'For cron' }), [...JANE, '--spool', spool]);
    await configure();
    let [, line = ''] = /^\*\/5 \* \* \* \* (.*)$/m.exec(sectionOf('The script')) ?? [];
    for (const [named, here] of [
      ['/usr/bin/node', process.execPath],
      ['/opt/imapdesk/bin/imapdesk', main],
      ['/var/spool/imapdesk', spool],
      ['/etc/imapdesk/config.json', bench.file.path],
    ] as const) {
      expect(line).toContain(named);
      line = line.replace(named, here);
    }
    const env = { PATH: '/usr/bin:/bin', HOME: spool };
    expect(await promisify(execFile)('/bin/sh', ['-c', line], { env })).toEqual({ stdout: '', stderr: '' });
    expect(await stored('For cron')).toHaveLength(1);
  });

  it('keeps a message that the server does not take, and it keeps out no other; elsewhere that is 75', async () => {
    await configure({ imap: imapAt(1) });
    const spooled = [...JANE, '--spool', spool];
    const large = compose({ subject: 'Too large', text: 'x'.repeat(2000) });
    await accepted(large, spooled);
    await accepted(compose({ subject: 'Small' }), spooled);
    const proxy = await startProxy(bench.world.imap.port, {
      rewrite: (line) => line.replace(/(CAPABILITY .*IMAP4rev1)/i, '$1 APPENDLIMIT=1000'),
    });
    await configure({ imap: imapAt(proxy.port) });
    await later(
      runProcess(['deliver', '--flush', '--spool', spool, '-c', bench.file.path]),
      'does not take 1 message',
    );
    expect(await stored('Small')).toHaveLength(1);
    expect(await readdir(join(spool, 'support@example.com'))).toHaveLength(1);
    await later(pipe(compose({ subject: 'Large', text: 'x'.repeat(2000) }), spooled), '1000 bytes');
    await proxy.close();
    await configure();
    await accepted(compose({ subject: 'Last' }), spooled);
    expect(await stored('Too large')).toHaveLength(1);
    expect(await readdir(join(spool, 'support@example.com'))).toEqual([]);
  });
});

/** A line of IMAP at which the process dies, and whether the server says it. */
const KILLS: readonly (readonly [when: string, line: RegExp, fromServer: boolean])[] = [
  ['before it is stored', /^\S+ APPEND /, false],
  ['once it is stored', /^\S+ OK \[APPENDUID /, true],
  ['in the middle of filing', /^\S+ UID MOVE /, false],
];

describe('one message, tried again', () => {
  it.each(KILLS)('after kill -9 %s is one ticket', async (when, line, fromServer) => {
    const subject = `Killed ${when}`;
    let child: ChildProcess | null = null;
    const strike = (said: string): string | null => {
      if (!line.test(said)) return null;
      child?.kill('SIGKILL');
      return '';
    };
    const proxy = await startProxy(
      bench.world.imap.port,
      fromServer ? { rewrite: (said) => strike(said) ?? said } : { answer: strike },
    );
    await configure({ imap: imapAt(proxy.port) });
    const from = `${when.replaceAll(' ', '-')}@example.org`;
    const mail = piped(compose({ subject, from }));
    const args = [`--sender=${from}`, '--recipient=support@example.com'];
    const started = spawn(process.execPath, [main, 'deliver', '-c', bench.file.path, ...args], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child = started;
    started.stdin.end(mail);
    expect(await new Promise((resolve) => started.once('close', (_, signal) => resolve(signal)))).toBe(
      'SIGKILL',
    );
    await proxy.close();
    await configure();
    await accepted(mail, args);
    expect(await ticketsOf(subject)).toHaveLength(1);
    const answers = bench.world.sent.filter(({ to }) => to.includes(from));
    expect(new Set(answers.map(({ raw }) => /^Message-ID: .*$/im.exec(raw.toString())?.[0])).size).toBe(1);
  });

  it.runIf(DEEP)('by many at once is one ticket, and many messages are as many', async () => {
    const same = compose({ subject: 'The same' });
    const others = Array.from({ length: 3 }, (_, index) => compose({ subject: `Another ${index}` }));
    await Promise.all([...others, same, same, same].map((mail) => accepted(mail)));
    await bench.pass();
    expect(await ticketsOf('The same')).toHaveLength(1);
    for (const index of others.keys()) expect(await ticketsOf(`Another ${index}`)).toHaveLength(1);
    expect(await subjects('INBOX')).toEqual([]);
  });
});
