/** `init` at a terminal: what it asks, what it shows of a password, and what is left when somebody stops it. */
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { InitBench, srvOf } from './init-bench.js';
import { hasTerminals } from './mutt-terminal.js';
import { type Typing, typeAt } from './typing.js';
import { main, readFolder, runDesk } from './world.js';

let bench: InitBench;
let typing: Typing;
afterEach(async () => {
  typing.child.kill('SIGKILL');
  await bench.stop();
});

const CTRL_C = '\x03';

function start(...args: readonly string[]): void {
  typing = typeAt([process.execPath, main, 'init', ...args], { env: bench.env, cwd: bench.folder });
}

async function answer(question: RegExp, keys: string): Promise<void> {
  await typing.see(question);
  typing.type(`${keys}\r`);
}

/** All questions up to the password. */
async function upToPassword(): Promise<void> {
  await answer(/The address that people write to: $/, 'support@example.com');
  await answer(/Use these\? \(yes, no\) \[yes\]: $/, '');
  await answer(/What people know the desk as \[support@example\.com\]: $/, 'Example Support');
  await answer(/Who answers there\?.*: $/, 'Steve <steve@example.org>, ann@example.org');
  await typing.see(/Password of support@example\.com \(it is not shown\): $/);
}

describe.skipIf(!(await hasTerminals()))('init at a terminal', () => {
  it('asks what it is not told, shows no password, and makes a desk of the folder that it was started in', async () => {
    bench = await InitBench.start({ records: srvOf });
    const { password } = bench.world.accounts.support;
    start();
    await answer(/write to: $/, 'nobody');
    await typing.see(/expected an address such as support@example\.com/);
    await upToPassword();
    typing.type('not this one\r');
    await typing.see(/It does not work: .*refused the sign-in/);
    await answer(/User name \[support@example\.com\]: $/, '');
    await answer(/Password of support@example\.com \(it is not shown\): $/, password);
    await typing.see(/IMAP {2}localhost:\d+ \(TLS\): signed in as support@example\.com/);
    await typing.see(/test message +arrived in INBOX/);
    await answer(/A first run would take on nothing[^]*\(send, hold\) \[send\]: $/, '');
    await typing.see(/Next:\s+imapdesk once -v\s/);
    expect(await typing.ended()).toBe(0);
    for (const secret of [password, 'not this one']) expect(typing.text()).not.toContain(secret);
    expect(await bench.left()).toEqual(['config.json', 'password.txt', 'secret.txt']);
    expect(await readFile(`${bench.folder}/password.txt`, 'utf8')).toBe(`${password}\n`);
    const once = await runDesk(['once', '-c', `${bench.folder}/config.json`], { env: bench.env });
    expect(once).toMatchObject({ code: 0 });
  });

  it('asks for servers where none are found or wanted, and for others where they do not answer', async () => {
    bench = await InitBench.start({ records: srvOf });
    start('desk', '--name', 'Desk', '--staff', 'steve@example.org', '--mail', 'send');
    await answer(/write to: $/, 'support@example.com');
    await answer(/Use these\?.*: $/, 'no');
    await answer(/IMAP server, as HOST or HOST:PORT: $/, 'a b');
    await answer(/expected HOST or HOST:PORT[^]*IMAP server.*: $/, bench.imap);
    await answer(/SMTP server, as HOST or HOST:PORT: $/, 'localhost:1');
    await answer(/User name there \[support@example\.com\]: $/, '');
    await answer(/it is not shown\): $/, bench.world.accounts.support.password);
    await answer(
      /no program listens at that port[^]*IMAP server, as HOST or HOST:PORT \[localhost:\d+\]: $/,
      '',
    );
    await answer(/SMTP server, as HOST or HOST:PORT \[localhost:1\]: $/, bench.smtp);
    await answer(/User name there.*: $/, '');
    await typing.see(/Next:\s+imapdesk once -v -c desk\/config\.json/);
    expect(await typing.ended()).toBe(0);
  });

  it('leaves nothing where somebody stops it at a question', async () => {
    bench = await InitBench.start({ records: srvOf });
    start('desk');
    await upToPassword();
    typing.type(`hunter2${CTRL_C}`);
    expect(await typing.ended()).toBe(75);
    expect(typing.text()).toContain('imapdesk: stopped; nothing was written');
    expect(typing.text()).not.toContain('hunter2');
    expect(await bench.left()).toEqual([]);
  });

  it('leaves nothing where somebody stops it while it waits for its test message', async () => {
    bench = await InitBench.start({ records: srvOf });
    bench.world.smtpRefuse(({ stage }) => {
      if (stage === 'data') typing.type(CTRL_C);
      return null;
    });
    start('desk', ...bench.answers, '--yes');
    expect(await typing.ended()).toBe(75);
    expect(typing.text()).toMatch(
      /waiting up to 60 seconds for it\s+\^?C?\s*imapdesk: stopped; nothing was written/,
    );
    expect(await bench.left()).toEqual([]);
    expect(await readFolder(bench.world, 'support', 'INBOX')).toEqual([]);
  });

  it('leaves nothing where it is killed', async () => {
    bench = await InitBench.start({ records: srvOf });
    start('desk', ...bench.answers, '--yes', '--mail', 'send');
    await typing.see(/IMAP {2}localhost:\d+ \(TLS\): signed in/);
    typing.child.kill('SIGKILL');
    await typing.ended();
    expect(await bench.left()).toEqual([]);
  });
});
