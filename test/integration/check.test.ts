/** `check` on hosts that do well and badly. */
import { afterEach, describe, expect, it } from 'vitest';
import { DEEP } from '../servers/start.js';
import { compose, DeskBench } from './desk-bench.js';
import { deskConfig, folderOn, withImap } from './world.js';

let bench: DeskBench;
afterEach(() => bench.stop());

async function checked(...args: string[]): Promise<{ code: number; report: Report }> {
  const { code, stdout, stderr } = await bench.run('check', '--json', ...args);
  expect(stderr).toBe('');
  return { code, report: JSON.parse(stdout) };
}

interface Report {
  readonly ok: boolean;
  readonly checks: readonly { check: string; result: string; text: string }[];
  readonly roundTrip: Record<string, unknown> | null;
}

function resultsOf({ checks }: Report): Record<string, string> {
  return Object.fromEntries(checks.map(({ check, result }) => [check, result]));
}

describe('check', () => {
  it('finds all well before the first run, and leaves nothing behind', async () => {
    bench = await DeskBench.start();
    const { code, report } = await checked();
    expect(resultsOf(report)).toMatchObject({
      configuration: 'note',
      IMAP: 'ok',
      SMTP: 'ok',
      MOVE: bench.world.traits.move ? 'ok' : 'note',
      UIDPLUS: 'ok',
      IDLE: 'ok',
      folders: 'ok',
      'sent mail': 'note',
      'test message': 'ok',
      'Message-ID': 'ok',
      From: 'ok',
      'Reply-To': 'ok',
    });
    expect(code).toBe(0);
    expect(report.roundTrip).toMatchObject({
      arrived: true,
      folder: 'INBOX',
      messageIdKept: true,
      from: 'support@example.com',
    });
    expect(String(report.roundTrip?.['to'])).toMatch(/^support\+0\.[0-9a-z]{8}@example\.com$/);
    expect(report.roundTrip?.['replyTo']).toBe(report.roundTrip?.['to']);
    expect(await bench.snapshot()).toBe('');
    expect(await bench.folders()).toEqual(['INBOX']);
    const text = await bench.ok('check');
    expect(text).toMatch(/the first run creates Tickets\/Open/);
    expect(text).not.toContain(bench.world.accounts.support.password);
    await bench.openTwo();
    const before = await bench.snapshot();
    expect(await bench.ok('check')).toMatch(/^ok +folders +all are there: INBOX, /m);
    expect(await bench.snapshot()).toBe(before);
  });

  it('prints the line to put in where the host delivers no plus-addresses', async () => {
    bench = await DeskBench.start({ plusAddressing: false });
    const ran = await bench.run('check', '--wait', '10');
    expect(ran.code).toBe(78);
    expect(ran.stdout).toMatch(/^ +"addresses": false$/m);
    bench.world.smtpRefuse(({ stage, to }) =>
      stage === 'recipient' && to[0]?.includes('+') ? '550 5.1.1 No such user' : null,
    );
    const refused = await bench.run('check');
    expect(refused).toMatchObject({ code: 78, stdout: expect.stringMatching(/^ +"addresses": false$/m) });
    bench.world.smtpRefuse(null);
    await bench.configure(deskConfig(bench.world, { addresses: false }));
    const { code, report } = await checked();
    expect(code).toBe(0);
    expect(report.roundTrip).toMatchObject({ to: 'support@example.com', arrived: true });
  });

  it('says which part does not work, and goes on with the others', async () => {
    bench = await DeskBench.start();
    const { support } = bench.world.accounts;
    const { imap, smtp } = bench.world;
    const signIn = { security: 'none', user: support.user, password: 'not this one' };
    await bench.configure(deskConfig(bench.world, { imap: { host: imap.host, port: imap.port, ...signIn } }));
    const refused = await checked();
    expect(refused.code).toBe(77);
    expect(resultsOf(refused.report)).toMatchObject({ IMAP: 'failed', SMTP: 'ok', 'test message': 'note' });
    await bench.configure(deskConfig(bench.world, { smtp: { host: smtp.host, port: smtp.port, ...signIn } }));
    const alsoRefused = await checked();
    expect(alsoRefused.code).toBe(77);
    expect(resultsOf(alsoRefused.report)).toMatchObject({ IMAP: 'ok', SMTP: 'failed' });
    await bench.configure(deskConfig(bench.world, { smtp: { host: smtp.host, port: 1, security: 'none' } }));
    expect((await checked()).code).toBe(69);
    await bench.configure({ ...deskConfig(bench.world), secret: { env: 'IMAPDESK_NOT_SET' } });
    expect((await checked()).code).toBe(78);
    await bench.configure(deskConfig(bench.world));
    await bench.openTwo();
    await withImap(bench.world, 'support', (client) =>
      client.mailboxDelete(folderOn(client, 'Tickets/Review')),
    );
    const missing = await checked();
    expect(missing.code).toBe(78);
    expect(resultsOf(missing.report)).toMatchObject({ folders: 'failed', 'test message': 'ok' });
  });

  it('tells what a server without MOVE, UIDPLUS and IDLE means, and works there', async () => {
    bench = await DeskBench.start({ hiddenCapabilities: ['MOVE', 'UIDPLUS', 'IDLE'] });
    const { code, report } = await checked('--wait', '20');
    expect(code).toBe(0);
    expect(resultsOf(report)).toMatchObject({
      MOVE: 'note',
      UIDPLUS: 'note',
      IDLE: 'note',
      'test message': 'ok',
    });
  });

  it.runIf(DEEP)('tells of a list that seems to feed the desk', async () => {
    bench = await DeskBench.start();
    await bench.ok('once');
    const fields = ['List-Id: Help <help.example.com>'];
    for (let count = 0; count < 12; count += 1) await bench.world.deliver('support', compose({ fields }));
    const { stderr } = await bench.run('once');
    expect(stderr).toContain('12 of the newest 12 messages bear the List-Id <help.example.com>');
    const { report } = await checked();
    expect(report.checks.find(({ check }) => check === 'mailing lists')).toMatchObject({
      result: 'note',
      text: expect.stringContaining('<help.example.com>'),
    });
    await bench.configure(deskConfig(bench.world, { ownLists: ['help.example.com'] }));
    expect(resultsOf((await checked()).report)).not.toHaveProperty('mailing lists');
  });

  it('tells of a forwarder that feeds the mailbox, what it costs, and that all is set for it', async () => {
    bench = await DeskBench.start();
    await bench.ok('once');
    const fields = [
      'X-Forwarded-To: support@example.com',
      'X-Forwarded-For: old@gmail.com support@example.com',
    ];
    for (let count = 0; count < 4; count += 1) await bench.world.deliver('support', compose({ fields }));
    const { stderr } = await bench.run('once');
    expect(stderr).toContain('4 of the newest 4 messages come by a forwarder: Gmail forwards it; ');
    expect(stderr).not.toContain('old@gmail.com');
    const forwarder = async () => (await checked()).report.checks.find(({ check }) => check === 'forwarder');
    expect(await forwarder()).toMatchObject({
      result: 'note',
      text: expect.stringMatching(/through old@gmail\.com\n.*set "forwarded": true/),
    });
    await bench.configure(deskConfig(bench.world, { forwarded: true }));
    expect(await forwarder()).toMatchObject({
      result: 'ok',
      text: expect.stringContaining('"forwarded" is set'),
    });
  });

  it.runIf(DEEP)('tells of a form that replyToSenders does not name', async () => {
    bench = await DeskBench.start();
    await bench.ok('once');
    for (const visitor of ['joe@one.example', 'kim@two.example', 'lee@three.example'])
      await bench.world.deliver(
        'support',
        compose({ from: 'wordpress@site.example', fields: [`Reply-To: ${visitor}`] }),
      );
    const { stderr } = await bench.run('once');
    expect(stderr).toContain('name it in \\"replyToSenders\\"');
    expect(stderr).not.toContain('wordpress@site.example');
    const { report } = await checked();
    expect(report.checks.find(({ check }) => check === 'web form')).toMatchObject({
      result: 'note',
      text: expect.stringContaining('wordpress@site.example'),
    });
    await bench.configure(deskConfig(bench.world, { replyToSenders: ['wordpress@site.example'] }));
    expect(resultsOf((await checked()).report)).not.toHaveProperty('web form');
  });

  it('sends its message though the desk holds its mail back', async () => {
    bench = await DeskBench.start({}, { mail: 'hold' });
    const { code, report } = await checked();
    expect(code).toBe(0);
    expect(report.roundTrip).toMatchObject({ arrived: true });
  });

  it('gets no ticket from a worker that runs beside it', async () => {
    bench = await DeskBench.start();
    await bench.openTwo();
    const before = await bench.snapshot();
    const passes = (async () => {
      for (let pass = 0; pass < 4; pass += 1) await bench.run('once');
    })();
    const { code } = await checked();
    await passes;
    await bench.ok('once');
    expect(code).toBe(0);
    expect(await bench.snapshot()).toBe(before);
    expect(await bench.json('list')).toHaveLength(2);
  });
});
