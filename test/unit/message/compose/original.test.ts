import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readParts } from '../../../../src/message/body/read-structure.js';
import { readMessage } from '../../../../src/message/body/words.js';
import { textEntity } from '../../../../src/message/compose/compose.js';
import { asBody, asPart, between, canGoAlong, takenApart } from '../../../../src/message/compose/original.js';
import { sevenBit } from '../../../../src/message/compose/seven-bit.js';

const BODY = '--b\r\n\r\nP\u00fcll the plug.\r\n--b--\r\n';
const MESSAGE = [
  'Received: from office.internal',
  'From: steve@example.org',
  'X-Content-Type: kept',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed;',
  '\tboundary=b',
  'Content-Language: en',
  'Content-Disposition: inline',
  'Content-Transfer-Encoding: 8bit',
  'Content-Description: internal',
  'X-Office: secret',
  '',
  BODY,
].join('\r\n');

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A message that shows this one above a text. */
function shown(raw: Buffer, text = 'Who wrote it.'): Buffer {
  const { fields, pieces } = between({ lead: null, below: Buffer.from(textEntity(text)) }, asPart(raw));
  return Buffer.concat([Buffer.from(`From: a@b.example\r\n${fields}\r\n`), ...pieces]);
}

function partOf(raw: Buffer, path: string): Buffer {
  return readParts(raw).bodies.get(path) ?? Buffer.alloc(0);
}

describe('what is passed on', () => {
  it('as a body has of the fields only those that describe it', () => {
    const { fields, body } = asBody(Buffer.from(MESSAGE));
    expect(fields.toString()).toBe(
      [
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed;',
        '\tboundary=b',
        'Content-Language: en',
        'Content-Disposition: inline',
        'Content-Transfer-Encoding: 8bit',
        '',
      ].join('\r\n'),
    );
    expect(body.toString()).toBe(BODY);
  });

  it('as a part has all that describe a part', () => {
    const { fields } = asPart(Buffer.from(MESSAGE));
    expect(fields.toString()).not.toMatch(/MIME-Version|Office|Received|X-Content/);
    expect(fields.toString()).toContain('Content-Description: internal\r\n');
  });

  it('as a part is called UTF-8 if it says nothing of itself and is that', async () => {
    const grown = 'Subject: x\r\n\r\nGrüße\r\n';
    expect((await readMessage(shown(Buffer.from(grown)))).text).toBe('Grüße\n\nWho wrote it.');
    expect(asPart(Buffer.from(grown)).fields.toString()).toContain('charset=utf-8\r\n');
    expect(asPart(Buffer.from(grown, 'latin1')).fields).toHaveLength(0);
    expect(asPart(Buffer.from('Subject: x\r\n\r\nHello\r\n')).fields).toHaveLength(0);
  });

  it('has nothing in its fields that is no text', () => {
    const odd = MESSAGE.replace('MIME-Version: 1.0', 'MIME-Version: 1.0\x7f')
      .replace('Content-Language: en', 'Content-Language: e\rn\0')
      .replace('inline', 'attachment; filename="\xfc\u202e"');
    const inUtf8 = asBody(Buffer.from(odd, 'utf8'));
    expect(inUtf8.fields.toString()).toContain('MIME-Version: 1.0\r\n');
    expect(inUtf8.fields.toString()).toContain('Content-Language: en\r\n');
    expect(inUtf8.fields.toString()).toContain('Content-Disposition: attachment; filename="\xfc"\r\n');
    expect(inUtf8.body.toString()).toBe(BODY);
    const inLatin1 = asBody(Buffer.from(odd.replace('\u202e', ''), 'latin1'));
    expect(inLatin1.fields.toString('latin1')).toContain('Content-Disposition: attachment; filename=""\r\n');
  });
});

describe('above a text', () => {
  it.each([
    ['a plain text', 'Subject: x\r\n\r\nHello\r\n'],
    ['a text without a last line end', 'Content-Type: text/plain\r\n\r\nHello'],
    ['HTML', 'MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n'],
    ['a file', 'Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n'],
    ['a message that attaches none', 'From: x@y.example\r\n\r\n\r\n\r\nlate\r\n'],
  ])('stands %s, byte for byte', (_, raw) => {
    const source = Buffer.from(raw);
    const whole = shown(source);
    const first = partOf(whole, '1');
    const { body } = asPart(source);
    // The line end before a delimiter belongs to it.
    expect(sha256(first)).toBe(sha256(Buffer.concat([body, Buffer.from('\r\n')])));
    expect(partOf(whole, '2').toString()).toContain('Who wrote it.');
  });

  it('stands a multipart with all its parts', async () => {
    const raw = Buffer.from(
      'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF\r\n--b--\r\n',
    );
    const whole = shown(raw);
    expect(whole.includes(asPart(raw).body)).toBe(true);
    const { text, attachments } = await readMessage(whole);
    expect(text).toBe('Hello\n\nWho wrote it.');
    expect(attachments.map(({ fileName }) => fileName)).toEqual(['a.pdf']);
  });

  it('stays a multipart that never ends in its own part', async () => {
    const raw = Buffer.from('Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n');
    expect((await readMessage(shown(raw))).text).toBe('Hello\n\nWho wrote it.');
  });

  it('has a boundary that nobody can know before', async () => {
    const first = shown(Buffer.from('Content-Type: text/plain\r\n\r\nHello\r\n'));
    const [, boundary = ''] = /boundary="?([^"\r\n;]+)/.exec(first.toString()) ?? [];
    const hostile = Buffer.from(
      `Content-Type: text/plain\r\n\r\nHello\r\n--${boundary}--\r\n\r\n--${boundary}\r\n\r\nFalse words\r\n`,
    );
    const whole = shown(hostile);
    const [, other = ''] = /boundary="?([^"\r\n;]+)/.exec(whole.toString()) ?? [];
    expect(other).not.toBe(boundary);
    expect(other).toMatch(/^[0-9a-f]{40}-part$/);
    expect(hostile.includes(other)).toBe(false);
    expect(partOf(whole, '1').toString()).toContain('False words');
    expect(partOf(whole, '2').toString()).not.toContain('False words');
  });

  it('is taken apart again into the very bytes, whatever they are', () => {
    const line = fc.oneof(
      fc.constantFrom('--b', '--b--', '--', '', 'Content-Type: multipart/mixed; boundary=b', 'x-part--'),
      fc.string({ maxLength: 20 }),
    );
    const raws = fc.array(line, { maxLength: 12 }).map((lines) => Buffer.from(lines.join('\r\n')));
    fc.assert(
      fc.property(raws, fc.boolean(), (raw, again) => {
        // A notice may be passed on in a notice.
        const source = again ? shown(raw) : raw;
        const { fields, body } = asPart(source);
        const apart = takenApart(shown(source));
        expect(apart?.above).toHaveLength(1);
        expect(apart?.above[0]?.equals(Buffer.concat([fields, Buffer.from('\r\n'), body]))).toBe(true);
        expect(apart?.below.toString()).toBe(textEntity('Who wrote it.'));
      }),
    );
  });

  it('says that it is in 8 bits where it is, and becomes 7 bits where it must', async () => {
    const raw = Buffer.from(
      'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n',
    );
    const whole = shown(raw);
    expect(whole.toString()).toContain('Content-Transfer-Encoding: 8bit\r\n\r\n--');
    expect((await readMessage(sevenBit(whole))).text).toBe('Grüße\n\nWho wrote it.');
  });
});

describe('below a first line', () => {
  const lead = Buffer.from(textEntity('Jörg closed this ticket.'));
  const below = Buffer.from(textEntity('Who wrote it.'));
  const around = (part: Buffer | null): Buffer => {
    const { fields, pieces } = between({ lead, below }, part === null ? null : asPart(part));
    return Buffer.concat([Buffer.from(`From: a@b.example\r\n${fields}\r\n`), ...pieces]);
  };

  it('stands a message, byte for byte', async () => {
    const raw = Buffer.from('Content-Type: text/plain\r\n\r\n Hello \r\n\r\n');
    const whole = around(raw);
    expect(sha256(partOf(whole, '2'))).toBe(sha256(Buffer.concat([asPart(raw).body, Buffer.from('\r\n')])));
    expect((await readMessage(whole)).text).toBe('Jörg closed this ticket.\n\nHello\n\nWho wrote it.');
    expect(takenApart(whole)).toEqual({
      above: [lead, Buffer.from('Content-Type: text/plain\r\n\r\n Hello \r\n\r\n')],
      below,
    });
  });

  it('stands nothing as long as the message is not there', () => {
    expect(takenApart(around(null))).toEqual({ above: [lead], below });
  });

  it('is nothing that this desk has not put together', () => {
    const whole = around(Buffer.from('A: b\r\n\r\nHello\r\n')).toString('latin1');
    const [, boundary = ''] = /boundary="?([0-9a-f]{40}-part)/.exec(whole) ?? [];
    for (const other of [
      whole.slice(0, -4),
      whole.replace(`\r\n\r\n--${boundary}`, `\r\n\r\nx\r\n--${boundary}`),
      whole.replace(`\r\n--${boundary}--`, `\r\n--${boundary}\r\n\r\nMore\r\n--${boundary}--`),
      whole.replaceAll(`\r\n--${boundary}\r\n`, '\r\n').replace('\r\n\r\n', `\r\n\r\n--${boundary}\r\n`),
    ])
      expect(takenApart(Buffer.from(other, 'latin1'))).toBeNull();
  });
});

describe('whether a message can go along', () => {
  const can = (raw: string): boolean => canGoAlong(asPart(Buffer.from(raw, 'latin1')));
  const signed = (body: string): string =>
    `Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\n\r\n${body}\r\n--s\r\n\r\nx\r\n--s--\r\n`;

  it.each([
    ['text', 'A: b\r\n\r\nHello\r\n'],
    ['text without a last line end', 'A: b\r\n\r\nHello'],
    ['a line of 998 bytes', `A: b\r\n\r\n${'x'.repeat(998)}\r\n`],
    ['a last line of 998 bytes', `A: b\r\n\r\n${'x'.repeat(998)}`],
    ['text of 8 bits', 'Content-Type: text/plain; charset=latin1\r\n\r\n\xfc\r\n'],
    ['what is signed in 7 bits', signed('Hello')],
  ])('%s can', (_, raw) => {
    expect(can(raw)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['a header alone', 'A: b\r\n'],
    ['blank lines', 'A: b\r\n\r\n \t\r\n\r\n'],
    ['a line of 999 bytes', `A: b\r\n\r\n${'x'.repeat(999)}\r\n`],
    ['a last line of 999 bytes', `A: b\r\n\r\n${'x'.repeat(999)}`],
    ['a bare LF', 'A: b\r\n\r\nHello\nyou\r\n'],
    ['a bare LF at the end', 'A: b\r\n\r\nHello\r\nyou\n'],
    ['a bare CR', 'A: b\r\n\r\nHello\ryou\r\n'],
    ['a bare CR at the end', 'A: b\r\n\r\nHello\r'],
    ['a NUL', 'A: b\r\n\r\nHel\0lo\r\n'],
    ['what is signed in 8 bits', signed('\xfc')],
    ['a field of one long line', `Content-Type: text/plain; name="${'x'.repeat(999)}"\r\n\r\nHello\r\n`],
    ['parts of 8 bits that nobody finds', 'Content-Type: multipart/mixed; boundary=b\r\n\r\n\xfc\r\n'],
  ])('%s cannot', (_, raw) => {
    expect(can(raw)).toBe(false);
  });
});
