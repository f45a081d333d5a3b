/** What `check` says of hosts that differ, and the lines that it proposes. */
import { afterEach, describe, expect, it } from 'vitest';
import { DeskBench } from './desk-bench.js';
import { adding, addingBelow, clockAhead, type Host, replacingIds } from './hosts.js';
import { deskConfig, withImap } from './world.js';

let bench: DeskBench;
afterEach(() => bench.stop());

interface Report {
  readonly ok: boolean;
  readonly checks: readonly { check: string; result: string; text: string }[];
  readonly proposals: readonly Record<string, unknown>[];
  readonly roundTrip: Record<string, unknown> | null;
  readonly plainRoundTrip?: Record<string, unknown>;
  readonly specialFolders: Record<string, string>;
  readonly quota: readonly Record<string, unknown>[] | null;
  readonly smtp: Record<string, unknown>;
  readonly clock: { serverAheadSeconds: { least: number; most: number } };
  readonly authentication: { takenBy: string | null; results: readonly Record<string, unknown>[] };
}

async function checked(...args: string[]): Promise<{ code: number; report: Report }> {
  const { code, stdout, stderr } = await bench.run('check', '--json', ...args);
  expect(stderr).toBe('');
  return { code, report: JSON.parse(stdout) };
}

function told({ checks }: Report, named: string): { result: string; text: string } | undefined {
  return checks.find(({ check }) => check === named);
}

async function at(asHost: Host): Promise<void> {
  // Other servers give a message that was delivered in the future a date of their own.
  bench = await DeskBench.start({ asHost, kind: 'maildir' });
}

const BY = 'Authentication-Results: mx.example.com;';

describe('check proposes authservId', () => {
  it('as the host writes it above its Received field, and all is well once it is set', async () => {
    await at(adding(`${BY} dmarc=pass header.from=example.com; spf=pass; dkim=pass header.d=example.com`));
    const { code, report } = await checked();
    expect(code).toBe(0);
    expect(report.proposals).toEqual([
      {
        path: 'desks[0].authservId',
        key: 'authservId',
        value: 'mx.example.com',
        line: '"authservId": "mx.example.com"',
        written: false,
      },
    ]);
    for (const name of ['DMARC', 'SPF', 'DKIM']) expect(told(report, name)?.result).toBe('ok');
    expect(report.authentication).toMatchObject({ takenBy: 'mail.example.com' });
    expect(report.authentication.results).toHaveLength(3);
    expect(await bench.ok('check')).toMatch(/^ +"authservId": "mx\.example\.com"$/m);
    await bench.configure(deskConfig(bench.world, { authservId: 'mx.example.com' }));
    const again = await checked();
    expect(again.report.proposals).toEqual([]);
    expect(told(again.report, 'authservId')).toMatchObject({ result: 'ok' });
  });

  it('by mail from elsewhere where its own mail gets no result of DMARC', async () => {
    await at(adding(`${BY} auth=pass smtp.auth=support`));
    const before = (await checked()).report;
    expect(before.proposals).toEqual([]);
    expect(told(before, 'authservId')?.text).toContain('none of DMARC was seen');
    expect(told(before, 'own mail')).toMatchObject({
      result: 'note',
      text: expect.stringContaining('usual for mail within one host'),
    });
    const fromElsewhere = Buffer.from(
      `${BY} dmarc=pass header.from=example.org\r\nReceived: from a by mx.example.com with ESMTPS; Mon, 23 Nov 2026 10:00:00 +0000\r\nFrom: jane@example.org\r\nMessage-ID: <a@example.org>\r\n\r\nHello\r\n`,
    );
    await bench.world.deliver('support', fromElsewhere);
    expect((await checked()).report.proposals).toMatchObject([{ value: 'mx.example.com' }]);
  });

  it('never from where a stranger can write', async () => {
    await at(addingBelow(`${BY} dmarc=pass header.from=example.com`));
    const { report } = await checked();
    expect(report.proposals).toEqual([]);
    expect(told(report, 'authservId')?.text).toContain('below a Received field');
    expect(report.authentication.results).toMatchObject([{ atBorder: false }]);
  });

  it('not before its own mail passes, and says what to do about each bad result', async () => {
    await at(adding(`${BY} dmarc=fail header.from=example.com; spf=softfail; dkim=none`));
    const { code, report } = await checked();
    expect(code).toBe(0);
    expect(report.proposals).toEqual([]);
    expect(told(report, 'authservId')?.text).toContain('Mend that first');
    expect(told(report, 'DMARC')?.text).toMatch(
      /^fail \(said by mx\.example\.com\): .*administrator of the host/,
    );
    expect(told(report, 'SPF')?.text).toMatch(/^softfail .*manages the DNS of example\.com/);
    expect(told(report, 'DKIM')?.text).toMatch(/^none .*no signature/);
  });
});

describe('check tells of the host', () => {
  it('that it replaces Message-IDs', async () => {
    await at(replacingIds);
    const { code, report } = await checked();
    expect(code).toBe(0);
    expect(told(report, 'Message-ID')).toMatchObject({ result: 'note' });
    expect(report.roundTrip).toMatchObject({ messageIdKept: false, messageId: 'new@host.example' });
    expect(await bench.snapshot()).toBe('');
  });

  it.each([
    ['ahead', 3 * 3600, 'note', 0],
    ['behind', -2 * 3600, 'note', 0],
    ['days behind', -5 * 86_400, 'failed', 78],
  ] as const)('that its clock is %s', async (_, seconds, result, exitCode) => {
    await at(clockAhead(seconds * 1000));
    const { code, report } = await checked();
    expect(code).toBe(exitCode);
    expect(told(report, 'clock')).toMatchObject({ result });
    const { least, most } = report.clock.serverAheadSeconds;
    expect(least).toBeLessThanOrEqual(seconds);
    expect(most).toBeGreaterThanOrEqual(seconds);
    expect(await bench.snapshot()).toBe('');
  });

  it('which letters it takes, and which folders it names', async () => {
    bench = await DeskBench.start({ maxLetterBytes: 10_000_000 });
    await withImap(bench.world, 'support', async (client) => {
      for (const name of ['Sent', 'Junk', 'Archive']) await client.mailboxCreate(name);
    });
    const { report } = await checked();
    expect(report.smtp).toMatchObject({ maxSize: 10_000_000, eightBit: true });
    expect(told(report, 'SIZE')).toMatchObject({ result: 'note', text: expect.stringContaining('9766 KiB') });
    expect(report.specialFolders).toMatchObject({ sent: 'Sent', junk: 'Junk', archive: 'Archive' });
    expect(told(report, 'special folders')?.text).toMatch(/Sent: "Sent".*watched for what people send/);
    await bench.configure(deskConfig(bench.world, { sent: 'Sent Items' }));
    const mistyped = (await checked()).report;
    expect(told(mistyped, 'sent mail')?.text).toMatch(/no folder "Sent Items" .*\n {2}"sent": "Sent"$/);
    expect(told(mistyped, 'special folders')?.text).toContain('not watched (sent)');
    expect(mistyped.proposals).toEqual([]);
  });

  it('that it delivers no plus-addresses, by what becomes of the plain one', async () => {
    bench = await DeskBench.start({ plusAddressing: false });
    const { code, report } = await checked('--wait', '5');
    expect(code).toBe(78);
    expect(report.roundTrip).toMatchObject({ arrived: false });
    expect(report.plainRoundTrip).toMatchObject({ arrived: true, to: 'support@example.com' });
    expect(report.proposals).toMatchObject([
      { path: 'desks[0].addresses', value: false, line: '"addresses": false' },
    ]);
    bench.world.smtpRefuse(({ stage }) => (stage === 'recipient' ? '550 5.1.1 No such user' : null));
    const closed = await checked('--wait', '5');
    expect(closed.code).toBe(69);
    expect(closed.report.proposals).toEqual([]);
    expect(told(closed.report, 'authservId')).toBeUndefined();
  });
});

describe('check tells how much room there is', () => {
  const plugin = (rule: string) => [
    'mail_plugins = quota',
    'protocol imap {',
    '  mail_plugins = quota imap_quota',
    '}',
    'plugin {',
    '  quota = maildir:User quota',
    `  quota_rule = *:${rule}`,
    '}',
  ];

  async function withQuota(rule: string): Promise<{ code: number; report: Report }> {
    bench = await DeskBench.start({ kind: 'maildir', further: plugin(rule) });
    const filling = Buffer.alloc(300 * 1024, 'a'.repeat(70).concat('\r\n'));
    await bench.world.deliver('support', Buffer.concat([Buffer.from('Subject: Filling\r\n\r\n'), filling]));
    return checked();
  }

  it('as the server counts it', async () => {
    const { code, report } = await withQuota('storage=100M');
    expect(code).toBe(0);
    expect(told(report, 'quota')).toMatchObject({
      result: 'ok',
      text: expect.stringMatching(/ of 100 MiB used$/),
    });
    expect(report.quota).toMatchObject([{ root: 'User quota', resource: 'STORAGE', limit: 102_400 }]);
  });

  it('when little is left', async () => {
    const { code, report } = await withQuota('storage=10M');
    expect(code).toBe(0);
    expect(told(report, 'quota')).toMatchObject({
      result: 'note',
      text: expect.stringContaining('little is left'),
    });
  });

  it('when there is none', async () => {
    const { code, report } = await withQuota('storage=200K');
    expect(code).toBe(69);
    expect(told(report, 'quota')).toMatchObject({
      result: 'failed',
      text: expect.stringContaining('it is full'),
    });
  });
});
