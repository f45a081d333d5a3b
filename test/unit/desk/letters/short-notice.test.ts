import { expect, it } from 'vitest';
import { shortNotice } from '../../../../src/desk/letters/short-notice.js';
import { readMessage } from '../../../../src/message/body/words.js';
import { textEntity } from '../../../../src/message/compose/compose.js';
import { asPart, between } from '../../../../src/message/compose/original.js';
import { splitMessage } from '../../../../src/message/header/header-block.js';
import { deskPolicy } from '../desk.js';

const HEADER = 'From: a@b.example\r\nMessage-ID: <n@b.example>\r\n';
const NOT_ALONG = deskPolicy().phrase('not-along');

function notice(raw: string, text: string, first: string | null = null): Buffer {
  const lead = first === null ? null : Buffer.from(textEntity(first));
  const around = { lead, below: Buffer.from(textEntity(text)) };
  const { fields, pieces } = between(around, asPart(Buffer.from(raw)));
  return Buffer.concat([Buffer.from(`${HEADER}${fields}\r\n`), ...pieces]);
}

it('has the first words of the message, and all that the desk says', async () => {
  const html = 'Content-Type: text/html; charset=utf-8\r\n\r\n<p>Grüße</p><p>aus Köln</p>\r\n';
  const raw = notice(html, '-- \nDas schrieb Jörg.\n');
  const short = (await shortNotice(deskPolicy(), raw)) ?? raw;
  expect(splitMessage(short).header.toString()).toBe(
    `${HEADER}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n`,
  );
  const { text, attachments } = await readMessage(short);
  expect(text).toBe(`Grüße\n\naus Köln\n\n${NOT_ALONG}\n\n-- \nDas schrieb Jörg.`);
  expect(attachments).toEqual([]);
});

it('says first what has become of the ticket', async () => {
  const raw = notice('A: b\r\n\r\nThanks!\r\n', '-- \nEnd\n', 'Jörg closed this ticket.');
  const { text } = await readMessage((await shortNotice(deskPolicy(), raw)) ?? raw);
  expect(text).toBe(`Jörg closed this ticket.\n\nThanks!\n\n${NOT_ALONG}\n\n-- \nEnd`);
});

it('has no more than sixty lines, and says so where there are no words', async () => {
  const long = notice(`A: b\r\n\r\n${'line\r\n'.repeat(70)}`, '-- \nEnd\n');
  const short = await shortNotice(deskPolicy(), long);
  expect(short?.toString().match(/^line\r$/gm)).toHaveLength(60);
  const file = 'Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n';
  const bare = await shortNotice(deskPolicy(), notice(file, '-- \nEnd\n'));
  expect((await readMessage(bare ?? Buffer.alloc(0))).text).toBe(`${NOT_ALONG}\n\n-- \nEnd`);
});

it.each([
  ['a text', 'Content-Type: text/plain\r\n\r\nHello\r\n'],
  ['another multipart', 'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b--\r\n'],
  ['one that is cut off', notice('A: b\r\n\r\nHello\r\n', 'x').toString().slice(0, -10)],
])('is none of %s', async (_, raw) => {
  expect(await shortNotice(deskPolicy(), Buffer.from(raw))).toBeNull();
});
