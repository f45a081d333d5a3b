/** What `once` ends with, and that cron hears why, when a server is away, hangs up or refuses; and that others go on. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DeskBench } from './desk-bench.js';
import { startProxy } from './imap-proxy.js';
import { deskConfig, type Json, readFolder, withImap } from './world.js';

let bench: DeskBench;
beforeAll(async () => {
  bench = await DeskBench.start();
  await bench.ok('once');
});
afterEach(async () => {
  bench.world.smtpRefuse(null);
  await bench.configure(deskConfig(bench.world));
});
afterAll(() => bench.stop());

function imapAt(port: number, changes: Json = {}): Json {
  const { user, password } = bench.world.accounts.support;
  return { host: '127.0.0.1', port, security: 'none', user, password, ...changes };
}

async function openSubjects(): Promise<readonly unknown[]> {
  return (await bench.json('list')).map(({ subject }) => subject);
}

describe('the SMTP server', () => {
  it('is down: 69, while tickets go on being filed, and all goes out once it is back', async () => {
    await bench.deliver({ subject: 'Printer' });
    await bench.world.smtpPause();
    const { length } = bench.world.sent;
    const ran = await bench.run('once');
    expect(ran).toMatchObject({ code: 69, stderr: expect.stringContaining('mail waits in the outbox') });
    expect(await openSubjects()).toContain('Printer');
    expect(bench.world.sent).toHaveLength(length);
    await bench.world.smtpResume();
    await bench.ok('once');
    expect(bench.world.sent).toHaveLength(length + 3);
  });

  it('refuses the sign-in: 77', async () => {
    await bench.deliver({ subject: 'Fax' });
    const { host, port } = bench.world.smtp;
    const smtp = { host, port, security: 'none', user: 'support@example.com', password: 'not this one' };
    await bench.configure(deskConfig(bench.world, { smtp }));
    expect(await bench.run('once')).toMatchObject({
      code: 77,
      stderr: expect.stringContaining('mail waits in the outbox'),
    });
    expect(await openSubjects()).toContain('Fax');
  });

  it('refuses a recipient for good: 1, the copy lies in Review, and all others get theirs', async () => {
    await bench.deliver({ subject: 'Scanner' });
    bench.world.smtpRefuse(({ stage, to }) =>
      stage === 'recipient' && to.includes('jane@example.com') ? '550 5.1.1 No such user' : null,
    );
    const ran = await bench.run('once');
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('it goes to review') });
    const review = await readFolder(bench.world, 'support', 'Tickets/Review');
    expect(review.map(({ subject }) => subject)).toContain('Re: [issue3] Scanner');
    const told = await readFolder(bench.world, 'ann', 'INBOX');
    expect(told.map(({ subject }) => subject)).toContain('[issue3] Scanner');
  });
});

describe('the IMAP server', () => {
  it('is away: 69; hangs up in the middle: 75', async () => {
    await bench.configure(deskConfig(bench.world, { imap: imapAt(1) }));
    expect(await bench.run('once')).toMatchObject({ code: 69, stdout: '' });
    await bench.deliver({ subject: 'Modem' });
    const proxy = await startProxy(bench.world.imap.port, {
      answer: (line) => {
        if (/^\S+ UID MOVE /.test(line)) proxy.cut();
        return null;
      },
    });
    await bench.configure(deskConfig(bench.world, { imap: imapAt(proxy.port) }));
    expect(await bench.run('once')).toMatchObject({ code: 75, stderr: expect.stringContaining('IMAP') });
    await proxy.close();
    await bench.configure(deskConfig(bench.world));
    await bench.ok('once');
    expect(await openSubjects()).toContain('Modem');
  });

  it('refuses the sign-in of one desk of two: 77, and the other desk has done its work', async () => {
    await bench.deliver({ subject: 'Router' });
    const good = deskConfig(bench.world);
    const [desk] = good['desks'] as Json[];
    // Dovecot itself lets an address wait that has failed to sign in.
    const proxy = await startProxy(bench.world.imap.port, {
      answer: (line) => {
        const [, tag] = /^(\S+) (?:LOGIN|AUTHENTICATE) /.exec(line) ?? [];
        return tag === undefined ? null : `${tag} NO [AUTHENTICATIONFAILED] Authentication failed.\r\n`;
      },
    });
    const imap = imapAt(proxy.port, { user: 'jane@example.com', password: 'not this one' });
    const bad = { ...desk, name: 'Broken', address: 'jane@example.com', imap };
    await bench.configure({ ...good, desks: [bad, desk] });
    const ran = await bench.run('once');
    expect(ran.code).toBe(77);
    expect(ran.stderr).not.toContain('not this one');
    await proxy.close();
    await bench.configure(good);
    expect(await openSubjects()).toContain('Router');
  });
});

describe('the folders', () => {
  it('went all at once under another name: 78, and where the register is; with that name all goes on', async () => {
    const before = await openSubjects();
    await withImap(bench.world, 'support', (client) => client.mailboxRename('Tickets', 'Support'));
    const ran = await bench.run('once');
    expect(ran).toMatchObject({ code: 78, stderr: expect.stringContaining('Support/Register') });
    expect(await bench.folders()).not.toContain('Tickets/Open');
    const roles = ['open', 'archived', 'review', 'outbox', 'register'];
    const names = roles.map((role) => [role, `Support/${role[0]?.toUpperCase()}${role.slice(1)}`]);
    await bench.configure(deskConfig(bench.world, { folders: Object.fromEntries(names) }));
    await bench.ok('once');
    expect(await openSubjects()).toEqual(before);
  });
});
