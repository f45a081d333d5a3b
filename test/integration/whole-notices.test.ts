/** What staff get of a message: itself, byte for byte, through a real mailbox and a real SMTP end. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compose, DeskBench } from './desk-bench.js';
import { readFolder } from './world.js';

const NAMES = [
  '56-boundary-never-closed',
  '56-boundary-of-one-character',
  '56-nested-same-boundary',
  '57-quoted-printable-broken',
  '63-from-line-in-body',
  '65-raw-utf-8',
  '66-charset-8bit',
  '72-winmail-dat',
  '72-zip-bomb',
  '73-multipart-signed',
  '73-pgp-encrypted',
  '73-smime-opaque',
  '75-script-in-html',
  '77-plain-and-html-differ',
];

let bench: DeskBench;

beforeAll(async () => {
  bench = await DeskBench.start({}, { notices: { maxBytes: '40kB' } });
  await bench.pass();
});
afterAll(() => bench.stop());

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function bodyOf(raw: Buffer): Buffer {
  return raw.subarray(raw.indexOf('\r\n\r\n') + 4);
}

/** The body of the first part of the desk's own multipart; null where the notice is none. */
function shownIn(notice: Buffer): Buffer | null {
  const [, boundary] = /boundary="?([0-9a-f]{40}-part)/.exec(notice.toString('latin1')) ?? [];
  if (boundary === undefined) return null;
  const first = notice.indexOf(`\r\n--${boundary}\r\n`) + boundary.length + 6;
  const part = notice.subarray(first, notice.indexOf(`\r\n--${boundary}\r\n`, first));
  const isBare = part.subarray(0, 2).toString() === '\r\n';
  return isBare ? part.subarray(2) : bodyOf(part);
}

async function notices(): Promise<readonly Buffer[]> {
  return (await readFolder(bench.world, 'steve', 'INBOX')).map(({ raw }) => raw);
}

it('is the body that the ticket holds, whatever it is', async () => {
  for (const name of NAMES) {
    const raw = readFileSync(new URL(`../corpus/${name}.eml`, import.meta.url), 'latin1');
    await bench.world.deliver('support', Buffer.from(raw.replace(/\r?\n/g, '\r\n'), 'latin1'));
  }
  await bench.run('once');
  const filed = new Map<string, Buffer>();
  for (const folder of ['Tickets/Open', 'Tickets/Archived'])
    for (const { raw } of await readFolder(bench.world, 'support', folder))
      filed.set(sha256(bodyOf(raw)), raw);
  const shown = (await notices()).flatMap((notice) => shownIn(notice) ?? []);
  expect(shown.length).toBeGreaterThan(NAMES.length - 3);
  for (const body of shown) expect([...filed.keys()]).toContain(sha256(body));
  const whose = shown.map((body) => filed.get(sha256(body))?.toString('latin1') ?? '');
  for (const type of [
    'multipart/signed',
    'multipart/encrypted',
    'application/pkcs7-mime',
    'application/ms-tnef',
  ])
    expect(
      whose.some((raw) => raw.toLowerCase().includes(type)),
      type,
    ).toBe(true);
});

it('is an excerpt of a larger message, which says where the attachments are', async () => {
  const base64 = `${'A'.repeat(76)}\r\n`.repeat(800);
  const text = `--b\r\n\r\nSee the file.\r\n--b\r\nContent-Type: application/pdf; name=plan.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64}--b--`;
  const fields = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b'];
  await bench.deliver({ subject: 'A plan', fields, text });
  await bench.run('once');
  const notice = (await notices()).find((raw) => raw.includes('A plan'))?.toString() ?? '';
  expect(notice).toMatch(
    /See the file\.\r\n\r\nAttachments, in Tickets\/Open \(ticket \d+\):\r\n- plan\.pdf/,
  );
  expect(notice.length).toBeLessThan(10_000);
});

it('is completed when it is sent, and so is a relay: the outbox and the ticket hold the attachment once', async () => {
  const base64 = `${'B'.repeat(76)}\r\n`.repeat(450);
  const text = `--b\r\n\r\nSee the picture.\r\n--b\r\nContent-Type: image/png; name=p.png\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64}--b--`;
  const fields = ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b'];
  await bench.deliver({ subject: 'A picture', fields, text });
  await bench.run('once');
  const notice = (await notices()).find((raw) => raw.includes('A picture')) ?? Buffer.alloc(0);
  const open = async () => (await readFolder(bench.world, 'support', 'Tickets/Open')).map(({ raw }) => raw);
  const filed = (await open()).find((raw) => raw.includes('See the picture')) ?? Buffer.alloc(0);
  expect(sha256(shownIn(notice) ?? notice)).toBe(sha256(bodyOf(filed)));
  for (const { raw } of await readFolder(bench.world, 'support', 'Tickets/Outbox'))
    if (raw.includes('A picture')) expect(raw.length).toBeLessThan(5_000);
  const to = /^Reply-To: .*?<([^<>]+)>\r$/ms.exec(notice.toString('latin1'))?.[1] ?? '';
  const reply = compose({
    from: 'steve@example.org',
    to,
    subject: 'Re: A picture',
    fields,
    text: text.replace('See', 'Saw'),
  });
  await bench.world.deliver('support', reply);
  await bench.run('once');
  const relay = (await readFolder(bench.world, 'jane', 'INBOX')).find(({ raw }) =>
    raw.includes('Saw the picture'),
  );
  const written = (await open()).find((raw) => raw.includes('Saw the picture')) ?? Buffer.alloc(0);
  expect(sha256(bodyOf(relay?.raw ?? reply))).toBe(sha256(bodyOf(written)));
  expect((await open()).filter((raw) => raw.includes('BBBB'))).toHaveLength(2);
  const copy = (await open()).find((raw) => raw.includes('X-Imapdesk-Stage: relay'))?.toString() ?? '';
  expect(copy).toMatch(/a mail to jane@example\.com about ticket \d+\./);
});

it('is quoted to nobody outside with the words of the desk, nor where the relay is completed when it is sent', async () => {
  await bench.deliver({ subject: 'A long answer' });
  await bench.run('once');
  const notice = ((await notices()).find((raw) => raw.includes('A long answer')) ?? '').toString();
  const [, footer = ''] = /\r\n(-- \r\n[^]*?)\r\n\r\n--[0-9a-f]{40}-part--/.exec(notice) ?? [];
  const lines = footer.split('\r\n').map((line) => `> ${line}`);
  const quoted = lines.join('\r\n');
  expect(quoted).toMatch(/^> -- \r\n[^]*-note@example\.com$/);
  const base64 = `${'C'.repeat(76)}\r\n`.repeat(450);
  const mixed = (words: string): string =>
    `--b\r\n\r\nThe plan.\r\n\r\n> Hello, it burns.\r\n${words}Steve\r\n--b\r\nContent-Type: image/png; name=p.png\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64}--b--`;
  const reply = compose({
    from: 'steve@example.org',
    to: /^Reply-To: .*?<([^<>]+)>\r$/ms.exec(notice)?.[1] ?? '',
    subject: 'Re: A long answer',
    fields: ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b'],
    text: mixed(`${quoted}\r\n`),
  });
  await bench.world.deliver('support', reply);
  await bench.run('once');
  const letters = await readFolder(bench.world, 'jane', 'INBOX');
  const relay = letters.find(({ raw }) => raw.includes('The plan.'))?.raw ?? reply;
  expect(sha256(bodyOf(relay))).toBe(sha256(Buffer.from(`${mixed('')}\r\n`)));
  const filed = await readFolder(bench.world, 'support', 'Tickets/Open');
  const copies = filed.filter(({ raw }) => raw.includes('X-Imapdesk-Stage: relay')).map(({ text }) => text);
  expect(copies.some((text) => /^X-Imapdesk-Stage-Original: .* without=\d+-\d+\r$/m.test(text))).toBe(true);
  expect(filed.some(({ raw }) => sha256(bodyOf(raw)) === sha256(bodyOf(reply)))).toBe(true);
});

it('tells first that its message closed or reopened the ticket, and its answer does neither by the way', async () => {
  await bench.deliver({ subject: 'A question', from: 'Kim <kim@example.com>' });
  await bench.run('once');
  const number = (await bench.json('list')).find(({ subject }) => subject === 'A question')?.['ticket'];
  const noticeOf = async (words: string) =>
    (await notices()).findLast((raw) => raw.includes(words) && raw.includes('A question'))?.toString() ?? '';
  const kim = { subject: 'Re: A question', from: 'Kim <kim@example.com>' };

  await bench.deliver({ ...kim, to: `support+${String(number)}-done@example.com`, text: '' });
  await bench.run('once');
  const closing = await noticeOf(': closed]');
  expect(closing).toContain(`Subject: [issue${String(number)}: closed] A question\r\n`);
  expect(closing).toMatch(/\r\n\r\nKim closed this ticket\.\r\n\r\n-- \r\n/);
  expect(closing).not.toContain('no text');

  await bench.deliver({ ...kim, to: `support+${String(number)}@example.com`, text: 'Still there.' });
  await bench.run('once');
  const reopening = await noticeOf(': reopened]');
  expect(reopening).toMatch(
    /-part\r\nContent-Type: text\/plain[^]*?\r\n\r\nKim reopened this ticket\.\r\n\r\n--[^]*?\r\n\r\nStill there\.\r\n/,
  );

  // A client that keeps nothing but the subject.
  const byTag = { subject: `Re: [issue${String(number)}: closed] A question`, from: 'steve@example.org' };
  await bench.deliver({ ...byTag, text: 'A word of Steve.' });
  await bench.run('once');
  const filed = await readFolder(bench.world, 'support', 'Tickets/Open');
  expect(filed.some(({ raw }) => raw.includes('A word of Steve.'))).toBe(true);
  const open = (await bench.json('list')).filter(({ subject }) => String(subject).includes('A question'));
  expect(open.map((one) => one['ticket'])).toEqual([number]);
});
