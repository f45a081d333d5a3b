/** procmail, fetchmail and Sieve, with the lines of docs/pipe.md. */
import { spawn } from 'node:child_process';
import { chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pipeOwner } from '../servers/mta.js';
import { compose, DeskBench } from './desk-bench.js';
import { PipePlace } from './pipe-page.js';
import { findTool } from './tools.js';
import { deskConfig, type Json, readFolder } from './world.js';

const procmail = await findTool('procmail');
const fetchmail = await findTool('fetchmail');
const sieve = await findTool('sieve');
for (const { program, reason } of [procmail, fetchmail, sieve]) if (program === null) console.log(reason);

let bench: DeskBench;
let place: PipePlace;
let home: string;
beforeAll(async () => {
  [bench, place] = await Promise.all([DeskBench.start(), PipePlace.make()]);
  home = await mkdtemp(join(tmpdir(), 'imapdesk-home-'));
  await configure();
  await bench.pass();
});
afterAll(async () => {
  await Promise.all([bench.stop(), place.remove(), rm(home, { recursive: true, force: true })]);
});

async function configure(desk: Json = {}): Promise<void> {
  const config = deskConfig(bench.world, desk);
  await Promise.all([bench.configure(config), place.configure(config)]);
}

function away(): Promise<void> {
  return configure({ imap: { host: '127.0.0.1', port: 1, security: 'none', user: 'x', password: 'y' } });
}

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

/** With nothing of our environment but where programs are. */
function start(program: string, args: readonly string[], input: Buffer | string = ''): Promise<Ended> {
  const env = { PATH: process.env['PATH'], HOME: home, LOGNAME: 'imapdesk', USER: 'imapdesk' };
  const child = spawn(program, args, { cwd: home, env, stdio: 'pipe' });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  child.stdin.end(input);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })));
}

async function stored(subject: string): Promise<readonly Buffer[]> {
  const all = await Promise.all(
    ['INBOX', 'Tickets/Open'].map((folder) => readFolder(bench.world, 'support', folder)),
  );
  return all.flat().flatMap((mail) => (mail.subject === subject ? [mail.raw] : []));
}

describe.skipIf(procmail.program === null)('procmail', () => {
  const feed = async (mail: Buffer, line: string): Promise<Ended> => {
    const [recipe = ''] = place.blocks('procmail');
    await writeFile(join(home, 'rc'), `${recipe}\n`);
    const text = mail.toString('latin1').replaceAll('\r\n', '\n');
    return start(procmail.program ?? '', ['./rc'], Buffer.from(`${line}\n${text}`, 'latin1'));
  };

  it('gives what came, with the sender of the line in front', async () => {
    const mail = compose({ subject: 'By procmail', text: 'From here on\r\n8 bit: \xe4' });
    expect(await feed(mail, 'From jane@example.com Mon Nov 23 10:00:00 2026')).toEqual({ code: 0, said: '' });
    const trace = 'Return-Path: <jane@example.com>\r\nDelivered-To: support@example.com\r\n';
    expect(await stored('By procmail')).toEqual([Buffer.concat([Buffer.from(trace), mail])]);
  });

  it('gives the null sender', async () => {
    await feed(compose({ subject: 'Null' }), 'From MAILER-DAEMON Mon Nov 23 10:00:00 2026');
    expect((await stored('Null')).map(String)).toEqual([expect.stringMatching(/^Return-Path: <>\r\n/)]);
  });

  it('ends with 75 where the message was not taken', async () => {
    await away();
    expect((await feed(compose({ subject: 'Later' }), 'From jane@example.com Mon')).code).toBe(75);
    await configure();
  });
});

describe.skipIf(fetchmail.program === null)('fetchmail', () => {
  const fetch = async (): Promise<Ended> => {
    const { host, port } = bench.world.imap;
    const { user, password } = bench.world.accounts.jane;
    const [block = ''] = place.blocks('fetchmail');
    const lines = block
      .replace('imap.example.net protocol IMAP', `${host} service ${port} protocol IMAP`)
      .replace('user "support" password "secret"', `user "${user}" password "${password}" sslproto ""`);
    await writeFile(join(home, 'fetchmailrc'), `${lines}\n`, { mode: 0o600 });
    return start(fetchmail.program ?? '', ['-f', join(home, 'fetchmailrc')]);
  };

  it('leaves what was not taken, and gives it once it is', async () => {
    const mail = compose({ subject: 'By fetchmail', from: 'Taro <taro@example.com>' });
    await bench.world.deliver('jane', mail, {
      envelope: { from: 'taro@example.com', to: 'jane@example.com' },
    });
    await away();
    const first = await fetch();
    expect(await stored('By fetchmail'), first.said).toEqual([]);
    await configure();
    const second = await fetch();
    expect(second.code, second.said).toBe(0);
    const [raw = '', ...others] = (await stored('By fetchmail')).map(String);
    expect(others).toEqual([]);
    expect(raw).toMatch(/^Delivered-To: support@example\.com\r\nReturn-Path: <taro@example\.com>\r\n/);
  });
});

describe.skipIf(sieve.program === null)('Sieve', () => {
  const root = sieve.program?.replace(/\/usr\/lib\/dovecot\/dovecot-lda$/, '') ?? '';
  const libraries = `${root}/usr/lib/dovecot`;
  let work: string;
  beforeAll(async () => {
    const owner = await pipeOwner();
    work = join(place.folder, 'sieve');
    await mkdir(join(work, 'mail'), { recursive: true });
    const [plugin = '', script = ''] = place.blocks('Sieve');
    await writeFile(join(work, 'desk.sieve'), script);
    await writeFile(
      join(work, 'dovecot.conf'),
      settings(plugin.replace('/usr/local/lib/imapdesk', place.folder)),
    );
    if (process.getuid?.() === 0)
      for (const path of [work, join(work, 'mail')]) await chown(path, owner.uid, owner.gid);
  });

  const settings = (plugin: string): string => `base_dir = ${work}/base
mail_location = maildir:${work}/mail
mail_plugin_dir = ${libraries}/modules
log_path = /dev/stderr
postmaster_address = postmaster@example.com
protocol lda {
  mail_plugins = sieve
}
${plugin}
plugin {
  sieve = file:${work}/desk.sieve
  sieve_plugin_dir = ${libraries}/modules/sieve
}
`;

  /** As Dovecot's own programs start it: whoever reads the configuration goes before. */
  const feed = async (mail: Buffer, from: string, to: string): Promise<Ended> => {
    const lda = ['-m', 'lda', '-e', `${libraries}/dovecot-lda`, '-f', from, '-a', to, '-e'];
    const folders = (await readdir(`${root}/usr/lib`)).filter((name) => name.includes('-linux-'));
    const env = {
      LD_LIBRARY_PATH: [
        libraries,
        `${libraries}/modules/old-stats`,
        ...folders.map((name) => `${root}/usr/lib/${name}`),
      ].join(':'),
      HOME: work,
      USER: 'desk',
    };
    const { uid, gid } = await pipeOwner();
    const as = process.getuid?.() === 0 ? { uid, gid } : {};
    const args = ['-f', 'service=lda', '-c', join(work, 'dovecot.conf'), ...lda];
    const child = spawn(`${root}/usr/bin/doveconf`, args, { cwd: work, env, stdio: 'pipe', ...as });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.stdin.end(mail);
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })));
  };

  it('gives what came, with its envelope, and the null sender as it is', async () => {
    const mail = compose({ subject: 'By Sieve', text: 'From here on\r\n8 bit: \xe4' });
    const ended = await feed(mail, 'jane@example.com', 'support+x@example.com');
    expect(ended.code, ended.said).toBe(0);
    const trace = 'Return-Path: <jane@example.com>\r\nDelivered-To: support+x@example.com\r\n';
    expect(await stored('By Sieve'), ended.said).toEqual([Buffer.concat([Buffer.from(trace), mail])]);
    await feed(compose({ subject: 'Null by Sieve' }), '', 'support@example.com');
    expect((await stored('Null by Sieve')).map(String)).toEqual([
      expect.stringMatching(/^Return-Path: <>\r\n/),
    ]);
  });

  it('keeps in the inbox of its account what was not taken', async () => {
    await away();
    const { code } = await feed(compose({ subject: 'Kept' }), 'jane@example.com', 'support@example.com');
    await configure();
    expect(code).toBe(0);
    expect(await stored('Kept')).toEqual([]);
    expect(await readdir(join(work, 'mail/new'))).toHaveLength(1);
  });
});
