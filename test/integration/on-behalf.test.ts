/** New mail from staff on somebody's behalf, through the built command on a real server. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEEP } from '../servers/start.js';
import { compose, DeskBench, type Sample } from './desk-bench.js';
import { deskConfig, folderOn, readFolder, runDesk, withImap } from './world.js';

let bench: DeskBench;
beforeEach(async () => {
  bench = await DeskBench.start({}, { authservId: 'mx.example.com' });
  await bench.pass();
});
afterEach(() => bench.stop());

const PROOF = 'Authentication-Results: mx.example.com; dmarc=pass header.from=example.org\r\n';

async function arrives(sample: Sample, proof = ''): Promise<Record<string, unknown> | undefined> {
  const raw = Buffer.concat([Buffer.from(proof), compose(sample)]);
  await bench.world.deliver('support', raw);
  const lines = await bench.json('once');
  return lines.find((line) => !('summary' in line));
}

async function told(who: 'jane' | 'steve' | 'ann' | 'taro'): Promise<readonly string[]> {
  return (await readFolder(bench.world, who, 'INBOX')).map(({ text }) => text);
}

const STEVE = 'Steve <steve@example.org>';
const FORWARDED: Sample = {
  from: STEVE,
  subject: 'Fwd: Printer on fire',
  fields: ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b'],
  text: [
    '--b',
    'Content-Type: text/plain',
    '',
    'See below.',
    '--b',
    'Content-Type: message/rfc822',
    '',
    'From: Jane Doe <jane@example.com>',
    'Subject: Printer on fire',
    'Message-ID: <janes-own@example.com>',
    '',
    'It burns.',
    '--b--',
  ].join('\r\n'),
};

describe('the requester', () => {
  it.each<[string, Sample, string, string]>([
    ['of an attached message', FORWARDED, 'forwarded', 'whose mail is attached'],
    [
      'in To',
      { from: STEVE, to: 'Jane Doe <jane@example.com>, support@example.com' },
      'recipient',
      'who is named in To or Cc',
    ],
  ])('%s gets what staff write, and no acknowledgement', async (_, sample, from, words) => {
    expect(await arrives(sample, PROOF)).toMatchObject({ kind: 'new', ticket: 1, acknowledge: false });
    expect(await told('steve')).toEqual([]);
    expect(await told('jane')).toEqual([]);
    const [notice = ''] = await told('ann');
    expect(notice.replace(/=?\r\n/g, '')).toContain(`for jane@example.com, ${words}.`);
    const [shown] = await bench.json('show', '1');
    const expected = { requester: 'jane@example.com', requesterName: 'Jane Doe', requesterFrom: from };
    expect(shown).toMatchObject({ ...expected, openedBy: 'steve@example.org' });
    expect(await bench.ok('show', '1')).toContain(
      `Opened by steve@example.org for jane@example.com, ${words}.`,
    );
    const to = /^Reply-To: [^<]*<([^>]+)>/m.exec(notice.replace(/\r\n[ \t]/g, ' '))?.[1] ?? '';
    expect(await arrives({ from: 'Ann <ann@example.org>', to, text: 'Pull the plug.' })).toMatchObject({
      relay: true,
    });
    expect(await told('jane')).toEqual([expect.stringContaining('Pull the plug.')]);
  });

  it('in the subject is acknowledged, without the mark', async () => {
    const decided = await arrives({ from: STEVE, subject: 'Printer [for jane@example.com] on fire' }, PROOF);
    expect(decided).toMatchObject({ kind: 'new', ticket: 1, acknowledge: true });
    const [acknowledgement = '', ...others] = await told('jane');
    expect(others).toEqual([]);
    expect(acknowledgement).toContain('Subject: Re: [issue1] Printer on fire\r\n');
    expect(acknowledgement).not.toContain('example.org');
    expect((await told('ann')).length).toBe(1);
    expect((await told('steve')).length).toBe(0);
    expect((await bench.json('list'))[0]).toMatchObject({ subject: 'Printer on fire' });
  });

  it('is who wrote what staff redirected, and all staff are told', async () => {
    const fields = ['Resent-From: steve@example.org', 'Resent-To: support@example.com'];
    const decided = await arrives({ to: 'steve@example.org', fields });
    expect(decided).toMatchObject({ kind: 'new', ticket: 1, acknowledge: false });
    expect(await told('jane')).toEqual([]);
    expect((await told('steve')).length).toBe(1);
    expect((await told('ann')).length).toBe(1);
    expect(await bench.ok('show', '1')).toContain('whose mail was redirected to the desk');
  });

  it('is nobody whom a mail without proof names', async () => {
    const asked = { ...FORWARDED, subject: '[for jane@example.com] x', to: 'jane@example.com' };
    expect(await arrives({ ...asked, from: 'Taro <taro@example.com>' })).toMatchObject({ kind: 'new' });
    expect(await arrives(asked)).toMatchObject({ kind: 'new' });
    expect(await told('jane')).toEqual([]);
    const requesters = (await bench.json('list')).map(({ requester }) => requester);
    expect(requesters).toEqual(['taro@example.com', 'steve@example.org']);
    expect((await told('taro')).length).toBe(1);
  });

  it('is known to a dry run as well', async () => {
    await bench.world.deliver('support', Buffer.concat([Buffer.from(PROOF), compose(FORWARDED)]));
    const [rehearsed] = await bench.json('once', '--dry-run');
    expect(rehearsed?.['reasons']).toContain(
      'the requester is jane@example.com, the sender of the mail that is attached',
    );
    await bench.configure(deskConfig(bench.world, { authservId: 'mx.example.com', mail: 'hold' }));
    await bench.pass();
    expect((await bench.json('list'))[0]).toMatchObject({ requester: 'jane@example.com' });
  });

  it.runIf(DEEP)('is known again after a repair', async () => {
    await arrives(FORWARDED, PROOF);
    await arrives({ from: STEVE, subject: '[for taro@example.com] Wide' }, PROOF);
    await arrives({ from: STEVE, to: 'taro@example.com, support@example.com', subject: 'Narrow' }, PROOF);
    await runDesk(['reply', '1', '-c', bench.file.path], { stdin: 'Pull the plug.' });
    const before = await bench.json('list');
    expect(before.map(({ requester }) => requester)).toEqual([
      'jane@example.com',
      'taro@example.com',
      'taro@example.com',
    ]);
    await withImap(bench.world, 'support', async (client) => {
      await client.mailboxOpen(folderOn(client, 'Tickets/Register'));
      await client.messageDelete('1:*');
    });
    await bench.ok('repair');
    expect(await bench.json('list')).toEqual(before);
    const from = async (number: string) => (await bench.json('show', number))[0]?.['requesterFrom'];
    expect([await from('1'), await from('2'), await from('3')]).toEqual([
      'forwarded',
      'subject',
      'recipient',
    ]);
  });

  it('is the one who is named where staff drag their mail to Open', async () => {
    const raw = Buffer.concat([
      Buffer.from(PROOF),
      compose({ from: STEVE, subject: '[for jane@example.com] Printer on fire' }),
    ]);
    await withImap(bench.world, 'support', (client) => client.append(folderOn(client, 'Tickets/Open'), raw));
    await bench.pass();
    expect((await bench.json('list'))[0]).toMatchObject({
      requester: 'jane@example.com',
      subject: 'Printer on fire',
    });
    expect(await told('jane')).toEqual([]);
  });
});
