/** `init` without a terminal: every answer is an option. */

import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DEEP } from '../servers/start.js';
import { compose } from './desk-bench.js';
import { adding } from './hosts.js';
import { autoconfigOf, InitBench, srvOf } from './init-bench.js';

let bench: InitBench;
afterEach(() => bench.stop());

const FILES = ['desk', 'desk/config.json', 'desk/secret.txt'];

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

describe('init, told everything', () => {
  it('writes a desk that passes check and works', async () => {
    bench = await InitBench.start();
    const { support } = bench.world.accounts;
    const ran = await bench.init([...bench.answers, ...bench.servers], { env: { npm_command: '' } });
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).not.toContain(support.password);
    expect(ran.stdout).not.toContain('npx');
    expect(ran.stdout).toMatch(/^ok +test message +arrived in INBOX/m);
    expect(ran.stdout).toMatch(/A first run would take on nothing/);
    expect(ran.stdout.trim().split('\n').at(-1)).toMatch(/^ {2}imapdesk once -v -c \S*desk\/config\.json$/);
    expect(await bench.left()).toEqual(FILES);
    expect(await modeOf(bench.desk)).toBe(0o700);
    for (const file of FILES.slice(1)) expect(await modeOf(join(bench.folder, file))).toBe(0o600);
    expect(JSON.parse(await readFile(join(bench.desk, 'config.json'), 'utf8'))).toMatchObject({
      desks: [
        { staff: ['steve@example.org', { name: 'Ann', addresses: ['ann@example.org'] }], mail: 'send' },
      ],
    });
    expect(await bench.run('check')).toMatchObject({ code: 0 });
    expect(await bench.run('once')).toMatchObject({ code: 0 });
    await bench.world.deliver('support', compose(), {
      envelope: { from: 'jane@example.com', to: 'support@example.com' },
    });
    expect(await bench.run('once')).toMatchObject({ code: 0 });
    expect(bench.world.sent.at(-1)?.to).toBeDefined();
    expect(bench.world.sent.some(({ to }) => to.includes('jane@example.com'))).toBe(true);
  });

  it('writes the password down only if it came by standard input', async () => {
    bench = await InitBench.start();
    const { password } = bench.world.accounts.support;
    const answers = bench.answers.slice(0, -1);
    const ran = await bench.init([...answers, ...bench.servers, '--password-file', '-', '--mail', 'hold'], {
      stdin: `${password}\n`,
      // As of npx.
      env: { npm_command: 'exec' },
    });
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(ran.stdout).toMatch(/npx leaves no command behind[^]*\nNext:\n {2}imapdesk once -v/);
    expect(await readFile(join(bench.desk, 'password.txt'), 'utf8')).toBe(`${password}\n`);
    expect(await modeOf(join(bench.desk, 'password.txt'))).toBe(0o600);
    expect(ran.stdout).toContain('Its mail waits in Tickets/Outbox');
    expect(await bench.run('once')).toMatchObject({ code: 0 });
    const env = { DESK_PASSWORD: password };
    for (const source of [
      ['--password-env', 'DESK_PASSWORD'],
      ['--password-command', 'printenv DESK_PASSWORD'],
      ['--password-command', '["printenv", "DESK_PASSWORD"]'],
    ]) {
      const again = await bench.init([...answers, ...bench.servers, ...source, '--force'], { env });
      expect(again, again.stderr).toMatchObject({ code: 0 });
    }
    const { desks } = JSON.parse(await readFile(join(bench.desk, 'config.json'), 'utf8'));
    expect(desks[0].imap.password).toEqual({ command: ['printenv', 'DESK_PASSWORD'] });
  });

  it('shows what a first run would take on, newest last, and holds its mail then', async () => {
    bench = await InitBench.start();
    const day = 86_400_000;
    for (let number = 1; number <= 22; number += 1)
      await bench.world.deliver('support', compose({ subject: `Printer ${number} on fire` }));
    await bench.world.deliver('support', compose({ subject: 'Long ago' }), {
      receivedAt: new Date(Date.now() - 9 * day),
    });
    const { code, stdout } = await bench.init([...bench.answers, ...bench.servers]);
    expect(code).toBe(0);
    const rows = stdout.split('\n').filter((line) => /^\d{4}-\d\d-\d\d \d\d:\d\d {2}/.test(line));
    expect(rows).toHaveLength(20);
    expect(rows.at(-1)).toMatch(/Jane Doe <jane@example\.com> +Printer 22 on fire$/);
    expect(stdout).toContain('and 2 more, older than these\nIt files each as a ticket');
    expect(stdout).toContain('1 older unread message');
    expect(stdout).toContain('imapdesk once');
    expect(JSON.parse(await readFile(join(bench.desk, 'config.json'), 'utf8'))).toMatchObject({
      desks: [{ mail: 'hold' }],
    });
    for (let number = 23; number <= 26; number += 1) await bench.world.deliver('support', compose());
    const asks = await bench.init([...bench.answers, ...bench.servers, '--force']);
    expect(asks.stdout).toMatch(/more than 25, it will do nothing until you say[^]*--adopt=none/);
  });

  it.runIf(DEEP)('does without plus-addresses where the host delivers none', async () => {
    bench = await InitBench.start({ world: { plusAddressing: false } });
    const ran = await bench.init([...bench.answers, ...bench.servers, '--wait', '5']);
    expect(ran, ran.stdout).toMatchObject({ code: 0 });
    expect(JSON.parse(await readFile(join(bench.desk, 'config.json'), 'utf8'))).toMatchObject({
      desks: [{ addresses: false, mail: 'send' }],
    });
    expect(await bench.run('check')).toMatchObject({ code: 0 });
  });
});

describe('init writes down what check has proven', () => {
  it('of the name in Authentication-Results', async () => {
    const asHost = adding('Authentication-Results: mx.example.com; dmarc=pass header.from=example.com');
    bench = await InitBench.start({ world: { asHost } });
    const ran = await bench.init([...bench.answers, ...bench.servers]);
    expect(ran, ran.stdout).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain('So the desk gets "authservId": "mx.example.com".');
    expect(JSON.parse(await readFile(join(bench.desk, 'config.json'), 'utf8'))).toMatchObject({
      desks: [{ authservId: 'mx.example.com' }],
    });
    expect((await bench.run('check')).stdout).toMatch(/^ok +authservId +mx\.example\.com/m);
  });
});

describe('init finds the servers', () => {
  it('by SRV records, and takes them once somebody says yes', async () => {
    bench = await InitBench.start({ records: srvOf });
    const unsaid = await bench.init(bench.answers);
    expect(unsaid).toMatchObject({ code: 64, stderr: expect.stringMatching(/--yes: missing.*--imap HOST/) });
    expect(unsaid.stdout).toContain('from SRV _imaps._tcp.example.com');
    expect(await bench.left()).toEqual([]);
    const ran = await bench.init([...bench.answers, '--yes']);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain(`SMTP  ${bench.smtp} (TLS): signed in as support@example.com`);
    expect(await bench.run('once')).toMatchObject({ code: 0 });
  });

  it('by autoconfig of the domain before SRV records, also behind a redirect', async () => {
    bench = await InitBench.start({
      records: srvOf,
      pages: (world) => ({
        'autoconfig.example.com/mail/config-v1.1.xml': (response) =>
          response.writeHead(302, { location: 'https://elsewhere.example/mail.xml' }).end(),
        'elsewhere.example/mail.xml': autoconfigOf(world),
      }),
    });
    const ran = await bench.init([...bench.answers, '--yes']);
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain('from https://autoconfig.example.com/mail/config-v1.1.xml');
  });

  it('by autoconfig of the host that takes the mail, and asks no other name', async () => {
    bench = await InitBench.start({
      records: () => ({ mx: { 'example.com': [{ preference: 10, exchange: 'mx1.host.example' }] } }),
      pages: (world) => ({ 'autoconfig.host.example/mail/config-v1.1.xml': autoconfigOf(world) }),
    });
    const ran = await bench.init([...bench.answers, '--yes']);
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain('from https://autoconfig.host.example/mail/config-v1.1.xml');
    expect(
      bench.dns.asked.every((name) => name.endsWith('example.com') || name.endsWith('host.example')),
    ).toBe(true);
  });

  it.each([
    [
      'a redirect to http',
      (response: ServerResponse) => response.writeHead(302, { location: 'http://localhost/mail.xml' }).end(),
    ],
    [
      'redirects without an end',
      (response: ServerResponse) => response.writeHead(302, { location: '/mail/config-v1.1.xml' }).end(),
    ],
    [
      'a text without an end',
      (response: ServerResponse) => response.writeHead(200).end('<clientConfig>'.repeat(50_000)),
    ],
    ['no answer', () => undefined],
    ['a broken answer', (response: ServerResponse) => response.destroy()],
  ])('and takes nothing from a server that gives %s', async (_, page) => {
    bench = await InitBench.start({ pages: () => ({ 'autoconfig.example.com/mail/config-v1.1.xml': page }) });
    const ran = await bench.init([...bench.answers, '--yes']);
    expect(ran).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--imap HOST[:PORT], --smtp HOST[:PORT]: missing'),
    });
    expect(bench.web.asked.length).toBeLessThan(8);
    expect(await bench.left()).toEqual([]);
  });
});

describe('init writes nothing', () => {
  it('where answers are missing, and names their options', async () => {
    bench = await InitBench.start();
    expect(await bench.init([])).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(
        /^imapdesk: --address ADDRESS, --staff ADDRESS, --password-file FILE .*: missing/,
      ),
    });
    const wrong = [...bench.servers, '--staff', 'a@example.org', '--password-env', 'X'];
    expect(await bench.init(['--address', 'nobody', ...wrong])).toMatchObject({
      code: 64,
      stderr: 'imapdesk: --address: expected an address such as support@example.com\n',
    });
    expect(await bench.init(['--address', 'a@example.org', ...wrong])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("--staff: a@example.org is the desk's own address"),
    });
    expect(await bench.init([...bench.answers, ...bench.servers, '--imap', 'https://x'])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--imap: expected HOST or HOST:PORT'),
    });
    expect(await bench.left()).toEqual([]);
  });

  it('for a host that takes no passwords, without OAuth2', async () => {
    bench = await InitBench.start();
    const { code, stdout, stderr } = await bench.init([
      ...bench.answers,
      '--address',
      'a@x.onmicrosoft.com',
      '--yes',
    ]);
    expect(code).toBe(64);
    expect(stdout + stderr).toContain('OAuth2 only, and no passwords');
    expect(stdout + stderr).toContain('our entry for Microsoft 365');
    expect(await bench.left()).toEqual([]);
    expect(bench.dns.asked).toEqual([]);
  });

  it('where the password is wrong, or a server is not there, or has no TLS', async () => {
    bench = await InitBench.start();
    const answers = bench.answers.slice(0, -1);
    const refused = await bench.init([...answers, ...bench.servers, '--password-env', 'WRONG'], {
      env: { WRONG: 'not this one' },
    });
    expect(refused).toMatchObject({ code: 77, stderr: expect.stringContaining('refused the sign-in') });
    expect(refused.stdout + refused.stderr).not.toContain('not this one');
    const gone = await bench.init([...bench.answers, '--imap', 'localhost:1', '--smtp', bench.smtp]);
    expect(gone).toMatchObject({
      code: 69,
      stderr: expect.stringContaining('no program listens at that port'),
    });
    const clear = await bench.init([
      ...bench.answers,
      '--imap',
      bench.imap,
      '--smtp',
      `localhost:${bench.world.imap.port}`,
    ]);
    expect(clear).toMatchObject({
      code: 69,
      stderr: expect.stringContaining('no TLS is spoken at that port'),
    });
    const untrusted = await bench.init([...bench.answers, ...bench.servers], {
      env: { NODE_EXTRA_CA_CERTS: '' },
    });
    expect(untrusted).toMatchObject({ code: 69, stderr: expect.stringContaining('certificate') });
    const trusted = await bench.init(
      [...bench.answers, ...bench.servers, '--ca', bench.env['NODE_EXTRA_CA_CERTS'] ?? ''],
      {
        env: { NODE_EXTRA_CA_CERTS: '' },
      },
    );
    expect(trusted, trusted.stderr).toMatchObject({ code: 0 });
  });

  it('into a folder in use, but with --force, which keeps the secret and the old files', async () => {
    bench = await InitBench.start();
    await mkdir(bench.desk);
    await writeFile(join(bench.desk, 'secret.txt'), 'an old secret of thirty-two characters', {
      mode: 0o600,
    });
    await writeFile(join(bench.desk, 'config.json'), 'old');
    const before = await bench.left();
    const refused = await bench.init([...bench.answers, ...bench.servers]);
    expect(refused).toMatchObject({ code: 64, stderr: expect.stringContaining('nothing was overwritten') });
    expect(await bench.left()).toEqual(before);
    const forced = await bench.init([...bench.answers, ...bench.servers, '--force']);
    expect(forced, forced.stderr).toMatchObject({ code: 0 });
    expect(await readFile(join(bench.desk, 'config.json.1'), 'utf8')).toBe('old');
    expect(await readFile(join(bench.desk, 'secret.txt'), 'utf8')).toBe(
      'an old secret of thirty-two characters',
    );
    expect(await bench.run('check')).toMatchObject({ code: 0 });
  });
});
